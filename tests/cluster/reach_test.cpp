// What hangs on what, up and down, and how far.
#include "cluster/reach.h"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdio>

#include "tests/cluster/shipped.h"

using namespace bv;
using test::shipped;
using C = ObjectClass;

namespace {

Job job_on(IndexRange nodes, uint32_t slot = 0) {
    Job job;
    job.slot = slot, job.id.assign(1, '7'), job.state = JobState::running;
    job.nodes = {nodes};
    return job;
}

}  // namespace

TEST_CASE("downstream of a leaf of the reference cluster are one rail of 64 servers and their job") {
    const Topology& t = shipped("reference-100k");
    const std::vector<Job> jobs{job_on({0, uint32_t(t.nodes.size())})};
    const Placement placement(t, jobs);
    uint32_t leaf = 0;
    while (t.switches[leaf].role != SwitchRole::leaf) ++leaf;
    const Reach down = find_reach(t, placement, {.from = {C::switch_, leaf}, .losses_only = true});
    CHECK(down.count(C::gpu) == 64);
    CHECK(down.count(C::nic) == 64);
    CHECK(down.count(C::switch_) == 1);
    CHECK(down.count(C::job) == 1);
    CHECK(down.holds({C::switch_, leaf}));
    for (const IndexRange range : down.ranges(C::gpu)) CHECK(range.count == 1);
}

TEST_CASE("a spine takes nothing with it, but everything below feels it") {
    const Topology& t = shipped("drill-768");
    uint32_t spine = 0;
    while (t.switches[spine].role != SwitchRole::spine) ++spine;
    const Reach lost = find_reach(t, {}, {.from = {C::switch_, spine}, .losses_only = true});
    CHECK(lost.count(C::gpu) == 0);
    CHECK(lost.count(C::link) == 48);
    const Reach felt = find_reach(t, {}, {.from = {C::switch_, spine}});
    CHECK(felt.count(C::switch_) == 49);
    CHECK(felt.count(C::gpu) == 768);
    // Steps: the spine, its links, the leafs.
    const Reach near = find_reach(t, {}, {.from = {C::switch_, spine}, .depth = 2});
    CHECK(near.count(C::switch_) == 49);
    CHECK(near.count(C::gpu) == 0);
}

TEST_CASE("power and coolant are followed through racks, and only where asked") {
    const Topology& t = shipped("drill-768");
    const uint32_t busway = t.racks[t.nodes[0].rack].busway, cdu = t.racks[t.nodes[0].rack].cdu;
    const Reach dark = find_reach(t, {}, {.from = {C::power, busway}, .losses_only = true});
    CHECK(dark.count(C::gpu) == t.gpus_in({C::power, busway}).count);
    CHECK(dark.count(C::rack) == t.power[busway].racks.count);
    const Reach all = find_reach(t, {}, {.from = {C::power, 0}});
    CHECK(all.count(C::gpu) == 768);
    const Reach cooled = find_reach(t, {}, {.from = {C::cdu, cdu}});
    CHECK(cooled.count(C::gpu) == t.racks[t.nodes[0].rack].gpus.count);
    CHECK(find_reach(t, {}, {.from = {C::cdu, cdu}, .via = reach::fabric}).count(C::gpu) == 0);
}

TEST_CASE("upstream of a GPU are its server, rack, NIC, leaf, every spine, power and coolant") {
    const Topology& t = shipped("drill-768");
    const Reach up = find_reach(t, {}, {.from = {C::gpu, 11}, .upstream = true});
    CHECK(up.count(C::gpu) == 1);
    CHECK(up.count(C::node) == 1);
    CHECK(up.count(C::nic) == 1);
    CHECK(up.count(C::switch_) == 17);
    CHECK(up.holds({C::power, 0}));
    CHECK(up.holds({C::cdu, t.racks[t.nodes[1].rack].cdu}));
    CHECK(up.count(C::site) == 1);
    const std::vector<Job> jobs{job_on({3, 5})};
    const Placement placement(t, jobs);
    CHECK(find_reach(t, placement, {.from = {C::job, 0}, .upstream = true}).count(C::node) == 5);
    CHECK(placement.job_of_node(3) == 0);
    CHECK(placement.job_of_node(9) == no_index);
}

TEST_CASE("an object that there is not reaches nothing") {
    const Topology& t = shipped("array-512");
    CHECK(find_reach(t, {}, {.from = {C::gpu, 5'000'000}}).count(C::gpu) == 0);
    CHECK(find_reach(t, {}, {.from = {}}).count(C::site) == 0);
}

TEST_CASE("what reaching everything costs is printed") {
    for (const char* name : {"reference-100k", "million"}) {
        const Topology& t = shipped(name);
        double best = 1e9;
        Reach reach;
        for (int round = 0; round < 3; ++round) {
            const auto begin = std::chrono::steady_clock::now();
            reach = find_reach(t, {}, {.from = {C::site, 0}});
            best = std::min(
                best, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
        }
        std::printf("reach: everything below the site of %s, %u GPUs and %u links: %.1f ms\n", name,
                    reach.count(C::gpu), reach.count(C::link), best);
        CHECK(reach.count(C::gpu) == t.gpu_nodes.size());
        CHECK(reach.count(C::link) == t.links.size());
    }
}

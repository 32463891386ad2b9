// What a brush lights, and that everything else is dimmed in the hall.
#include "viewer/brush.h"

#include <doctest/doctest.h>

#include "cluster/routes.h"
#include "tests/viewer/packed.h"

using namespace bv;
using namespace bv::test;

namespace {

uint32_t count_of(const Topology& t, const ObjectSet& set, ObjectClass c) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < t.count(c); ++i) count += set.contains({c, i});
    return count;
}

}  // namespace

TEST_CASE("a GPU is lit with its server, NIC, cables and leaf") {
    const auto t = array_512();
    const ObjectId gpu{ObjectClass::gpu, 77};
    const ObjectSet lit = lit_with(*t, std::span(&gpu, 1));
    CHECK(count_of(*t, lit, ObjectClass::gpu) == 1);
    CHECK(lit.contains(gpu));
    CHECK(lit.contains({ObjectClass::node, t->gpu_nodes[77]}));
    CHECK(count_of(*t, lit, ObjectClass::node) == 1);
    const uint32_t nic = nic_of_gpu(*t, 77);
    CHECK(lit.contains({ObjectClass::nic, nic}));
    CHECK(count_of(*t, lit, ObjectClass::switch_) == 1);
    for (const uint32_t l : t->links_of({ObjectClass::nic, nic})) CHECK(lit.contains({ObjectClass::link, l}));
}

TEST_CASE("a leaf is lit with its cables and the GPUs that hang on it, a spine only with its cables") {
    const auto t = array_512();
    uint32_t leaf = no_index, spine = no_index;
    for (uint32_t s = 0; s < t->switches.size(); ++s) {
        if (t->switches[s].role == SwitchRole::leaf) leaf = s;
        if (t->switches[s].role == SwitchRole::spine) spine = s;
    }
    REQUIRE(leaf != no_index);
    const ObjectId id{ObjectClass::switch_, leaf};
    const ObjectSet lit = lit_with(*t, std::span(&id, 1));
    CHECK(count_of(*t, lit, ObjectClass::gpu) == 64);  // one rail of 64 servers
    CHECK(count_of(*t, lit, ObjectClass::link) >= t->links_of(id).size());
    if (spine == no_index) return;
    const ObjectId up{ObjectClass::switch_, spine};
    const ObjectSet of_spine = lit_with(*t, std::span(&up, 1));
    CHECK(count_of(*t, of_spine, ObjectClass::gpu) == 0);
    CHECK(count_of(*t, of_spine, ObjectClass::link) == t->links_of(up).size());
}

TEST_CASE("a rack is lit whole, a job with its servers, and what is not there lights nothing") {
    const auto t = array_512();
    const ObjectId rack{ObjectClass::rack, gpu_rack(*t, 0)};
    CHECK(count_of(*t, lit_with(*t, std::span(&rack, 1)), ObjectClass::gpu) == t->racks[rack.index].gpus.count);
    Job job;
    job.slot = 2, job.id.assign(1, '7'), job.nodes = {{3, 2}};
    const ObjectId of_job{ObjectClass::job, 2};
    CHECK(count_of(*t, lit_with(*t, std::span(&of_job, 1), std::span(&job, 1)), ObjectClass::gpu) == 16);
    CHECK(count_of(*t, lit_with(*t, std::span(&of_job, 1)), ObjectClass::gpu) == 0);
    const ObjectId nothing{ObjectClass::gpu, 999'999};
    CHECK(count_of(*t, lit_with(*t, std::span(&nothing, 1)), ObjectClass::gpu) == 0);
    CHECK_FALSE(brush_of(*t, {}, "nothing").on());
}

TEST_CASE("the hall dims what is not brushed, and lights it again when the brush ends") {
    const auto t = array_512();
    const ClusterState state = healthy_state(t);
    const SceneLayout layout(t);
    View view = view_from(*t, "overview");
    TestRows rows;
    const auto dimmed = [&](uint32_t gpu) {
        rows.clear();
        pack_rows(state, layout, view, test_time_ns, rows);
        return (word_of(layout.impl(), {ObjectClass::gpu, gpu}) & gpu::state_dimmed) != 0;
    };
    CHECK_FALSE(dimmed(5));
    view.brush = brush_of(*t, {{ObjectClass::gpu, 5}}, "one GPU");
    CHECK_FALSE(dimmed(5));
    CHECK(dimmed(6));
    view.brush = brush_of(*t, {{ObjectClass::gpu, 6}}, "another");
    CHECK(dimmed(5));
    view.brush = {};
    CHECK_FALSE(dimmed(5));
}

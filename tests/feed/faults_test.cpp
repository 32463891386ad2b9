// What breaks in the simulator shows where it must, in health, metrics and events, and mends again.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "feed/simulator/faults.h"
#include "tests/feed/simulated.h"

using namespace bv;
using test::make_cluster;
using test::Simulated;

namespace {

bool running(const Simulated& s, uint32_t slot) {
    for (auto job = s.jobs.rbegin(); job != s.jobs.rend(); ++job) {
        if (job->slot == slot) return job->state == JobState::running;
    }
    return false;
}

uint32_t not_ok(const Simulated& s, ObjectClass object_class) {
    return s.topology->count(object_class) - s.count_health(object_class, Health::ok);
}

void check_all_ok(const Simulated& s) {
    for (const ObjectClass c : all_object_classes) {
        INFO(name_of(c));
        if (c != ObjectClass::job && s.topology->count(c) > 0) CHECK(not_ok(s, c) == 0);
    }
}

}  // namespace

// What an open event says of its object is what the object's health says too, or something worse has happened to it.
TEST_CASE("no event stays open on a part that is well or in maintenance, in any scenario") {
    for (const std::string& scenario : Simulator::scenarios()) {
        INFO(scenario);
        Simulated s(make_cluster({.halls = 2, .rows = 7}), scenario);
        std::map<uint64_t, Event> last;
        size_t seen = 0;
        uint32_t checked = 0, bench = 0;
        const auto take = [&] {
            for (; seen < s.events.size(); ++seen) last[s.events[seen].id] = s.events[seen];
        };
        for (int second = 1; second <= 241; second += 20) {
            s.run_to(second);
            take();
            for (const auto& [id, event] : last) {
                if (event.end_ns != 0) continue;
                const Health health = s.health(event.object.object_class, event.object.index);
                if (event.kind == "maintenance") {
                    ++bench;
                    CHECK(badness(health) >= badness(Health::maintenance));
                }
                if (event.severity == Severity::info) continue;
                INFO(event.text);
                CHECK(badness(health) >= badness(health_of(event)));
                ++checked;
            }
        }
        if (scenario == "storm" || scenario == "training") CHECK(bench > 0);
        // In these nothing breaks, or what breaks says nothing that lasts.
        const std::set<std::string> silent{"quiet", "checkpoint", "noise", "slow_rank", "noisy_node", "link_flap"};
        if (!silent.count(scenario)) CHECK(checked > 0);
    }
}

TEST_CASE("a server that is taken out of service answers its alarm, and the work on it lasts until it is back") {
    Simulated s(make_cluster({.halls = 2, .rows = 7}), "storm");
    s.run_to(600);
    uint32_t found = 0, back = 0;
    for (const Event& work : s.events) {
        if (work.kind != "maintenance" || work.text.find("to mend") == std::string::npos) continue;
        ++found;
        back += work.end_ns != 0;
        CHECK(work.severity == Severity::info);
        const auto alarm = std::find_if(s.events.begin(), s.events.end(), [&](const Event& e) {
            const bool inside = e.object == work.object || (e.object.object_class == ObjectClass::gpu &&
                                                            s.topology->gpu_nodes[e.object.index] == work.object.index);
            return inside && e.severity == Severity::critical && e.end_ns == work.time_ns;
        });
        CHECK(alarm != s.events.end());
    }
    CHECK(found > 0);
    CHECK(back > 0);
}

TEST_CASE("what hangs on a broken part is noticed within seconds of it, most of it before the part itself") {
    Simulated leaf(make_cluster({}), "leaf_down");
    leaf.run_to(40);
    const Event* const root = leaf.event("switch_down");
    REQUIRE(root);
    uint32_t before = 0, all = 0;
    bool in_order = true;
    for (size_t i = 0; i < leaf.events.size(); ++i) {
        const Event& e = leaf.events[i];
        if (e.kind != "link_down") continue;
        ++all;
        before += e.time_ns < root->time_ns;
        CHECK(std::abs(e.time_ns - root->time_ns) < 5'000'000'000);
        in_order = in_order && (i == 0 || leaf.events[i - 1].time_ns <= e.time_ns);
    }
    CHECK(before > all / 2);
    CHECK(!in_order);
}

TEST_CASE(
    "quiet is quiet: all is well for ten minutes and nothing is said but by what it is made and the start of the "
    "jobs") {
    Simulated s(make_cluster({}), "quiet");
    for (int minute = 1; minute <= 10; ++minute) {
        s.run_to(60 * minute);
        check_all_ok(s);
    }
    for (const Event& e : s.events) CHECK((e.kind == "job_start" || e.kind == "simulation"));
}

TEST_CASE("an ordinary day: more than 99 % well, some nodes under repair") {
    Simulated s(make_cluster({.halls = 4, .rows = 49}), "training");
    s.run_to(3);
    const uint32_t nodes_out = s.count_health(ObjectClass::node, Health::maintenance);
    CHECK(nodes_out >= 20);
    CHECK(nodes_out <= 90);
    CHECK(s.count_health(ObjectClass::gpu, Health::ok) > 0.99 * 100352);
    CHECK(s.health(ObjectClass::site, 0) == Health::ok);
    CHECK(not_ok(s, ObjectClass::hall) == 0);
    REQUIRE(!s.jobs.empty());
    CHECK(s.jobs[0].gpus == 98304);
    CHECK(s.jobs[0].tensor_parallel * s.jobs[0].pipeline_parallel * s.jobs[0].data_parallel == 98304);
}

TEST_CASE("a GPU falls off the bus: silent, XID 79, the job stops and comes back without its node") {
    Simulated s(make_cluster({}), "gpu_off_bus");
    s.run_to(29);
    check_all_ok(s);
    const double before = s.value(ObjectClass::site, "gpu_power_watts", 0);
    s.run_to(33);
    const Event* const event = s.event("xid");
    REQUIRE(event);
    CHECK(event->code == 79);
    CHECK(event->severity == Severity::critical);
    CHECK(event->object.object_class == ObjectClass::gpu);
    const uint32_t gpu = event->object.index, node = s.topology->gpu_nodes[gpu];
    CHECK(s.health(ObjectClass::gpu, gpu) == Health::down);
    CHECK(std::isnan(s.value(ObjectClass::gpu, "power_watts", gpu)));
    CHECK(std::isnan(s.value(ObjectClass::gpu, "temp_celsius", gpu)));
    CHECK(!std::isnan(s.value(ObjectClass::gpu, "power_watts", gpu + 1)));
    CHECK(s.health(ObjectClass::node, node) == Health::critical);
    CHECK(s.health(ObjectClass::site, 0) == Health::ok);
    CHECK(s.count_health(ObjectClass::gpu, Health::ok) == s.topology->gpu_nodes.size() - 1);
    const Event* const stop = s.event("job_interrupted");
    REQUIRE(stop);
    CHECK(!running(s, stop->object.index));
    // All of the job's GPUs drop to 100–130 W.
    CHECK(s.value(ObjectClass::site, "gpu_power_watts", 0) < 0.7 * before);
    s.run_to(360);
    CHECK(running(s, stop->object.index));
    const Job* last = nullptr;
    for (const Job& job : s.jobs) {
        if (job.slot == stop->object.index) last = &job;
    }
    for (const IndexRange range : last->nodes) CHECK(!range.contains(node));
    check_all_ok(s);
    uint32_t ends = 0;
    for (const Event& e : s.events) ends += e.id == s.event("xid")->id && e.end_ns > e.time_ns;
    CHECK(ends == 1);
    // The last XID stays, as drivers report it.
    CHECK(s.value(ObjectClass::gpu, "xid", gpu) == 79);
}

TEST_CASE("a link goes down: no bytes, state down, NIC and node marked, and up again") {
    Simulated s(make_cluster({}), "link_down");
    s.run_to(35);
    const Event* const event = s.event("link_down");
    REQUIRE(event);
    const uint32_t link = event->object.index, nic = s.topology->links[link].a.device,
                   leaf = s.topology->links[link].b.device;
    CHECK(s.health(ObjectClass::link, link) == Health::down);
    CHECK(s.value(ObjectClass::link, "state", link) == 0);
    CHECK(s.value(ObjectClass::link, "tx_bytes_per_second", link) == 0);
    CHECK(s.health(ObjectClass::nic, nic) == Health::critical);
    CHECK(s.value(ObjectClass::nic, "tx_bytes_per_second", nic) == 0);
    CHECK(s.health(ObjectClass::node, s.topology->nics[nic].node) == Health::warning);
    CHECK(s.value(ObjectClass::switch_, "ports_down", leaf) == 1);
    CHECK(not_ok(s, ObjectClass::link) == 1);
    s.run_to(400);
    check_all_ok(s);
    CHECK(s.event("link_up"));
    CHECK(s.value(ObjectClass::link, "state", link) == 2);
}

TEST_CASE("a leaf goes down: one rail of its servers is cut off, nothing else") {
    Simulated s(make_cluster({}), "leaf_down");
    s.run_to(35);
    const Event* const event = s.event("switch_down");
    REQUIRE(event);
    const uint32_t leaf = event->object.index;
    CHECK(s.health(ObjectClass::switch_, leaf) == Health::down);
    CHECK(std::isnan(s.value(ObjectClass::switch_, "power_watts", leaf)));
    uint32_t nics = 0;
    for (const uint32_t l : s.topology->links_of({ObjectClass::switch_, leaf})) {
        CHECK(s.health(ObjectClass::link, l) == Health::down);
        const PortRef& a = s.topology->links[l].a;
        if (a.is_switch) continue;
        ++nics;
        CHECK(s.health(ObjectClass::nic, a.device) == Health::critical);
        CHECK(s.topology->nics[a.device].rail == s.topology->switches[leaf].rail);
    }
    CHECK(nics == 64);
    uint32_t reported = 0;
    for (const Event& e : s.events) reported += e.kind == "link_down" && e.end_ns == 0;
    CHECK(reported == s.topology->links_of({ObjectClass::switch_, leaf}).size());
    CHECK(s.count_health(ObjectClass::nic, Health::critical) == 64);
    CHECK(not_ok(s, ObjectClass::gpu) == 0);
    CHECK(s.event("job_interrupted"));
    s.run_to(500);
    check_all_ok(s);
}

TEST_CASE("a node dies: it, its GPUs and its NICs are down, and all of it silent") {
    Simulated s(make_cluster({}), "node_down");
    s.run_to(35);
    const Event* const event = s.event("node_down");
    REQUIRE(event);
    const Node& node = s.topology->nodes[event->object.index];
    CHECK(s.health(ObjectClass::node, event->object.index) == Health::down);
    CHECK(std::isnan(s.value(ObjectClass::node, "power_watts", event->object.index)));
    for (uint32_t g = node.gpus.first; g < node.gpus.end(); ++g) CHECK(s.health(ObjectClass::gpu, g) == Health::down);
    for (uint32_t n = node.nics.first; n < node.nics.end(); ++n) {
        CHECK(s.health(ObjectClass::nic, n) == Health::down);
        CHECK(std::isnan(s.value(ObjectClass::nic, "tx_bytes_per_second", n)));
    }
    CHECK(s.count_health(ObjectClass::gpu, Health::down) == 8);
    CHECK(s.health(ObjectClass::rack, node.rack) == Health::warning);
    s.run_to(400);
    check_all_ok(s);
}

TEST_CASE("a CDU loses its flow: coolant and GPUs of its rack heat up until they throttle, then recover") {
    Simulated s(make_cluster({}), "cdu_failure");
    s.run_to(29);
    s.run_to(31);
    const Event* const event = s.event("cooling_lost");
    REQUIRE(event);
    const uint32_t cdu = event->object.index, rack = s.topology->cdus[cdu].rack;
    const IndexRange gpus = s.topology->racks[rack].gpus;
    const double before = s.value(ObjectClass::gpu, "temp_celsius", gpus.first);
    s.run_to(150);
    CHECK(s.health(ObjectClass::cdu, cdu) == Health::critical);
    CHECK(s.value(ObjectClass::cdu, "pumps_ok_count", cdu) == 0);
    CHECK(s.value(ObjectClass::cdu, "flow_litres_per_minute", cdu) < 15);
    CHECK(s.value(ObjectClass::rack, "coolant_return_celsius", rack) > 50);
    CHECK(s.health(ObjectClass::rack, rack) == Health::critical);
    CHECK(s.value(ObjectClass::gpu, "temp_celsius", gpus.first) > before + 20);
    uint32_t throttled = 0, elsewhere = 0;
    for (uint32_t g = 0; g < s.topology->gpu_nodes.size(); ++g) {
        const bool thermal = (int(s.value(ObjectClass::gpu, "throttle_reasons", g)) & 0x20) != 0;
        (gpus.contains(g) ? throttled : elsewhere) += thermal;
    }
    CHECK(throttled > 16);
    CHECK(elsewhere == 0);
    CHECK(s.value(ObjectClass::job, "step_seconds", 0) > 2.05);
    s.run_to(800);
    check_all_ok(s);
    CHECK(s.value(ObjectClass::gpu, "temp_celsius", gpus.first) < before + 6);
}

TEST_CASE("a busway dies: everything in its racks is down and dark, its row down, the rest lives") {
    Simulated s(make_cluster({}), "busway_loss");
    s.run_to(35);
    const Event* const event = s.event("power_lost");
    REQUIRE(event);
    CHECK(s.health(ObjectClass::power, event->object.index) == Health::down);
    uint32_t gpus = 0;
    for (uint32_t r = 0; r < s.topology->racks.size(); ++r) {
        if (s.topology->racks[r].busway != event->object.index) continue;
        gpus += s.topology->racks[r].gpus.count;
        CHECK(s.health(ObjectClass::rack, r) == Health::down);
        CHECK(s.value(ObjectClass::rack, "power_watts", r) < 1);
    }
    CHECK(s.count_health(ObjectClass::gpu, Health::down) == gpus);
    CHECK(s.count_health(ObjectClass::row, Health::down) == 1);
    s.run_to(900);
    check_all_ok(s);
}

TEST_CASE("a checkpoint drops power for its seconds and stops nothing") {
    Simulated s(make_cluster({.halls = 4, .rows = 49}), "checkpoint");
    s.run_to(10);
    double before = 0, lowest = 1e12;
    for (int i = 0; i < 10; ++i) {
        s.run_to(s.now + 1);
        before += s.value(ObjectClass::site, "gpu_power_watts", 0) / 10;
    }
    s.run_to(29);
    for (int i = 0; i < 10; ++i) {
        s.run_to(s.now + 1);
        lowest = std::min(lowest, s.value(ObjectClass::site, "gpu_power_watts", 0));
    }
    CHECK(lowest < 0.5 * before);
    CHECK(!s.event("job_interrupted"));
    s.run_to(75);
    CHECK(s.value(ObjectClass::job, "checkpoint_age_seconds", 0) < 50);
}

TEST_CASE("a storm breaks many things and they mend: the cluster neither dies nor is well") {
    Simulated s(make_cluster({}), "storm");
    uint32_t worst = 0;
    for (int i = 0; i < 30; ++i) {
        s.run_to(s.now + 20);
        worst = std::max(worst, not_ok(s, ObjectClass::node));
        CHECK(s.count_health(ObjectClass::gpu, Health::ok) > s.topology->gpu_nodes.size() / 2);
    }
    CHECK(worst > 0);
    uint32_t ended = 0;
    for (const Event& e : s.events) ended += e.end_ns != 0;
    CHECK(ended > 5);
}

TEST_CASE("events are sentences, their ids are stable and none is used for two things") {
    Simulated a(make_cluster({}), "storm"), b(make_cluster({}), "storm");
    a.run_to(200), b.run_to(200);
    REQUIRE(a.events.size() == b.events.size());
    REQUIRE(!a.events.empty());
    std::vector<std::pair<uint64_t, std::string>> seen;
    for (size_t i = 0; i < a.events.size(); ++i) {
        const Event& e = a.events[i];
        CHECK(e.id == b.events[i].id);
        CHECK(e.id != 0);
        REQUIRE(e.text.size() > 10);
        CHECK(e.text.back() == '.');
        CHECK(e.text.find("inject") == std::string::npos);
        CHECK(e.text.find('{') == std::string::npos);
        seen.emplace_back(e.id, e.kind);
    }
    std::sort(seen.begin(), seen.end());
    for (size_t i = 1; i < seen.size(); ++i) {
        if (seen[i].first == seen[i - 1].first) CHECK(seen[i].second == seen[i - 1].second);
    }
}

TEST_CASE("hardware stops a job of 98,304 GPUs every 36 minutes, as the published rates say") {
    double per_year = 0;
    for (size_t k = 0; k < sim::fault_kind_count; ++k) {
        const sim::FaultSpec& spec = sim::spec_of(static_cast<sim::FaultKind>(k));
        CHECK(size_t(spec.kind) == k);
        float shares = 0;
        for (const float share : spec.repair_shares) shares += share;
        CHECK(shares == doctest::Approx(1));
        if (!spec.stops_job) continue;
        switch (spec.object_class) {
            case ObjectClass::gpu:
            case ObjectClass::nic:
            case ObjectClass::link:
                per_year += spec.per_year * 98304;
                break;
            case ObjectClass::node:
                per_year += spec.per_year * 98304 / 8;
                break;
            case ObjectClass::switch_:
                per_year += spec.per_year * 98304 / 64;
                break;
            default:
                break;
        }
    }
    // reference-cluster.md 3.7: 36.4 min for hardware alone.
    CHECK(365 * 24 * 60 / per_year == doctest::Approx(36.4).epsilon(0.05));
}

TEST_CASE("a fault inside a long interval stops the job when it happens, not before") {
    const auto cluster = make_cluster({});
    Simulator coarse(cluster, {.scenario = "gpu_off_bus", .interval_ns = 60'000'000'000});
    Simulated fine(cluster, "gpu_off_bus");
    double mean = 0;
    for (int i = 1; i <= 60; ++i) {
        fine.run_to(i);
        mean += fine.value(ObjectClass::site, "gpu_power_watts", 0) / 60;
    }
    const TelemetryBatch& batch = coarse.step();
    for (const TickColumn& c : batch.columns) {
        if (c.metric != MetricId{ObjectClass::site, *find_metric(ObjectClass::site, "gpu_power_watts")}) continue;
        CHECK(dequantise(metric(c.metric), c.values[0]) == doctest::Approx(mean).epsilon(0.12));
    }
}

// The simulator as a source: determinism, coverage of the catalogue, ranges, and sums that hold from GPU to utility.
#include "feed/simulator.h"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdio>
#include <set>

#include "feed/simulator/facility.h"
#include "tests/feed/simulated.h"

using namespace bv;
using test::make_cluster;
using test::Simulated;

namespace {

uint64_t hash_of_run(const std::shared_ptr<Topology>& cluster, const char* scenario, uint64_t seed, int seconds) {
    Simulated s(cluster, scenario, seed);
    uint64_t h = 0;
    for (int i = 1; i <= seconds; ++i) {
        s.run_to(i);
        h = h * 31 + s.hash();
    }
    return h;
}

}  // namespace

TEST_CASE("the same seed gives the same telemetry, another seed another") {
    const auto cluster = make_cluster({});
    for (const char* scenario : {"training", "storm"}) {
        const uint64_t first = hash_of_run(cluster, scenario, 5, 90);
        CHECK(first == hash_of_run(cluster, scenario, 5, 90));
        CHECK(first != hash_of_run(cluster, scenario, 6, 90));
    }
    CHECK(hash_of_run(cluster, "quiet", 5, 60) != hash_of_run(cluster, "storm", 5, 60));
}

TEST_CASE("intervals that nobody sees change nothing of what comes after") {
    const auto cluster = make_cluster({});
    for (const char* scenario : {"training", "storm", "cdu_failure", "busway_loss", "checkpoint"}) {
        Simulated every(cluster, scenario, 5), some(cluster, scenario, 5);
        size_t events = 0;
        int now = 0;
        for (const int unseen : {3, 0, 9, 20, 1, 6, 30, 12, 59}) {
            for (int i = 0; i < unseen; ++i) some.simulator.pass();
            now += unseen + 1;
            every.run_to(now);
            some.batch = &some.simulator.step();
            events += some.batch->events.size();
            INFO(scenario, " at ", now, " s");
            CHECK(some.simulator.time_ns() == every.simulator.time_ns());
            CHECK(events == every.events.size());
            REQUIRE(some.batch->columns.size() == every.batch->columns.size());
            for (size_t c = 0; c < some.batch->columns.size(); ++c) {
                const TickColumn &a = some.batch->columns[c], &b = every.batch->columns[c];
                INFO(name_of(a.metric.object_class), " ", metric(a.metric).name);
                CHECK(std::equal(a.values.begin(), a.values.end(), b.values.begin(), b.values.end()));
            }
        }
    }
}

TEST_CASE("an unknown scenario is refused with one sentence that names the known ones") {
    try {
        Simulator simulator(make_cluster({}), {.scenario = "nonsense"});
        FAIL("no exception");
    } catch (const std::runtime_error& e) {
        CHECK(std::string(e.what()).find("'nonsense'") != std::string::npos);
        CHECK(std::string(e.what()).find("training") != std::string::npos);
    }
}

TEST_CASE("every metric of every class is measured in every batch, whole") {
    Simulated s(make_cluster({}), "training");
    s.run_to(1);
    for (const int second : {1, 2, 15}) {
        s.run_to(second);
        CHECK(s.batch->time_ns == SimulatorOptions{}.start_ns + second * 1'000'000'000LL);
        for (const ObjectClass object_class : all_object_classes) {
            const auto metrics = metrics_of(object_class);
            for (size_t m = 0; m < metrics.size(); ++m) {
                INFO(name_of(object_class), " ", metrics[m].name);
                const TickColumn* const c = s.column(object_class, metrics[m].name);
                REQUIRE(c);
                CHECK(c->first == 0);
                CHECK(c->values.size() == s.topology->count(object_class));
                uint32_t heard = 0;
                for (const uint16_t v : c->values) heard += v != no_data;
                CHECK(heard > 0);
            }
        }
    }
}

TEST_CASE("values lie in the ranges of real hardware") {
    Simulated s(make_cluster({}), "quiet");
    struct Range {
        ObjectClass object_class;
        const char* name;
        double low, high;
    };
    using C = ObjectClass;
    const Range ranges[] = {{C::gpu, "power_watts", 80, 700},
                            {C::gpu, "temp_celsius", 25, 56},
                            {C::gpu, "memory_temp_celsius", 30, 75},
                            {C::gpu, "tensor_active_ratio", 0, 0.7},
                            {C::gpu, "gpu_util_ratio", 0, 1},
                            {C::gpu, "sm_clock_hertz", 300e6, 2100e6},
                            {C::gpu, "memory_used_bytes", 0, 81559.0 * 1048576},
                            {C::gpu, "nvlink_bytes_per_second", 0, 9e11},
                            {C::gpu, "step_lateness_seconds", 0, 0.3},
                            {C::node, "power_watts", 1900, 8600},
                            {C::node, "inlet_celsius", 18, 32},
                            {C::nic, "tx_bytes_per_second", 0, 5e10},
                            {C::nic, "temp_celsius", 40, 90},
                            {C::link, "tx_bytes_per_second", 0, 5e10},
                            {C::link, "bit_error_rate", -12, -5},
                            {C::link, "state", 2, 2},
                            {C::switch_, "power_watts", 300, 2600},
                            {C::switch_, "buffer_ratio", 0, 0.8},
                            {C::rack, "power_watts", 5000, 72000},
                            {C::rack, "coolant_return_celsius", 25, 42},
                            {C::cdu, "flow_litres_per_minute", 62, 105},
                            {C::cdu, "supply_celsius", 20, 31},
                            {C::power, "voltage_ratio", 0.95, 1.05},
                            {C::plant, "approach_kelvin", 2, 8},
                            {C::job, "goodput_ratio", 0.85, 1},
                            {C::job, "step_seconds", 0.5, 4},
                            {C::site, "pue", 1.15, 1.30},
                            {C::site, "wue_litres_per_kwh", 0.8, 1.6}};
    for (const int second : {1, 2, 3, 30, 31, 100}) {
        s.run_to(second);
        for (const Range& range : ranges) {
            const TickColumn* const c = s.column(range.object_class, range.name);
            REQUIRE(c);
            double low = 1e300, high = -1e300;
            for (uint32_t i = 0; i < c->values.size(); ++i) {
                const double v = dequantise(metric(c->metric), c->values[i]);
                if (std::isnan(v)) continue;
                low = std::min(low, v), high = std::max(high, v);
            }
            INFO(range.name, " at ", second, " s: ", low, " to ", high);
            CHECK(low >= range.low - 1e-3);
            CHECK(high <= range.high + 1e-3);
        }
    }
}

TEST_CASE("power adds up from GPU to site, with the stated losses") {
    Simulated s(make_cluster({}), "training");
    const Topology& t = *s.topology;
    for (const int second : {1, 10, 47}) {
        s.run_to(second);
        double gpus = 0, racks = 0;
        for (uint32_t n = 0; n < t.nodes.size(); ++n) {
            const double inside = s.sum(ObjectClass::gpu, "power_watts", t.nodes[n].gpus.first, t.nodes[n].gpus.count);
            gpus += inside;
            const double node = s.value(ObjectClass::node, "power_watts", n);
            if (!std::isnan(node)) CHECK(node > inside);
        }
        for (uint32_t r = 0; r < t.racks.size(); ++r) {
            const Rack& rack = t.racks[r];
            const double nodes = s.sum(ObjectClass::node, "power_watts", rack.nodes.first, rack.nodes.count);
            const double switches =
                s.sum(ObjectClass::switch_, "power_watts", rack.switches.first, rack.switches.count);
            const double watts = s.value(ObjectClass::rack, "power_watts", r);
            racks += watts;
            // What is left is the rack's own CDU: less than 3 % of its power.
            CHECK(watts >= nodes + switches - 40);
            CHECK(watts <= (nodes + switches) * 1.03 + 300);
        }
        for (uint32_t p = 0; p < t.power.size(); ++p) {
            if (t.power[p].parent == no_index) continue;  // the utility also feeds the cooling; checked below
            double out = 0;
            for (uint32_t c = 0; c < t.power.size(); ++c) {
                if (t.power[c].parent == p) out += s.value(ObjectClass::power, "power_watts", c);
            }
            for (uint32_t r = 0; r < t.racks.size(); ++r) {
                if (t.racks[r].busway == p) out += s.value(ObjectClass::rack, "power_watts", r);
            }
            const double in = s.value(ObjectClass::power, "power_watts", p);
            const double standby = sim::standby_share(t.power[p].kind) * t.power[p].rated_watts;
            INFO(t.names[size_t(ObjectClass::power)][p], " in ", in, " out ", out);
            // A step of the quantised power is 50 kW; every child may be half a step off.
            CHECK(std::abs(in - out / sim::efficiency(t.power[p].kind) - standby) < 26e3 * 8);
        }
        const double site = s.value(ObjectClass::site, "power_watts", 0),
                     it = s.value(ObjectClass::site, "it_power_watts", 0);
        CHECK(site == doctest::Approx(s.value(ObjectClass::power, "power_watts", 0)).epsilon(0.01));
        CHECK(s.value(ObjectClass::site, "gpu_power_watts", 0) == doctest::Approx(gpus).epsilon(0.02));
        CHECK(it < racks + 3e5);
        CHECK(it > 0.95 * racks);
        CHECK(s.value(ObjectClass::site, "pue", 0) == doctest::Approx(site / it).epsilon(0.03));
        CHECK(s.sum(ObjectClass::hall, "power_watts", 0, 2) == doctest::Approx(racks).epsilon(0.02));
    }
}

TEST_CASE("the heat of a rack leaves with its coolant: flow times capacity times rise") {
    Simulated s(make_cluster({}), "quiet");
    s.run_to(300);
    double heat = 0, carried = 0;
    for (int i = 0; i < 40; ++i) {  // over whole steps, since coolant lags behind power
        s.run_to(s.now + 1);
        for (uint32_t c = 0; c < s.topology->cdus.size(); ++c) {
            const double rise =
                s.value(ObjectClass::cdu, "return_celsius", c) - s.value(ObjectClass::cdu, "supply_celsius", c);
            const double kg = s.value(ObjectClass::cdu, "flow_litres_per_minute", c) / 60 * sim::coolant_kg_per_litre;
            carried += kg * sim::coolant_heat_capacity * rise;
            heat += sim::liquid_share * s.value(ObjectClass::rack, "power_watts", s.topology->cdus[c].rack);
        }
    }
    CHECK(carried == doctest::Approx(heat).epsilon(0.05));
}

TEST_CASE("temperature follows power, and links follow the steps of the job") {
    Simulated s(make_cluster({}), "quiet");
    s.run_to(120);
    const uint32_t leaf_link = s.topology->links_of({ObjectClass::switch_, 8})[70];
    std::set<int> loads;
    double busy = 0, idle = 0;
    uint32_t busy_count = 0, idle_count = 0;
    for (int i = 0; i < 20; ++i) {
        s.run_to(s.now + 1);
        loads.insert(int(s.value(ObjectClass::link, "tx_bytes_per_second", leaf_link) / 1e9));
        for (uint32_t g = 0; g < s.topology->gpu_nodes.size(); ++g) {
            const bool loaded = s.value(ObjectClass::gpu, "power_watts", g) > 400;
            (loaded ? busy : idle) += s.value(ObjectClass::gpu, "temp_celsius", g);
            ++(loaded ? busy_count : idle_count);
        }
    }
    CHECK(loads.size() >= 3);
    REQUIRE(busy_count > 0);
    REQUIRE(idle_count > 0);
    CHECK(busy / busy_count > idle / idle_count + 8);
}

TEST_CASE("clusters without GPUs, cooling or power are simulated as far as they go") {
    for (const test::Shape shape :
         {test::Shape{.gpus = false}, test::Shape{.cooling = false}, test::Shape{.power = false},
          test::Shape{.halls = 1, .rows = 1, .racks = 1, .nodes = 1}}) {
        for (const std::string& scenario : Simulator::scenarios()) {
            Simulated s(make_cluster(shape), scenario);
            s.run_to(70);
            CHECK(s.value(ObjectClass::site, "power_watts", 0) > 0);
            const TickColumn* const links = s.column(ObjectClass::link, "tx_bytes_per_second");
            double bytes = 0;
            for (uint32_t l = 0; l < links->values.size(); ++l)
                bytes += s.value(ObjectClass::link, "tx_bytes_per_second", l);
            if (s.topology->nodes.size() > 1) CHECK(bytes > 0);
            if (!shape.cooling) CHECK(s.value(ObjectClass::gpu, "temp_celsius", 9) > 27);
        }
    }
}

TEST_CASE("an empty cluster has a site and nothing else") {
    auto cluster = std::make_shared<Topology>();
    Simulated s(cluster, "training");
    s.run_to(20);
    CHECK(s.health(ObjectClass::site, 0) == Health::ok);
}

TEST_CASE("a longer interval measures the mean over it") {
    const auto cluster = make_cluster({});
    Simulator simulator(cluster, {.scenario = "quiet", .interval_ns = 60'000'000'000});
    double low = 1e9, high = 0;
    for (int i = 0; i < 5; ++i) {
        const TelemetryBatch& batch = simulator.step();
        CHECK(batch.interval_ns == 60'000'000'000);
        for (const TickColumn& c : batch.columns) {
            if (c.metric != MetricId{ObjectClass::site, *find_metric(ObjectClass::site, "it_power_watts")}) continue;
            const double watts = dequantise(metric(c.metric), c.values[0]);
            low = std::min(low, watts), high = std::max(high, watts);
        }
    }
    CHECK(high / low < 1.15);
}

TEST_CASE("what a step costs is printed, not judged") {
    const auto cluster = make_cluster({.halls = 4, .rows = 49});
    Simulated s(cluster, "training");
    s.run_to(2);
    const auto begin = std::chrono::steady_clock::now();
    s.run_to(22);
    const double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count() / 20;
    size_t values = 0;
    for (const TickColumn& c : s.batch->columns) values += c.values.size();
    std::printf("simulator: %zu GPUs, %zu links, %zu values: %.2f ms per step\n", cluster->gpu_nodes.size(),
                cluster->links.size(), values, ms);
    CHECK(values > 3'000'000);
}

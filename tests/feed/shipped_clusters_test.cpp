// Every cluster file that is shipped can be simulated, in every scenario where it is small enough to try them all.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "cluster/cluster_file.h"
#include "tests/feed/simulated.h"

using namespace bv;
using test::Simulated;

namespace {

std::vector<std::filesystem::path> shipped() {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(SHIPPED_CLUSTERS)) {
        if (entry.path().extension() == ".toml") paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

std::shared_ptr<const Topology> load(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return std::make_shared<Topology>(parse_cluster(text.str(), path.string()));
}

}  // namespace

TEST_CASE("every shipped cluster steps, quietly where nothing is broken") {
    REQUIRE(shipped().size() >= 4);
    for (const auto& path : shipped()) {
        INFO(path.filename().string());
        const auto cluster = load(path);
        const bool large = cluster->gpu_nodes.size() > 200'000;
        Simulated s(cluster, "quiet");
        s.run_to(2);
        const auto begin = std::chrono::steady_clock::now();
        const int steps = large ? 3 : 70;
        s.run_to(2 + steps);
        const double ms =
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count() / steps;
        std::printf("simulator: %s, %zu GPUs, %zu links: %.2f ms per step\n", cluster->name.c_str(),
                    cluster->gpu_nodes.size(), cluster->links.size(), ms);
        for (const ObjectClass c : all_object_classes) {
            if (c == ObjectClass::job || cluster->count(c) == 0) continue;
            INFO(name_of(c));
            CHECK(s.count_health(c, Health::ok) == cluster->count(c));
        }
        double in_jobs = 0;
        for (const Job& job : s.jobs) in_jobs += job.gpus;
        CHECK(in_jobs >= 0.95 * double(cluster->gpu_nodes.size()));
        CHECK(s.value(ObjectClass::site, "pue", 0) > 1.1);
        CHECK(s.value(ObjectClass::site, "pue", 0) < 1.35);
        if (large) continue;
        for (const std::string& scenario : Simulator::scenarios()) {
            Simulated any(cluster, scenario);
            any.run_to(cluster->gpu_nodes.size() > 20'000 ? 35 : 400);
            CHECK(any.batch->time_ns > 0);
        }
    }
}

TEST_CASE("the reference cluster draws what its fact sheet says") {
    Simulated s(load(std::filesystem::path(SHIPPED_CLUSTERS) / "reference-100k.toml"), "training");
    double it = 0, gpus = 0, lowest_gpu = 1e9, swing = 0, ramp = 0, site = 0, water = 0;
    for (int i = 1; i <= 30; ++i) {
        s.run_to(i);
        it = std::max(it, s.value(ObjectClass::site, "it_power_watts", 0));
        gpus = std::max(gpus, s.value(ObjectClass::site, "gpu_power_watts", 0));
        site = std::max(site, s.value(ObjectClass::site, "power_high_watts", 0));
        water = std::max(water, s.value(ObjectClass::site, "water_litres_per_second", 0));
        swing = std::max(swing, s.value(ObjectClass::site, "power_high_watts", 0) -
                                    s.value(ObjectClass::site, "power_low_watts", 0));
        ramp = std::max(ramp, s.value(ObjectClass::site, "power_ramp_watts_per_second", 0));
        lowest_gpu = std::min(lowest_gpu, s.value(ObjectClass::site, "gpu_power_watts", 0));
    }
    // 120 MW of IT in full training, 70 MW if every GPU drew its limit (reference-cluster.md 0.4, 4.2).
    CHECK(it > 108e6);
    CHECK(it < 125e6);
    CHECK(gpus < 70e6);
    CHECK(gpus > 60e6);
    // 144–150 MW for the site at most (0.4), a million gallons a day = 43.8 L/s (4.4), tens of megawatts from step to
    // step (4.3).
    MESSAGE("in full training IT ", it * 1e-6, " MW, site at most ", site * 1e-6, " MW, swing ", swing * 1e-6,
            " MW, ramp ", ramp * 1e-6, " MW/s, water ", water, " L/s");
    CHECK(site > 130e6);
    CHECK(site < 155e6);
    CHECK(water > 36);
    CHECK(water < 50);
    CHECK(swing == doctest::Approx(48e6).epsilon(0.1));
    CHECK(ramp > 10 * 40e6);
    CHECK(ramp < 10 * 60e6);
    // 256 spare nodes less those that stand in for broken ones idle in all four halls.
    const Job& job = s.jobs.front();
    CHECK(job.gpus == 98304);
    CHECK(job.data_parallel == 768);
    for (const Hall& hall : s.topology->halls) {
        uint32_t idle = hall.nodes.count;
        for (const IndexRange r : job.nodes) {
            const uint32_t first = std::max(r.first, hall.nodes.first), end = std::min(r.end(), hall.nodes.end());
            if (end > first) idle -= end - first;
        }
        CHECK(idle >= 30);
        CHECK(idle <= 110);
    }
    // 57 kW to liquid at 86 L/min from 25 to 35 °C.
    double flow = 0, rise = 0;
    const uint32_t cdus = s.topology->count(ObjectClass::cdu);
    for (uint32_t c = 0; c < cdus; ++c) {
        flow += s.value(ObjectClass::cdu, "flow_litres_per_minute", c) / cdus;
        rise +=
            (s.value(ObjectClass::cdu, "return_celsius", c) - s.value(ObjectClass::cdu, "supply_celsius", c)) / cdus;
    }
    CHECK(flow == doctest::Approx(82).epsilon(0.08));
    CHECK(rise == doctest::Approx(10.1).epsilon(0.06));
    // About 47 nodes under repair; a Poisson draw.
    CHECK(s.count_health(ObjectClass::node, Health::maintenance) > 22);
    CHECK(s.count_health(ObjectClass::node, Health::maintenance) < 80);
    CHECK(double(s.count_health(ObjectClass::gpu, Health::ok)) > 0.993 * 100352);
}

TEST_CASE("racks that share a CDU share its flow by size and its heat by what they draw") {
    Simulated s(load(std::filesystem::path(SHIPPED_CLUSTERS) / "nvl72-8k.toml"), "training", 9);
    const Topology& t = *s.topology;
    s.run_to(40);
    double most = 0, least = 1e9;
    for (uint32_t c = 0; c < t.cdus.size(); ++c) {
        REQUIRE(t.cdus[c].racks.count > 1);
        double racks = 0;
        for (uint32_t r = t.cdus[c].racks.first; r < t.cdus[c].racks.end(); ++r) {
            const double rise = s.value(ObjectClass::rack, "coolant_return_celsius", r) -
                                s.value(ObjectClass::rack, "coolant_supply_celsius", r);
            racks += s.value(ObjectClass::rack, "flow_litres_per_minute", r) * rise;
            most = std::max(most, rise), least = std::min(least, rise);
        }
        const double cdu =
            s.value(ObjectClass::cdu, "flow_litres_per_minute", c) *
            (s.value(ObjectClass::cdu, "return_celsius", c) - s.value(ObjectClass::cdu, "supply_celsius", c));
        CHECK(racks == doctest::Approx(cdu).epsilon(0.015));
    }
    CHECK(most > 1.02 * least);
}

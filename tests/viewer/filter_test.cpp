// Filters: what each field means, three-valued answers, messages with their place, every broken input, random input.
#include "viewer/filter.h"

#include <doctest/doctest.h>

#include <chrono>
#include <random>
#include <stdexcept>
#include <string>

#include "small_cluster.h"

namespace {

using namespace bv;

uint32_t count(const ClusterState& state, const char* expression, ObjectClass object_class) {
    std::vector<uint8_t> out;
    Filter::parse(expression).match(state, object_class, state.time_ns, out);
    uint32_t n = 0;
    for (const uint8_t m : out) n += m;
    return n;
}

std::string error_of(const std::string& text) {
    try {
        static_cast<void>(Filter::parse(text));
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return {};
}

}  // namespace

TEST_CASE("an empty filter lets everything through") {
    const ClusterState state = test::small_state();
    CHECK(Filter().empty());
    CHECK(Filter::parse("   ").empty());
    CHECK(count(state, "", ObjectClass::gpu) == state.topology().count(ObjectClass::gpu));
}

TEST_CASE("metrics are compared in their units, and values that are missing match nothing") {
    ClusterState state = test::small_state();
    test::set(state, {ObjectClass::gpu, 3}, "temp_celsius", 91);
    test::set(state, {ObjectClass::gpu, 5}, "temp_celsius", 80);
    const uint32_t gpus = state.topology().count(ObjectClass::gpu);
    CHECK(count(state, "temp_celsius > 80", ObjectClass::gpu) == 1);
    CHECK(count(state, "temp_celsius >= 80", ObjectClass::gpu) == 2);
    CHECK(count(state, "temp_celsius = 80C", ObjectClass::gpu) == 1);
    CHECK(count(state, "temp_celsius > 80°C", ObjectClass::gpu) == 1);
    CHECK(count(state, "temp_celsius <= 80", ObjectClass::gpu) == gpus - 1);
    test::forget(state, {ObjectClass::gpu, 7}, "temp_celsius");
    CHECK(count(state, "temp_celsius <= 80", ObjectClass::gpu) == gpus - 2);
    CHECK(count(state, "not temp_celsius <= 80", ObjectClass::gpu) == 1);
    CHECK(count(state, "temp_celsius != 80", ObjectClass::gpu) == gpus - 2);
    // A rack has no temp_celsius: neither the comparison nor its negation holds.
    CHECK(count(state, "temp_celsius > 80", ObjectClass::rack) == 0);
    CHECK(count(state, "not temp_celsius > 80", ObjectClass::rack) == 0);
}

TEST_CASE("units take prefixes and percentages") {
    ClusterState state = test::small_state();
    test::set(state, {ObjectClass::gpu, 1}, "power_watts", 650);
    test::set(state, {ObjectClass::gpu, 2}, "nvlink_bytes_per_second", 8.5e11);
    test::set(state, {ObjectClass::gpu, 3}, "gpu_util_ratio", 0.25);
    test::set(state, {ObjectClass::gpu, 4}, "step_lateness_seconds", 0.95);
    CHECK(count(state, "power_watts > 0.6kW and power_watts < 700 W", ObjectClass::gpu) == 1);
    CHECK(count(state, "nvlink_bytes_per_second > 750GB/s", ObjectClass::gpu) == 1);
    CHECK(count(state, "nvlink_bytes_per_second > 6.4Tb/s", ObjectClass::gpu) == 1);
    CHECK(count(state, "gpu_util_ratio < 50%", ObjectClass::gpu) == 1);
    CHECK(count(state, "step_lateness_seconds >= 900ms", ObjectClass::gpu) == 1);
}

TEST_CASE("places are numbers as on their signs, or names, and hold for what stands inside") {
    const ClusterState state = test::small_state();
    const Topology& t = state.topology();
    const std::string hall = t.name_of({ObjectClass::hall, 0});
    CHECK(count(state, ("hall = " + hall).c_str(), ObjectClass::gpu) == t.count(ObjectClass::gpu));
    CHECK(count(state, ("hall != " + hall).c_str(), ObjectClass::gpu) == 0);
    CHECK(count(state, "hall = 1", ObjectClass::gpu) == t.count(ObjectClass::gpu));
    CHECK(count(state, "hall = 7", ObjectClass::gpu) == 0);
    const std::string node = t.name_of({ObjectClass::node, 0});
    CHECK(count(state, ("node = '" + node + "'").c_str(), ObjectClass::gpu) == t.nodes[0].gpus.count);
    CHECK(count(state, ("NODE = '" + node + "'").c_str(), ObjectClass::nic) == t.nodes[0].nics.count);
    CHECK(count(state, "gpu = 3", ObjectClass::gpu) == t.count(ObjectClass::gpu) / 8);
    const std::string rack = t.name_of({ObjectClass::rack, 0});
    CHECK(count(state, ("rack = '" + rack + "'").c_str(), ObjectClass::gpu) == t.racks[0].gpus.count);
    CHECK(count(state, ("rack = '" + rack + "'").c_str(), ObjectClass::link) > 0);
    CHECK(count(state, ("rack = '" + rack + "'").c_str(), ObjectClass::hall) == 0);
}

TEST_CASE("names, paths, classes, roles, rails") {
    const ClusterState state = test::small_state();
    const Topology& t = state.topology();
    CHECK(count(state, "class = gpu", ObjectClass::gpu) == t.count(ObjectClass::gpu));
    CHECK(count(state, "class = switch", ObjectClass::gpu) == 0);
    CHECK(count(state, "class != switch", ObjectClass::gpu) == t.count(ObjectClass::gpu));
    CHECK(count(state, ("path = '" + t.path_of({ObjectClass::gpu, 11}) + "'").c_str(), ObjectClass::gpu) == 1);
    CHECK(count(state, "path ~ 'GPU3$'", ObjectClass::gpu) == t.count(ObjectClass::gpu) / 8);
    CHECK(count(state, "path ~ 'gpu[0-3]$'", ObjectClass::gpu) == t.count(ObjectClass::gpu) / 2);
    CHECK(count(state, "rail = 2", ObjectClass::gpu) == t.count(ObjectClass::gpu) / 8);
    CHECK(count(state, "rail < 4 and class = nic", ObjectClass::nic) > 0);
    CHECK(count(state, "role = leaf", ObjectClass::switch_) == 8);
    CHECK(count(state, "role ~ host", ObjectClass::link) > 0);
    // Every path found by ~ is the path that the topology gives: the node's part is read once for all its GPUs.
    std::vector<uint8_t> out;
    Filter::parse("path ~ 'r2.*n3.gpu[57]'").match(state, ObjectClass::gpu, state.time_ns, out);
    uint32_t found = 0;
    for (uint32_t i = 0; i < out.size(); ++i) {
        const std::string path = t.path_of({ObjectClass::gpu, i});
        const bool expected = path.find("R2") != std::string::npos && path.find("N3/gpu") != std::string::npos &&
                              (path.back() == '5' || path.back() == '7');
        CHECK(bool(out[i]) == expected);
        found += out[i];
    }
    CHECK(found > 0);
}

TEST_CASE("health counts what is stale as unknown") {
    ClusterState state = test::small_state();
    test::set(state, {ObjectClass::gpu, 0}, "health", double(Health::critical));
    test::set(state, {ObjectClass::gpu, 1}, "health", double(Health::warning));
    const uint32_t gpus = state.topology().count(ObjectClass::gpu);
    CHECK(count(state, "health = critical", ObjectClass::gpu) == 1);
    CHECK(count(state, "health >= warning", ObjectClass::gpu) == 2);
    CHECK(count(state, "health != ok", ObjectClass::gpu) == 2);
    CHECK(count(state, "stale", ObjectClass::gpu) == 0);
    CHECK(count(state, "not stale", ObjectClass::gpu) == gpus);
    CHECK(count(state, "age < 2s", ObjectClass::gpu) == gpus);
    state.interrupt(0);
    CHECK(count(state, "stale", ObjectClass::gpu) == gpus);
    CHECK(count(state, "stale = no", ObjectClass::gpu) == 0);
    CHECK(count(state, "health = unknown", ObjectClass::gpu) == gpus);
    CHECK(count(state, "health = critical", ObjectClass::gpu) == 0);
    const ClusterState silent(state.shared_topology());
    CHECK(count(silent, "health = unknown", ObjectClass::gpu) == gpus);
    CHECK(count(silent, "stale", ObjectClass::gpu) == 0);
    CHECK(count(silent, "not stale", ObjectClass::gpu) == 0);
}

TEST_CASE("jobs hold for what they run on") {
    ClusterState state = test::small_state();
    Job job;
    job.slot = 1;
    job.id = "4711";
    job.name = "llama-70b";
    job.state = JobState::running;
    job.nodes = {{2, 3}};
    job.gpus = 24;
    state.apply(job);
    CHECK(count(state, "job ~ llama", ObjectClass::gpu) == 24);
    CHECK(count(state, "job = 4711", ObjectClass::node) == 3);
    CHECK(count(state, "job = none", ObjectClass::node) == state.topology().count(ObjectClass::node) - 3);
    CHECK(count(state, "job = 4711", ObjectClass::job) == 1);
}

TEST_CASE("and binds closer than or, not closer than both, brackets override") {
    ClusterState state = test::small_state();
    test::set(state, {ObjectClass::gpu, 0}, "temp_celsius", 90);
    const uint32_t gpus = state.topology().count(ObjectClass::gpu);
    CHECK(count(state, "class = gpu or class = nic and temp_celsius > 80", ObjectClass::gpu) == gpus);
    CHECK(count(state, "(class = gpu or class = nic) and temp_celsius > 80", ObjectClass::gpu) == 1);
    CHECK(count(state, "not class = nic and temp_celsius > 80", ObjectClass::gpu) == 1);
    CHECK(count(state, "not (class = gpu and temp_celsius > 80)", ObjectClass::gpu) == gpus - 1);
    CHECK(count(state, "NOT class = nic AND temp_celsius > 80", ObjectClass::gpu) == 1);
}

TEST_CASE("errors name their place and what helps") {
    CHECK(error_of("tmp_celsius > 80") ==
          "at 1: there is no field or metric “tmp_celsius”; did you mean temp_celsius.");
    CHECK(error_of("temp_celsius > ") == "at 16: expected a value after temp_celsius >.");
    CHECK(error_of("temp_celsius 80").starts_with("at 14: expected = != < <= > >= or ~"));
    CHECK(error_of("temp_celsius > hot").starts_with("at 16: temp_celsius is compared with a number"));
    CHECK(error_of("temp_celsius > 80W").starts_with("at 16: temp_celsius is in °C, not in W."));
    CHECK(error_of("temp_celsius > 80 hall = 2").starts_with("at 19: expected “and” or “or”"));
    CHECK(error_of("(hall = 2").starts_with("at 10: the ( at 1 is not closed"));
    CHECK(error_of("hall = 2)").starts_with("at 9: this ) closes nothing"));
    CHECK(error_of("name ~ 'abc").starts_with("at 8: the quoted text has no closing quote"));
    CHECK(error_of("health = bad").starts_with("at 10: “bad” is no health"));
    CHECK(error_of("name < abc").starts_with("at 6: name is a text"));
    CHECK(error_of("hall =! 2").starts_with("at 6: “=”") == false);
    CHECK(error_of("hall ! 2").starts_with("at 6: “!” is not an operator"));
    CHECK(error_of("name ~ '[abc'").starts_with("at 8: the pattern has a '['"));
    CHECK_FALSE(error_of(std::string(300, '(')).empty());
    CHECK_FALSE(error_of(std::string(5000, 'a')).empty());
}

TEST_CASE("no input crashes the parser or the evaluation") {
    const ClusterState state = test::small_state();
    const char* const pieces[] = {"temp_celsius", "hall", "name",  "not", "and", "or",    "(", ")",     "=", "~", ">",
                                  "80",           "'a",   "\"x\"", "[",   "job", "stale", "µ", "1e999", "-", "!="};
    std::mt19937 random(7);
    std::vector<uint8_t> out;
    int accepted = 0;
    for (int i = 0; i < 4000; ++i) {
        std::string text;
        for (int n = int(random() % 9); n >= 0; --n) text += std::string(pieces[random() % std::size(pieces)]) + " ";
        if (random() % 3 == 0) text[random() % text.size()] = char(random() % 256);
        try {
            const Filter filter = Filter::parse(text);
            ++accepted;
            for (const ObjectClass c : {ObjectClass::gpu, ObjectClass::link, ObjectClass::job})
                filter.match(state, c, state.time_ns, out);
        } catch (const std::invalid_argument& error) {
            CHECK(std::string_view(error.what()).starts_with("at "));
        }
    }
    CHECK(accepted > 5);
}

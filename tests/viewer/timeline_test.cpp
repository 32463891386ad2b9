// The one way to read state: the same moment in lockstep is the same state, and live sources become complete.
#include <chrono>
#include <cmath>
#include <thread>

#include <doctest/doctest.h>

#include "tests/viewer/packed.h"
#include "viewer/timeline.h"

using namespace bv;

namespace {

TimelineOptions lockstep(const std::string& source) {
    TimelineOptions options;
    options.sources = {source};
    options.lockstep = true;
    return options;
}

}  // namespace

TEST_CASE("lockstep gives the same state at the same moment, whatever way the cursor came") {
    Timeline once(lockstep("sim:array-512?seed=7")), stepped(lockstep("sim:array-512?seed=7")),
        other(lockstep("sim:array-512?seed=8"));
    once.advance_to(30);
    for (int second = 1; second <= 30; ++second) stepped.advance_to(second);
    other.advance_to(30);
    CHECK(once.complete());
    CHECK_FALSE(once.live());
    CHECK(once.state().time_ns == once.start_ns() + 30'000'000'000);
    CHECK(once.state().hash() == stepped.state().hash());
    CHECK(once.state().hash() != other.state().hash());
    CHECK(once.now_ns() == once.state().time_ns);
}

TEST_CASE("what is watched has a history, in units, and so has the site's power") {
    Timeline timeline(lockstep("sim:array-512"));
    timeline.watch({ObjectClass::gpu, 5});
    timeline.advance_to(20);
    const MetricIndex power = find_metric(ObjectClass::gpu, "power_watts").value();
    const Sparkline& line = timeline.sparkline(power);
    REQUIRE(line.values.size() == 20);
    CHECK(line.values.back() == doctest::Approx(timeline.state().value({ObjectClass::gpu, 5}, power)).epsilon(0.01));
    CHECK(line.values.back() > 50);
    CHECK(timeline.site_power().values.size() == 20);
    CHECK(line.end_ns == timeline.state().time_ns);
    timeline.watch({ObjectClass::rack, 0});
    CHECK(timeline.sparkline(power).values.size() <= 1);
}

TEST_CASE("a history is bridged where frames missed ticks and has a hole where nothing was said") {
    constexpr int64_t second = 1'000'000'000;
    Sparkline line;
    line.add(10, 100 * second, second);
    line.add(14, 104 * second, second);  // three ticks went by between two frames
    CHECK(line.values == std::vector<float>{10, 11, 12, 13, 14});
    line.add(99, 104 * second, second);
    CHECK(line.values.size() == 5);
    line.add(20, 134 * second, second);
    REQUIRE(line.values.size() == 35);
    for (size_t i = 5; i < 34; ++i) CHECK(std::isnan(line.values[i]));
    CHECK(line.values.back() == 20);
}

TEST_CASE("an embedded simulator is heard over the ordinary protocol and becomes complete") {
    TimelineOptions options;
    options.sources = {"sim:array-512?speed=10"};
    Timeline timeline(options);
    CHECK(timeline.live());
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!timeline.complete() && std::chrono::steady_clock::now() < give_up) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        timeline.advance();
    }
    REQUIRE(timeline.complete());
    CHECK(timeline.state().topology().name == "array-512");
    CHECK(timeline.state().count_health(ObjectClass::gpu, timeline.now_ns())[size_t(Health::unknown)] == 0);
}

TEST_CASE("sources that cannot be are refused with one sentence") {
    for (const char* source : {"recording.bvr", "prom+http://host/prefix", "http://host", "sim:no-such-cluster"}) {
        CAPTURE(source);
        CHECK_THROWS_AS(Timeline{lockstep(source)}, std::exception);
    }
}

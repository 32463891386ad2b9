// Alarms on metrics: raised after the hold, released with hysteresis, once each; silence is neither.
#include "cluster/watch.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "cluster/signals.h"
#include "cluster/xid_catalogue.h"
#include "tests/cluster/shipped.h"

using namespace bv;
using test::shipped;

namespace {

constexpr int64_t second = 1'000'000'000;

class Feed {
public:
    Feed() : state_(std::shared_ptr<const Topology>(&shipped("array-512"), [](const Topology*) {})) {}
    void tick(int at, ObjectClass object_class, const char* metric, uint32_t index, double value) {
        const MetricIndex m = *find_metric(object_class, metric);
        const uint16_t raw = quantise(metrics_of(object_class)[m], value);
        REQUIRE(state_.apply({object_class, m}, index, {&raw, 1}, at * second, second, 0));
        watch_.observe(state_, events);
    }
    std::vector<Event> events;

private:
    ClusterState state_;
    Watch watch_;
};

}  // namespace

TEST_CASE("a late rank is an event after ten seconds, ends after it was back for a minute, and is one") {
    Feed feed;
    for (int s = 1; s <= 9; ++s) feed.tick(s, ObjectClass::gpu, "step_lateness_seconds", 17, 0.6);
    CHECK(feed.events.empty());
    for (int s = 10; s <= 40; ++s) feed.tick(s, ObjectClass::gpu, "step_lateness_seconds", 17, s % 7 ? 0.6 : 0.0);
    REQUIRE(feed.events.size() == 1);
    const Event& event = feed.events[0];
    CHECK(event.kind == "slow_rank");
    CHECK(event.object == ObjectId{ObjectClass::gpu, 17});
    CHECK(event.time_ns == 1 * second);
    CHECK(event.end_ns == 0);
    CHECK(signal_of(event) == Signal::slow);
    for (int s = 41; s <= 140; ++s) feed.tick(s, ObjectClass::gpu, "step_lateness_seconds", 17, 0.01);
    REQUIRE(feed.events.size() == 2);
    CHECK(feed.events[1].id == feed.events[0].id);
    CHECK(feed.events[1].end_ns == 41 * second);
}

TEST_CASE("a burst that is shorter than the hold is nothing") {
    Feed feed;
    for (int s = 1; s <= 5; ++s) feed.tick(s, ObjectClass::link, "bit_error_rate", 4, -4.5);
    for (int s = 6; s <= 60; ++s) feed.tick(s, ObjectClass::link, "bit_error_rate", 4, -8);
    CHECK(feed.events.empty());
}

TEST_CASE("no data raises nothing and ends nothing") {
    Feed feed;
    feed.tick(1, ObjectClass::gpu, "temp_celsius", 3, std::nan(""));
    CHECK(feed.events.empty());
    feed.tick(2, ObjectClass::gpu, "temp_celsius", 3, 92);
    REQUIRE(feed.events.size() == 1);
    for (int s = 3; s < 200; ++s) feed.tick(s, ObjectClass::gpu, "temp_celsius", 3, std::nan(""));
    CHECK(feed.events.size() == 1);
}

TEST_CASE("what watching a tick costs is printed") {
    for (const char* name : {"reference-100k", "million"}) {
        const std::shared_ptr<const Topology> topology(&shipped(name), [](const Topology*) {});
        ClusterState state(topology);
        for (const ObjectClass object_class : all_object_classes) {
            const std::vector<uint16_t> values(topology->count(object_class), 0);
            for (MetricIndex m = 1; m < metrics_of(object_class).size(); ++m)
                REQUIRE(state.apply({object_class, m}, 0, values, second, second, 0));
        }
        Watch watch;
        std::vector<Event> events;
        double best = 1e9;
        for (int round = 1; round <= 5; ++round) {
            state.time_ns = round * second;
            const auto begin = std::chrono::steady_clock::now();
            watch.observe(state, events);
            best = std::min(
                best, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
        }
        std::printf("watch: %s: %.2f ms a tick\n", name, best);
        CHECK(events.empty());
    }
}

TEST_CASE("XIDs: whose they are and what to do") {
    for (const int32_t code : {13, 31, 43, 45}) CHECK(xid_of(code).origin == XidOrigin::application);
    for (const int32_t code : {48, 79, 95}) CHECK(xid_of(code).origin == XidOrigin::hardware);
    CHECK(xid_of(79).action == XidAction::restart_node);
    CHECK(xid_of(48).action == XidAction::reset_gpu);
    CHECK(xid_of(74).origin == XidOrigin::link);
    CHECK(xid_of(45).follows);
    CHECK(xid_of(9999).action == XidAction::contact_support);
    for (const Xid& xid : xid_catalogue()) {
        CHECK_FALSE(xid.meaning.empty());
        CHECK_FALSE(sentence(xid.action).empty());
    }
}

// Events of a recording that holds more than a state does: at any time the newest are there, and older trouble that is
// still going on then, whatever way the cursor came.
#include <algorithm>
#include <map>
#include <random>
#include <set>

#include <doctest/doctest.h>

#include "net/recording_schema.h"
#include "tests/net/recorded.h"

using namespace bv;
using namespace bv::test;

namespace {

constexpr int64_t begin_ns = 1'600'000'000'000'000'000, step_ns = 60'000'000'000;
constexpr size_t said = 9000, newest = 5000;

// Years in small: an event a minute. Some last for days, some are never over; of some the end is only known when it
// comes.
std::vector<EventVersion> long_history() {
    std::mt19937_64 random(4);
    std::map<int64_t, EventVersion> by_time;  // of every minute, so that each is known at a time of its own
    for (size_t i = 0; i < said; ++i) {
        EventVersion v{.known_ns = begin_ns + int64_t(i) * step_ns};
        v.event = {.id = i + 1, .time_ns = v.known_ns, .severity = Severity(i % 3), .kind = "gpu_down"};
        v.event.object = {ObjectClass::gpu, uint32_t(i % 512)};
        v.event.source = "log";
        v.event.text = "The GPU fell off the bus.";
        const auto lasts_ns = int64_t(random() % 50 == 0 ? random() % said : random() % 20 + 1) * step_ns;
        // Between two minutes, when nothing else is said.
        if (random() % 100 != 0) v.event.end_ns = v.event.time_ns + lasts_ns + step_ns / 2;
        if (random() % 4 == 0 && v.event.end_ns) {
            EventVersion ended = v;
            v.event.end_ns = 0;
            ended.known_ns = v.until_ns = ended.event.end_ns + 1 + int64_t(i);
            by_time[ended.known_ns] = ended;
        }
        by_time[v.known_ns] = v;
    }
    std::vector<EventVersion> versions;
    for (auto& [time_ns, version] : by_time) versions.push_back(version);
    return versions;
}

// By the rule, without a database: id and end of each.
std::set<std::pair<uint64_t, int64_t>> expected(const std::vector<EventVersion>& versions, int64_t at_ns) {
    std::set<std::pair<uint64_t, int64_t>> out;
    size_t taken = 0;
    for (auto v = versions.rbegin(); v != versions.rend(); ++v) {
        if (v->known_ns > at_ns || v->until_ns <= at_ns) continue;
        const bool open = v->event.end_ns == 0 || v->event.end_ns > at_ns;
        const bool trouble = v->event.severity != Severity::info;
        if (taken++ < newest || (open && trouble)) out.emplace(v->event.id, open ? 0 : v->event.end_ns);
    }
    return out;
}

std::set<std::pair<uint64_t, int64_t>> found(const ClusterState& state) {
    std::set<std::pair<uint64_t, int64_t>> out;
    for (const Event& event : state.events) out.emplace(event.id, event.end_ns);
    CHECK(out.size() == state.events.size());
    return out;
}

}  // namespace

TEST_CASE("of many events the newest and the open ones are there, whatever way the cursor came") {
    Recorded recorded;
    const auto versions = long_history();
    {
        Recorder recorder(recorded.file, recorded.cluster, {.wait = true, .single_ticks = false});
        const std::vector<uint16_t> fine(512, 0);
        TelemetryBatch batch;
        for (const EventVersion& version : versions) {
            batch.time_ns = version.known_ns;
            batch.columns = {{{ObjectClass::gpu, health_metric}, 0, fine}};
            batch.events = {version.event};
            recorder.record("log", batch);
        }
        recorder.flush();
        REQUIRE(recorder.status().problem == "");
    }
    std::mt19937_64 random(6);
    ClusterState state;
    Recording recording(recorded.file);
    size_t old_and_open = 0;
    const auto check = [&](int64_t at_ns) {
        recording.seek(at_ns, state);
        REQUIRE(found(state) == expected(versions, at_ns));
        old_and_open += state.events.size() > newest ? state.events.size() - newest : 0;
    };
    for (int i = 0; i < 60; ++i) check(begin_ns + int64_t(random() % (said * uint64_t(step_ns))));
    // Step by step back and forth, where what was read last may still be right.
    const int64_t late_ns = begin_ns + int64_t(said - 500) * step_ns;
    for (int i = 0; i < 60; ++i) check(late_ns - i * step_ns / 3);
    for (int i = 0; i < 60; ++i) check(late_ns + i * step_ns / 3);
    // Where old trouble ends while nothing new is said.
    size_t ends = 0;
    for (const EventVersion& v : versions) {
        if (v.event.end_ns - v.known_ns < int64_t(newest + 1000) * step_ns) continue;
        ++ends;
        for (const int64_t beside_ns : {1, -1, 1}) check(v.event.end_ns + beside_ns);
    }
    CHECK(ends > 5);
    CHECK(old_and_open > 1000);
    CHECK(recording.damage().rows == 0);
}

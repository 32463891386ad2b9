// A recording read through the timeline: the same time is the same state whatever way the cursor came, values in plots
// are the recorded ones, and the live picture goes on beside its own history.
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <random>
#include <thread>

#include <doctest/doctest.h>

#include "feed/simulator.h"
#include "net/recorder.h"
#include "viewer/timeline.h"

using namespace bv;

namespace {

constexpr int64_t second = 1'000'000'000;
constexpr int ticks = 90;

struct Folder {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("belvedere-replay-" + std::to_string(getpid()));
    Folder() { std::filesystem::create_directories(path); }
    ~Folder() { std::filesystem::remove_all(path); }
};

// A minute and a half of a small cluster.
std::filesystem::path record(const std::filesystem::path& folder) {
    const auto file = folder / "day.bvr";
    const LoadedCluster cluster = load_cluster("array-512");
    RecorderOptions options;
    options.wait = true;
    Recorder recorder(file, cluster, options);
    Simulator simulator(cluster.topology, {});
    for (int i = 0; i < ticks; ++i) recorder.record("sim", simulator.step());
    recorder.flush();
    return file;
}

TimelineOptions replay_of(const std::filesystem::path& file, const std::string& at = {}) {
    TimelineOptions options;
    options.sources = {file.string()};
    options.at = at;
    return options;
}

}  // namespace

TEST_CASE("a recording stands at its end, or where it is asked to") {
    const Folder folder;
    const auto file = record(folder.path);
    Timeline timeline(replay_of(file));
    Cursor cursor;
    timeline.advance(cursor, 0);
    const TimeRange recorded = timeline.recorded();
    CHECK(recorded.length_ns() == (ticks - 1) * second);
    CHECK(cursor.replay);
    CHECK_FALSE(cursor.live);
    CHECK_FALSE(timeline.live());
    CHECK_FALSE(timeline.at_head());
    CHECK(timeline.complete());
    CHECK(timeline.recording_path() == file);
    CHECK(timeline.state().time_ns == recorded.end_ns);
    CHECK(timeline.now_ns() == recorded.end_ns);
    Timeline begun(replay_of(file, "+30s"));
    Cursor there;
    begun.advance(there, 0);
    CHECK(there.time_ns == recorded.begin_ns + 30 * second);
    CHECK(begun.state().time_ns == there.time_ns);
    CHECK_THROWS_AS(Timeline{replay_of(file, "+2h")}, std::exception);
    CHECK_THROWS_AS(Timeline{replay_of(folder.path / "none.bvr")}, std::exception);
    TimelineOptions two = replay_of(file);
    two.sources.push_back("sim:array-512");
    CHECK_THROWS_AS(Timeline{two}, std::exception);
}

TEST_CASE("the same time is the same state and the same plots, whatever way the cursor came") {
    const Folder folder;
    const auto file = record(folder.path);
    const ObjectId gpu{ObjectClass::gpu, 77};
    const MetricIndex power = find_metric(ObjectClass::gpu, "power_watts").value();
    Timeline linear(replay_of(file, "begin")), walking(replay_of(file));
    linear.watch(gpu);
    walking.watch(gpu);
    Cursor playing, jumping;
    linear.advance(playing, 0);
    walking.advance(jumping, 0);
    playing.playing = true;
    std::vector<std::pair<int64_t, uint64_t>> played;
    for (int i = 0; i < 4 * (ticks - 2); ++i) {
        linear.advance(playing, 0.25);
        played.emplace_back(playing.time_ns, linear.state().hash());
    }
    std::mt19937 random(7);
    for (int i = 0; i < 60; ++i) {
        const auto& [time_ns, hash] = played[random() % played.size()];
        stand_at(jumping, time_ns, walking.recorded());
        walking.advance(jumping, 0);
        CAPTURE(time_ns);
        CHECK(walking.state().hash() == hash);
        Timeline fresh(replay_of(file));
        if (i % 20 == 0) {
            Cursor direct;
            fresh.watch(gpu);
            fresh.advance(direct, 0);
            stand_at(direct, time_ns, fresh.recorded());
            fresh.advance(direct, 0);
            CHECK(fresh.state().hash() == hash);
            CHECK(fresh.sparkline(power).values == walking.sparkline(power).values);
            CHECK(fresh.site_power().values == walking.site_power().values);
        }
        const Sparkline& line = walking.sparkline(power);
        REQUIRE_FALSE(line.values.empty());
        CHECK(line.end_ns == walking.state().time_ns);
        CHECK(line.values.back() == doctest::Approx(walking.state().value(gpu, power)).epsilon(0.001));
    }
}

TEST_CASE("live telemetry with a history: back, forth to the head, and ingest goes on meanwhile") {
    const Folder folder;
    TimelineOptions options;
    options.sources = {"sim:array-512?speed=10"};
    options.history.keep = true;
    options.history.file = folder.path / "history.bvr";
    options.wait = false;
    Timeline timeline(options);
    Cursor cursor;
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    const auto run = [&](const auto& until) {
        while (!until() && std::chrono::steady_clock::now() < give_up) {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            timeline.advance(cursor, 0.02);
        }
        REQUIRE(until());
    };
    run([&] { return timeline.recording() && timeline.recorded().length_ns() > 40 * second; });
    CHECK(timeline.live());
    CHECK(timeline.history_problem().empty());
    const auto topology = timeline.state().shared_topology();
    const TimeRange before = timeline.recorded();
    stand_at(cursor, before.end_ns - 30 * second, before);
    timeline.advance(cursor, 0);
    CHECK_FALSE(timeline.live());
    CHECK(timeline.now_ns() == cursor.time_ns);
    CHECK(timeline.state().time_ns <= cursor.time_ns);
    CHECK(timeline.state().time_ns > cursor.time_ns - 3 * second);
    CHECK(timeline.head_ns() >= before.end_ns);
    // The building stays: nothing is laid out anew.
    CHECK(timeline.state().shared_topology() == topology);
    run([&] { return timeline.recorded().end_ns > before.end_ns + 10 * second; });
    CHECK_FALSE(timeline.live());
    cursor.playing = true;
    cursor.speed = 1000;
    run([&] { return cursor.live; });
    CHECK(timeline.live());
    CHECK(timeline.recorder().lost_ticks == 0);
    // A second viewer does not write into the same file, and says so.
    Timeline second_viewer(options);
    const auto second_gives_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    Cursor other;
    while (second_viewer.history_problem().empty() && std::chrono::steady_clock::now() < second_gives_up) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        second_viewer.advance(other, 0.02);
    }
    CHECK(second_viewer.history_problem().find("another viewer records") != std::string::npos);
    CHECK(second_viewer.live());
}

// Recordings: what was recorded comes back bit by bit at any time, whatever way the cursor came, after a restart of the
// recorder, and never wrong out of a damaged file.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "net/recording_walk.h"
#include "tests/net/recorded.h"

using namespace bv;
using namespace bv::test;

namespace {

void check_walk(Recorded& recorded, Recording& recording, size_t steps, uint64_t seed) {
    std::mt19937_64 random(seed);
    ClusterState state;
    for (size_t i = 0; i < steps; ++i) {
        const size_t tick = random() % recorded.times.size();
        recording.seek(recorded.times[tick] + int64_t(random() % 999'999'999), state);
        REQUIRE(state.hash() == recorded.hashes[tick]);
        CHECK(state.time_ns == recorded.times[tick]);
    }
}

}  // namespace

TEST_CASE("every tick comes back, in any order") {
    Recorded recorded;
    recorded.record(47);  // four whole blocks and seven single ticks
    Recording recording(recorded.file);
    check_walk(recorded, recording, 200, 1);
    ClusterState state;
    for (size_t tick = 0; tick < recorded.times.size(); ++tick) {
        recording.seek(recorded.times[tick], state);
        REQUIRE(state.hash() == recorded.hashes[tick]);
    }
    CHECK(recording.info().begin_ns == recorded.times.front());
    CHECK(recording.info().end_ns == recorded.times.back());
    CHECK(recording.damage().rows == 0);
}

TEST_CASE("before the first tick nothing is known") {
    Recorded recorded;
    recorded.record(3);
    Recording recording(recorded.file);
    ClusterState state;
    recording.seek(recorded.times.front() - 1, state);
    CHECK(state.hash() == ClusterState(recorded.cluster.topology).hash());
    CHECK(state.health({ObjectClass::gpu, 0}) == Health::unknown);
}

TEST_CASE("a recorder that starts again goes on with the file") {
    Recorded recorded;
    recorded.record(13);
    recorded.record(4);
    recorded.record(25);
    Recording recording(recorded.file);
    check_walk(recorded, recording, 100, 2);
}

TEST_CASE("a recording can be read while it grows") {
    Recorded recorded;
    Recorder recorder(recorded.file, recorded.cluster, {.wait = true});
    recorded.record(recorder, 5);
    Recording recording(recorded.file);
    check_walk(recorded, recording, 10, 3);
    recorded.record(recorder, 18);
    check_walk(recorded, recording, 50, 4);
}

TEST_CASE("the history of one object is what was said of it") {
    Recorded recorded;
    recorded.record(33);
    Recording recording(recorded.file);
    const MetricId power{ObjectClass::gpu, *find_metric(ObjectClass::gpu, "power_watts")};
    std::vector<Recording::Sample> samples;
    recording.history(power, 100, recorded.times[5], recorded.times[28], [&](auto piece) {
        samples.insert(samples.end(), piece.begin(), piece.end());
        return true;
    });
    REQUIRE(samples.size() == 24);
    ClusterState state;
    for (size_t i = 0; i < samples.size(); ++i) {
        CHECK(samples[i].time_ns == recorded.times[5 + i]);
        recording.seek(samples[i].time_ns, state);
        CHECK(samples[i].raw == state.raw({ObjectClass::gpu, 100}, power.index));
    }
}

TEST_CASE("steps to the next and the previous tick") {
    Recorded recorded;
    recorded.record(25);
    Recording recording(recorded.file);
    for (size_t i = 1; i + 1 < recorded.times.size(); ++i) {
        CHECK(recording.next_tick(recorded.times[i], true) == recorded.times[i + 1]);
        CHECK(recording.next_tick(recorded.times[i], false) == recorded.times[i - 1]);
    }
    CHECK_FALSE(recording.next_tick(recorded.times.back(), true));
    CHECK_FALSE(recording.next_tick(recorded.times.front(), false));
}

TEST_CASE("a walk meets every value of its range in the order of time") {
    Recorded recorded;
    recorded.record(47);
    Database database(recorded.file, Database::Mode::read);
    uint64_t damaged = 0;
    const auto series = read_series(database, *recorded.cluster.topology, 0, damaged);
    Recording recording(recorded.file);
    for (const auto& [from, to] : {std::pair(0, 46), std::pair(13, 31), std::pair(40, 46), std::pair(20, 20)}) {
        TickWalk walk(database, series, recorded.times[size_t(from)], recorded.times[size_t(to)]);
        int64_t time_ns = 0;
        size_t met = 0;
        ClusterState state;
        while (walk.next()) {
            REQUIRE(walk.time_ns() >= time_ns);
            if (walk.time_ns() != time_ns) recording.seek(time_ns = walk.time_ns(), state);
            const Series& s = walk.series();
            const auto& values = state.classes[size_t(s.metric.object_class)].columns[s.metric.index].values;
            REQUIRE(std::equal(walk.values().begin(), walk.values().end(), values.begin() + s.first));
            ++met;
        }
        CHECK(met == series.size() * size_t(to - from + 1));
        CHECK(walk.damaged() == 0);
    }
}

TEST_CASE("aggregates say minimum, mean and maximum of a minute") {
    Recorded recorded;
    recorded.record(130);
    Recording recording(recorded.file);
    const MetricId power{ObjectClass::site, *find_metric(ObjectClass::site, "power_watts")};
    const auto minutes = recording.aggregates(power, 0, recorded.times.front(), recorded.times.back(), 60'000'000'000);
    REQUIRE(minutes.size() >= 2);
    double sum = 0;
    uint32_t count = 0;
    for (const int64_t time : recorded.times) {
        if (time < minutes[1].begin_ns || time >= minutes[1].begin_ns + 60'000'000'000) continue;
        ClusterState state;
        recording.seek(time, state);
        const double value = state.value({ObjectClass::site, 0}, power.index);
        CHECK(value >= double(minutes[1].min) * 0.999999);
        CHECK(value <= double(minutes[1].max) * 1.000001);
        sum += value;
        ++count;
    }
    CHECK(minutes[1].count == count);
    CHECK(double(minutes[1].mean) == doctest::Approx(sum / count));
    const auto health =
        recording.health(ObjectClass::gpu, recorded.times.front(), recorded.times.back(), 60'000'000'000);
    REQUIRE(!health.empty());
    uint32_t gpus = 0;
    for (const uint32_t each : health.front().counts) gpus += each;
    CHECK(gpus == 512);
    const MetricId rack_power{ObjectClass::rack, *find_metric(ObjectClass::rack, "power_watts")};
    CHECK(recording.aggregates(rack_power, 0, recorded.times.front(), recorded.times.back(), 60'000'000'000).size() >=
          2);
}

TEST_CASE("a gap interrupts its source and nothing else") {
    Recorded recorded;
    {
        Recorder recorder(recorded.file, recorded.cluster, {.wait = true});
        recorded.record(recorder, 12);
        recorder.gap("sim", recorded.times[4] + 1, recorded.times[6], "sequence numbers are missing");
    }
    Recording recording(recorded.file);
    ClusterState state;
    recording.seek(recorded.times[5], state);
    CHECK(state.stale({ObjectClass::gpu, 0}, recorded.times[5]));
    CHECK(state.sources.at(0).link == SourceStatus::Link::silent);
    recording.seek(recorded.times[7], state);
    CHECK_FALSE(state.stale({ObjectClass::gpu, 0}, recorded.times[7]));
    CHECK(recording.gaps(0, recorded.times.back()).size() == 1);
}

TEST_CASE("what does not move forward in time is counted, not recorded") {
    Recorded recorded;
    Recorder recorder(recorded.file, recorded.cluster, {.wait = true});
    recorded.record(recorder, 3);
    const TelemetryBatch old{.time_ns = recorded.times.front(), .columns = {{{ObjectClass::gpu, 0}, 0, {}}}};
    std::vector<uint16_t> values(512, 0);
    TelemetryBatch late = old;
    late.columns[0].values = values;
    recorder.record("sim", late);
    recorder.flush();
    CHECK(recorder.status().late_ticks == 1);
    Recording recording(recorded.file);
    check_walk(recorded, recording, 10, 5);
}

TEST_CASE("a file whose creation was interrupted is begun anew") {
    Recorded recorded;
    {
        Database(recorded.file, Database::Mode::create)
            .run("pragma page_size = 2048; pragma auto_vacuum = incremental; pragma journal_mode = wal;");
    }
    CHECK(std::filesystem::file_size(recorded.file) > 0);
    recorded.record(13);
    Recording recording(recorded.file);
    check_walk(recorded, recording, 20, 6);
    Database database(recorded.file, Database::Mode::read);
    CHECK(database.pragma("auto_vacuum") == 2);
}

TEST_CASE("a file that is none, another cluster's or of another version is refused in one sentence") {
    Folder folder;
    std::ofstream(folder.path / "text.bvr") << "hello, this is no database at all";
    CHECK_THROWS_AS(Recording(folder.path / "text.bvr"), std::runtime_error);
    CHECK_THROWS_WITH(Recording(folder.path / "none.bvr"), doctest::Contains("does not exist"));
    CHECK_THROWS_WITH(Recording(folder.path), doctest::Contains("is a folder"));
    { Recorder recorder(folder.path / "a.bvr", load_cluster("array-512")); }
    CHECK_THROWS_WITH(Recorder(folder.path / "a.bvr", load_cluster("nvl72-8k")), doctest::Contains("another cluster"));
    Database(folder.path / "a.bvr", Database::Mode::write).run("pragma user_version = 1");
    const auto sentence = doctest::Contains("is a recording of version 1; this program reads version 2.");
    CHECK_THROWS_WITH(Recording(folder.path / "a.bvr"), sentence);
    CHECK_THROWS_WITH(Recorder(folder.path / "a.bvr", load_cluster("array-512")), sentence);
}

TEST_CASE("flipped bits are never served as values") {
    Recorded recorded;
    recorded.record(40);
    const auto size = std::filesystem::file_size(recorded.file);
    std::mt19937_64 random(9);
    uint64_t refused = 0, reported = 0, equal = 0;
    for (int round = 0; round < 150; ++round) {
        const auto copy = recorded.folder.path / "copy.bvr";
        std::filesystem::copy_file(recorded.file, copy, std::filesystem::copy_options::overwrite_existing);
        for (int i = 0; i < 4; ++i) flip(copy, size_t(random() % size), uint8_t(1u << random() % 8));
        try {
            Recording recording(copy);
            for (const size_t tick : {size_t(3), size_t(17), size_t(39)}) {
                ClusterState state;
                recording.seek(recorded.times[tick], state);
                if (state.hash() == recorded.hashes[tick]) {
                    ++equal;
                    continue;
                }
                // What is missing is missing, or is older and says so; nothing is another value of this time.
                ClusterState sound;
                Recording(recorded.file).seek(recorded.times[tick], sound);
                for (const ObjectClass c : all_object_classes)
                    for (size_t m = 0; m < state.classes[size_t(c)].columns.size(); ++m)
                        for (const Coverage& heard : state.classes[size_t(c)].columns[m].coverage)
                            if (heard.time_ns == recorded.times[tick])
                                for (uint32_t i = heard.first; i < heard.end(); ++i)
                                    REQUIRE(state.raw({c, i}, MetricIndex(m)) == sound.raw({c, i}, MetricIndex(m)));
                reported += recording.damage().rows > 0;
            }
        } catch (const std::runtime_error& error) {
            ++refused;
            CHECK(std::string(error.what()).size() > 20);
        }
    }
    MESSAGE(fmt::format("{} refused, {} reported, {} untouched", refused, reported, equal));
    CHECK(equal > 0);
    CHECK(refused + reported > 0);
}

// Histories for plots: columns hold what was recorded, gaps stay gaps, groups are the least, mean and greatest of their
// objects, and a new question ends the one before.
#include <atomic>
#include <cmath>

#include <doctest/doctest.h>

#include "tests/viewer/recorded.h"
#include "viewer/history.h"

using namespace bv;
using namespace bv::test;

namespace {

constexpr int64_t second_ns = 1'000'000'000;

MetricId gpu_power() { return {ObjectClass::gpu, *find_metric(ObjectClass::gpu, "power_watts")}; }

std::shared_ptr<const History> read(HistoryQuery query) {
    PlotReader reader;
    reader.ask(std::move(query));
    reader.wait();
    REQUIRE(reader.newest());
    CHECK(reader.newest()->problem == "");
    CHECK(reader.newest()->complete());
    return reader.newest();
}

}  // namespace

TEST_CASE("columns keep least, mean and greatest, and what was never heard is nothing") {
    HistoryColumns columns(0, 40, 4);
    columns.add(1, 3, 3, 3, 1);
    columns.add(9, 5, 7, 12, 2);
    columns.add(25, 0, 0, 0, 0);
    columns.add(39, 1, 1, 1, 1);
    columns.add(40, 9, 9, 9, 1);  // past the end
    columns.add(-1, 9, 9, 9, 1);
    const HistoryValues values = columns.values();
    REQUIRE(values.columns.size() == 4);
    CHECK(values.columns[0].min == 3);
    CHECK(values.columns[0].mean == 5);
    CHECK(values.columns[0].max == 7);
    CHECK(std::isnan(values.columns[1].mean));
    CHECK(std::isnan(values.columns[2].mean));
    CHECK(values.columns[2].broken);
    CHECK_FALSE(values.columns[1].broken);
    CHECK(values.columns[3].mean == 1);
    CHECK(values.interval_ns == 8);
}

TEST_CASE("the history of one GPU has every tick in its column") {
    const Recorded recorded(33);
    HistoryQuery query{recorded.file, {}, recorded.times.front(), recorded.times.back() + second_ns, 33};
    query.lines.push_back({{ObjectClass::gpu, 100}, gpu_power(), {{100, 1}}});
    const auto history = read(query);
    Recording recording(recorded.file);
    ClusterState state;
    for (size_t i = 0; i < 33; ++i) {
        recording.seek(recorded.times[i], state);
        const HistoryColumn& column = history->lines[0].columns[i];
        const double value = state.value({ObjectClass::gpu, 100}, gpu_power().index);
        CHECK(column.mean == doctest::Approx(value));
        CHECK(column.min == column.max);
    }
    CHECK(history->lines[0].interval_ns == second_ns);
}

TEST_CASE("the history of a rack's GPUs lies between its coolest and its hottest") {
    const Recorded recorded(25);
    Recording recording(recorded.file);
    ClusterState state;
    recording.seek(recorded.times.back(), state);
    const ObjectId rack{ObjectClass::rack, 2};
    HistoryQuery query{recorded.file,
                       {history_line(state, rack, gpu_power())},
                       recorded.times.front(),
                       recorded.times.back() + second_ns,
                       25};
    REQUIRE(query.lines[0].is_group());
    REQUIRE(query.lines[0].objects == std::vector<IndexRange>{state.topology().racks[2].gpus});
    const auto history = read(query);
    for (size_t i = 0; i < 25; ++i) {
        recording.seek(recorded.times[i], state);
        const auto summary = state.summarise(gpu_power(), state.topology().racks[2].gpus);
        const HistoryColumn& column = history->lines[0].columns[i];
        CHECK(column.min == doctest::Approx(summary.min));
        CHECK(column.mean == doctest::Approx(summary.mean));
        CHECK(column.max == doctest::Approx(summary.max));
    }
}

TEST_CASE("a silence in a recording is a gap that no line bridges") {
    Recorded recorded(20);
    recorded.record(20, 30);
    HistoryQuery query{recorded.file, {}, recorded.times.front(), recorded.times.front() + 70 * second_ns, 70};
    query.lines.push_back({{ObjectClass::gpu, 1}, gpu_power(), {{1, 1}}});
    const auto history = read(query);
    const auto& columns = history->lines[0].columns;
    for (size_t i = 20; i < 50; ++i) CHECK(std::isnan(columns[i].mean));
    CHECK_FALSE(std::isnan(columns[19].mean));
    CHECK_FALSE(std::isnan(columns[50].mean));
    CHECK(history->lines[0].bridge(query) <= 4);
}

TEST_CASE("objects of a group are looked up by place and by job") {
    const Recorded recorded(3);
    Recording recording(recorded.file);
    ClusterState state;
    recording.seek(recorded.times.back(), state);
    const Topology& t = state.topology();
    CHECK(objects_of(state, {ObjectClass::gpu, 5}, ObjectClass::gpu) == std::vector<IndexRange>{{5, 1}});
    CHECK(objects_of(state, {ObjectClass::hall, 0}, ObjectClass::node) == std::vector<IndexRange>{t.halls[0].nodes});
    CHECK(objects_of(state, {ObjectClass::gpu, 5}, ObjectClass::rack).empty());
    CHECK(objects_of(state, {ObjectClass::rack, 100'000}, ObjectClass::gpu).empty());
    Job job;
    job.slot = 0;
    job.id = "1";
    job.nodes = {{0, 2}, {5, 1}};
    state.apply(job);
    CHECK(objects_of(state, {ObjectClass::job, 0}, ObjectClass::node) == job.nodes);
    CHECK(objects_of(state, {ObjectClass::job, 0}, ObjectClass::gpu) == std::vector<IndexRange>{{0, 16}, {40, 8}});
}

TEST_CASE("a new question ends the one before, and a file that is not there gets one sentence") {
    const Recorded recorded(12);
    PlotReader reader;
    std::atomic<int> changes = 0;
    reader.on_change = [&] { ++changes; };
    HistoryQuery query{recorded.file, {}, recorded.times.front(), recorded.times.back() + second_ns, 12};
    for (uint32_t gpu = 0; gpu < 50; ++gpu) {
        query.lines = {{{ObjectClass::gpu, gpu}, gpu_power(), {{gpu, 1}}}};
        reader.ask(query);
    }
    reader.wait();
    CHECK(reader.newest()->query == query);
    CHECK(changes > 0);
    const int before = changes;
    reader.ask(query);
    reader.wait();
    CHECK(changes == before);
    query.recording = recorded.folder / "other.bvr";
    reader.ask(query);
    reader.wait();
    CHECK(reader.newest()->problem.find("does not exist") != std::string::npos);
    CHECK(reader.newest()->complete());
}

TEST_CASE("moments are read without opening the recording, in the file and beside it") {
    const Recorded recorded(3);
    Bookmark bookmark{.time_ns = recorded.times[1], .name = "first", .note = "a note", .link = "belvedere://view"};
    const int64_t id = add_bookmark(recorded.file, bookmark);
    bookmark.time_ns = recorded.times[0];
    bookmark.name = "before it";
    add_bookmark(recorded.file, bookmark);
    auto all = bookmarks_of(recorded.file);
    REQUIRE(all.size() == 2);
    CHECK(all[0].name == "before it");
    CHECK(all[1].note == "a note");
    CHECK(all[1].id == id);
    remove_bookmark(recorded.file, id);
    CHECK(bookmarks_of(recorded.file).size() == 1);
    CHECK(Recording(recorded.file).bookmarks().size() == 1);
    CHECK_THROWS_AS(static_cast<void>(bookmarks_of(recorded.folder / "none.bvr")), std::runtime_error);
}

TEST_CASE("a plot goes into a table of one row per instant") {
    const Recorded recorded(4);
    HistoryQuery query{recorded.file, {}, recorded.times.front(), recorded.times.back() + second_ns, 4};
    query.lines.push_back({{ObjectClass::gpu, 1}, gpu_power(), {{1, 1}}});
    const auto history = read(query);
    const std::string csv = history_csv(*history, *recorded.cluster.topology);
    CHECK(std::count(csv.begin(), csv.end(), '\n') == 5);
    CHECK(csv.starts_with("time,\""));
    CHECK(csv.find("gpu.power_watts mean") != std::string::npos);
}

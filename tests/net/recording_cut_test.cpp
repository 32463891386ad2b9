// A cut of a recording: its state at any time of its range is the original's, restricted to what was kept; what was
// redacted holds no name of the original in any byte.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "net/recording_cut.h"
#include "net/recording_objects.h"
#include "net/recording_verify.h"
#include "net/redaction.h"
#include "tests/net/recorded.h"

using namespace bv;
using namespace bv::test;
namespace fs = std::filesystem;

namespace {

constexpr int64_t second_ns = 1'000'000'000;

struct Original : Recorded {
    Original() {
        {
            Recorder recorder(file, cluster, {.wait = true});
            record(recorder, 133);
            recorder.gap("sim", times[60] + 1, times[60] + 2, "sequence numbers are missing");
        }
        add_bookmark(file, {.time_ns = times[50],
                            .created_ns = 1,
                            .name = "Where it began",
                            .note = "ask Miriam",
                            .link = "belvedere://x"});
        add_bookmark(file, {.time_ns = times[120], .created_ns = 1, .name = "later", .note = "", .link = ""});
    }
    CutResult cut(const char* name, CutOptions options) {
        if (options.end_ns == 0) options.begin_ns = times.front(), options.end_ns = times.back();
        const CutResult result = cut_recording(file, folder.path / name, options);
        for (const Flaw& flaw : verify_recording(folder.path / name).flaws) FAIL_CHECK(flaw.sentence());
        CHECK(result.damaged == 0);
        return result;
    }
    [[nodiscard]] Recording open(const char* name) const { return Recording(folder.path / name); }
};

ObjectSet choose(const Original& original, std::vector<std::string> names) {
    Database database(original.file, Database::Mode::read);
    return choose_objects(database, *original.cluster.topology, names, original.times.front(), original.times.back());
}

// The values of what is kept are the same, all others are not there.
void check_restricted(const ClusterState& whole, const ClusterState& cut, const ObjectSet& kept) {
    for (const ObjectClass c : all_object_classes)
        for (size_t m = 0; m < cut.classes[size_t(c)].columns.size(); ++m)
            for (uint32_t i = 0; i < cut.topology().count(c); ++i) {
                const ObjectId id{c, i};
                if (kept.contains(id))
                    REQUIRE(cut.raw(id, MetricIndex(m)) == whole.raw(id, MetricIndex(m)));
                else
                    REQUIRE(cut.heard_ns(id, MetricIndex(m)) == 0);
            }
    std::vector<uint64_t> of_whole, of_cut;
    for (const Event& event : whole.events)
        if (kept.contains(event.object)) of_whole.push_back(event.id);
    for (const Event& event : cut.events) of_cut.push_back(event.id);
    CHECK(of_whole == of_cut);
    for (const Job& job : whole.jobs)
        if (!job.id.empty() && kept.contains({ObjectClass::job, job.slot}))
            CHECK((job.slot < cut.jobs.size() && cut.jobs[job.slot].id == job.id));
    for (const Job& job : cut.jobs)
        if (!job.id.empty()) CHECK(kept.contains({ObjectClass::job, job.slot}));
}

std::string bytes_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("a range of time has every state of the original") {
    Original original;
    const size_t from = 37, to = 91;
    const int64_t begin_ns = original.times[from] + 300'000'000, end_ns = original.times[to] + 500'000'000;
    original.cut("range.bvr", {.begin_ns = begin_ns, .end_ns = end_ns, .objects = {}, .progress = {}});
    Recording cut = original.open("range.bvr");
    CHECK(cut.info().begin_ns == begin_ns);
    CHECK(cut.info().end_ns == original.times[to]);
    ClusterState state;
    for (size_t tick = from + 1; tick <= to; ++tick) {
        cut.seek(original.times[tick], state);
        REQUIRE(state.hash() == original.hashes[tick]);
    }
    cut.seek(begin_ns, state);
    CHECK(state.hash() == original.hashes[from]);
    CHECK(state.time_ns == original.times[from]);
    CHECK(cut.gaps(begin_ns, end_ns).size() == 1);
    CHECK(cut.bookmarks().size() == 1);
    const MetricId power{ObjectClass::site, *find_metric(ObjectClass::site, "power_watts")};
    CHECK(cut.aggregates(power, 0, begin_ns, end_ns, 60 * second_ns).size() ==
          original.open("run.bvr").aggregates(power, 0, begin_ns, end_ns, 60 * second_ns).size());
    CHECK(fs::file_size(original.folder.path / "range.bvr") < fs::file_size(original.file));
    for (const auto& entry : fs::directory_iterator(original.folder.path))
        CHECK(entry.path().string().find(".part") == std::string::npos);
}

TEST_CASE("a cut of a cut is what one cut would have been") {
    Original original;
    original.cut("a.bvr",
                 {.begin_ns = original.times[20], .end_ns = original.times[100], .objects = {}, .progress = {}});
    const CutOptions narrow{
        .begin_ns = original.times[33], .end_ns = original.times[77], .objects = {}, .progress = {}};
    cut_recording(original.folder.path / "a.bvr", original.folder.path / "b.bvr", narrow);
    Recording cut = original.open("b.bvr");
    ClusterState state;
    for (size_t tick = 33; tick <= 77; ++tick) {
        cut.seek(original.times[tick], state);
        REQUIRE(state.hash() == original.hashes[tick]);
    }
    CHECK(verify_recording(original.folder.path / "b.bvr").sound());
}

TEST_CASE("objects are kept with what is in them and what they stand in") {
    Original original;
    const Topology& t = *original.cluster.topology;
    const std::string rack = t.path_of({ObjectClass::rack, 2});
    const std::vector<std::vector<std::string>> choices{{"rack:" + rack},
                                                        {t.path_of({ObjectClass::gpu, 100})},
                                                        {"hall", "gpu"},
                                                        {t.path_of({ObjectClass::switch_, 0})},
                                                        {"job:" + original.state.jobs.front().id},
                                                        {t.path_of({ObjectClass::power, t.racks[2].busway})},
                                                        {"slot0"}};
    Recording whole = original.open("run.bvr");
    ClusterState state, restricted;
    int number = 0;
    for (const auto& names : choices) {
        CAPTURE(names.front());
        const std::string name = fmt::format("objects-{}.bvr", number++);
        original.cut(name.c_str(), {.objects = names, .progress = {}});
        const ObjectSet kept = choose(original, names);
        Recording cut = original.open(name.c_str());
        for (const size_t tick : {size_t(0), size_t(57), size_t(132)}) {
            whole.seek(original.times[tick], state);
            cut.seek(original.times[tick], restricted);
            check_restricted(state, restricted, kept);
        }
    }
    const ObjectSet kept = choose(original, {"rack:" + rack});
    const Rack& r = t.racks[2];
    CHECK(kept.contains({ObjectClass::site, 0}));
    CHECK(kept.contains({ObjectClass::row, r.row}));
    CHECK(kept.contains({ObjectClass::power, r.busway}));
    CHECK(kept.runs(ObjectClass::gpu, {0, 512}) == std::vector<IndexRange>{r.gpus});
    CHECK_FALSE(kept.contains({ObjectClass::rack, 1}));
    CHECK(kept.runs(ObjectClass::job, {0, t.job_slots}).size() >= 1);  // of the job that runs there
    CHECK_THROWS_WITH(original.cut("none.bvr", {.objects = {"H9"}, .progress = {}}),
                      doctest::Contains("'H9' is no object"));
}

TEST_CASE("the redacted cluster is the same without its names") {
    for (const char* name : {"array-512", "nvl72-8k"}) {
        const LoadedCluster cluster = load_cluster(name);
        const Topology &t = *cluster.topology, redacted = *redacted_cluster(t).topology;
        CHECK(redacted.hash != t.hash);
        CHECK(redacted.parts == t.parts);
        CHECK(redacted.rails == t.rails);
        CHECK(redacted.planes == t.planes);
        CHECK(redacted.pods == t.pods);
        REQUIRE(redacted.links.size() == t.links.size());
        for (const ObjectClass c : all_object_classes) {
            for (uint32_t i = 0; i < t.count(c); i += 1 + t.count(c) / 50) {
                const Place a = t.place_of({c, i}), b = redacted.place_of({c, i});
                CHECK(double(b.x) == doctest::Approx(double(a.x)));
                CHECK(double(b.y) == doctest::Approx(double(a.y)));
                CHECK(double(b.z) == doctest::Approx(double(a.z)));
                CHECK(redacted.find(redacted.path_of({c, i})) == ObjectId{c, i});
            }
        }
        for (size_t l = 0; l < t.links.size(); l += 1 + t.links.size() / 100) {
            CHECK(double(redacted.links[l].length_m) == doctest::Approx(double(t.links[l].length_m)));
            CHECK(double(redacted.links[l].capacity_bytes_per_second) ==
                  doctest::Approx(double(t.links[l].capacity_bytes_per_second)));
            CHECK(redacted.links[l].link_class == t.links[l].link_class);
        }
    }
}

TEST_CASE("a redacted recording holds no name of the original") {
    Original original;
    const CutResult result = original.cut("redacted.bvr", {.objects = {}, .redact = true, .progress = {}});
    Recording whole = original.open("run.bvr"), cut = original.open("redacted.bvr");
    CHECK(cut.cluster().topology->hash != original.cluster.topology->hash);
    CHECK(result.cluster_hash == fmt::format("{:016x}", cut.cluster().topology->hash));
    // The same values, events and jobs under other names.
    ClusterState state, redacted;
    std::map<std::string, std::string> new_ids;
    for (const size_t tick : {size_t(0), size_t(66), size_t(132)}) {
        whole.seek(original.times[tick], state);
        cut.seek(original.times[tick], redacted);
        for (const ObjectClass c : all_object_classes)
            for (size_t m = 0; m < state.classes[size_t(c)].columns.size(); ++m)
                REQUIRE(state.classes[size_t(c)].columns[m].values == redacted.classes[size_t(c)].columns[m].values);
        REQUIRE(state.events.size() == redacted.events.size());
        for (size_t e = 0; e < state.events.size(); ++e) {
            CHECK(redacted.events[e].object == state.events[e].object);
            CHECK(redacted.events[e].time_ns == state.events[e].time_ns);
            CHECK(redacted.events[e].source == "source-1");
        }
        REQUIRE(state.jobs.size() == redacted.jobs.size());
        for (size_t j = 0; j < state.jobs.size(); ++j) {
            CHECK(redacted.jobs[j].nodes == state.jobs[j].nodes);
            CHECK(new_ids.try_emplace(state.jobs[j].id, redacted.jobs[j].id).first->second == redacted.jobs[j].id);
        }
    }
    CHECK(redacted.sources.at(0).name == "source-1");
    // Every name that the original has, in the bytes of the file and in the text of its cluster.
    std::set<std::string> names{original.cluster.topology->name,
                                original.cluster.topology->title,
                                "Where it began",
                                "ask Miriam",
                                "belvedere://",
                                "sequence numbers"};
    for (const auto& of_class : original.cluster.topology->names) names.insert(of_class.begin(), of_class.end());
    for (const Event& event : state.events) names.insert(event.text);
    for (const Job& job : state.jobs) names.insert({job.id, job.name, job.user, job.partition});
    for (const Fact& fact : original.cluster.topology->facts) names.insert(fact.text);
    const std::string original_bytes = bytes_of(original.file), bytes = bytes_of(original.folder.path / "redacted.bvr"),
                      text = cut.cluster().text;
    size_t looked_for = 0, in_original = 0;
    for (const std::string& name : names) {
        if (name.size() < 5) continue;  // so short that packed values may happen to spell it
        CAPTURE(name);
        ++looked_for;
        in_original +=
            original_bytes.find(name) != std::string::npos || original.cluster.text.find(name) != std::string::npos;
        CHECK(bytes.find(name) == std::string::npos);
        CHECK(text.find(name) == std::string::npos);
    }
    MESSAGE(fmt::format("{} names looked for, {} of them as text in the original", looked_for, in_original));
    CHECK(in_original > 20);
}

TEST_CASE("what is damaged is left out of a cut and counted") {
    Original original;
    {
        Database database(original.file, Database::Mode::write);
        database.run(
            "update block set data = zeroblob(length(data)) where id in (select id from block limit 3);"
            "update event_version set text = 'x' where id = 1;");
    }
    const CutResult result = cut_recording(
        original.file, original.folder.path / "rest.bvr",
        {.begin_ns = original.times.front(), .end_ns = original.times.back(), .objects = {}, .progress = {}});
    CHECK(result.damaged == 4);
    CHECK(verify_recording(original.folder.path / "rest.bvr").sound());
}

TEST_CASE("nothing is overwritten and no half file is left") {
    Original original;
    const CutOptions all{
        .begin_ns = original.times.front(), .end_ns = original.times.back(), .objects = {}, .progress = {}};
    CHECK_THROWS_WITH(cut_recording(original.file, original.file, all), doctest::Contains("exists"));
    CHECK_THROWS_WITH(cut_recording(original.file, "/nonexistent/a.bvr", all), doctest::Contains("/nonexistent/a.bvr"));
    CutOptions before = all;
    before.begin_ns = 1, before.end_ns = 2;
    CHECK_THROWS_WITH(cut_recording(original.file, original.folder.path / "no.bvr", before),
                      doctest::Contains("nothing"));
    size_t files = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator(original.folder.path)) ++files;
    CHECK(files == 1);
}

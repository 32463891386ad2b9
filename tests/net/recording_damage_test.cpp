// What is left of a recording after its file or its log was cut or bits of it were flipped: never a wrong value, never
// a crash, and verify says so wherever anything that was recorded is missing.
#include <algorithm>
#include <array>
#include <memory>
#include <random>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "net/recording_schema.h"
#include "net/recording_verify.h"
#include "tests/net/recorded.h"

using namespace bv;
using namespace bv::test;
namespace fs = std::filesystem;

namespace {

constexpr int minute_of_ticks = 61;

// Copies of a recording and of its log as they stood while it was written.
struct Copies {
    Recorded recorded;
    fs::path whole = recorded.folder.path / "whole.bvr";    // closed: one file
    fs::path killed = recorded.folder.path / "killed.bvr";  // with its log beside it
    fs::path copy = recorded.folder.path / "copy.bvr";

    Copies() {
        {
            Recorder recorder(recorded.file, recorded.cluster, {.wait = true});
            recorded.record(recorder, minute_of_ticks);
            recorder.gap("sim", recorded.times[20] + 1, recorded.times[20] + 2, "sequence numbers are missing");
            recorder.flush();
            fs::copy_file(recorded.file, killed);
            fs::copy_file(log_of(recorded.file), log_of(killed));
        }
        add_bookmark(recorded.file,
                     {.time_ns = recorded.times[3], .created_ns = 1, .name = "here", .note = "", .link = ""});
        fs::copy_file(recorded.file, whole);
    }
    static fs::path log_of(const fs::path& file) { return file.string() + "-wal"; }

    void take(const fs::path& from) {
        for (const char* suffix : {"", "-wal", "-shm"}) {
            fs::remove(copy.string() + suffix);
            if (fs::exists(from.string() + suffix)) fs::copy_file(from.string() + suffix, copy.string() + suffix);
        }
    }
};

struct Outcome {
    bool refused = false, verified_sound = false, whole = true;
    uint64_t wrong_values = 0;
};

// Compares all that the copy serves with what was recorded.
Outcome examine(const Copies& copies, const std::vector<std::unique_ptr<ClusterState>>& truth,
                std::mt19937_64& random) {
    Outcome outcome;
    try {
        outcome.verified_sound = verify_recording(copies.copy).sound();
    } catch (const std::runtime_error& error) {
        CHECK(std::string(error.what()).ends_with("."));
    }
    try {
        Recording recording(copies.copy);
        ClusterState state;
        for (int i = 0; i < 6; ++i) {
            const size_t tick = random() % copies.recorded.times.size();
            const int64_t time_ns = copies.recorded.times[tick];
            recording.seek(time_ns, state);
            outcome.whole = outcome.whole && state.hash() == copies.recorded.hashes[tick];
            for (const ObjectClass c : all_object_classes)
                for (size_t m = 0; m < state.classes[size_t(c)].columns.size(); ++m) {
                    const Column& served = state.classes[size_t(c)].columns[m];
                    for (const Coverage& heard : served.coverage) {
                        // What is older says so; it is what was recorded at that time.
                        const auto at =
                            std::find(copies.recorded.times.begin(), copies.recorded.times.end(), heard.time_ns);
                        REQUIRE(at != copies.recorded.times.end());
                        const Column& said =
                            truth[size_t(at - copies.recorded.times.begin())]->classes[size_t(c)].columns[m];
                        for (uint32_t o = heard.first; o < heard.end(); ++o)
                            outcome.wrong_values += served.values[o] != said.values[o];
                    }
                }
        }
    } catch (const std::runtime_error& error) {
        outcome.refused = true;
        outcome.whole = false;
        CHECK(std::string(error.what()).ends_with("."));
    }
    return outcome;
}

class Tally {
public:
    void add(const Outcome& outcome) {
        ++rounds;
        refused += outcome.refused;
        whole += outcome.whole;
        sound += outcome.verified_sound;
        REQUIRE(outcome.wrong_values == 0);
        // Where verify finds nothing, nothing is missing.
        if (outcome.verified_sound) CHECK(outcome.whole);
    }
    void say(const char* what) const {
        MESSAGE(fmt::format("{}: {} times; {} refused, {} served whole, {} verified sound, 0 wrong values", what,
                            rounds, refused, whole, sound));
    }
    uint64_t rounds = 0, refused = 0, whole = 0, sound = 0;
};

std::vector<std::unique_ptr<ClusterState>> states_of(const Copies& copies) {
    std::vector<std::unique_ptr<ClusterState>> states;
    Recording recording(copies.whole);
    for (const int64_t time_ns : copies.recorded.times) {
        states.push_back(std::make_unique<ClusterState>());
        recording.seek(time_ns, *states.back());
    }
    return states;
}

}  // namespace

TEST_CASE("verify finds nothing in a sound recording") {
    Copies copies;
    for (const fs::path& file : {copies.whole, copies.killed}) {
        copies.take(file);
        uint64_t last = 0, all = 0;
        const Verification found = verify_recording(copies.copy, [&](uint64_t done, uint64_t of) {
            CHECK(done >= last);
            last = done, all = of;
        });
        for (const Flaw& flaw : found.flaws) MESSAGE(flaw.sentence());
        CHECK(found.sound());
        CHECK((all > 0 && last == all));
        CHECK(found.ticks == minute_of_ticks);
        CHECK(found.begin_ns == copies.recorded.times.front());
        CHECK(found.end_ns == copies.recorded.times.back());
        CHECK(found.samples > found.ticks * 512);
        CHECK(found.unknown_series == 0);
    }
}

TEST_CASE("verify finds a changed field in every table") {
    Copies copies;
    const auto check = [&](const std::string& sql, const std::string& table, const std::string& words) {
        CAPTURE(sql);
        copies.take(copies.whole);
        { Database(copies.copy, Database::Mode::write).run(sql.c_str()); }
        const Verification found = verify_recording(copies.copy);
        REQUIRE_FALSE(found.sound());
        CHECK(found.flaws.front().table == table);
        CHECK(found.flaws.front().sentence().find(words) != std::string::npos);
        CAPTURE(found.flaws.front().sentence());
        CHECK(found.damaged_rows() >= 1);
    };
    check("update series set first = first + 1 where id = 3", "series", "checksum");
    check("update metric set scale = 2 * scale where id = 1281", "metric", "checksum");
    check("update source set name = 'sin'", "source", "checksum");
    check("update block set begin_ns = begin_ns + 1 where id = (select min(id) from block)", "block", "another time");
    check("update block set series = 1 where series = 2", "block", "checksum");
    check(
        "insert into block (series, begin_ns, end_ns, ticks, data) select series, begin_ns, end_ns, ticks, data from "
        "block where series = 4 limit 1",
        "block", "the block before");
    check("delete from series where id = 5", "block", "not known");
    check("update event_version set text = text || '!' where id = 1", "event_version", "checksum");
    check("update event_version set object = 'x' where id = 1", "event_version", "checksum");
    check("update job_version set user = 'x' where id = 1", "job_version", "checksum");
    check("update gap set end_ns = end_ns + 1", "gap", "checksum");
    check("update bookmark set name = 'there'", "bookmark", "checksum");
    check("update aggregate set mean = mean + 1 where step_s = 60 and begin_ns = (select min(begin_ns) from aggregate)",
          "aggregate", "checksum");
    check("update rack_aggregate set data = x'00' where rowid = 1", "rack_aggregate", "checksum");
    check("update health set ok = ok + 1 where class = 'gpu'", "health", "checksum");
    check("insert into meta values ('begin_ns', '1', 0)", "meta", "checksum");
    check("update topology set hash = '0123456789abcdef'", "topology", "nothing can be replayed");
}

TEST_CASE("verify says which values are damaged") {
    Copies copies;
    copies.take(copies.whole);
    const auto blob = [&](Database& database) {
        Statement row(
            database,
            "select b.id, b.begin_ns, b.end_ns from block b join series s on s.id = b.series join metric m on "
            "m.id = s.metric where m.class = 'gpu' and m.name = 'power_watts' order by b.id limit 1");
        REQUIRE(row.step());
        return std::array{row.integer(0), row.integer(1), row.integer(2)};
    };
    std::array<int64_t, 3> damaged{};
    {
        Database database(copies.copy, Database::Mode::write);
        damaged = blob(database);
        Statement(database, "update block set data = zeroblob(length(data)) where id = ?").bind_all(damaged[0]).run();
    }
    const Verification found = verify_recording(copies.copy);
    REQUIRE(found.flaws.size() == 1);
    const Flaw& flaw = found.flaws.front();
    CHECK(flaw.source == "sim");
    CHECK(flaw.metric == "gpu.power_watts");
    CHECK(flaw.rows == 1);
    CHECK(flaw.objects == 512);
    CHECK(flaw.begin_ns == damaged[1]);
    CHECK(flaw.end_ns == damaged[2]);
    CHECK(flaw.sentence().find("gpu.power_watts of sim, objects 0 to 511") != std::string::npos);
    CHECK(found.ticks == minute_of_ticks);  // other columns still have them
}

TEST_CASE("a file or a log cut anywhere serves no wrong value") {
    Copies copies;
    const auto truth = states_of(copies);
    std::mt19937_64 random(11);
    Tally file, log;
    for (int round = 0; round < 60; ++round) {
        copies.take(copies.whole);
        fs::resize_file(copies.copy, random() % fs::file_size(copies.copy));
        file.add(examine(copies, truth, random));
    }
    CHECK(file.sound == 0);
    for (int round = 0; round < 60; ++round) {
        copies.take(copies.killed);
        const fs::path cut = Copies::log_of(copies.copy);
        fs::resize_file(cut, random() % fs::file_size(cut));
        // A shorter log is an earlier recording: sound, but without what came later.
        Outcome outcome = examine(copies, truth, random);
        outcome.whole = outcome.whole || outcome.verified_sound;
        log.add(outcome);
    }
    file.say("file cut");
    log.say("log cut");
}

TEST_CASE("flipped bits in the file or the log are found and served as nothing") {
    Copies copies;
    const auto truth = states_of(copies);
    std::mt19937_64 random(12);
    Tally file, log;
    for (int round = 0; round < 150; ++round) {
        copies.take(copies.whole);
        for (int i = 0; i < 3; ++i)
            flip(copies.copy, random() % fs::file_size(copies.copy), uint8_t(1u << random() % 8));
        file.add(examine(copies, truth, random));
    }
    for (int round = 0; round < 100; ++round) {
        copies.take(copies.killed);
        const fs::path flipped = Copies::log_of(copies.copy);
        flip(flipped, random() % fs::file_size(flipped), uint8_t(1u << random() % 8));
        Outcome outcome = examine(copies, truth, random);
        outcome.whole = outcome.whole || outcome.verified_sound;  // the log ends there
        log.add(outcome);
    }
    CHECK(file.sound < file.rounds / 2);
    file.say("bits of the file flipped");
    log.say("bits of the log flipped");
}

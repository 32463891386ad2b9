// See recording_totals.h. Blocks are counted from their index alone.
#include "net/recording_totals.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <string_view>

#include "net/recording_schema.h"

namespace bv {

namespace {

uint64_t count(Database& database, const char* sql) {
    Statement row(database, sql);
    return row.step() ? uint64_t(row.integer(0)) : 0;
}

void count_blocks(Database& database, RecordingTotals& totals) {
    uint64_t damaged = 0;
    const auto names = read_sources(database, damaged);
    std::map<int64_t, Series> series;
    for (Series& s : read_series(database, *totals.cluster.topology, 0, damaged)) series.emplace(s.id, std::move(s));
    for (const std::string& name : names) totals.sources.push_back({.name = name});
    Statement row(database,
                  "select series, count(*), sum(ticks), min(begin_ns), max(begin_ns) from block group by series");
    while (row.step()) {
        totals.blocks += uint64_t(row.integer(1));
        const auto found = series.find(row.integer(0));
        if (found == series.end() || found->second.source >= totals.sources.size()) continue;
        SourceTotals& source = totals.sources[found->second.source];
        const auto ticks = uint64_t(row.integer(2));
        // Not every column comes with every tick; the one that comes most often counts them.
        source.ticks = std::max(source.ticks, ticks);
        source.samples += ticks * found->second.count;
        source.begin_ns = source.begin_ns == 0 ? row.integer(3) : std::min(source.begin_ns, row.integer(3));
        source.end_ns = std::max(source.end_ns, row.integer(4));
    }
    Statement last(database, "select end_ns from block where series = ? order by begin_ns desc limit 1");
    for (const auto& [id, s] : series) {
        if (s.source >= totals.sources.size()) continue;
        last.bind(1, id);
        if (last.step()) totals.sources[s.source].end_ns = std::max(totals.sources[s.source].end_ns, last.integer(0));
        last.reset();
    }
    for (const SourceTotals& source : totals.sources) {
        totals.ticks += source.ticks;
        totals.samples += source.samples;
    }
}

}  // namespace

RecordingTotals total_up(const std::filesystem::path& file) {
    Recording recording(file);
    RecordingTotals totals{.cluster = recording.cluster(), .info = recording.info()};
    Database database(file, Database::Mode::read);
    const Transaction one_view(database, false);
    count_blocks(database, totals);
    totals.events = count(database, "select count(*) from event_version where until_ns = 9223372036854775807");
    totals.jobs = count(database, "select count(distinct job_id) from job_version where job_id <> ''");
    totals.bookmarks = recording.bookmarks().size();
    totals.gaps = recording.gaps(std::numeric_limits<int64_t>::min(), never_ns);
    return totals;
}

bool looks_like_recording(const std::filesystem::path& file) {
    constexpr std::string_view magic("SQLite format 3\0", 16);
    std::array<char, magic.size()> head{};
    std::ifstream in(file, std::ios::binary);
    in.read(head.data(), head.size());
    return (in && std::string_view(head.data(), head.size()) == magic) || file.extension() == ".bvr";
}

}  // namespace bv

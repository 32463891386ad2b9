// See recording_verify.h. Rows are read in the order of the file, each once; where SQLite cannot read a page, the rows
// behind it still are.
#include "net/recording_verify.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "cluster/time_text.h"
#include "net/checksum.h"
#include "net/recording_aggregates.h"
#include "net/recording_schema.h"
#include "net/recording_totals.h"
#include "net/tick_block.h"

namespace bv {

namespace {

constexpr const char* unreadable = "pages that cannot be read";
constexpr int most_page_complaints = 20;
constexpr uint64_t rows_between_progress = 256;

// What blocks of a series are checked against.
struct KnownSeries {
    Series series;
    std::string source, metric;
    int64_t last_end_ns = std::numeric_limits<int64_t>::min();
    uint64_t ticks = 0;
};

struct Span {
    int64_t begin_ns = 0, end_ns = 0;
};

class Verifier {
public:
    Verifier(const std::filesystem::path& path, const std::function<void(uint64_t, uint64_t)>& progress)
        : database_(path, Database::Mode::read), progress_(progress) {
        check_recording(database_);
    }

    Verification run() {
        guarded("file", [&] { check_pages(); });
        guarded("meta", [&] { check_meta(); });
        check_topology();
        guarded("metric", [&] { check_metrics(); });
        guarded("source", [&] { check_sources(); });
        guarded("series", [&] { check_series(); });
        guarded("block", [&] { check_blocks(); });
        guarded("event_version", [&] { check_events(); });
        guarded("job_version", [&] { check_jobs(); });
        guarded("gap", [&] { check_gaps(); });
        guarded("bookmark", [&] { check_bookmarks(); });
        guarded("aggregate", [&] { check_aggregates(); });
        guarded("rack_aggregate", [&] { check_rack_aggregates(); });
        guarded("health", [&] { check_health(); });
        total_up();
        return std::move(found_);
    }

private:
    // A table that SQLite cannot read, or not to its end, is a flaw and no reason to stop.
    template <typename Check>
    void guarded(const char* table, Check check) {
        try {
            check();
        } catch (const DatabaseError& error) {
            if (error.kind != DatabaseError::Kind::damaged) throw;
            flaw({.table = table, .what = unreadable});
        }
    }

    void flaw(const Flaw& one, Span about = {}) {
        auto known = std::find_if(found_.flaws.begin(), found_.flaws.end(), [&](const Flaw& f) {
            return f.table == one.table && f.what == one.what && f.source == one.source && f.metric == one.metric &&
                   f.first == one.first;
        });
        if (known == found_.flaws.end()) {
            found_.flaws.push_back(one);
            known = std::prev(found_.flaws.end());
            known->begin_ns = about.begin_ns;
            known->end_ns = about.end_ns;
        }
        ++known->rows;
        known->begin_ns = std::min(known->begin_ns, about.begin_ns);
        known->end_ns = std::max(known->end_ns, about.end_ns);
    }

    void check(bool sound, const char* table, Span about = {}) {
        if (sound)
            ++found_.rows;
        else
            flaw({.table = table, .what = "a wrong checksum"}, about);
    }

    // Rows of a table with an integer key.
    void scan(const char* table, std::string_view columns, const std::function<void(const Statement&, int64_t)>& row) {
        const uint64_t stepped_over = scan_rows(database_, columns, table, std::numeric_limits<int64_t>::min(),
                                                [&](const Statement& s, int64_t id) {
                                                    row(s, id);
                                                    return true;
                                                });
        if (stepped_over) flaw({.table = table, .what = unreadable});
    }

    void check_pages() {
        Statement complaint(database_, fmt::format("pragma integrity_check({})", most_page_complaints));
        while (complaint.step())
            if (complaint.text(0) != "ok") flaw({.table = "file", .what = std::string(complaint.text(0))});
    }

    void check_meta() {
        Statement row(database_, "select key, value, crc from meta");
        while (row.step()) check(meta_check(row.text(0), row.text(1)) == row.integer(2), "meta");
    }

    void check_topology() {
        try {
            topology_ = read_cluster(database_).topology;
            ++found_.rows;
        } catch (const std::exception&) {
            flaw({.table = "topology", .what = "a cluster that is damaged: nothing can be replayed"});
        }
    }

    void check_metrics() {
        Statement row(database_, fmt::format("select {} from metric", metric_columns));
        while (row.step()) {
            const bool sound = metric_is_sound(row);
            check(sound, "metric");
            if (!sound) continue;
            const auto object_class = object_class_from(row.text(1));
            metrics_[row.integer(0)] = fmt::format("{}.{}", row.text(1), row.text(2));
            if (object_class && find_metric(*object_class, row.text(2))) known_metrics_.insert(row.integer(0));
        }
    }

    void check_sources() {
        Statement row(database_, "select id, name, crc from source");
        while (row.step()) {
            const bool sound = source_check(row.integer(0), row.text(1)) == row.integer(2);
            check(sound, "source");
            if (sound) sources_[row.integer(0)] = row.text(1);
        }
    }

    void check_series() {
        Statement row(database_, fmt::format("select {} from series", series_columns));
        while (row.step()) {
            const auto series = read_series(row);
            check(series.has_value(), "series");
            if (!series) continue;
            const int64_t metric = metric_key(series->metric);
            KnownSeries known{*series, sources_[series->source], metrics_[metric]};
            if (known.source.empty() || known.metric.empty())
                flaw({.table = "series", .what = "a source or a metric that is not in the file"});
            if (!known_metrics_.contains(metric)) ++found_.unknown_series;
            if (topology_ && known_metrics_.contains(metric) && !fits(known))
                flaw({.table = "series", .what = "objects that the cluster does not have"});
            series_.emplace(series->id, std::move(known));
        }
    }

    [[nodiscard]] bool fits(const KnownSeries& known) const {
        const auto object_class = object_class_from(known.metric.substr(0, known.metric.find('.')));
        if (!object_class) return true;
        const uint32_t objects = topology_->count(*object_class);
        return known.series.count > 0 && known.series.first <= objects &&
               known.series.count <= objects - known.series.first;
    }

    void check_blocks() {
        uint64_t last_id = 0, done = 0;
        {
            Statement row(database_, "select max(id) from block");
            if (row.step()) last_id = uint64_t(row.integer(0));
        }
        scan("block", "series, begin_ns, end_ns, ticks, data", [&](const Statement& row, int64_t id) {
            check_block(row);
            if (progress_ && done++ % rows_between_progress == 0)
                progress_(uint64_t(id), std::max(last_id, uint64_t(id)));
        });
        if (progress_) progress_(last_id, last_id);
    }

    void check_block(const Statement& row) {
        const Span about{row.integer(1), row.integer(2)};
        const auto found = series_.find(row.integer(0));
        if (found == series_.end()) {
            flaw({.table = "block", .what = "a series that is not known"}, about);
            return;
        }
        KnownSeries& known = found->second;
        if (const char* what = flaw_of(row, known)) {
            flaw({.table = "block",
                  .what = what,
                  .source = known.source,
                  .metric = known.metric,
                  .first = known.series.first,
                  .objects = known.series.count},
                 about);
            return;
        }
        const uint64_t ticks = decoder_.header().ticks;
        ++found_.rows;
        ++found_.blocks;
        known.ticks += ticks;
        known.last_end_ns = about.end_ns;
        found_.samples += ticks * known.series.count;
        found_.begin_ns = found_.blocks == 1 ? about.begin_ns : std::min(found_.begin_ns, about.begin_ns);
        found_.end_ns = std::max(found_.end_ns, about.end_ns);
    }

    // Nothing where the block is sound; it is then open.
    const char* flaw_of(const Statement& row, const KnownSeries& known) {
        if (!decoder_.open(row.blob(4), known.series.id, known.series.count)) return "a wrong checksum";
        const size_t ticks = decoder_.header().ticks;
        if (row.integer(3) != int64_t(ticks) || row.integer(1) != decoder_.time_ns(0) ||
            row.integer(2) != decoder_.time_ns(ticks - 1))
            return "another time than their values";
        if (row.integer(1) <= known.last_end_ns) return "a time that the block before has too";
        values_.resize(known.series.count);
        for (size_t tick = 0; tick < ticks; ++tick)
            if (!decoder_.decode_tick(tick, values_)) return "values that cannot be unpacked";
        return nullptr;
    }

    void check_events() {
        scan("event_version", event_columns, [&](const Statement& row, int64_t) {
            const auto version = read_event(row);
            check(version.has_value(), "event_version", {row.integer(4), row.integer(4)});
            found_.events += version && version->until_ns == never_ns;
        });
    }
    void check_jobs() {
        scan("job_version", job_columns, [&](const Statement& row, int64_t) {
            const auto version = read_job(row);
            check(version.has_value(), "job_version", {row.integer(0), row.integer(0)});
            found_.jobs += version && version->until_ns == never_ns && !version->job.id.empty();
        });
    }
    void check_gaps() {
        scan("gap", "source, begin_ns, end_ns, reason, crc", [&](const Statement& row, int64_t) {
            check(gap_check(row.text(0), row.integer(1), row.integer(2), row.text(3)) == row.integer(4), "gap",
                  {row.integer(1), row.integer(2)});
        });
    }
    void check_bookmarks() {
        scan("bookmark", "time_ns, created_ns, name, note, link, crc", [&](const Statement& row, int64_t) {
            check(
                bookmark_check(row.integer(0), row.integer(1), row.text(2), row.text(3), row.text(4)) == row.integer(5),
                "bookmark", {row.integer(0), row.integer(0)});
        });
    }
    void check_aggregates() {
        Statement row(database_,
                      "select step_s, metric, object_index, begin_ns, min, mean, max, count, crc from aggregate");
        while (row.step())
            check(aggregate_check(uint32_t(row.integer(0)), row.integer(1), row.integer(2), row.integer(3), row.real(4),
                                  row.real(5), row.real(6), row.integer(7)) == row.integer(8),
                  "aggregate", {row.integer(3), row.integer(3)});
    }
    void check_rack_aggregates() {
        Statement row(database_, "select metric, begin_ns, data, crc from rack_aggregate");
        RackAggregate racks;
        while (row.step()) {
            const auto data = row.blob(2);
            const bool sound = RowCheck().add(row.integer(0)).add(row.integer(1)).add(data).value() == row.integer(3);
            check(sound && (!topology_ || unpack(data, topology_->count(ObjectClass::rack), racks)), "rack_aggregate",
                  {row.integer(1), row.integer(1)});
        }
    }
    void check_health() {
        Statement row(database_,
                      "select step_s, class, begin_ns, ok, warning, critical, down, maintenance, unknown, crc "
                      "from health");
        while (row.step()) {
            std::array<uint32_t, health_count> counts{};
            for (size_t i = 0; i < health_count; ++i) counts[i] = uint32_t(row.integer(int(i) + 3));
            check(health_check(uint32_t(row.integer(0)), row.text(1), row.integer(2), counts) == row.integer(9),
                  "health", {row.integer(2), row.integer(2)});
        }
    }

    // Not every column comes with every tick; the one of a source that comes most often counts its ticks.
    void total_up() {
        std::map<uint16_t, uint64_t> ticks;
        for (const auto& [id, known] : series_) {
            uint64_t& most = ticks[known.series.source];
            most = std::max(most, known.ticks);
        }
        for (const auto& [source, count] : ticks) found_.ticks += count;
    }

    Database database_;
    const std::function<void(uint64_t, uint64_t)>& progress_;
    Verification found_;
    std::shared_ptr<const Topology> topology_;
    std::map<int64_t, std::string> metrics_, sources_;
    std::set<int64_t> known_metrics_;
    std::map<int64_t, KnownSeries> series_;
    BlockDecoder decoder_;
    std::vector<uint16_t> values_;
};

}  // namespace

std::string Flaw::sentence() const {
    if (table == "file") return fmt::format("The file itself is damaged: {}.", what);
    if (what == unreadable) return fmt::format("Some pages of {} cannot be read.", table);
    std::string text = fmt::format("{} row{} of {}", rows, rows == 1 ? "" : "s", table);
    if (!metric.empty()) {
        text += fmt::format(" with {} of {}", metric, source);
        text += objects == 1 ? fmt::format(", object {},", first)
                             : fmt::format(", objects {} to {},", first, first + objects - 1);
    }
    if (begin_ns != 0 && begin_ns == end_ns) text += fmt::format(" about {}", utc_text(begin_ns));
    if (begin_ns != end_ns) text += fmt::format(" from {} to {}", utc_text(begin_ns), utc_text(end_ns));
    return fmt::format("{} {} {}.", text, rows == 1 ? "has" : "have", what);
}

uint64_t Verification::damaged_rows() const {
    return std::accumulate(flaws.begin(), flaws.end(), uint64_t(0),
                           [](uint64_t sum, const Flaw& flaw) { return sum + flaw.rows; });
}

Verification verify_recording(const std::filesystem::path& path,
                              const std::function<void(uint64_t, uint64_t)>& progress) {
    if (!std::filesystem::exists(path)) throw std::runtime_error(fmt::format("{} does not exist.", path.string()));
    if (std::filesystem::is_directory(path))
        throw std::runtime_error(fmt::format("{} is a folder, not a recording.", path.string()));
    if (!looks_like_recording(path))
        throw std::runtime_error(fmt::format("{} is not a recording of belvedere.", path.string()));
    try {
        return Verifier(path, progress).run();
    } catch (const DatabaseError& error) {
        if (error.kind != DatabaseError::Kind::damaged) throw;
        return {
            .flaws = {
                {.table = "file", .what = "SQLite cannot read it, so that nothing of it can be served", .rows = 1}}};
    }
}

}  // namespace bv

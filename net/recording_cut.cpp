// See recording_cut.h. Blocks that are kept whole are copied as they are; others are unpacked, trimmed and packed
// again. Rows are written in the order of time, as the recorder does.
#include "net/recording_cut.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "net/checksum.h"
#include "net/planes.h"
#include "net/recording.h"
#include "net/recording_aggregates.h"
#include "net/recording_objects.h"
#include "net/recording_schema.h"
#include "net/redaction.h"
#include "net/tick_block.h"

namespace bv {

namespace {

constexpr uint64_t rows_between_progress = 256;

// A run of kept objects of a series, which is a series of the cut.
struct Piece {
    uint32_t id = 0, offset = 0, count = 0;
};

struct CutSeries {
    Series series;
    bool whole = false;  // all its objects are kept
    std::vector<Piece> pieces;
};

class Cutter {
public:
    Cutter(const std::filesystem::path& from, const std::filesystem::path& to, const CutOptions& options)
        : options_(options),
          path_(from),
          in_(open(from)),
          one_view_(in_, false),
          cluster_(read_cluster(in_)),
          topology_(*cluster_.topology),
          kept_(choose_objects(in_, topology_, options.objects, options.begin_ns, options.end_ns)),
          redaction_(options.redact ? std::make_unique<Redaction>(cluster_) : nullptr),
          out_(to, Database::Mode::create) {
        create_recording(out_, redaction_ ? redaction_->cluster() : cluster_);
        // Half a cut is thrown away: nothing has to survive a crash.
        out_.run("pragma journal_mode = off; pragma synchronous = off;");
    }

    CutResult run() {
        Transaction transaction(out_);
        copy_metrics();
        copy_sources();
        copy_series();
        copy_blocks();
        copy_events();
        copy_jobs();
        copy_gaps();
        copy_bookmarks();
        copy_aggregates();
        copy_rack_aggregates();
        copy_health();
        write_meta(out_, meta_begin_ns, std::to_string(options_.begin_ns));
        transaction.commit();
        out_.run("pragma journal_mode = delete;");
        const Topology& written = redaction_ ? *redaction_->cluster().topology : topology_;
        result_.cluster_hash = fmt::format("{:016x}", written.hash);
        return result_;
    }

private:
    static Database open(const std::filesystem::path& path) {
        Database database(path, Database::Mode::read);
        check_recording(database);
        return database;
    }

    std::string source_name(std::string_view name) { return redaction_ ? redaction_->source(name) : std::string(name); }

    // As the recording numbers and scales them, which may be another version of the catalogue.
    void copy_metrics() {
        out_.run("delete from metric");
        Statement row(in_, fmt::format("select {}, encoding from metric", metric_columns));
        Statement put(
            out_, fmt::format("insert into metric ({}, encoding) values (?, ?, ?, ?, ?, ?, ?, ?, ?)", metric_columns));
        while (row.step()) {
            if (metric_is_sound(row))
                put.bind_all(row.integer(0), row.text(1), row.text(2), row.text(3), row.text(4), row.real(5),
                             row.real(6), row.integer(7), row.text(8))
                    .run();
            else
                ++result_.damaged;
        }
    }

    void copy_sources() {
        const auto sources = read_sources(in_, result_.damaged);
        for (size_t id = 0; id < sources.size(); ++id)
            if (!sources[id].empty()) insert_source(out_, id, source_name(sources[id]));
    }

    void copy_series() {
        uint32_t next_id = 0;
        Statement row(in_, fmt::format("select {} from series order by id", series_columns));
        while (row.step()) {
            const auto series = read_series(row);
            if (!series) {
                ++result_.damaged;
                continue;
            }
            next_id = std::max(next_id, series->id + 1);
            series_.push_back({*series, false, {}});
        }
        for (CutSeries& cut : series_) {
            const Series& s = cut.series;
            const auto runs = options_.objects.empty() ? std::vector<IndexRange>{{s.first, s.count}} : runs_of(s);
            cut.whole = runs.size() == 1 && runs[0] == IndexRange{s.first, s.count};
            for (const IndexRange& run : runs) {
                Series out = s;
                if (!cut.whole) out.id = next_id++;
                out.first = run.first;
                out.count = run.count;
                insert_series(out_, out);
                cut.pieces.push_back({out.id, run.first - s.first, run.count});
            }
        }
        std::erase_if(series_, [](const CutSeries& cut) { return cut.pieces.empty(); });
    }

    // Class numbers are wire format: they mean the same in every version.
    std::vector<IndexRange> runs_of(const Series& s) const {
        if (size_t(s.metric.object_class) >= object_class_count) return {};
        return kept_.runs(s.metric.object_class, {s.first, s.count});
    }

    // First the block of every series in which the range begins, then the others as they lie in the file.
    void copy_blocks() {
        Statement opening(in_,
                          "select id, begin_ns, data from block where series = ? and begin_ns <= ? "
                          "order by begin_ns desc limit 1");
        Statement following(in_, "select id from block where series = ? and begin_ns > ? order by begin_ns limit 1");
        Statement last(in_, "select max(id) from block");
        const int64_t last_id = last.step() ? last.integer(0) : 0;
        last.reset();
        std::vector<std::pair<int64_t, const CutSeries*>> openings;
        int64_t first_id = never_ns;
        for (const CutSeries& cut : series_) {
            by_id_.emplace(cut.series.id, &cut);
            opening.bind_all(int64_t(cut.series.id), options_.begin_ns);
            if (opening.step()) openings.emplace_back(opening.integer(1), &cut);
            opening.reset();
            following.bind_all(int64_t(cut.series.id), options_.begin_ns);
            if (following.step()) first_id = std::min(first_id, following.integer(0));
            following.reset();
        }
        std::sort(openings.begin(), openings.end());
        for (const auto& [begin_ns, cut] : openings) {
            opening.bind_all(int64_t(cut->series.id), options_.begin_ns);
            if (opening.step()) copy_block(*cut, opening.blob(2));
            opening.reset();
        }
        if (first_id != never_ns) copy_blocks_from(first_id, last_id);
    }

    void copy_blocks_from(int64_t first_id, int64_t last_id) {
        uint64_t done = 0;
        result_.damaged +=
            scan_rows(in_, "series, begin_ns, data", "block", first_id, [&](const Statement& row, int64_t id) {
                const auto cut = by_id_.find(row.integer(0));
                const int64_t begin_ns = row.integer(1);
                if (cut != by_id_.end() && begin_ns > options_.begin_ns && begin_ns <= options_.end_ns)
                    copy_block(*cut->second, row.blob(2));
                if (options_.progress && done++ % rows_between_progress == 0)
                    options_.progress(uint64_t(id - first_id), uint64_t(std::max(last_id, id) - first_id + 1));
                return true;
            });
    }

    // Of what lies before the range only the newest tick is kept: it is what was known when the range begins.
    void copy_block(const CutSeries& cut, std::span<const std::byte> data) {
        if (!decoder_.open(data, cut.series.id, cut.series.count)) {
            ++result_.damaged;
            return;
        }
        const size_t ticks = decoder_.header().ticks;
        const size_t first = decoder_.tick_at(options_.begin_ns).value_or(0);
        const size_t end = decoder_.tick_at(options_.end_ns).value_or(0) + 1;
        if (first == 0 && end == ticks && cut.whole) {
            insert(cut.series.id, decoder_.time_ns(0), decoder_.time_ns(ticks - 1), ticks, data);
            result_.samples += ticks * cut.series.count;
            return;
        }
        std::vector<int64_t> times;
        for (size_t tick = first; tick < end; ++tick) {
            values_[tick].resize(cut.series.count);
            if (!decoder_.decode_tick(tick, values_[tick])) {
                ++result_.damaged;
                return;
            }
            times.push_back(decoder_.time_ns(tick));
        }
        for (const Piece& piece : cut.pieces) {
            std::array<const uint16_t*, max_block_ticks> rows{};
            for (size_t t = 0; t < times.size(); ++t) rows[t] = values_[first + t].data() + piece.offset;
            insert(piece.id, times.front(), times.back(), times.size(),
                   encoder_.encode(piece.id, decoder_.header().interval_ns, times, {rows.data(), times.size()},
                                   piece.count));
            result_.samples += times.size() * piece.count;
        }
    }

    void insert(uint32_t series, int64_t begin_ns, int64_t end_ns, size_t ticks, std::span<const std::byte> data) {
        if (!put_block_)
            put_block_.emplace(out_,
                               "insert into block (series, begin_ns, end_ns, ticks, data) values (?, ?, ?, ?, ?)");
        put_block_->bind_all(int64_t(series), begin_ns, end_ns, int64_t(ticks), data).run();
        ++result_.blocks;
    }

    // What was known when the range begins, and what was said in it; nothing of what was said after it.
    template <typename Read, typename Keep>
    void copy_versions(const char* table, const char* columns, const Read& read, const Keep& keep) {
        Statement row(in_, fmt::format("select {} from {} where known_ns <= ? and until_ns > ? order by known_ns, id",
                                       columns, table));
        row.bind_all(options_.end_ns, options_.begin_ns);
        while (row.step()) {
            auto version = read(row);
            if (!version) {
                ++result_.damaged;
                continue;
            }
            if (version->until_ns > options_.end_ns) version->until_ns = never_ns;
            keep(*version, row);
        }
    }

    void copy_events() {
        EventRows rows(out_);
        copy_versions("event_version", event_columns, read_event, [&](EventVersion& version, const Statement& row) {
            const ObjectId object = version.event.object;
            if (object.valid() && !kept_.contains(object) && !options_.objects.empty()) return;
            std::string path(row.text(12));
            if (redaction_) {
                version.event = redaction_->event(version.event);
                const Topology& t = *redaction_->cluster().topology;
                path = t.contains(version.event.object) ? t.path_of(version.event.object) : std::string();
            }
            rows.insert(version, path);
            result_.events += version.until_ns == never_ns;
        });
    }

    void copy_jobs() {
        JobRows rows(out_);
        copy_versions("job_version", job_columns, read_job, [&](JobVersion& version, const Statement&) {
            if (!options_.objects.empty() && !kept_.contains({ObjectClass::job, version.job.slot})) return;
            if (redaction_) version.job = redaction_->job(version.job);
            rows.insert(version);
            ++result_.jobs;
        });
    }

    void copy_gaps() {
        Statement row(in_,
                      "select source, begin_ns, end_ns, reason, crc from gap where begin_ns <= ? and end_ns >= ? "
                      "order by begin_ns");
        row.bind_all(options_.end_ns, options_.begin_ns);
        Statement put(out_, "insert into gap (source, begin_ns, end_ns, reason, crc) values (?, ?, ?, ?, ?)");
        while (row.step()) {
            if (gap_check(row.text(0), row.integer(1), row.integer(2), row.text(3)) != row.integer(4)) {
                ++result_.damaged;
                continue;
            }
            const std::string source = source_name(row.text(0));
            const std::string reason(redaction_ ? std::string_view("not recorded") : row.text(3));
            put.bind_all(std::string_view(source), row.integer(1), row.integer(2), std::string_view(reason),
                         gap_check(source, row.integer(1), row.integer(2), reason))
                .run();
        }
    }

    // Also those beside a recording that cannot be written.
    void copy_bookmarks() {
        Statement put(out_,
                      "insert into bookmark (time_ns, created_ns, name, note, link, crc) values (?, ?, ?, ?, ?, ?)");
        size_t number = 0;
        for (Bookmark& b : Recording(path_).bookmarks()) {
            if (b.time_ns < options_.begin_ns || b.time_ns > options_.end_ns) continue;
            if (redaction_) b = {b.id, b.time_ns, b.created_ns, fmt::format("bookmark-{}", ++number), {}, {}};
            put.bind_all(b.time_ns, b.created_ns, std::string_view(b.name), std::string_view(b.note),
                         std::string_view(b.link), bookmark_check(b.time_ns, b.created_ns, b.name, b.note, b.link))
                .run();
        }
    }

    // Minutes and hours that touch the range, whole.
    template <typename Sound, typename Keep>
    void copy_steps(const char* table, const char* columns, const Sound& sound, const Keep& keep) {
        Statement row(in_, fmt::format("select {} from {} where begin_ns <= ? and begin_ns + step_s * 1000000000 > ?",
                                       columns, table));
        row.bind_all(options_.end_ns, options_.begin_ns);
        while (row.step())
            if (sound(row))
                keep(row);
            else
                ++result_.damaged;
    }

    void copy_aggregates() {
        Statement put(out_, "insert into aggregate values (?, ?, ?, ?, ?, ?, ?, ?, ?)");
        const auto sound = [](const Statement& row) {
            return aggregate_check(uint32_t(row.integer(0)), row.integer(1), row.integer(2), row.integer(3),
                                   row.real(4), row.real(5), row.real(6), row.integer(7)) == row.integer(8);
        };
        copy_steps("aggregate", "step_s, metric, object_index, begin_ns, min, mean, max, count, crc", sound,
                   [&](const Statement& row) {
                       if (!kept_.contains({ObjectClass(row.integer(1) >> 8), uint32_t(row.integer(2))})) return;
                       put.bind_all(row.integer(0), row.integer(1), row.integer(2), row.integer(3), row.real(4),
                                    row.real(5), row.real(6), row.integer(7), row.integer(8))
                           .run();
                   });
    }

    void copy_rack_aggregates() {
        constexpr int64_t minute_ns = 60'000'000'000;
        const uint32_t racks = topology_.count(ObjectClass::rack);
        Statement row(in_,
                      "select metric, begin_ns, data, crc from rack_aggregate where begin_ns <= ? and begin_ns > ?");
        row.bind_all(options_.end_ns, options_.begin_ns - minute_ns);
        Statement put(out_, "insert into rack_aggregate (metric, begin_ns, data, crc) values (?, ?, ?, ?)");
        Compressor compressor;
        RackAggregate minute;
        std::vector<uint16_t> all;
        while (row.step()) {
            const auto data = row.blob(2);
            if (RowCheck().add(row.integer(0)).add(row.integer(1)).add(data).value() != row.integer(3) ||
                !unpack(data, racks, minute)) {
                ++result_.damaged;
                continue;
            }
            all.clear();
            for (const auto* part : {&minute.min, &minute.mean, &minute.max})
                for (uint32_t r = 0; r < racks; ++r)
                    all.push_back(kept_.contains({ObjectClass::rack, r}) ? (*part)[r] : no_data);
            const auto packed = compressor.compress(std::as_bytes(std::span(all)));
            put.bind_all(row.integer(0), row.integer(1), packed,
                         RowCheck().add(row.integer(0)).add(row.integer(1)).add(packed).value())
                .run();
        }
    }

    // They count a whole class: kept only where the whole class is.
    void copy_health() {
        Statement put(out_, "insert into health values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        const auto sound = [](const Statement& row) {
            std::array<uint32_t, health_count> counts{};
            for (size_t i = 0; i < health_count; ++i) counts[i] = uint32_t(row.integer(int(i) + 3));
            return health_check(uint32_t(row.integer(0)), row.text(1), row.integer(2), counts) == row.integer(9);
        };
        copy_steps("health", "step_s, class, begin_ns, ok, warning, critical, down, maintenance, unknown, crc", sound,
                   [&](const Statement& row) {
                       const auto object_class = object_class_from(row.text(1));
                       if (!object_class || !kept_.whole(*object_class)) return;
                       put.bind_all(row.integer(0), row.text(1), row.integer(2), row.integer(3), row.integer(4),
                                    row.integer(5), row.integer(6), row.integer(7), row.integer(8), row.integer(9))
                           .run();
                   });
    }

    const CutOptions& options_;
    std::filesystem::path path_;
    Database in_;
    Transaction one_view_;
    LoadedCluster cluster_;
    const Topology& topology_;
    ObjectSet kept_;
    std::unique_ptr<Redaction> redaction_;
    Database out_;
    std::vector<CutSeries> series_;
    std::map<int64_t, const CutSeries*> by_id_;
    std::optional<Statement> put_block_;
    BlockDecoder decoder_;
    BlockEncoder encoder_;
    std::array<std::vector<uint16_t>, max_block_ticks> values_;
    CutResult result_;
};

void sync(const std::filesystem::path& file) {
    const int handle = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    const bool good = handle >= 0 && ::fsync(handle) == 0;
    if (handle >= 0) ::close(handle);
    if (!good) throw std::runtime_error(fmt::format("{} cannot be written to the disk.", file.string()));
}

}  // namespace

CutResult cut_recording(const std::filesystem::path& from, const std::filesystem::path& to, const CutOptions& options) {
    if (std::filesystem::exists(to))
        throw std::runtime_error(fmt::format("{} exists; choose another name or remove it first.", to.string()));
    const std::filesystem::path part = fmt::format("{}.{}.part", to.string(), ::getpid());
    try {
        const CutResult result = Cutter(from, part, options).run();
        if (result.blocks + result.events + result.jobs == 0)
            throw std::runtime_error(
                fmt::format("{} has nothing of these objects in this time; nothing was written.", from.string()));
        sync(part);
        std::filesystem::rename(part, to);
        return result;
    } catch (...) {
        std::error_code ignored;
        for (const char* suffix : {"", "-wal", "-shm", "-journal"})
            std::filesystem::remove(part.string() + suffix, ignored);
        throw;
    }
}

}  // namespace bv

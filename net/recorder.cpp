// The writer of recordings; see recorder.h. record() copies into a queue; one thread packs, commits every tick, and
// folds ten single ticks of a series into one block behind the head.
#include "net/recorder.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <ctime>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <tuple>

#include <fmt/format.h>

#include "net/recording_aggregates.h"
#include "net/recording_schema.h"
#include "net/tick_block.h"

namespace bv {

namespace {

struct Piece {
    MetricId metric;
    uint32_t first = 0, count = 0;
    size_t at = 0;  // into Waiting::values
};

struct Gap {
    std::string source, reason;
    int64_t begin_ns = 0, end_ns = 0;
};

// A batch on its way to the disk.
struct Waiting {
    std::string source;
    int64_t time_ns = 0, interval_ns = 0;
    std::vector<Piece> pieces;
    std::vector<uint16_t> values;
    std::vector<Event> events;
    std::vector<Job> jobs;
    std::vector<Gap> gaps;
    [[nodiscard]] size_t bytes() const { return values.size() * sizeof(uint16_t) + 4096; }
};

// The ticks of a series that are not folded yet, oldest first.
struct Pending {
    Series series;
    int64_t interval_ns = 0;
    std::vector<int64_t> times_ns;
    std::vector<int64_t> rows;  // their rows in the file; 0 where none was written
    std::array<std::vector<uint16_t>, max_block_ticks> values;
};

int64_t busy_ns() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return int64_t(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

constexpr int forget_rows_at_once = 2000;
constexpr int pages_freed_at_end = 16384;
constexpr int64_t never_heard = std::numeric_limits<int64_t>::min();

// Everything that touches the file, on the writing thread.
class Writer {
public:
    Writer(std::filesystem::path path, const LoadedCluster& cluster, const RecorderOptions& options)
        : options_(options),
          topology_(cluster.topology),
          database_(open(path, cluster)),
          events_(database_),
          jobs_(database_),
          insert_(database_, "insert into block (series, begin_ns, end_ns, ticks, data) values (?, ?, ?, ?, ?)"),
          remove_(database_, "delete from block where id = ?"),
          aggregates_(cluster.topology) {
        database_.run(
            "pragma journal_mode = wal; pragma synchronous = normal; pragma cache_size = -16384; pragma "
            "wal_autocheckpoint = 4000;");
        resume();
    }

    // One transaction. Throws DatabaseError; then nothing of it was written.
    void write(const Waiting& waiting) {
        Transaction transaction(database_);
        touched_.clear();
        folded_.clear();
        const uint32_t first_new_series = next_series_;
        const size_t known_sources = sources_.size();
        const auto newest_before = newest_ns_;
        try {
            write_values(waiting);
            for (const Event& event : waiting.events) {
                const std::string path = event.object.valid() && topology_->contains(event.object)
                                             ? topology_->path_of(event.object)
                                             : std::string();
                events_.write({waiting.time_ns, never_ns, event}, path);
            }
            for (const Job& job : waiting.jobs) jobs_.write({waiting.time_ns, never_ns, job});
            for (const Gap& gap : waiting.gaps) write(gap);
            if (std::any_of(touched_.begin(), touched_.end(),
                            [](Pending* p) { return p->times_ns.size() == max_block_ticks; }))
                fold_full();
            forget_old();
            transaction.commit();
        } catch (...) {
            // What was appended in memory goes with what was rolled back; a fold that was rolled back is done again.
            for (Pending* pending : touched_)
                if (!pending->times_ns.empty() && pending->times_ns.back() == waiting.time_ns) {
                    pending->times_ns.pop_back();
                    pending->rows.pop_back();
                }
            std::erase_if(pending_, [&](const auto& entry) { return entry.second.series.id >= first_new_series; });
            next_series_ = first_new_series;
            sources_.resize(known_sources);
            newest_ns_ = newest_before;
            throw;
        }
        for (Pending* pending : folded_) {
            pending->times_ns.clear();
            pending->rows.clear();
        }
        if (!folded_.empty()) aggregates_.committed();
        folded_.clear();
        sum_up(waiting);
        if (!waiting.pieces.empty()) left_ns_.erase(waiting.source);
        status.ticks += !waiting.pieces.empty();
        status.samples += waiting.values.size();
        status.events += waiting.events.size();
        if (status.begin_ns == 0) status.begin_ns = waiting.time_ns;
        status.end_ns = std::max(status.end_ns, waiting.time_ns);
    }

    // Folds everything: the end of the recording.
    void close() {
        Transaction transaction(database_);
        for (auto& [key, pending] : pending_)
            if (pending.times_ns.size() > 1 || !options_.single_ticks) fold(pending);
        aggregates_.write(database_, true);
        transaction.commit();
        for (Pending* pending : folded_) pending->times_ns.clear(), pending->rows.clear();
        folded_.clear();
        // Where the single ticks were is free for the next ones, of which there are none.
        database_.run(
            fmt::format("pragma incremental_vacuum({}); pragma wal_checkpoint(truncate);", pages_freed_at_end).c_str());
        // One file that is read anywhere, unless somebody reads it just now.
        try {
            database_.run("pragma busy_timeout = 0; pragma journal_mode = delete;");
        } catch (const DatabaseError&) {
            // It stays as it is: whole, with its log beside it.
        }
    }

    // Not newer than what this source said before.
    [[nodiscard]] bool late(const Waiting& waiting) const {
        const auto known = newest_ns_.find(waiting.source);
        return !waiting.pieces.empty() && known != newest_ns_.end() && waiting.time_ns <= known->second;
    }

    RecorderStatus status;

private:
    using Key = std::tuple<uint16_t, MetricId, uint32_t, uint32_t>;

    static Database open(const std::filesystem::path& path, const LoadedCluster& cluster) {
        std::error_code ignored;
        if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), ignored);
        Database database(path, std::filesystem::exists(path) ? Database::Mode::write : Database::Mode::create);
        if (holds_nothing(database)) {
            create_recording(database, cluster);
            return database;
        }
        check_recording(database);
        Statement row(database, "select hash, name from topology where id = 1");
        if (!row.step() || row.text(0) != fmt::format("{:016x}", cluster.topology->hash))
            throw std::runtime_error(fmt::format("{} holds a recording of another cluster ({}); choose another file.",
                                                 path.string(), row.text(1)));
        return database;
    }

    // Takes up the series and the single ticks that an earlier recorder left.
    void resume() {
        uint64_t damaged = 0;
        sources_ = read_sources(database_, damaged);
        for (Series& series : read_series(database_, *topology_, 0, damaged)) {
            next_series_ = std::max(next_series_, series.id + 1);
            if (!series.translated.empty()) continue;  // of another catalogue: its values go into new series
            const Key key{series.source, series.metric, series.first, series.count};
            pending_[key].series = std::move(series);
        }
        std::map<uint32_t, Pending*> by_id;
        for (auto& [key, pending] : pending_) by_id[pending.series.id] = &pending;
        BlockDecoder decoder;
        Statement single(database_, "select id, series, data from block where ticks = 1 order by begin_ns");
        while (single.step()) {
            const auto found = by_id.find(uint32_t(single.integer(1)));
            if (found == by_id.end()) continue;
            Pending& pending = *found->second;
            const size_t tick = pending.times_ns.size();
            if (tick == max_block_ticks || !decoder.open(single.blob(2), pending.series.id, pending.series.count))
                continue;
            if (tick && decoder.time_ns(0) <= pending.times_ns.back()) continue;
            pending.values[tick].resize(pending.series.count);
            if (!decoder.decode_tick(0, pending.values[tick])) continue;
            pending.interval_ns = decoder.header().interval_ns;
            pending.times_ns.push_back(decoder.time_ns(0));
            pending.rows.push_back(single.integer(0));
        }
        // Rows come in order of time, so the ends of the table are the ends of the recording.
        Statement oldest(database_, "select min(begin_ns) from (select begin_ns from block order by id limit 5000)");
        if (oldest.step() && !oldest.null(0)) status.begin_ns = oldest.integer(0);
        Statement newest(database_, "select end_ns from block where series = ? order by begin_ns desc limit 1");
        for (const auto& [key, pending] : pending_) {
            newest.bind(1, int64_t(pending.series.id));
            if (newest.step() && !newest.null(0) && pending.series.source < sources_.size()) {
                int64_t& newest_ns = newest_ns_.try_emplace(sources_[pending.series.source], never_heard).first->second;
                newest_ns = std::max(newest_ns, newest.integer(0));
                status.end_ns = std::max(status.end_ns, newest_ns);
            }
            newest.reset();
        }
        left_ns_ = newest_ns_;
        if (damaged)
            throw DatabaseError(DatabaseError::Kind::damaged,
                                fmt::format("{}: damaged; nothing more is written into it. Choose another file; "
                                            "belvedere-feed verify says what can still be read.",
                                            database_.path().string()));
    }

    uint16_t source_of(const std::string& name) {
        const auto known = std::find(sources_.begin(), sources_.end(), name);
        if (known != sources_.end()) return uint16_t(known - sources_.begin());
        insert_source(database_, sources_.size(), name);
        sources_.push_back(name);
        return uint16_t(sources_.size() - 1);
    }

    void write_values(const Waiting& waiting) {
        if (waiting.pieces.empty()) return;
        const uint16_t source = source_of(waiting.source);
        note_absence(waiting);
        for (const Piece& piece : waiting.pieces) {
            const std::span<const uint16_t> values(waiting.values.data() + piece.at, piece.count);
            // Cut at whole multiples, so that the same objects share a series however the source cuts its stretches.
            for (uint32_t at = piece.first, end = piece.first + piece.count; at < end;) {
                const uint32_t stop = std::min(end, (at / max_block_objects + 1) * max_block_objects);
                append(source, piece.metric, at, values.subspan(at - piece.first, stop - at), waiting);
                at = stop;
            }
        }
        newest_ns_[waiting.source] = waiting.time_ns;
    }

    // Only what is committed counts.
    void sum_up(const Waiting& waiting) {
        TelemetryBatch batch{.time_ns = waiting.time_ns, .interval_ns = waiting.interval_ns};
        for (const Piece& piece : waiting.pieces)
            batch.columns.push_back({piece.metric, piece.first, {waiting.values.data() + piece.at, piece.count}});
        aggregates_.add(batch);
    }

    // From where an earlier recorder left a source until it is heard again nobody recorded.
    void note_absence(const Waiting& waiting) {
        const auto left = left_ns_.find(waiting.source);
        if (left == left_ns_.end()) return;
        // Ticks come a little early or late; one and a half intervals is a tick that is missing.
        if (waiting.time_ns - left->second > waiting.interval_ns + waiting.interval_ns / 2)
            write(Gap{waiting.source, "nobody recorded", left->second + 1, waiting.time_ns});
    }

    void append(uint16_t source, MetricId metric, uint32_t first, std::span<const uint16_t> values,
                const Waiting& waiting) {
        Pending& pending = pending_[{source, metric, first, uint32_t(values.size())}];
        if (pending.series.count == 0) {
            pending.series = {next_series_++, source, metric, first, uint32_t(values.size()), {}};
            insert_series(database_, pending.series);
        }
        const size_t tick = pending.times_ns.size();
        if (tick && (pending.times_ns.back() >= waiting.time_ns || tick == max_block_ticks)) return;
        pending.interval_ns = waiting.interval_ns;
        pending.values[tick].assign(values.begin(), values.end());
        int64_t row = 0;
        if (options_.single_ticks) {
            const std::array<const uint16_t*, 1> rows{pending.values[tick].data()};
            const std::array<int64_t, 1> times{waiting.time_ns};
            row = insert(pending.series.id, times,
                         encoder_.encode(pending.series.id, pending.interval_ns, times, rows, pending.series.count));
        }
        pending.times_ns.push_back(waiting.time_ns);
        pending.rows.push_back(row);
        touched_.push_back(&pending);
    }

    int64_t insert(uint32_t series, std::span<const int64_t> times_ns, std::span<const std::byte> data) {
        insert_.bind_all(int64_t(series), times_ns.front(), times_ns.back(), int64_t(times_ns.size()), data).run();
        return database_.last_row_id();
    }

    void fold(Pending& pending) {
        if (pending.times_ns.empty()) return;
        std::array<const uint16_t*, max_block_ticks> rows{};
        for (size_t t = 0; t < pending.times_ns.size(); ++t) rows[t] = pending.values[t].data();
        const auto data = encoder_.encode(pending.series.id, pending.interval_ns, pending.times_ns,
                                          {rows.data(), pending.times_ns.size()}, pending.series.count);
        for (const int64_t row : pending.rows)
            if (row) remove_.bind_all(row).run();
        insert(pending.series.id, pending.times_ns, data);
        folded_.push_back(&pending);
    }

    void fold_full() {
        for (Pending* pending : touched_)
            if (pending->times_ns.size() == max_block_ticks) fold(*pending);
        aggregates_.write(database_);
    }

    void write(const Gap& gap) {
        Statement(database_, "insert into gap (source, begin_ns, end_ns, reason, crc) values (?, ?, ?, ?, ?)")
            .bind_all(std::string_view(gap.source), gap.begin_ns, gap.end_ns, std::string_view(gap.reason),
                      gap_check(gap.source, gap.begin_ns, gap.end_ns, gap.reason))
            .run();
    }

    // A little at a time, so that no tick waits long: the oldest rows of the file come first by id.
    void forget_old() {
        if (options_.keep_ns <= 0 && options_.max_bytes == 0) return;
        int64_t before_ns =
            options_.keep_ns > 0 ? status.end_ns - options_.keep_ns : std::numeric_limits<int64_t>::min();
        if (options_.max_bytes && status.bytes > options_.max_bytes)
            before_ns = std::max(
                before_ns, status.begin_ns + std::max<int64_t>(60'000'000'000, (status.end_ns - status.begin_ns) / 50));
        if (before_ns <= status.begin_ns) return;
        Statement oldest(database_, "select id, end_ns from block order by id limit ?");
        oldest.bind(1, int64_t(forget_rows_at_once));
        int64_t last = 0;
        while (oldest.step() && oldest.integer(1) < before_ns) last = oldest.integer(0);
        oldest.reset();
        if (last == 0) return;
        Statement(database_, "delete from block where id <= ? and ticks > 1").bind_all(last).run();
        Statement begin(database_, "select min(begin_ns) from (select begin_ns from block order by id limit 500)");
        if (begin.step() && !begin.null(0)) status.begin_ns = begin.integer(0);
        for (const char* sql : {"delete from event_version where until_ns < ?",
                                "delete from job_version where until_ns < ?", "delete from gap where end_ns < ?"})
            Statement(database_, sql).bind_all(status.begin_ns).run();
        Statement(database_, "delete from event_version where end_ns <> 0 and end_ns < ?")
            .bind_all(status.begin_ns)
            .run();
        database_.run("pragma incremental_vacuum(2000);");
    }

    RecorderOptions options_;
    std::shared_ptr<const Topology> topology_;
    Database database_;
    EventRows events_;
    JobRows jobs_;
    Statement insert_, remove_;
    Aggregates aggregates_;
    BlockEncoder encoder_;
    std::vector<std::string> sources_;
    std::map<std::string, int64_t> newest_ns_;
    std::map<std::string, int64_t> left_ns_;  // newest tick of an earlier recorder, until the source is heard again
    std::map<Key, Pending> pending_;
    std::vector<Pending*> touched_, folded_;
    uint32_t next_series_ = 1;
};

}  // namespace

struct Recorder::Impl {
    RecorderOptions options;
    std::filesystem::path path;
    std::shared_ptr<const Topology> topology;
    Writer writer;

    mutable std::mutex mutex;
    std::condition_variable more, done;
    std::deque<Waiting> queue;
    std::vector<Waiting> spare;  // buffers to use again
    size_t waiting_bytes = 0;
    bool busy = false, stop = false;
    RecorderStatus status;
    // Per source, begin of a gap that is to be written: ticks that were not queued, and ticks that were not written.
    // Those that wait in the queue are older than the first and newer than the second.
    std::map<std::string, int64_t> lost_since_ns, failed_since_ns;
    std::thread thread;

    Impl(std::filesystem::path file, const LoadedCluster& cluster, RecorderOptions recorder_options)
        : options(recorder_options), path(file), topology(cluster.topology), writer(file, cluster, recorder_options) {
        writer.status.path = file;
        writer.status.bytes = file_bytes();
        status = writer.status;
        thread = std::thread([this] { run(); });
    }
    ~Impl() {
        {
            const std::lock_guard lock(mutex);
            stop = true;
        }
        more.notify_all();
        thread.join();
    }

    [[nodiscard]] uint64_t file_bytes() const {
        uint64_t bytes = 0;
        for (const char* suffix : {"", "-wal"}) {
            std::error_code error;
            const auto size = std::filesystem::file_size(path.string() + suffix, error);
            if (!error) bytes += size;
        }
        return bytes;
    }

    void push(Waiting&& waiting) {
        std::unique_lock lock(mutex);
        if (options.wait)
            done.wait(lock, [&] { return waiting_bytes < options.max_waiting_bytes; });
        else if (waiting_bytes + waiting.bytes() > options.max_waiting_bytes && !waiting.pieces.empty()) {
            ++status.lost_ticks;
            lost_since_ns.try_emplace(waiting.source, waiting.time_ns);
            // Events and jobs are small and few: they are never lost with the values.
            waiting.pieces.clear();
            waiting.values.clear();
            if (waiting.events.empty() && waiting.jobs.empty()) return;
        }
        end_gap(waiting, lost_since_ns);
        if (!waiting.pieces.empty()) lost_since_ns.erase(waiting.source);
        waiting_bytes += waiting.bytes();
        queue.push_back(std::move(waiting));
        lock.unlock();
        more.notify_one();
    }

    void run() {
        for (;;) {
            Waiting waiting;
            {
                std::unique_lock lock(mutex);
                busy = false;
                done.notify_all();
                more.wait(lock, [&] { return stop || !queue.empty(); });
                if (queue.empty()) break;
                waiting = std::move(queue.front());
                queue.pop_front();
                busy = true;
                end_gap(waiting, failed_since_ns);
            }
            write(waiting);
            const std::lock_guard lock(mutex);
            waiting_bytes -= waiting.bytes();
            recycle(std::move(waiting));
        }
        try {
            writer.close();
        } catch (const std::exception&) {
            // What was committed stays; there is nobody left to tell.
        }
    }

    // A source that is heard again after ticks were lost: the hole is written as what it is.
    static void end_gap(Waiting& waiting, const std::map<std::string, int64_t>& since_ns) {
        const auto lost = since_ns.find(waiting.source);
        if (waiting.pieces.empty() || lost == since_ns.end()) return;
        waiting.gaps.push_back(
            {waiting.source, "not recorded: the disk was too slow, full or read-only", lost->second, waiting.time_ns});
    }

    void write(const Waiting& waiting) {
        const int64_t begin = busy_ns();
        std::string problem;
        bool lost = false;
        const bool late = writer.late(waiting);
        if (!late) try {
                writer.write(waiting);
            } catch (const std::exception& error) {
                problem = error.what();
                lost = true;
            }
        const int64_t spent = busy_ns() - begin;
        const std::lock_guard lock(mutex);
        const uint64_t lost_before = status.lost_ticks, late_before = status.late_ticks;
        const double busy_before = status.busy_seconds;
        writer.status.bytes = file_bytes();
        status = writer.status;
        status.lost_ticks = lost_before + (lost && !waiting.pieces.empty());
        status.late_ticks = late_before + late;
        status.busy_seconds = busy_before + double(spent) * 1e-9;
        status.problem = problem;
        if (lost) {
            // With what is not written goes the gap that it would have ended.
            int64_t since_ns = waiting.time_ns;
            for (const Gap& gap : waiting.gaps) since_ns = std::min(since_ns, gap.begin_ns);
            failed_since_ns.try_emplace(waiting.source, since_ns);
        } else if (!waiting.pieces.empty()) {
            failed_since_ns.erase(waiting.source);
        }
    }

    void recycle(Waiting&& waiting) {
        if (spare.size() < 4) spare.push_back(std::move(waiting));
    }
    Waiting fresh() {
        const std::lock_guard lock(mutex);
        if (spare.empty()) return {};
        Waiting waiting = std::move(spare.back());
        spare.pop_back();
        waiting.pieces.clear();
        waiting.values.clear();
        waiting.events.clear();
        waiting.jobs.clear();
        waiting.gaps.clear();
        return waiting;
    }
};

Recorder::Recorder(std::filesystem::path path, const LoadedCluster& cluster, RecorderOptions options)
    : impl_(std::make_unique<Impl>(std::move(path), cluster, options)) {}
Recorder::~Recorder() = default;

void Recorder::record(std::string_view source, const TelemetryBatch& batch) {
    Waiting waiting = impl_->fresh();
    waiting.source = source;
    waiting.time_ns = batch.time_ns;
    waiting.interval_ns = batch.interval_ns;
    for (const TickColumn& column : batch.columns) {
        const uint32_t objects = impl_->topology->count(column.metric.object_class);
        if (column.values.empty() || column.first > objects || column.values.size() > objects - column.first) continue;
        waiting.pieces.push_back({column.metric, column.first, uint32_t(column.values.size()), waiting.values.size()});
        waiting.values.insert(waiting.values.end(), column.values.begin(), column.values.end());
    }
    waiting.events = batch.events;
    for (Event& event : waiting.events)
        if (event.source.empty()) event.source = source;
    waiting.jobs = batch.jobs;
    if (waiting.pieces.empty() && waiting.events.empty() && waiting.jobs.empty()) return;
    impl_->push(std::move(waiting));
}

void Recorder::gap(std::string_view source, int64_t begin_ns, int64_t end_ns, std::string_view reason) {
    Waiting waiting;
    waiting.source = source;
    waiting.time_ns = end_ns;
    waiting.gaps.push_back({std::string(source), std::string(reason), begin_ns, end_ns});
    impl_->push(std::move(waiting));
}

void Recorder::flush() {
    std::unique_lock lock(impl_->mutex);
    impl_->done.wait(lock, [&] { return impl_->queue.empty() && !impl_->busy; });
}

RecorderStatus Recorder::status() const {
    const std::lock_guard lock(impl_->mutex);
    return impl_->status;
}

}  // namespace bv

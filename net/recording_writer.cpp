// Writes what a recorder was told; see recording_writer.h. Every tick is committed singly; ten single ticks of a series
// are folded into one block behind the head.
#include "net/recording_writer.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace bv {

namespace {

constexpr int forget_rows_at_once = 2000;
constexpr int pages_freed_at_end = 16384;
constexpr int64_t never_heard = std::numeric_limits<int64_t>::min();

}  // namespace

RecordingWriter::RecordingWriter(std::filesystem::path path, const LoadedCluster& cluster,
                                 const RecorderOptions& options)
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

void RecordingWriter::write(const WaitingBatch& waiting) {
    Transaction transaction(database_);
    touched_.clear();
    folded_.clear();
    const uint32_t first_new_series = next_series_;
    const size_t known_sources = sources_.size();
    const auto newest_before = newest_ns_;
    try {
        write_all(waiting);
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

void RecordingWriter::write_all(const WaitingBatch& waiting) {
    write_values(waiting);
    for (const Event& event : waiting.events) {
        const std::string path = event.object.valid() && topology_->contains(event.object)
                                     ? topology_->path_of(event.object)
                                     : std::string();
        events_.write({waiting.time_ns, never_ns, event}, path);
    }
    for (const Job& job : waiting.jobs) jobs_.write({waiting.time_ns, never_ns, job});
    for (const WaitingBatch::Gap& gap : waiting.gaps) write(gap);
    if (std::any_of(touched_.begin(), touched_.end(), [](Pending* p) { return p->times_ns.size() == max_block_ticks; }))
        fold_full();
    forget_old();
}

void RecordingWriter::close() {
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

bool RecordingWriter::late(const WaitingBatch& waiting) const {
    const auto known = newest_ns_.find(waiting.source);
    return !waiting.pieces.empty() && known != newest_ns_.end() && waiting.time_ns <= known->second;
}

Database RecordingWriter::open(const std::filesystem::path& path, const LoadedCluster& cluster) {
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

void RecordingWriter::resume() {
    uint64_t damaged = 0;
    sources_ = read_sources(database_, damaged);
    for (Series& series : read_series(database_, *topology_, 0, damaged)) {
        next_series_ = std::max(next_series_, series.id + 1);
        if (!series.translated.empty()) continue;  // of another catalogue: its values go into new series
        const Key key{series.source, series.metric, series.first, series.count};
        pending_[key].series = std::move(series);
    }
    take_up_single_ticks();
    find_ends();
    if (damaged)
        throw DatabaseError(DatabaseError::Kind::damaged,
                            fmt::format("{}: damaged; nothing more is written into it. Choose another file; "
                                        "belvedere-feed verify says what can still be read.",
                                        database_.path().string()));
}

void RecordingWriter::take_up_single_ticks() {
    std::map<uint32_t, Pending*> by_id;
    for (auto& [key, pending] : pending_) by_id[pending.series.id] = &pending;
    BlockDecoder decoder;
    Statement single(database_, "select id, series, data from block where ticks = 1 order by begin_ns");
    while (single.step()) {
        const auto found = by_id.find(uint32_t(single.integer(1)));
        if (found == by_id.end()) continue;
        Pending& pending = *found->second;
        const size_t tick = pending.times_ns.size();
        if (tick == max_block_ticks || !decoder.open(single.blob(2), pending.series.id, pending.series.count)) continue;
        if (tick && decoder.time_ns(0) <= pending.times_ns.back()) continue;
        pending.values[tick].resize(pending.series.count);
        if (!decoder.decode_tick(0, pending.values[tick])) continue;
        pending.interval_ns = decoder.header().interval_ns;
        pending.times_ns.push_back(decoder.time_ns(0));
        pending.rows.push_back(single.integer(0));
    }
}

void RecordingWriter::find_ends() {
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
}

uint16_t RecordingWriter::source_of(const std::string& name) {
    const auto known = std::find(sources_.begin(), sources_.end(), name);
    if (known != sources_.end()) return uint16_t(known - sources_.begin());
    insert_source(database_, sources_.size(), name);
    sources_.push_back(name);
    return uint16_t(sources_.size() - 1);
}

void RecordingWriter::write_values(const WaitingBatch& waiting) {
    if (waiting.pieces.empty()) return;
    const uint16_t source = source_of(waiting.source);
    note_absence(waiting);
    for (const WaitingBatch::Piece& piece : waiting.pieces) {
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

void RecordingWriter::sum_up(const WaitingBatch& waiting) {
    TelemetryBatch batch{.time_ns = waiting.time_ns, .interval_ns = waiting.interval_ns};
    for (const WaitingBatch::Piece& piece : waiting.pieces)
        batch.columns.push_back({piece.metric, piece.first, {waiting.values.data() + piece.at, piece.count}});
    aggregates_.add(batch);
}

void RecordingWriter::note_absence(const WaitingBatch& waiting) {
    const auto left = left_ns_.find(waiting.source);
    if (left == left_ns_.end()) return;
    // Ticks come a little early or late; one and a half intervals is a tick that is missing.
    if (waiting.time_ns - left->second > waiting.interval_ns + waiting.interval_ns / 2)
        write(WaitingBatch::Gap{waiting.source, "nobody recorded", left->second + 1, waiting.time_ns});
}

void RecordingWriter::append(uint16_t source, MetricId metric, uint32_t first, std::span<const uint16_t> values,
                             const WaitingBatch& waiting) {
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

int64_t RecordingWriter::insert(uint32_t series, std::span<const int64_t> times_ns, std::span<const std::byte> data) {
    insert_.bind_all(int64_t(series), times_ns.front(), times_ns.back(), int64_t(times_ns.size()), data).run();
    return database_.last_row_id();
}

void RecordingWriter::fold(Pending& pending) {
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

void RecordingWriter::fold_full() {
    for (Pending* pending : touched_)
        if (pending->times_ns.size() == max_block_ticks) fold(*pending);
    aggregates_.write(database_);
}

void RecordingWriter::write(const WaitingBatch::Gap& gap) {
    Statement(database_, "insert into gap (source, begin_ns, end_ns, reason, crc) values (?, ?, ?, ?, ?)")
        .bind_all(std::string_view(gap.source), gap.begin_ns, gap.end_ns, std::string_view(gap.reason),
                  gap_check(gap.source, gap.begin_ns, gap.end_ns, gap.reason))
        .run();
}

void RecordingWriter::forget_old() {
    if (options_.keep_ns <= 0 && options_.max_bytes == 0) return;
    int64_t before_ns = options_.keep_ns > 0 ? status.end_ns - options_.keep_ns : std::numeric_limits<int64_t>::min();
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
    Statement(database_, "delete from event_version where end_ns <> 0 and end_ns < ?").bind_all(status.begin_ns).run();
    database_.run("pragma incremental_vacuum(2000);");
}

}  // namespace bv

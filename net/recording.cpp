// Opens a recording and seeks in it; see recording.h. The blocks are found and unpacked by recording_seek.cpp.
#include "net/recording.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "net/recording_impl.h"

namespace bv {

namespace {

// At a time the newest events are known, and whatever older trouble is still going on then. Each costs a microsecond:
// so many fit in a seek.
constexpr size_t newest_events = 5000;
constexpr int event_id_column = 14;  // behind event_columns

Database open_checked(const std::filesystem::path& path) {
    if (!std::filesystem::exists(path)) throw std::runtime_error(fmt::format("{} does not exist.", path.string()));
    if (std::filesystem::is_directory(path))
        throw std::runtime_error(fmt::format("{} is a folder, not a recording.", path.string()));
    Database database(path, Database::Mode::read);
    check_recording(database);
    return database;
}

LoadedCluster cluster_of(Database& database, const LoadedCluster* known) {
    Statement row(database, "select hash from topology where id = 1");
    if (known && row.step() && row.text(0) == fmt::format("{:016x}", known->topology->hash)) return *known;
    return read_cluster(database);
}

}  // namespace

Recording::Impl::Impl(std::filesystem::path file, const LoadedCluster* known)
    : path(std::move(file)),
      database(open_checked(path)),
      cluster(cluster_of(database, known)),
      seeker(path),
      events_at(database, fmt::format("select {}, id from event_version where known_ns <= ? and until_ns > ? "
                                      "order by known_ns desc, id desc limit {}",
                                      event_columns, newest_events)),
      open_events_at(database, fmt::format("select {}, id from event_version indexed by event_open "
                                           "where severity <> 'info' and open_until_ns > ? and known_ns <= ? "
                                           "and (known_ns, id) < (?, ?) order by known_ns desc, id desc limit {}",
                                           event_columns, ClusterState::max_events - newest_events)),
      event_closed(database,
                   "select max(open_until_ns) from event_version indexed by event_open "
                   "where severity <> 'info' and open_until_ns <= ?"),
      jobs_at(database, fmt::format("select {} from job_version where known_ns <= ? and until_ns > ?", job_columns)),
      next_event_known(database, "select min(known_ns) from event_version where known_ns > ?"),
      next_job_known(database, "select min(known_ns) from job_version where known_ns > ?") {
    database.run("pragma mmap_size = 1099511627776;");  // blocks come from the system's own cache
    refresh();
}

Recording::Recording(std::filesystem::path path, const LoadedCluster* known)
    : impl_(std::make_unique<Impl>(std::move(path), known)) {}
Recording::~Recording() = default;
Recording::Recording(Recording&&) noexcept = default;

const LoadedCluster& Recording::cluster() const { return impl_->cluster; }
const Damage& Recording::damage() const { return impl_->damage; }

void Recording::Impl::note_damage(std::string_view what) {
    if (damage.rows++ == 0)
        damage.sentence = fmt::format("{}: {}; it was left out. belvedere-feed verify says more.", path.string(), what);
}

void Recording::Impl::refresh() {
    const int64_t version = database.pragma("data_version");
    if (version == data_version) return;
    data_version = version;
    uint64_t damaged = 0;
    sources = read_sources(database, damaged);
    const uint32_t from = series.empty() ? 0 : series.back().id + 1;
    for (Series& fresh : read_series(database, *cluster.topology, from, damaged)) series.push_back(std::move(fresh));
    if (damaged) note_damage("a row that says what is recorded has a wrong checksum");
    // At the head of a recording that grows, what came after the last read may be newer.
    values_span = events_span = jobs_span = {};
}

void Recording::seek(int64_t time_ns, ClusterState& state) {
    Impl& impl = *impl_;
    impl.refresh();
    if (state.shared_topology() != impl.cluster.topology) state = ClusterState(impl.cluster.topology);
    impl.seek_values(time_ns, state);
    impl.seek_events(time_ns, state);
    impl.seek_jobs(time_ns, state);
}

void Recording::Impl::seek_values(int64_t time_ns, ClusterState& state) {
    // Any column tells whether this state is still as it was left here.
    const auto version_of = [&] { return state.classes[size_t(ObjectClass::gpu)].columns[health_metric].version; };
    if (values_span.holds(version_of(), time_ns)) return;
    seeker.seek(series, time_ns, found);
    order.resize(series.size());
    std::iota(order.begin(), order.end(), size_t(0));
    // Where series overlap, because a source changed its ranges, the newer value stands.
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return found[a].time_ns < found[b].time_ns; });
    state.forget_values();
    state.sources.resize(sources.size());
    values_span.begin();
    for (const size_t i : order) {
        const FoundTick& tick = found[i];
        values_span.until_ns = std::min(values_span.until_ns, tick.next_ns);
        if (tick.damaged) note_damage("a block of values has a wrong checksum");
        if (!tick.found) continue;
        values_span.from_ns = std::max(values_span.from_ns, tick.time_ns);
        const Series& s = series[i];
        if (!state.apply(s.metric, s.first, tick.values, tick.time_ns, tick.interval_ns, s.source))
            note_damage("a series does not fit the cluster");
        if (s.source >= state.sources.size()) continue;
        SourceStatus& source = state.sources[s.source];
        source.last_tick_ns = source.last_tick_heard_ns = source.last_message_ns =
            std::max(source.last_tick_ns, tick.time_ns);
        source.interval_ns = tick.interval_ns;
    }
    mark_gaps(time_ns, state);
    values_span.version = version_of();
}

// In a gap the source is interrupted; the span ends where a gap begins or ends.
void Recording::Impl::mark_gaps(int64_t time_ns, ClusterState& state) {
    for (size_t i = 0; i < state.sources.size(); ++i) {
        SourceStatus& source = state.sources[i];
        source.name = sources[i];
        source.endpoint = path.filename().string();
        source.link = SourceStatus::Link::live;
        source.problem.clear();
    }
    Statement row(database, "select source, begin_ns, end_ns, reason, crc from gap");
    while (row.step()) {
        const int64_t begin = row.integer(1), end = row.integer(2);
        if (gap_check(row.text(0), begin, end, row.text(3)) != row.integer(4)) {
            note_damage("a row about a gap has a wrong checksum");
            continue;
        }
        for (const int64_t edge_ns : {begin, end}) values_span.edge(edge_ns, time_ns);
        if (time_ns < begin || time_ns >= end) continue;
        const auto source = std::find(sources.begin(), sources.end(), row.text(0));
        if (source == sources.end()) continue;
        const auto index = uint16_t(source - sources.begin());
        state.interrupt(index);
        state.sources[index].link = SourceStatus::Link::silent;
        state.sources[index].problem = std::string(row.text(3)) + ".";
    }
}

Recording::Impl::ReadEvents Recording::Impl::read_events(Statement& rows, int64_t time_ns, std::vector<Event>& events) {
    ReadEvents read;
    while (rows.step()) {
        read = {read.rows + 1, rows.integer(0), rows.integer(event_id_column)};
        auto version = read_event(rows);
        if (!version) {
            note_damage("an event has a wrong checksum");
            continue;
        }
        events_span.edge(version->known_ns, time_ns);
        events_span.edge(version->until_ns, time_ns);
        // What was known beforehand, as in an import, still happens when it happens.
        if (version->event.end_ns != 0) events_span.edge(version->event.end_ns, time_ns);
        if (version->event.end_ns > time_ns) version->event.end_ns = 0;
        events.push_back(std::move(version->event));
    }
    rows.reset();
    return read;
}

void Recording::Impl::seek_events(int64_t time_ns, ClusterState& state) {
    if (events_span.holds(state.events_version, time_ns)) return;
    events_span.begin();
    state.forget_events();
    std::vector<Event> events;
    events_at.bind_all(time_ns, time_ns);
    const ReadEvents newest = read_events(events_at, time_ns, events);
    if (newest.rows == newest_events) {
        open_events_at.bind_all(time_ns, time_ns, newest.last_known_ns, newest.last_id);
        read_events(open_events_at, time_ns, events);
        // Before this one closed it was read, too.
        event_closed.bind_all(time_ns);
        if (event_closed.step() && !event_closed.null(0)) events_span.edge(event_closed.integer(0), time_ns);
        event_closed.reset();
    }
    for (auto event = events.rbegin(); event != events.rend(); ++event) state.apply(*event);
    next_event_known.bind_all(time_ns);
    if (next_event_known.step() && !next_event_known.null(0)) events_span.edge(next_event_known.integer(0), time_ns);
    next_event_known.reset();
    events_span.version = state.events_version;
}

void Recording::Impl::seek_jobs(int64_t time_ns, ClusterState& state) {
    if (jobs_span.holds(state.jobs_version, time_ns)) return;
    jobs_span.begin();
    state.forget_jobs();
    jobs_at.bind_all(time_ns, time_ns);
    while (jobs_at.step()) {
        const auto version = read_job(jobs_at);
        if (!version) {
            note_damage("a job has a wrong checksum");
            continue;
        }
        jobs_span.edge(version->known_ns, time_ns);
        jobs_span.edge(version->until_ns, time_ns);
        state.apply(version->job);
    }
    jobs_at.reset();
    next_job_known.bind_all(time_ns);
    if (next_job_known.step() && !next_job_known.null(0)) jobs_span.edge(next_job_known.integer(0), time_ns);
    next_job_known.reset();
    jobs_span.version = state.jobs_version;
}

}  // namespace bv

// Where state comes from: a Subscriber on live sources (with the simulator inside this process as one of them), the
// past of it or of a file, or a simulator stepped on demand. Reads sources, writes the short histories.
#include "viewer/timeline.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "cluster/time_text.h"
#include "feed/embedded.h"
#include "net/subscriber.h"
#include "viewer/lockstep.h"
#include "viewer/past.h"

namespace bv {

namespace {

bool simulated(const std::string& source) { return source.rfind("sim:", 0) == 0; }

bool is_recording(const std::string& source) {
    return source.size() > 4 && source.substr(source.size() - 4) == ".bvr" && source.find("://") == std::string::npos;
}

// Anything that is not ours is refused by what it looks like, so that nobody waits for a source that cannot come.
void check_source(const std::string& source) {
    if (is_recording(source)) return;
    for (const char* good : {"sim:", "tcp://", "ipc://", "inproc://"})
        if (source.rfind(good, 0) == 0) return;
    if (source.rfind("prom+http", 0) == 0)
        throw std::runtime_error(fmt::format(
            "cannot open '{}': Prometheus histories are not supported yet; use sim:, tcp://, ipc:// or FILE.bvr",
            source));
    throw std::runtime_error(
        fmt::format("cannot open '{}': a source is sim:CLUSTER, tcp://HOST:PORT, ipc://PATH or FILE.bvr", source));
}

int64_t clock_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

}  // namespace

struct Timeline::Impl {
    TimelineOptions options;
    std::optional<Lockstep> lockstep;
    std::vector<std::unique_ptr<EmbeddedFeed>> feeds;
    std::optional<HistoryFile> history;  // outlives the recorder, which the subscriber holds
    std::unique_ptr<Subscriber> subscriber;
    std::unique_ptr<Past> past;  // closed before the recorder, which then leaves one file
    std::filesystem::path past_refused;
    std::string past_problem;
    uint64_t lost_ticks = 0;  // of the history, when it lost some last
    std::optional<std::chrono::steady_clock::time_point> lost_at;
    std::optional<int64_t> past_ns;  // where the cursor stands in the past; empty: at the head
    bool at_pending = true;          // TimelineOptions::at has not been gone to yet
    const ClusterState* newest = nullptr;
    const ClusterState* current = nullptr;
    ClusterState nothing;
    std::shared_ptr<const HistoryLines> past_lines;

    ObjectId watched;
    int64_t recorded_ns = 0;
    std::shared_ptr<const Topology> recorded_of;
    std::vector<Sparkline> lines;
    Sparkline power, none;

    mutable std::optional<std::chrono::steady_clock::time_point> known_since;

    void open_live();
    void hear();
    void open_past();
    void go_to_begin(Cursor& cursor);
    void read_past(int64_t time_ns);
    [[nodiscard]] bool replays() const { return past && !subscriber; }
    [[nodiscard]] TimeRange recorded() const;
    [[nodiscard]] bool health_is_known() const;
    [[nodiscard]] bool knows_health_of(const SourceStatus& source) const;
    void record();
    void record(const TelemetryBatch& batch);
    [[nodiscard]] int64_t interval_ns() const {
        int64_t shortest = 0;
        for (const SourceStatus& source : current->sources)
            if (source.interval_ns > 0 && (shortest == 0 || source.interval_ns < shortest))
                shortest = source.interval_ns;
        return shortest ? shortest : 1'000'000'000;
    }
};

void Timeline::Impl::open_live() {
    SubscriberOptions subscription;
    subscription.insecure = options.insecure;
    subscription.curve.server_key = options.curve_server_key;
    subscription.on_change = options.on_change;
    if (!options.cluster.empty()) subscription.cluster = load_cluster(options.cluster);
    for (const std::string& source : options.sources) {
        if (is_recording(source))
            throw std::runtime_error(
                fmt::format("'{}' is a recording: it is replayed alone, not beside other sources", source));
        if (!simulated(source)) {
            subscription.endpoints.push_back(source);
            continue;
        }
        SimulatedSource simulation = parse_simulated_source(source);
        LoadedCluster cluster = subscription.cluster ? *subscription.cluster : load_cluster(simulation.cluster);
        if (!subscription.cluster) subscription.cluster = cluster;
        feeds.push_back(std::make_unique<EmbeddedFeed>(std::move(cluster), std::move(simulation)));
        subscription.endpoints.push_back(feeds.back()->endpoint());
    }
    if (options.history.keep) {
        options.history.starts_over = !feeds.empty();
        history.emplace(options.history);
        subscription.open_recorder = [this](const LoadedCluster& cluster) { return history->open(cluster); };
    }
    subscriber = std::make_unique<Subscriber>(std::move(subscription));
}

void Timeline::Impl::record() {
    if (!current || current != newest || current->empty() || current->time_ns == recorded_ns) return;
    recorded_ns = current->time_ns;
    // Another cluster has another history.
    if (recorded_of != current->shared_topology()) {
        recorded_of = current->shared_topology();
        power = {};
        lines.clear();
    }
    if (const auto index = find_metric(ObjectClass::site, "power_watts");
        index && current->topology().count(ObjectClass::site))
        power.add(float(current->value({ObjectClass::site, 0}, *index)), recorded_ns, interval_ns());
    if (!current->topology().contains(watched)) return;
    const size_t count = metrics_of(watched.object_class).size();
    lines.resize(count);
    for (size_t i = 0; i < count; ++i)
        lines[i].add(float(current->value(watched, MetricIndex(i))), recorded_ns, interval_ns());
}

// The same from a tick that is not applied, because nobody sees it.
void Timeline::Impl::record(const TelemetryBatch& batch) {
    recorded_ns = batch.time_ns;
    const auto site_power = find_metric(ObjectClass::site, "power_watts");
    if (current->topology().contains(watched)) lines.resize(metrics_of(watched.object_class).size());
    for (const TickColumn& column : batch.columns) {
        const auto value = [&](uint32_t index) {
            return float(dequantise(metric(column.metric), column.values[index - column.first]));
        };
        const auto holds = [&](uint32_t index) {
            return index >= column.first && index - column.first < column.values.size();
        };
        if (site_power && column.metric == MetricId{ObjectClass::site, *site_power} && holds(0))
            power.add(value(0), batch.time_ns, batch.interval_ns);
        if (column.metric.object_class == watched.object_class && current->topology().contains(watched) &&
            holds(watched.index))
            lines[column.metric.index].add(value(watched.index), batch.time_ns, batch.interval_ns);
    }
}

Timeline::Timeline(TimelineOptions options) : impl_(std::make_unique<Impl>()) {
    if (options.sources.empty()) options.sources.emplace_back("sim:reference-100k");
    for (const std::string& source : options.sources) check_source(source);
    impl_->options = std::move(options);
    impl_->current = impl_->newest = &impl_->nothing;
    const auto& sources = impl_->options.sources;
    if (sources.size() == 1 && is_recording(sources.front())) {
        impl_->past = std::make_unique<Past>(sources.front(), nullptr, impl_->options.wait, impl_->options.on_change);
        Cursor cursor;
        advance(cursor, 0);
        impl_->at_pending = true;  // whoever brings a cursor begins there too
        return;
    }
    if (impl_->options.lockstep && sources.size() == 1 && simulated(sources.front())) {
        impl_->lockstep.emplace(sources.front(), impl_->options.cluster);
        impl_->current = impl_->newest = &impl_->lockstep->state;
        return;
    }
    impl_->open_live();
}

Timeline::~Timeline() = default;

void Timeline::Impl::hear() {
    for (const auto& feed : feeds) feed->check();
    if (subscriber) newest = &subscriber->latest();
    if (history) open_past();
}

// The history is readable as soon as something is in it. Its topology is the live one's, so that the picture stays.
void Timeline::Impl::open_past() {
    const RecorderStatus status = subscriber->recorder_status();
    if (std::exchange(lost_ticks, status.lost_ticks) < status.lost_ticks) lost_at = std::chrono::steady_clock::now();
    if (past && (past->path() != status.path || past->state().shared_topology() != newest->shared_topology())) {
        past_lines.reset();
        past.reset();
    }
    if (past || status.path.empty() || status.ticks == 0 || newest->empty() || status.path == past_refused) return;
    const auto cluster = history->cluster();
    if (!cluster || cluster->topology != newest->shared_topology()) return;
    try {
        past = std::make_unique<Past>(status.path, &*cluster, options.wait, options.on_change);
        past_problem.clear();
    } catch (const std::exception& error) {
        past_refused = status.path;
        past_problem = error.what();
    }
}

TimeRange Timeline::Impl::recorded() const {
    if (!past) return {};
    if (!subscriber) return past->recorded();
    const RecorderStatus status = subscriber->recorder_status();
    return {status.begin_ns, status.end_ns};
}

// A file is first read at its end, or where the options say.
void Timeline::Impl::go_to_begin(Cursor& cursor) {
    if (!past) return;
    const TimeRange range = recorded();
    const bool asked = at_pending && !options.at.empty();
    at_pending = false;
    if (!asked && !(replays() && cursor.live)) return;
    const auto time_ns = asked ? time_from(options.at, range.begin_ns, range.end_ns) : range.end_ns;
    if (!time_ns || !range.contains(*time_ns))
        throw std::runtime_error(
            fmt::format("--at: expected a time between {} and {}, or an offset such as +90s (from the begin) or -5m "
                        "(from the end), found '{}'",
                        utc_text(range.begin_ns), utc_text(range.end_ns), options.at));
    stand_at(cursor, *time_ns, range);
}

void Timeline::Impl::read_past(int64_t time_ns) {
    past_ns = time_ns;
    current = &past->at(time_ns, recorded());
    past->reader.ask_lines(watched, time_ns);
    past_lines = past->reader.lines();
}

void Timeline::advance(Cursor& cursor, double dt) {
    Impl& impl = *impl_;
    impl.hear();
    cursor.replay = impl.replays();
    impl.go_to_begin(cursor);
    if (!cursor.live && (!impl.past || impl.recorded().empty()) && !cursor.replay) cursor.live = true;
    move_cursor(cursor, dt, impl.recorded());
    if (!cursor.live) try {
            impl.read_past(cursor.time_ns);
            impl.past_problem.clear();
            return;
        } catch (const std::exception& error) {
            if (impl.options.wait) throw;
            impl.past_problem = error.what();
            if (cursor.replay) return;  // what was read before stays, and the sentence says why
            cursor.live = true;
        }
    if (std::exchange(impl.past_ns, std::nullopt)) impl.past_lines.reset();
    impl.current = impl.newest;
    impl.record();
}

void Timeline::advance() {
    if (impl_->replays()) return;
    Cursor head;
    advance(head, 0);
}

void Timeline::advance_to(double seconds) {
    if (!impl_->lockstep) return advance();
    Lockstep& lockstep = *impl_->lockstep;
    const int64_t wanted = lockstep.start_ns + int64_t(std::llround(seconds * 1e9));
    const int64_t interval = lockstep.source.options.interval_ns;
    // Ticks go over the wire format only where somebody sees them: the last ones, of which the newest is complete by
    // itself.
    while (lockstep.state.time_ns < wanted && lockstep.simulator.time_ns() + interval <= wanted) {
        const bool last = lockstep.simulator.time_ns() + 2 * interval > wanted;
        const TelemetryBatch& batch = lockstep.step(last);
        impl_->record(batch);
    }
    if (lockstep.state.sources.front().messages == 0) impl_->record(lockstep.step(true));
}

const ClusterState& Timeline::state() const { return *impl_->current; }

bool Timeline::live() const { return impl_->subscriber != nullptr && !impl_->past_ns; }

bool Timeline::at_head() const { return !impl_->past_ns; }

bool Timeline::replay() const { return impl_->replays(); }

int64_t Timeline::start_ns() const { return impl_->lockstep ? impl_->lockstep->start_ns : 0; }

int64_t Timeline::now_ns() const {
    if (impl_->past_ns) return *impl_->past_ns;
    return impl_->subscriber ? clock_ns() : impl_->current->time_ns;
}

int64_t Timeline::source_now_ns() const { return impl_->past_ns ? *impl_->past_ns : head_ns(); }

// A simulation, and a host whose clock is wrong, live in a time of their own: the newest state and the time since it
// came count.
int64_t Timeline::head_ns() const {
    if (impl_->replays()) return impl_->recorded().end_ns;
    const ClusterState& state = *impl_->newest;
    if (!impl_->subscriber) return state.time_ns;
    if (state.values_heard_ns == 0) return clock_ns();
    return state.time_ns + std::max<int64_t>(0, clock_ns() - state.values_heard_ns);
}

// Health of both ends of everything that a source owns: sources speak range by range, health with the rest. A source
// that has not said yet what it owns is not known.
bool Timeline::Impl::knows_health_of(const SourceStatus& source) const {
    bool owns = false;
    for (const ObjectClass object_class : all_object_classes)
        for (const IndexRange& range : source.owned[size_t(object_class)]) {
            if (range.count == 0 || object_class == ObjectClass::job) continue;
            owns = true;
            for (const uint32_t index : {range.first, range.end() - 1})
                if (!current->heard_ns({object_class, index}, health_metric)) return false;
        }
    return owns;
}

// A cluster file alone knows every object but nothing about them: somebody must be speaking.
bool Timeline::Impl::health_is_known() const {
    if (current->empty()) return false;
    const auto& sources = current->sources;
    return std::any_of(sources.begin(), sources.end(),
                       [](const SourceStatus& source) { return source.link == SourceStatus::Link::live; }) &&
           std::all_of(sources.begin(), sources.end(),
                       [this](const SourceStatus& source) { return knows_health_of(source); });
}

bool Timeline::complete() const {
    if (impl_->past_ns) return !impl_->current->empty();
    if (!impl_->health_is_known()) {
        impl_->known_since.reset();
        return false;
    }
    if (!impl_->subscriber) return true;
    // A snapshot is a whole state. Without one a tick comes in several messages: those of the first are given time to
    // arrive.
    const auto now = std::chrono::steady_clock::now();
    if (!impl_->known_since) impl_->known_since = now;
    const bool snapshots = std::all_of(impl_->current->sources.begin(), impl_->current->sources.end(),
                                       [](const SourceStatus& source) { return source.snapshots > 0; });
    return snapshots || now - *impl_->known_since > std::chrono::milliseconds(700);
}

std::vector<SourceStatus> Timeline::sources() const {
    return live() ? impl_->subscriber->sources() : impl_->current->sources;
}

std::filesystem::path Timeline::recording_path() const {
    return impl_->past ? impl_->past->path() : std::filesystem::path();
}

TimeRange Timeline::recorded() const { return impl_->recorded(); }

Recording* Timeline::recording() const { return impl_->past ? &impl_->past->recording : nullptr; }

std::shared_ptr<const HistoryStrip> Timeline::strip(TimeRange range, size_t columns) const {
    if (!impl_->past) return nullptr;
    if (impl_->past->grows(impl_->recorded())) impl_->past->reader.changed();
    impl_->past->reader.ask_strip(range, columns);
    return impl_->past->reader.strip();
}

void Timeline::recording_changed() const {
    if (impl_->past) impl_->past->reader.changed();
}

RecorderStatus Timeline::recorder() const {
    return impl_->subscriber ? impl_->subscriber->recorder_status() : RecorderStatus{};
}

std::string Timeline::history_problem() const {
    if (!impl_->past_problem.empty()) return impl_->past_problem;
    if (!impl_->options.history.keep || !impl_->subscriber) return {};
    const std::string problem = impl_->subscriber->recorder_status().problem;
    // Said for as long as it may go on, without a number that would make it another sentence every time.
    constexpr auto said_for = std::chrono::seconds(20);
    if (problem.empty() && impl_->lost_at && std::chrono::steady_clock::now() - *impl_->lost_at < said_for)
        return "The history has gaps: this machine or its disk is too slow to record all that is heard.";
    return problem;
}

void Timeline::watch(ObjectId id) {
    if (id == impl_->watched) return;
    impl_->watched = id;
    impl_->lines.clear();
    impl_->recorded_ns = 0;
    impl_->record();
    if (impl_->past_ns) impl_->read_past(*impl_->past_ns);
}

const Sparkline& Timeline::sparkline(MetricIndex metric) const {
    if (!impl_->past_ns) return metric < impl_->lines.size() ? impl_->lines[metric] : impl_->none;
    const HistoryLines* past = impl_->past_lines.get();
    return past && past->of == impl_->watched && metric < past->lines.size() ? past->lines[metric] : impl_->none;
}

const Sparkline& Timeline::site_power() const {
    if (!impl_->past_ns) return impl_->power;
    return impl_->past_lines ? impl_->past_lines->site_power : impl_->none;
}

}  // namespace bv

// Where state comes from: a Subscriber on live sources (with the simulator inside this process as one of them), or a
// simulator stepped on demand through the same encoder and decoder. Reads sources, writes one ClusterState and the
// short histories.
#include "viewer/timeline.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <stdexcept>

#include <fmt/format.h>

#include "feed/embedded.h"
#include "net/codec.h"
#include "net/subscriber.h"

namespace bv {

namespace {

constexpr size_t sparkline_length = 600;  // ten minutes at 1 Hz

bool simulated(const std::string& source) { return source.rfind("sim:", 0) == 0; }

// Anything that is not ours is refused by what it looks like, so that nobody waits for a source that cannot come.
void check_source(const std::string& source) {
    for (const char* good : {"sim:", "tcp://", "ipc://", "inproc://"})
        if (source.rfind(good, 0) == 0) return;
    if (source.size() > 4 && source.substr(source.size() - 4) == ".bvr")
        throw std::runtime_error(fmt::format(
            "cannot open '{}': replaying recordings is not supported yet; use sim:, tcp:// or ipc://", source));
    if (source.rfind("prom+http", 0) == 0)
        throw std::runtime_error(fmt::format(
            "cannot open '{}': Prometheus histories are not supported yet; use sim:, tcp:// or ipc://", source));
    throw std::runtime_error(
        fmt::format("cannot open '{}': a source is sim:CLUSTER, tcp://HOST:PORT or ipc://PATH", source));
}

int64_t clock_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

}  // namespace

void Sparkline::add(float value, int64_t time_ns, int64_t tick_ns) {
    constexpr int64_t longest_bridge = 10;
    if (time_ns <= end_ns) return;
    if (end_ns && interval_ns > 0) {
        const float before = values.empty() ? std::nanf("") : values.back();
        const int64_t missed =
            std::min<int64_t>((time_ns - end_ns + interval_ns / 2) / interval_ns - 1, int64_t(sparkline_length));
        for (int64_t i = 1; i <= missed; ++i)
            values.push_back(missed <= longest_bridge ? before + (value - before) * float(i) / float(missed + 1)
                                                      : std::nanf(""));
    }
    values.push_back(value);
    if (values.size() > sparkline_length) values.erase(values.begin(), values.end() - sparkline_length);
    end_ns = time_ns;
    interval_ns = tick_ns;
}

// A simulator stepped by the reader: no threads, no sockets, but the same bytes as on the wire.
struct Lockstep {
    LoadedCluster cluster;
    SimulatedSource source;
    Simulator simulator;
    TickEncoder encoder;
    TickDecoder decoder;
    ClusterState state;
    MessageHeader header;
    uint64_t sequence = 1;
    int64_t start_ns;
    std::vector<Bytes> messages;

    explicit Lockstep(const std::string& text, const std::string& cluster_file)
        : cluster(load_cluster(cluster_file.empty() ? parse_simulated_source(text).cluster : cluster_file)),
          source(parse_simulated_source(text)),
          simulator(cluster.topology, source.options),
          encoder(*cluster.topology, {}),
          state(cluster.topology),
          start_ns(source.options.start_ns) {
        header.source = "sim";
        header.boot_id = 1;
        header.topology_hash = cluster.topology->hash;
        SourceStatus status;
        status.name = "sim";
        status.endpoint = text;
        status.link = SourceStatus::Link::live;
        status.interval_ns = source.options.interval_ns;
        for (const ObjectClass object_class : all_object_classes) {
            const uint32_t count = cluster.topology->count(object_class);
            if (count) status.owned[size_t(object_class)] = {{0, count}};
        }
        state.sources.push_back(std::move(status));
    }

    // One interval; `wire` false leaves the columns out where a later step of the same advance overwrites them all.
    const TelemetryBatch& step(bool wire) {
        const TelemetryBatch& batch = simulator.step();
        SourceStatus& status = state.sources.front();
        if (wire) {
            header.time_ns = batch.time_ns;
            messages.clear();
            double tick_bytes = 0, tick_values = 0;
            encoder.encode(batch, header, sequence, status.messages == 0, messages);
            for (const Bytes& message : messages) {
                uint64_t values = 0;
                const DecodeError error = decoder.apply(message, state, 0, values);
                if (error != DecodeError::none)
                    throw std::runtime_error(
                        fmt::format("the simulator's telemetry cannot be read: {}", sentence(error)));
                tick_bytes += double(message.size()), tick_values += double(values);
                status.messages += 1;
                status.bytes += message.size();
                status.values += values;
            }
            const double ticks_per_second = 1e9 / double(batch.interval_ns);
            status.messages_per_second = double(messages.size()) * ticks_per_second;
            status.bytes_per_second = tick_bytes * ticks_per_second;
            status.values_per_second = tick_values * ticks_per_second;
        }
        for (const Event& event : batch.events) state.apply(event);
        for (const Job& job : batch.jobs) state.apply(job);
        state.time_ns = batch.time_ns;
        status.last_tick_ns = status.last_tick_heard_ns = status.last_message_ns = batch.time_ns;
        return batch;
    }
};

struct Timeline::Impl {
    TimelineOptions options;
    std::optional<Lockstep> lockstep;
    std::vector<std::unique_ptr<EmbeddedFeed>> feeds;
    std::unique_ptr<Subscriber> subscriber;
    const ClusterState* current = nullptr;
    ClusterState nothing;

    ObjectId watched;
    int64_t recorded_ns = 0;
    std::shared_ptr<const Topology> recorded_of;
    std::vector<Sparkline> lines;
    Sparkline power, none;

    mutable std::optional<std::chrono::steady_clock::time_point> known_since;

    void open_live();
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
    subscriber = std::make_unique<Subscriber>(std::move(subscription));
}

void Timeline::Impl::record() {
    if (!current || current->empty() || current->time_ns == recorded_ns) return;
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
    impl_->current = &impl_->nothing;
    const auto& sources = impl_->options.sources;
    if (impl_->options.lockstep && sources.size() == 1 && simulated(sources.front())) {
        impl_->lockstep.emplace(sources.front(), impl_->options.cluster);
        impl_->current = &impl_->lockstep->state;
        return;
    }
    impl_->open_live();
}

Timeline::~Timeline() = default;

void Timeline::advance() {
    for (const auto& feed : impl_->feeds) feed->check();
    if (impl_->subscriber) impl_->current = &impl_->subscriber->latest();
    impl_->record();
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

bool Timeline::live() const { return impl_->subscriber != nullptr; }

int64_t Timeline::start_ns() const { return impl_->lockstep ? impl_->lockstep->start_ns : 0; }

int64_t Timeline::now_ns() const { return impl_->subscriber ? clock_ns() : impl_->current->time_ns; }

// A simulation, and a host whose clock is wrong, live in a time of their own: the cursor and the time since it moved
// count.
int64_t Timeline::source_now_ns() const {
    const ClusterState& state = *impl_->current;
    if (!impl_->subscriber || state.values_heard_ns == 0) return now_ns();
    return state.time_ns + std::max<int64_t>(0, now_ns() - state.values_heard_ns);
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
    return impl_->subscriber ? impl_->subscriber->sources() : impl_->current->sources;
}

void Timeline::watch(ObjectId id) {
    if (id == impl_->watched) return;
    impl_->watched = id;
    impl_->lines.clear();
    impl_->recorded_ns = 0;
    impl_->record();
}

const Sparkline& Timeline::sparkline(MetricIndex metric) const {
    return metric < impl_->lines.size() ? impl_->lines[metric] : impl_->none;
}

const Sparkline& Timeline::site_power() const { return impl_->power; }

}  // namespace bv

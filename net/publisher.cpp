// Sends one source's telemetry; see publisher.h. Reads batches and snapshot requests, writes messages of
// docs/protocol.md.
#include "net/publisher.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <stdexcept>

#include "net/fan_out.h"
#include "net/messages.h"
#include "net/snapshot_service.h"

namespace bv {

namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t max_kept_events = 2000;  // what a snapshot tells of the past
constexpr std::chrono::milliseconds least_beat_gap{20};

OwnedRanges everything(const Topology& topology) {
    OwnedRanges owned;
    for (ObjectClass c : all_object_classes)
        if (topology.count(c) > 0) owned[size_t(c)].push_back({0, topology.count(c)});
    return owned;
}

OwnedRanges checked(OwnedRanges owned, const Topology& topology) {
    if (std::all_of(owned.begin(), owned.end(), [](const auto& ranges) { return ranges.empty(); }))
        return everything(topology);
    for (ObjectClass c : all_object_classes)
        for (const IndexRange& r : owned[size_t(c)])
            if (r.first > topology.count(c) || r.count > topology.count(c) - r.first)
                throw std::runtime_error(
                    fmt::format("This publisher is to own {} {} to {}, but the cluster has only {} of them.",
                                name_of(c), r.first, uint64_t(r.first) + r.count, topology.count(c)));
    return owned;
}

EncodeOptions encoding_of(const PublisherOptions& options) {
    // Within a process packing only costs: nothing travels.
    const bool travels = !options.bind.starts_with("inproc://");
    EncodeOptions encode{
        .compress = options.compress && travels, .delta = options.delta, .target_message_bytes = options.message_bytes};
    encode.keyframe_every = options.keyframe_every ? options.keyframe_every : options.snapshots ? 60 : 10;
    return encode;
}

std::string checked_source(const std::string& source) {
    if (valid_source_name(source)) return source;
    throw std::runtime_error(
        fmt::format("\"{}\" cannot name a source; use up to 64 of a-z, 0-9, '_', '.' and '-'.", source));
}

}  // namespace

struct Publisher::Impl {
    LoadedCluster cluster;
    PublisherOptions options;
    std::shared_ptr<ZmqContext> context = process_context();
    std::string zap_domain;
    MessageHeader header;
    OwnedRanges owned;
    EncodeOptions encode;
    TickEncoder encoder;
    std::unique_ptr<FanOut> fan_out;
    std::unique_ptr<SnapshotService> service;
    StreamSequences sequences{};  // last sent
    uint64_t next_tick = 1;
    int64_t tick_interval_ns = 1'000'000'000;
    Clock::time_point next_beat{}, next_topology{}, last_beat{};
    bool beat_asked = false;
    PackedTopology topology;
    std::deque<Event> events;
    std::vector<Job> jobs;
    SnapshotService::Reply snapshot;  // made at snapshot_sequences
    StreamSequences snapshot_sequences{};
    uint64_t snapshots_served = 0;
    std::vector<Bytes> messages;

    Impl(LoadedCluster c, PublisherOptions o)
        : cluster(std::move(c)),
          options(std::move(o)),
          owned(checked(options.owned, *cluster.topology)),
          encode(encoding_of(options)),
          encoder(*cluster.topology, encode) {
        header.source = checked_source(options.source);
        header.boot_id = uint64_t(utc_now_ns());
        header.topology_hash = cluster.topology->hash;
        if (!options.curve.secret_key.empty()) zap_domain = context->add_domain(options.curve.allowed_client_keys);
        fan_out = std::make_unique<FanOut>(context, options.bind, options.curve, zap_domain, options.insecure);
        if (options.snapshots) open_service();
        topology = pack_topology(cluster.topology->name, cluster.text);
    }
    ~Impl() {
        if (!zap_domain.empty()) context->remove_domain(zap_domain);
    }

    void open_service() {
        std::string endpoint = options.snapshot_bind;
        if (endpoint.empty()) endpoint = snapshot_endpoint_of(parse_endpoint(options.bind)).text();
        service = std::make_unique<SnapshotService>(context, endpoint, options.curve, zap_domain, options.insecure);
    }

    MessageHeader at_now(uint64_t sequence = 0) const {
        MessageHeader now = header;
        now.time_ns = utc_now_ns();
        now.sequence = sequence;
        return now;
    }

    void send(Stream stream, Bytes message) { fan_out->send(topic_of(header.source, stream), std::move(message)); }

    void send_heartbeat() {
        Heartbeat beat{.interval_ns = std::chrono::nanoseconds(options.heartbeat).count(),
                       .tick_interval_ns = tick_interval_ns,
                       .owns_everything = false,
                       .owned = owned,
                       .sequences = {},
                       .snapshot_endpoint = service ? service->endpoint() : ""};
        ++sequences[size_t(Stream::heartbeat)];
        beat.sequences = sequences;
        send(Stream::heartbeat, encode_heartbeat(at_now(sequences[size_t(Stream::heartbeat)]), beat));
        last_beat = Clock::now();
        next_beat = last_beat + options.heartbeat;
        beat_asked = false;
    }

    void send_topology() {
        ++sequences[size_t(Stream::topology)];
        send(Stream::topology, encode_topology(at_now(sequences[size_t(Stream::topology)]), topology));
        next_topology = Clock::now() + options.topology_repeat;
    }

    // Answers, beats and repeats whatever is due. Returns when it wants to be called again.
    Clock::time_point serve() {
        beat_asked |= fan_out->take_subscriptions();
        const auto now = Clock::now();
        if (now >= next_beat || (beat_asked && now >= last_beat + least_beat_gap)) send_heartbeat();
        if (now >= next_topology) send_topology();
        auto next = std::min(next_beat, next_topology);
        if (beat_asked) next = std::min(next, last_beat + least_beat_gap);
        if (service && service->serve([this](const SnapshotRequest& request) { return answer(request); }))
            next = std::min(next, now + std::chrono::milliseconds(2));
        return next;
    }

    SnapshotService::Reply answer(const SnapshotRequest& request) {
        if (request.source != header.source) return nullptr;
        ++snapshots_served;
        if (!request.topology && snapshot && snapshot_sequences == sequences_of_state()) return snapshot;
        auto reply = std::make_shared<std::vector<Bytes>>();
        if (request.topology) reply->push_back(encode_topology(at_now(), topology));
        if (request.state) {
            encode_snapshot(encoder.snapshot_columns(), header, encode, *reply);
            append_events_and_jobs(*reply);
        }
        reply->push_back(encode_snapshot_end(at_now(), sequences));
        if (request.state && !request.topology) {
            snapshot = reply;
            snapshot_sequences = sequences_of_state();
        }
        return reply;
    }

    // Heartbeats and topology do not change what a snapshot holds.
    StreamSequences sequences_of_state() const {
        StreamSequences out = sequences;
        out[size_t(Stream::heartbeat)] = out[size_t(Stream::topology)] = 0;
        return out;
    }

    void append_events_and_jobs(std::vector<Bytes>& out) const {
        const std::vector<Event> past(events.begin(), events.end());
        for (size_t at = 0; at < past.size(); at += max_events_per_part)
            out.push_back(
                encode_events(at_now(), std::span(past).subspan(at, std::min(max_events_per_part, past.size() - at))));
        std::vector<Job> slots;
        for (const Job& job : jobs)
            if (!job.id.empty()) slots.push_back(job);
        for (size_t at = 0; at < slots.size(); at += max_jobs_per_part)
            out.push_back(
                encode_jobs(at_now(), std::span(slots).subspan(at, std::min(max_jobs_per_part, slots.size() - at))));
    }
    static constexpr size_t max_jobs_per_part = 256, max_events_per_part = 1000;

    void publish_events(std::span<const Event> fresh) {
        for (size_t at = 0; at < fresh.size(); at += max_events_per_part) {
            const auto part = fresh.subspan(at, std::min(max_events_per_part, fresh.size() - at));
            ++sequences[size_t(Stream::event)];
            send(Stream::event, encode_events(at_now(sequences[size_t(Stream::event)]), part));
        }
        for (const Event& event : fresh) {
            const auto same =
                std::find_if(events.rbegin(), events.rend(), [&](const Event& e) { return e.id == event.id; });
            if (same != events.rend())
                *same = event;
            else
                events.push_back(event);
        }
        while (events.size() > max_kept_events) events.pop_front();
    }

    void publish_jobs(std::span<const Job> fresh) {
        for (size_t at = 0; at < fresh.size(); at += max_jobs_per_part) {
            const auto part = fresh.subspan(at, std::min(max_jobs_per_part, fresh.size() - at));
            ++sequences[size_t(Stream::job)];
            send(Stream::job, encode_jobs(at_now(sequences[size_t(Stream::job)]), part));
        }
        for (const Job& job : fresh) {
            if (job.slot >= cluster.topology->count(ObjectClass::job)) continue;
            if (jobs.size() <= job.slot) jobs.resize(job.slot + 1);
            jobs[job.slot] = job;
        }
    }
};

Publisher::Publisher(LoadedCluster cluster, PublisherOptions options)
    : impl_(std::make_unique<Impl>(std::move(cluster), std::move(options))) {
    impl_->serve();
}
Publisher::~Publisher() = default;
Publisher::Publisher(Publisher&&) noexcept = default;
Publisher& Publisher::operator=(Publisher&&) noexcept = default;

void Publisher::publish(const TelemetryBatch& batch) {
    impl_->tick_interval_ns = batch.interval_ns;
    impl_->serve();
    impl_->messages.clear();
    impl_->encoder.encode(batch, impl_->header, impl_->next_tick, false, impl_->messages);
    impl_->fan_out->begin_burst(std::chrono::microseconds(batch.interval_ns / 4000));
    // Values first: what happened is then known together with the instant that it belongs to.
    for (Bytes& message : impl_->messages) {
        ++impl_->sequences[size_t(Stream::tick)];
        impl_->send(Stream::tick, std::move(message));
    }
    impl_->publish_events(batch.events);
    impl_->publish_jobs(batch.jobs);
}

void Publisher::serve_until(std::chrono::steady_clock::time_point deadline) {
    for (;;) {
        const auto next = std::min(impl_->serve(), deadline);
        const auto now = Clock::now();
        if (now >= deadline) return;
        const auto wait = std::chrono::ceil<std::chrono::milliseconds>(std::max(next - now, Clock::duration::zero()));
        std::vector<zmq::pollitem_t> items{{impl_->fan_out->socket().handle(), 0, ZMQ_POLLIN, 0}};
        if (impl_->service) items.push_back({impl_->service->socket().handle(), 0, ZMQ_POLLIN, 0});
        poll_sockets(items, wait);
    }
}

const std::string& Publisher::endpoint() const { return impl_->fan_out->endpoint(); }
const std::string& Publisher::snapshot_endpoint() const {
    static const std::string none;
    return impl_->service ? impl_->service->endpoint() : none;
}
uint64_t Publisher::bytes_sent() const { return impl_->fan_out->bytes_sent(); }
uint64_t Publisher::snapshots_served() const { return impl_->snapshots_served; }

}  // namespace bv

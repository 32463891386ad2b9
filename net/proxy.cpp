// An ingest whose messages are forwarded and whose state is served; see proxy.h.
#include "net/proxy.h"

#include <algorithm>
#include <map>

#include "net/fan_out.h"
#include "net/ingest.h"
#include "net/snapshot_service.h"

namespace bv {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds notice_stop{200}, reply_pace{2}, least_beat_gap{20};
constexpr std::chrono::microseconds burst_patience{20'000};
constexpr size_t events_per_message = 1000, max_snapshot_events = 2000;

class ZapDomain {
public:
    ZapDomain(std::shared_ptr<ZmqContext> context, const CurveServer& curve) : context_(std::move(context)) {
        if (!curve.secret_key.empty()) name_ = context_->add_domain(curve.allowed_client_keys);
    }
    ~ZapDomain() {
        if (!name_.empty()) context_->remove_domain(name_);
    }
    ZapDomain(const ZapDomain&) = delete;
    ZapDomain& operator=(const ZapDomain&) = delete;
    [[nodiscard]] const std::string& name() const { return name_; }

private:
    std::shared_ptr<ZmqContext> context_;
    std::string name_;
};

class Proxy {
public:
    explicit Proxy(const ProxyOptions& options)
        : domain_(process_context(), options.curve_server),
          ingest_({options.connect, options.cluster, options.insecure, options.curve_client}),
          fan_out_(process_context(), options.bind, options.curve_server, domain_.name(), options.insecure),
          service_(process_context(), snapshot_bind(options), options.curve_server, domain_.name(), options.insecure) {
        ingest_.on_message = [this](const Envelope& envelope, zmq::message_t& topic, zmq::message_t& payload) {
            forward(envelope, topic, payload);
        };
        if (options.on_ready) options.on_ready(fan_out_.endpoint(), service_.endpoint());
    }

    void run(const std::atomic<bool>& stop) {
        bool replying = false;
        while (!stop) {
            const std::array<zmq::pollitem_t, 2> viewers{
                {{fan_out_.socket().handle(), 0, ZMQ_POLLIN, 0}, {service_.socket().handle(), 0, ZMQ_POLLIN, 0}}};
            fan_out_.begin_burst(burst_patience);
            ingest_.poll(replying ? reply_pace : beat_asked_ ? least_beat_gap : notice_stop, viewers);
            beat_asked_ |= fan_out_.take_subscriptions();
            if (beat_asked_ && Clock::now() >= last_beats_ + least_beat_gap) repeat_heartbeats();
            replying = service_.serve([this](const SnapshotRequest& request) { return answer(request); });
        }
    }

private:
    static std::string snapshot_bind(const ProxyOptions& options) {
        return options.snapshot_bind.empty() ? snapshot_endpoint_of(parse_endpoint(options.bind)).text()
                                             : options.snapshot_bind;
    }

    void forward(const Envelope& envelope, zmq::message_t& topic, zmq::message_t& payload) {
        zmq::message_t topic_copy, payload_copy;
        topic_copy.copy(topic);
        if (envelope.kind != PayloadKind::heartbeat) {
            payload_copy.copy(payload);
            fan_out_.send(std::move(topic_copy), std::move(payload_copy));
            return;
        }
        // Viewers are to ask here, not there.
        Heartbeat heartbeat;
        if (decode_heartbeat(bytes_of(payload), heartbeat) != DecodeError::none) return;
        heartbeat.snapshot_endpoint = service_.endpoint();
        Bytes message = encode_heartbeat(header_of(envelope), heartbeat);
        heartbeats_[std::string(envelope.source)] = message;
        fan_out_.send(std::move(topic_copy), to_message(std::move(message)));
    }

    static MessageHeader header_of(const Envelope& envelope) {
        return {std::string(envelope.source), envelope.boot_id, envelope.sequence, envelope.topology_hash,
                envelope.time_ns};
    }

    // A viewer that just came learns at once who is there.
    void repeat_heartbeats() {
        beat_asked_ = false;
        last_beats_ = Clock::now();
        for (const auto& feed : ingest_.feeds()) {
            const auto beat = heartbeats_.find(feed->name);
            if (!feed->silent && beat != heartbeats_.end())
                fan_out_.send(topic_of(feed->name, Stream::heartbeat), beat->second);
        }
    }

    SnapshotService::Reply answer(const SnapshotRequest& request) {
        for (const auto& feed : ingest_.feeds()) {
            if (feed->name != request.source || feed->silent || feed->conflict || ingest_.state.empty()) continue;
            if (request.state && (feed->phase != SourceFeed::Phase::live || feed->snapshot_wanted)) continue;
            return reply_for(*feed, request);
        }
        return nullptr;
    }

    SnapshotService::Reply reply_for(const SourceFeed& feed, const SnapshotRequest& request) {
        const MessageHeader header{feed.name, feed.boot_id, 0, feed.topology_hash, utc_now_ns()};
        auto reply = std::make_shared<std::vector<Bytes>>();
        if (request.topology) {
            if (packed_of_ != feed.topology_hash)
                packed_ = pack_topology(ingest_.state.topology().name, ingest_.cluster_text());
            packed_of_ = feed.topology_hash;
            reply->push_back(encode_topology(header, packed_));
        }
        if (request.state) {
            encode_snapshot(feed.decoder.snapshot_columns(ingest_.state), header, {}, *reply);
            append_events(feed, header, *reply);
            append_jobs(feed, header, *reply);
        }
        reply->push_back(encode_snapshot_end(header, feed.last));
        return reply;
    }

    void append_events(const SourceFeed& feed, const MessageHeader& header, std::vector<Bytes>& out) const {
        std::vector<Event> events;
        for (auto event = ingest_.state.events.rbegin(); event != ingest_.state.events.rend(); ++event)
            if (event->source == feed.name && events.size() < max_snapshot_events) events.push_back(*event);
        std::reverse(events.begin(), events.end());
        for (size_t at = 0; at < events.size(); at += events_per_message)
            out.push_back(
                encode_events(header, std::span(events).subspan(at, std::min(events_per_message, events.size() - at))));
    }

    void append_jobs(const SourceFeed& feed, const MessageHeader& header, std::vector<Bytes>& out) const {
        std::vector<Job> jobs;
        for (uint32_t slot : feed.job_slots)
            if (slot < ingest_.state.jobs.size()) jobs.push_back(ingest_.state.jobs[slot]);
        if (!jobs.empty()) out.push_back(encode_jobs(header, jobs));
    }

    ZapDomain domain_;
    Ingest ingest_;
    FanOut fan_out_;
    SnapshotService service_;
    std::map<std::string, Bytes> heartbeats_;  // the last of every source, as sent to viewers
    PackedTopology packed_;
    uint64_t packed_of_ = 0;
    bool beat_asked_ = false;
    Clock::time_point last_beats_{};
};

}  // namespace

void run_proxy(const ProxyOptions& options, const std::atomic<bool>& stop) { Proxy(options).run(stop); }

}  // namespace bv

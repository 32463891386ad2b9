// The least publisher there can be, which says whatever a test wants, and what a subscriber made of it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "net/context.h"
#include "net/messages.h"
#include "tests/net/hostile.h"
#include "tests/net/sample.h"

namespace bv::test {

inline IndexRange all_gpus(const LoadedCluster& cluster) { return {0, cluster.topology->count(ObjectClass::gpu)}; }

inline SourceStatus status_of(const Subscriber& subscriber, const std::string& name) {
    const auto sources = subscriber.sources();
    const SourceStatus* found = source_named(sources, name);
    return found ? *found : SourceStatus{};
}

inline bool all_stale(const ClusterState& state, IndexRange gpus, int64_t now_ns) {
    for (uint32_t i = gpus.first; i < gpus.end(); ++i)
        if (!state.stale({ObjectClass::gpu, i}, now_ns)) return false;
    return true;
}

// A PUB socket that says whatever the test wants: the least publisher there can be.
struct BareSource {
    LoadedCluster cluster;
    MessageHeader header;
    std::shared_ptr<ZmqContext> context = process_context();
    zmq::socket_t socket{context->zmq, zmq::socket_type::pub};
    std::string endpoint;
    uint64_t beat = 0;

    explicit BareSource(LoadedCluster c, std::string name = "bare", uint64_t boot = 1)
        : cluster(std::move(c)), header{std::move(name), boot, 0, cluster.topology->hash, 0} {
        socket.set(zmq::sockopt::linger, 0);
        socket.bind("tcp://127.0.0.1:*");
        endpoint = socket.get(zmq::sockopt::last_endpoint);
    }
    void send(Stream stream, Bytes message) {
        const std::string topic = topic_of(header.source, stream);
        socket.send(zmq::buffer(topic), zmq::send_flags::sndmore);
        socket.send(to_message(std::move(message)), zmq::send_flags::none);
    }
    MessageHeader at(uint64_t sequence) const {
        MessageHeader out = header;
        out.sequence = sequence;
        out.time_ns = utc_now_ns();
        return out;
    }
    void heartbeat(uint64_t tick_sequence, int64_t skew_ns = 0) {
        Heartbeat h{.interval_ns = 200'000'000, .owns_everything = true};
        h.sequences[size_t(Stream::tick)] = tick_sequence;
        MessageHeader now = at(++beat);
        now.time_ns += skew_ns;
        send(Stream::heartbeat, encode_heartbeat(now, h));
    }
    void tick(uint64_t sequence, uint16_t value, std::optional<uint64_t> hash = {}) {
        HostileEnvelope e{
            .source = header.source, .boot_id = header.boot_id, .sequence = sequence, .time_ns = utc_now_ns()};
        e.topology_hash = hash;
        send(Stream::tick, hostile_tick(*cluster.topology, {{.values = std::vector<uint16_t>(64, value)}}, e));
    }
    void tick_at(uint64_t sequence, int64_t time_ns, int64_t interval_ns) {
        send(Stream::tick, hostile_tick(*cluster.topology, {{.values = std::vector<uint16_t>(64, 100)}},
                                        {.source = header.source,
                                         .boot_id = header.boot_id,
                                         .sequence = sequence,
                                         .time_ns = time_ns,
                                         .interval_ns = interval_ns}));
    }
    void topology() {
        send(Stream::topology, encode_topology(at(1), pack_topology(cluster.topology->name, cluster.text)));
    }
};

inline uint16_t first_temperature(Subscriber& subscriber) {
    const ClusterState& state = subscriber.latest();
    return state.empty() ? no_data : state.raw({ObjectClass::gpu, 0}, gpu_temperature().index);
}

}  // namespace bv::test

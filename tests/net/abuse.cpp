// See abuse.h.
#include "tests/net/abuse.h"

#include <cstdlib>

#include "tests/net/sample.h"

namespace bv::test {

namespace {

void insist(bool truth) {
    if (!truth) std::abort();
}

}  // namespace

Victim::Victim(LoadedCluster cluster) : cluster_(std::move(cluster)), state_(cluster_.topology) {}

bool Victim::swallow(std::span<const std::byte> message) {
    Envelope envelope;
    if (open_message(message, envelope) != DecodeError::none) return false;
    const Topology& topology = *cluster_.topology;
    const uint64_t before = state_.hash();
    uint64_t values = 0;
    bool taken = false;
    const DecodeError tick = decoder_.apply(message, state_, 0, values);
    insist(tick == DecodeError::none || (state_.hash() == before && values == 0));
    taken |= tick == DecodeError::none;
    const uint64_t then = state_.hash();
    const DecodeError snapshot = snapshot_decoder_.apply_snapshot(message, state_, 0, values);
    insist(snapshot == DecodeError::none || state_.hash() == then);
    std::vector<Event> events;
    const bool events_good = decode_events(message, topology, events) == DecodeError::none;
    insist(events_good || events.empty());
    for (const Event& event : events) insist(!event.object.valid() || topology.contains(event.object));
    std::vector<Job> jobs;
    const bool jobs_good = decode_jobs(message, topology, jobs) == DecodeError::none;
    insist(jobs_good || jobs.empty());
    for (const Job& job : jobs)
        for (const IndexRange& nodes : job.nodes)
            insist(uint64_t(nodes.first) + nodes.count <= topology.count(ObjectClass::node));
    std::string text;
    const bool topology_good = decode_topology(message, text) == DecodeError::none;
    Heartbeat heartbeat;
    const bool heartbeat_good = decode_heartbeat(message, heartbeat) == DecodeError::none;
    SnapshotRequest request;
    const bool request_good = decode_snapshot_request(message, request) == DecodeError::none;
    StreamSequences sequences{};
    const bool end_good = decode_snapshot_end(message, sequences) == DecodeError::none;
    return taken || snapshot == DecodeError::none || events_good || jobs_good || topology_good || heartbeat_good ||
           request_good || end_good;
}

std::vector<Bytes> one_of_each(const LoadedCluster& cluster) {
    const Topology& topology = *cluster.topology;
    const MessageHeader header{"abuse", 7, 1, topology.hash, start_ns};
    std::vector<Bytes> out;
    uint64_t next = 1;
    TickEncoder raw(topology, {.compress = false}), packed(topology, {});
    raw.encode(sample_at(0, everything(topology)).batch, header, next, false, out);
    next = 1;
    packed.encode(sample_at(0, everything(topology)).batch, header, next, false, out);
    packed.encode(sample_at(1, everything(topology)).batch, header, next, false, out);  // deltas
    encode_snapshot(packed.snapshot_columns(), header, {}, out);
    out.push_back(encode_topology(header, pack_topology(topology.name, cluster.text)));
    out.push_back(encode_events(header, std::vector<Event>{{.id = 1,
                                                            .time_ns = start_ns,
                                                            .severity = Severity::critical,
                                                            .object = {ObjectClass::gpu, 3},
                                                            .code = 79,
                                                            .kind = "xid",
                                                            .text = "GPU has fallen off the bus — gone."}}));
    out.push_back(encode_jobs(header, std::vector<Job>{{.slot = 1,
                                                        .state = JobState::running,
                                                        .id = "42",
                                                        .name = "llama",
                                                        .user = "ada",
                                                        .partition = "train",
                                                        .start_ns = start_ns,
                                                        .nodes = {{0, 2}, {4, 2}},
                                                        .gpus = 32}}));
    Heartbeat heartbeat{.snapshot_endpoint = "tcp://127.0.0.1:5601"};
    heartbeat.owned[size_t(ObjectClass::gpu)] = {{0, 64}};
    out.push_back(encode_heartbeat(header, heartbeat));
    out.push_back(encode_snapshot_request({"abuse", true, true}, topology.hash));
    out.push_back(encode_snapshot_end(header, {1, 2, 3, 4, 5}));
    return out;
}

}  // namespace bv::test

// Encodes and decodes everything but ticks; see messages.h. Reads and writes memory only.
#include "net/messages.h"

#include <algorithm>
#include <cstring>

#include "net/cluster_library.h"
#include "net/planes.h"
#include "net/wire.h"

namespace bv {

std::string_view name_of(Stream stream) {
    constexpr std::array<std::string_view, stream_count> names{"topology", "tick", "event", "job", "heartbeat"};
    return names[size_t(stream)];
}

std::string topic_of(std::string_view source, Stream stream) {
    std::string topic(topic_prefix);
    topic.append(source).append("/").append(name_of(stream));
    return topic;
}

std::optional<Stream> Envelope::stream() const {
    switch (kind) {
        case PayloadKind::topology:
            return Stream::topology;
        case PayloadKind::tick:
            return Stream::tick;
        case PayloadKind::events:
            return Stream::event;
        case PayloadKind::jobs:
            return Stream::job;
        case PayloadKind::heartbeat:
            return Stream::heartbeat;
        default:
            return std::nullopt;
    }
}

DecodeError open_message(std::span<const std::byte> message, Envelope& envelope) {
    DecodeError error = DecodeError::none;
    const wire::Message* m = verify_message(message, error);
    if (!m) return error;
    envelope = {view(m->source()),  m->boot_id(), m->sequence(),
                m->topology_hash(), m->time_ns(), PayloadKind(m->payload_type())};
    return DecodeError::none;
}

namespace {

constexpr int64_t max_beat_ns = 3'600'000'000'000;  // heartbeats and ticks come at least once an hour
constexpr size_t max_endpoint_bytes = 256;

// Cuts at a character boundary and drops what valid_text would refuse, so that our own messages are always accepted.
std::string fitting(std::string_view text, size_t max_bytes) {
    std::string out;
    for (char c : text.substr(0, std::min(text.size(), max_bytes))) out += uint8_t(c) < 0x20 || c == 0x7F ? ' ' : c;
    while (!out.empty() && text.size() > max_bytes && !valid_utf8(out)) out.pop_back();
    if (valid_utf8(out)) return out;
    for (char& c : out)
        if (uint8_t(c) >= 0x80) c = '?';
    return out;
}

auto text(flatbuffers::FlatBufferBuilder& builder, std::string_view value, size_t max_bytes) {
    return value.empty() ? flatbuffers::Offset<flatbuffers::String>() : builder.CreateString(fitting(value, max_bytes));
}

auto sequences_of(flatbuffers::FlatBufferBuilder& builder, const StreamSequences& sequences) {
    return builder.CreateVector(sequences.data(), sequences.size());
}

DecodeError read_sequences(const flatbuffers::Vector<uint64_t>* in, StreamSequences& out) {
    out.fill(0);
    if (!in) return DecodeError::none;
    if (in->size() > 64) return DecodeError::too_large;
    // A later version may have more streams than this one knows.
    // Copied as bytes: the verifier lets a broken message misalign the numbers of a vector.
    std::memcpy(out.data(), in->Data(), std::min<size_t>(in->size(), out.size()) * sizeof(uint64_t));
    return DecodeError::none;
}

}  // namespace

Bytes encode_heartbeat(const MessageHeader& header, const Heartbeat& heartbeat) {
    flatbuffers::FlatBufferBuilder builder(1024);
    std::vector<wire::Range> owned;
    for (ObjectClass c : all_object_classes)
        for (const IndexRange& r : heartbeat.owned[size_t(c)])
            owned.emplace_back(r.first, r.count, wire::ObjectClass(c));
    flatbuffers::Offset<flatbuffers::Vector<const wire::Range*>> ranges;
    if (!heartbeat.owns_everything) ranges = builder.CreateVectorOfStructs(owned);
    const auto sequences = sequences_of(builder, heartbeat.sequences);
    const auto endpoint = text(builder, heartbeat.snapshot_endpoint, max_endpoint_bytes);
    const auto payload =
        wire::CreateHeartbeat(builder, heartbeat.interval_ns, heartbeat.tick_interval_ns, ranges, sequences, endpoint);
    return finish_message(builder, header, wire::Payload::Heartbeat, payload.Union());
}

DecodeError decode_heartbeat(std::span<const std::byte> message, Heartbeat& heartbeat) {
    DecodeError error = DecodeError::none;
    const wire::Message* m = verify_message(message, error);
    if (!m) return error;
    const wire::Heartbeat* in = m->payload_as_Heartbeat();
    if (!in) return DecodeError::not_a_message;
    if (in->interval_ns() <= 0 || in->interval_ns() > max_beat_ns || in->tick_interval_ns() < 0)
        return DecodeError::time_invalid;
    if (!valid_text(in->snapshot_endpoint(), max_endpoint_bytes)) return DecodeError::text_invalid;
    if (in->owned() && in->owned()->size() > max_owned_ranges) return DecodeError::too_large;
    Heartbeat out;
    if (in->owned()) {
        for (const wire::Range* r : *in->owned()) {
            if (size_t(r->object_class()) >= object_class_count) return DecodeError::class_unknown;
            if (r->count() > no_index - r->first()) return DecodeError::range_outside_topology;
            out.owned[size_t(r->object_class())].push_back({r->first(), r->count()});
        }
        for (auto& ranges : out.owned) std::sort(ranges.begin(), ranges.end());
    }
    if ((error = read_sequences(in->sequences(), out.sequences)) != DecodeError::none) return error;
    out.owns_everything = !in->owned();
    out.interval_ns = in->interval_ns();
    out.tick_interval_ns = in->tick_interval_ns();
    out.snapshot_endpoint = view(in->snapshot_endpoint());
    heartbeat = std::move(out);
    return DecodeError::none;
}

PackedTopology pack_topology(std::string_view name, std::string_view cluster_text) {
    Compressor zstd;
    const auto packed = zstd.compress(std::as_bytes(std::span(cluster_text.data(), cluster_text.size())), 9);
    return {std::string(name), Bytes(packed.begin(), packed.end()), uint32_t(cluster_text.size())};
}

Bytes encode_topology(const MessageHeader& header, const PackedTopology& topology) {
    flatbuffers::FlatBufferBuilder builder(topology.zstd.size() + 1024);
    const auto bytes =
        builder.CreateVector(reinterpret_cast<const uint8_t*>(topology.zstd.data()), topology.zstd.size());
    const auto name = text(builder, topology.name, max_word_bytes);
    const auto payload = wire::CreateTopology(builder, name, bytes, true, topology.text_size);
    return finish_message(builder, header, wire::Payload::Topology, payload.Union());
}

DecodeError decode_topology(std::span<const std::byte> message, std::string& cluster_text) {
    DecodeError error = DecodeError::none;
    const wire::Message* m = verify_message(message, error);
    if (!m) return error;
    const wire::Topology* in = m->payload_as_Topology();
    if (!in) return DecodeError::not_a_message;
    if (!valid_text(in->name(), max_word_bytes)) return DecodeError::text_invalid;
    const auto bytes = bytes_of(in->text());
    if (bytes.empty()) {
        cluster_text.clear();
        return DecodeError::none;
    }
    if (in->text_size() > max_topology_bytes) return DecodeError::too_large;
    std::string out;
    if (in->zstd()) {
        // A few hundred bytes may claim 64 MiB; zstd packs text at most about 1:1000.
        if (in->text_size() / 4096 > bytes.size()) return DecodeError::decompression_failed;
        out.resize(in->text_size());
        if (!Decompressor().decompress(bytes, std::as_writable_bytes(std::span(out))))
            return DecodeError::decompression_failed;
    } else {
        if (in->text_size() != bytes.size()) return DecodeError::size_mismatch;
        out.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    if (!valid_utf8(out)) return DecodeError::text_invalid;
    if (cluster_hash(out) != m->topology_hash()) return DecodeError::wrong_topology;
    cluster_text = std::move(out);
    return DecodeError::none;
}

Bytes encode_events(const MessageHeader& header, std::span<const Event> events) {
    flatbuffers::FlatBufferBuilder builder(4096);
    std::vector<flatbuffers::Offset<wire::Event>> out;
    for (const Event& e : events) {
        const auto kind = builder.CreateString(fitting(e.kind, max_word_bytes));
        const auto words = text(builder, e.text, max_text_bytes);
        out.push_back(wire::CreateEvent(builder, e.id, e.time_ns, e.end_ns, wire::Severity(e.severity),
                                        wire::ObjectClass(e.object.object_class), e.object.index, e.code, kind, words));
    }
    const auto payload = wire::CreateEvents(builder, builder.CreateVector(out));
    return finish_message(builder, header, wire::Payload::Events, payload.Union());
}

namespace {

DecodeError check(const wire::Event& e, const Topology& topology) {
    if (size_t(e.object_class()) >= object_class_count) return DecodeError::class_unknown;
    if (e.severity() > wire::Severity::MAX) return DecodeError::value_invalid;
    if (e.index() != no_index && e.index() >= topology.count(ObjectClass(e.object_class())))
        return DecodeError::range_outside_topology;
    if (e.time_ns() < 0 || e.end_ns() < 0) return DecodeError::time_invalid;
    if (!valid_text(e.kind(), max_word_bytes) || !valid_text(e.text(), max_text_bytes))
        return DecodeError::text_invalid;
    return DecodeError::none;
}

}  // namespace

DecodeError decode_events(std::span<const std::byte> message, const Topology& topology, std::vector<Event>& events) {
    DecodeError error = DecodeError::none;
    const wire::Message* m = verify_message(message, error);
    if (!m) return error;
    const wire::Events* in = m->payload_as_Events();
    if (!in) return DecodeError::not_a_message;
    if (m->topology_hash() != topology.hash) return DecodeError::wrong_topology;
    if (in->events()->size() > max_events_per_message) return DecodeError::too_large;
    for (const wire::Event* e : *in->events())
        if ((error = check(*e, topology)) != DecodeError::none) return error;
    for (const wire::Event* e : *in->events()) {
        events.push_back({.id = e->id(),
                          .time_ns = e->time_ns(),
                          .end_ns = e->end_ns(),
                          .severity = Severity(e->severity()),
                          .object = {ObjectClass(e->object_class()), e->index()},
                          .code = e->code(),
                          .kind = std::string(view(e->kind())),
                          .source = std::string(view(m->source())),
                          .text = std::string(view(e->text()))});
    }
    return DecodeError::none;
}

Bytes encode_jobs(const MessageHeader& header, std::span<const Job> jobs) {
    flatbuffers::FlatBufferBuilder builder(4096);
    std::vector<flatbuffers::Offset<wire::Job>> out;
    for (const Job& j : jobs) {
        std::vector<wire::Range> ranges;
        for (const IndexRange& r : j.nodes) ranges.emplace_back(r.first, r.count, wire::ObjectClass::node);
        const auto nodes = builder.CreateVectorOfStructs(ranges);
        const auto id = text(builder, j.id, max_word_bytes), name = text(builder, j.name, max_text_bytes),
                   user = text(builder, j.user, max_word_bytes), partition = text(builder, j.partition, max_word_bytes);
        out.push_back(wire::CreateJob(builder, j.slot, wire::JobState(j.state), id, name, user, partition, j.submit_ns,
                                      j.start_ns, j.end_ns, nodes, j.gpus, j.tensor_parallel, j.pipeline_parallel,
                                      j.data_parallel));
    }
    const auto payload = wire::CreateJobs(builder, builder.CreateVector(out));
    return finish_message(builder, header, wire::Payload::Jobs, payload.Union());
}

namespace {

DecodeError check(const wire::Job& j, const Topology& topology) {
    if (j.slot() >= topology.count(ObjectClass::job)) return DecodeError::range_outside_topology;
    if (j.state() > wire::JobState::MAX) return DecodeError::value_invalid;
    if (j.submit_ns() < 0 || j.start_ns() < 0 || j.end_ns() < 0) return DecodeError::time_invalid;
    if (!valid_text(j.id(), max_word_bytes) || !valid_text(j.name(), max_text_bytes) ||
        !valid_text(j.user(), max_word_bytes) || !valid_text(j.partition(), max_word_bytes))
        return DecodeError::text_invalid;
    if (!j.nodes()) return DecodeError::none;
    if (j.nodes()->size() > max_ranges_per_job) return DecodeError::too_large;
    const uint32_t nodes = topology.count(ObjectClass::node);
    uint32_t end = 0;
    for (const wire::Range* r : *j.nodes()) {
        if (r->first() < end || r->first() >= nodes || r->count() > nodes - r->first())
            return DecodeError::range_outside_topology;
        end = r->first() + r->count();
    }
    return DecodeError::none;
}

Job from_wire(const wire::Job& j) {
    Job job{.slot = j.slot(),
            .state = JobState(j.state()),
            .id = std::string(view(j.id())),
            .name = std::string(view(j.name())),
            .user = std::string(view(j.user())),
            .partition = std::string(view(j.partition())),
            .submit_ns = j.submit_ns(),
            .start_ns = j.start_ns(),
            .end_ns = j.end_ns(),
            .nodes = {},
            .gpus = j.gpus(),
            .tensor_parallel = j.tensor_parallel(),
            .pipeline_parallel = j.pipeline_parallel(),
            .data_parallel = j.data_parallel()};
    if (j.nodes())
        for (const wire::Range* r : *j.nodes()) job.nodes.push_back({r->first(), r->count()});
    return job;
}

}  // namespace

DecodeError decode_jobs(std::span<const std::byte> message, const Topology& topology, std::vector<Job>& jobs) {
    DecodeError error = DecodeError::none;
    const wire::Message* m = verify_message(message, error);
    if (!m) return error;
    const wire::Jobs* in = m->payload_as_Jobs();
    if (!in) return DecodeError::not_a_message;
    if (m->topology_hash() != topology.hash) return DecodeError::wrong_topology;
    if (in->jobs()->size() > max_jobs_per_message) return DecodeError::too_large;
    for (const wire::Job* j : *in->jobs())
        if ((error = check(*j, topology)) != DecodeError::none) return error;
    for (const wire::Job* j : *in->jobs()) jobs.push_back(from_wire(*j));
    return DecodeError::none;
}

Bytes encode_snapshot_request(const SnapshotRequest& request, uint64_t topology_hash) {
    flatbuffers::FlatBufferBuilder builder(256);
    const auto payload = wire::CreateSnapshotRequest(builder, request.topology, request.state);
    return finish_message(builder, {.source = request.source, .topology_hash = topology_hash},
                          wire::Payload::SnapshotRequest, payload.Union());
}

DecodeError decode_snapshot_request(std::span<const std::byte> message, SnapshotRequest& request) {
    DecodeError error = DecodeError::none;
    const wire::Message* m = verify_message(message, error);
    if (!m) return error;
    const wire::SnapshotRequest* in = m->payload_as_SnapshotRequest();
    if (!in) return DecodeError::not_a_message;
    request = {std::string(view(m->source())), in->topology(), in->state()};
    return DecodeError::none;
}

Bytes encode_snapshot_end(const MessageHeader& header, const StreamSequences& sequences) {
    flatbuffers::FlatBufferBuilder builder(256);
    const auto payload = wire::CreateSnapshotEnd(builder, sequences_of(builder, sequences));
    return finish_message(builder, header, wire::Payload::SnapshotEnd, payload.Union());
}

DecodeError decode_snapshot_end(std::span<const std::byte> message, StreamSequences& sequences) {
    DecodeError error = DecodeError::none;
    const wire::Message* m = verify_message(message, error);
    if (!m) return error;
    const wire::SnapshotEnd* in = m->payload_as_SnapshotEnd();
    if (!in) return DecodeError::not_a_message;
    return read_sequences(in->sequences(), sequences);
}

}  // namespace bv

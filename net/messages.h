// The payloads beside ticks: heartbeats, events, jobs, topology and the snapshot dialogue; and the envelope of them
// all. Decoders check everything (lengths, UTF-8, indices, enumerations) before they hand one thing on.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/codec.h"

namespace bv {

enum class Stream : uint8_t { topology, tick, event, job, heartbeat };
inline constexpr size_t stream_count = 5;
std::string_view name_of(Stream stream);
std::string topic_of(std::string_view source, Stream stream);  // "bv1/<source>/<stream>"
inline constexpr std::string_view topic_prefix = "bv1/";

using StreamSequences = std::array<uint64_t, stream_count>;

// Numbers of the Payload union of telemetry.fbs.
enum class PayloadKind : uint8_t { none, topology, tick, events, jobs, heartbeat, snapshot_request, snapshot_end };

// A verified message. The views point into it.
struct Envelope {
    std::string_view source;
    uint64_t boot_id = 0, sequence = 0, topology_hash = 0;
    int64_t time_ns = 0;
    PayloadKind kind = PayloadKind::none;
    [[nodiscard]] std::optional<Stream> stream() const;  // nothing for the snapshot dialogue
};
[[nodiscard]] DecodeError open_message(std::span<const std::byte> message, Envelope& envelope);
// [a-z0-9_.-]{1,64}
[[nodiscard]] bool valid_source_name(std::string_view name);

// Limits of what is accepted; docs/protocol.md lists them.
inline constexpr size_t max_columns_per_message = 1024;
inline constexpr size_t max_unpacked_bytes = 64u << 20;
inline constexpr size_t max_events_per_message = 4096;
inline constexpr size_t max_jobs_per_message = 4096;
inline constexpr size_t max_ranges_per_job = 65'536;
inline constexpr size_t max_owned_ranges = 4096;
inline constexpr size_t max_text_bytes = 1024;
inline constexpr size_t max_word_bytes = 128;
inline constexpr size_t max_topology_bytes = 64u << 20;

struct Heartbeat {
    int64_t interval_ns = 1'000'000'000;
    int64_t tick_interval_ns = 1'000'000'000;
    bool owns_everything = false;  // said no ranges
    OwnedRanges owned;
    StreamSequences sequences{};
    std::string snapshot_endpoint;
};
Bytes encode_heartbeat(const MessageHeader& header, const Heartbeat& heartbeat);
[[nodiscard]] DecodeError decode_heartbeat(std::span<const std::byte> message, Heartbeat& heartbeat);

// A cluster file, packed once and sent often.
struct PackedTopology {
    std::string name;
    Bytes zstd;
    uint32_t text_size = 0;
};
PackedTopology pack_topology(std::string_view name, std::string_view text);
Bytes encode_topology(const MessageHeader& header, const PackedTopology& topology);
// The cluster file in `text`, empty where the message names only the hash. Checks that the text has the hash of the
// header.
[[nodiscard]] DecodeError decode_topology(std::span<const std::byte> message, std::string& text);

Bytes encode_events(const MessageHeader& header, std::span<const Event> events);
// Appends. Event::source is set to the message's source.
[[nodiscard]] DecodeError decode_events(std::span<const std::byte> message, const Topology& topology,
                                        std::vector<Event>& events);

Bytes encode_jobs(const MessageHeader& header, std::span<const Job> jobs);
[[nodiscard]] DecodeError decode_jobs(std::span<const std::byte> message, const Topology& topology,
                                      std::vector<Job>& jobs);

struct SnapshotRequest {
    std::string source;
    bool topology = false, state = false;
};
Bytes encode_snapshot_request(const SnapshotRequest& request, uint64_t topology_hash);
[[nodiscard]] DecodeError decode_snapshot_request(std::span<const std::byte> message, SnapshotRequest& request);

Bytes encode_snapshot_end(const MessageHeader& header, const StreamSequences& sequences);
[[nodiscard]] DecodeError decode_snapshot_end(std::span<const std::byte> message, StreamSequences& sequences);

}  // namespace bv

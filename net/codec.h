// Between batches and wire messages. Decoding verifies and bounds-checks everything before one value is handed on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/state.h"

namespace bv {

inline constexpr uint16_t protocol_version = 1;
inline constexpr size_t max_message_bytes = 16u << 20;

enum class DecodeError : uint8_t {
    none, not_a_message, wrong_version, wrong_topology, class_unknown, range_outside_topology, size_mismatch,
    encoding_unknown, decompression_failed, base_missing, text_invalid
};
std::string_view sentence(DecodeError error);  // for people: one sentence

using Bytes = std::vector<std::byte>;

struct MessageHeader {
    std::string source;
    uint64_t boot_id = 0, sequence = 0, topology_hash = 0;
    int64_t time_ns = 0;
};

struct EncodeOptions {
    bool compress = true;
    bool delta = true;
    size_t target_message_bytes = 512u << 10;  // a tick is split into messages of about this size
};

// Turns the ticks of one source into messages. Keeps the last values sent, as the base of deltas and for snapshots.
class TickEncoder {
public:
    TickEncoder(const Topology& topology, EncodeOptions options);
    // Appends finished messages. next_sequence is advanced by one for each.
    void encode(const TelemetryBatch& batch, MessageHeader header, uint64_t& next_sequence, bool keyframe, std::vector<Bytes>& out);

private:
    const Topology* topology_;
    EncodeOptions options_;
    std::array<std::vector<std::vector<uint16_t>>, object_class_count> last_;  // [class][metric][index]
    std::vector<std::byte> scratch_;
};

// Applies tick messages of one source to a state; the counterpart of TickEncoder.
class TickDecoder {
public:
    // Verifies the whole message first; on any error nothing of it is applied. values: how many were applied.
    [[nodiscard]] DecodeError apply(std::span<const std::byte> message, ClusterState& state, uint16_t source, uint64_t& values);

private:
    std::vector<uint16_t> values_;
    std::vector<std::byte> scratch_;
};

}  // namespace bv

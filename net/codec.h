// Between batches and tick messages. Decoding verifies and bounds-checks everything before one value is handed on.
// The other payloads (heartbeats, events, jobs, topology, snapshots) are in net/messages.h.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/state.h"

namespace bv {

inline constexpr uint16_t protocol_version = 1;
inline constexpr size_t max_message_bytes = 16u << 20;

enum class DecodeError : uint8_t {
    none,
    not_a_message,
    wrong_version,
    wrong_topology,
    class_unknown,
    range_outside_topology,
    size_mismatch,
    encoding_unknown,
    decompression_failed,
    base_missing,
    text_invalid,
    value_invalid,
    time_invalid,
    range_not_owned,
    too_large,
    too_many_stretches,
    boot_id_missing
};
std::string_view sentence(DecodeError error);  // for people: one sentence

using Bytes = std::vector<std::byte>;
using OwnedRanges = std::array<std::vector<IndexRange>, object_class_count>;

// Whether the ranges of its class hold all of this stretch.
[[nodiscard]] bool owns(const OwnedRanges& owned, ObjectClass object_class, uint32_t first, uint32_t count);

struct MessageHeader {
    std::string source;
    uint64_t boot_id = 0, sequence = 0, topology_hash = 0;
    int64_t time_ns = 0;
};

struct EncodeOptions {
    bool compress = true;
    bool delta = true;                         // only with compress
    size_t target_message_bytes = 512u << 10;  // a tick is split into messages of about this size
    uint32_t keyframe_every = 60;              // a stretch is sent in full at least every so many sends
};

// One stretch of a column with what a snapshot says about it.
struct SnapshotColumn {
    TickColumn column;
    uint64_t sequence = 0;  // of the tick message that last carried it
    int64_t time_ns = 0, interval_ns = 0;
};
// Appends tick messages that hold these columns in full, the newest first. header.sequence stays 0.
void encode_snapshot(std::span<const SnapshotColumn> columns, MessageHeader header, const EncodeOptions& options,
                     std::vector<Bytes>& out);

// Turns the ticks of one source into messages. Keeps the last values sent, as the base of deltas and for snapshots.
class TickEncoder {
public:
    TickEncoder(const Topology& topology, EncodeOptions options);
    ~TickEncoder();
    TickEncoder(TickEncoder&&) noexcept;
    TickEncoder& operator=(TickEncoder&&) noexcept;

    // Appends finished messages. next_sequence is advanced by one for each; header.sequence and header.time_ns are
    // ignored. Throws std::out_of_range where a column does not fit the topology.
    void encode(const TelemetryBatch& batch, MessageHeader header, uint64_t& next_sequence, bool keyframe,
                std::vector<Bytes>& out);
    // Everything sent so far. The spans live until the next encode.
    [[nodiscard]] std::vector<SnapshotColumn> snapshot_columns() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// From a tick's time and interval by the source's clock to its arrival by the local one. None: the two are one.
using Arrivals = std::function<Arrival(int64_t time_ns, int64_t interval_ns)>;

// Applies tick messages of one source to a state; the counterpart of TickEncoder.
class TickDecoder {
public:
    TickDecoder();
    ~TickDecoder();
    TickDecoder(TickDecoder&&) noexcept;
    TickDecoder& operator=(TickDecoder&&) noexcept;

    // Verifies the whole message first; on any error nothing of it is applied. values: how many were applied.
    // owned: what the source may speak for; null: everything. Free of allocation once every stretch was seen.
    [[nodiscard]] DecodeError apply(std::span<const std::byte> message, ClusterState& state, uint16_t source,
                                    uint64_t& values, const OwnedRanges* owned = nullptr,
                                    const Arrivals& arrivals = {});
    // A tick message of a snapshot: its columns stand for the sequences that they name.
    [[nodiscard]] DecodeError apply_snapshot(std::span<const std::byte> message, ClusterState& state, uint16_t source,
                                             uint64_t& values, const OwnedRanges* owned = nullptr,
                                             const Arrivals& arrivals = {});
    // Forgets the bases of deltas: the source was born again.
    void reset();
    // Columns with a metric name that is not in the catalogue, skipped since construction.
    [[nodiscard]] uint64_t ignored_columns() const;
    // Everything this source said, as it stands in the state that it was applied to.
    [[nodiscard]] std::vector<SnapshotColumn> snapshot_columns(const ClusterState& state) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace bv

// How a recording packs values: a block is one stretch of one column over one to ten ticks. The first tick is kept in
// full, the others as differences to the one before, zigzag, in byte planes, with zstd. docs/recording.md prints the
// layout.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "net/planes.h"

namespace bv {

inline constexpr uint32_t max_block_objects = 8192;
inline constexpr uint32_t max_block_ticks = 10;

// Little-endian, followed by the tick times (int64 each) and the three zstd frames: planes of the first tick, low bytes
// of all differences tick by tick, high bytes of the same.
struct BlockHeader {
    uint32_t crc = 0;  // CRC-32C of all that follows
    uint32_t series = 0;
    uint32_t objects = 0;
    uint16_t ticks = 0;
    uint16_t version = 1;
    int64_t interval_ns = 0;
    uint32_t first_bytes = 0, low_bytes = 0, high_bytes = 0;
    uint32_t reserved = 0;
};
static_assert(sizeof(BlockHeader) == 40);

class BlockEncoder {
public:
    // rows[tick][object], one per time; all of `objects` values. The span lives until the next call.
    std::span<const std::byte> encode(uint32_t series, int64_t interval_ns, std::span<const int64_t> times_ns,
                                      std::span<const uint16_t* const> rows, uint32_t objects);

private:
    Compressor compressor_;
    std::vector<std::byte> planes_, out_;
};

class BlockDecoder {
public:
    // Checks everything: checksum, series, sizes, and that times ascend. False: damaged, or not of this series.
    [[nodiscard]] bool open(std::span<const std::byte> block, uint32_t series, uint32_t objects);

    [[nodiscard]] const BlockHeader& header() const { return header_; }
    [[nodiscard]] int64_t time_ns(size_t tick) const;
    // The newest tick at or before that time; nothing where the block begins later.
    [[nodiscard]] std::optional<size_t> tick_at(int64_t time_ns) const;
    // All values of one tick. False: damaged.
    [[nodiscard]] bool decode_tick(size_t tick, std::span<uint16_t> out);
    // One object over all ticks of the block. False: damaged.
    [[nodiscard]] bool decode_object(uint32_t object, std::span<uint16_t> out);

private:
    [[nodiscard]] bool unpack_first(std::span<uint16_t> out);
    [[nodiscard]] bool unpack_differences();

    BlockHeader header_;
    std::span<const std::byte> block_;
    Decompressor decompressor_;
    std::vector<std::byte> first_, low_, high_;
};

}  // namespace bv

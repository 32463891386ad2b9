// How a recording packs values: a block is one stretch of one column over one to ten ticks. Values are kept as they
// are, or as differences to the object before, to the tick beside, or both, whichever is smallest; in byte planes, each
// packed with zstd. Differences along ticks lead outwards from a base in the middle, so that no tick is far from it.
// docs/recording.md prints the layout.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "net/planes.h"

namespace bv {

inline constexpr uint32_t max_block_objects = 8192;
inline constexpr uint32_t max_block_ticks = 10;

// What is packed in place of the values of a tick; differences are zigzag (0, -1, 1, -2, … → 0, 1, 2, 3, …),
// modulo 65536.
enum class BlockMode : uint8_t {
    values,
    along_objects,  // to the object before; of the first object to 0
    along_ticks,    // to the same object in the tick beside it, towards the base
    along_both,     // the difference along ticks, and of that the difference along objects
    from_base       // to the same object in the base: noise around a level is unpacked in two steps
};

// Little-endian, followed by the tick times (int64 each), the sizes of the planes (uint16 each, a low and a high one
// per frame) and the planes. Size 0: all zero; size 1: all that byte; size 0xFFFF: kept unpacked; else one zstd frame.
struct BlockHeader {
    uint32_t crc = 0;  // CRC-32C of all that follows
    uint32_t series = 0;
    uint32_t objects = 0;
    uint16_t ticks = 0;
    uint8_t version = 2;
    BlockMode base_mode = BlockMode::values;  // of the base: values or along_objects
    BlockMode mode = BlockMode::along_ticks;  // of the others
    uint8_t frame_ticks = 1;                  // the base has a frame of its own; of the others so many share one
    uint8_t base = 0;                         // which tick it is
    uint8_t reserved = 0;
    uint32_t bytes = 0;  // of the whole block
    int64_t interval_ns = 0;
};
static_assert(sizeof(BlockHeader) == 32);

class BlockEncoder {
public:
    // rows[tick][object], one per time; all of `objects` values. The span lives until the next call.
    std::span<const std::byte> encode(uint32_t series, int64_t interval_ns, std::span<const int64_t> times_ns,
                                      std::span<const uint16_t* const> rows, uint32_t objects);

private:
    BlockMode choose_mode(std::span<const uint16_t* const> rows, size_t base, size_t objects);
    void append_frame(std::span<const uint16_t> differences, size_t frame);
    void append_plane(std::span<const std::byte> plane, size_t which);

    Compressor compressor_;
    std::vector<uint16_t> differences_;
    std::vector<std::byte> planes_, out_;
    size_t sizes_at_ = 0;
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
    // Only what zstd does of it, for comparison.
    [[nodiscard]] bool unpack_tick(size_t tick);
    // One object over all ticks of the block. False: damaged.
    [[nodiscard]] bool decode_object(uint32_t object, std::span<uint16_t> out);

private:
    [[nodiscard]] size_t frames() const;
    [[nodiscard]] size_t ticks_of(size_t frame) const;
    // The frames that lead to a tick: the base first where it builds on it, then [first, last] of the others, counted
    // without the base.
    struct Way {
        bool from_base;
        size_t first, last;
    };
    [[nodiscard]] Way way_to(size_t tick) const;
    [[nodiscard]] bool decode_base(std::span<uint16_t> out);
    [[nodiscard]] bool unpack(size_t frame);  // into low_ and high_
    [[nodiscard]] bool unpack_plane(size_t which, std::span<std::byte> out);

    BlockHeader header_;
    std::span<const std::byte> block_;
    std::array<uint32_t, 2 * max_block_ticks + 1> plane_at_{};
    Decompressor decompressor_;
    std::vector<std::byte> low_, high_;
    std::vector<uint16_t> sums_;
};

}  // namespace bv

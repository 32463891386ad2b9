// Packs and unpacks the blocks of a recording; see tick_block.h. Compiled with -O3: the loops over planes are to be
// vectors.
#include "net/tick_block.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "net/checksum.h"

namespace bv {

static_assert(std::endian::native == std::endian::little, "blocks are written as they lie in memory");

namespace {

constexpr uint16_t size_unpacked = 0xFFFF;
// From here on a frame of its own per tick costs less than unpacking its neighbours.
constexpr uint32_t objects_for_own_frames = 2048;

uint16_t zigzag(uint16_t delta) { return uint16_t(uint16_t(delta << 1) ^ uint16_t(-(delta >> 15))); }
uint16_t unzigzag(uint16_t value) { return uint16_t(uint16_t(value >> 1) ^ uint16_t(-(value & 1))); }

// What the mode packs of one tick; `from` is the tick that it is a difference to.
void differences(BlockMode mode, const uint16_t* __restrict now, const uint16_t* __restrict from, size_t n,
                 uint16_t* __restrict out) {
    switch (mode) {
        case BlockMode::values:
            std::memcpy(out, now, n * sizeof(uint16_t));
            return;
        case BlockMode::along_objects:
            out[0] = zigzag(now[0]);
            for (size_t i = 1; i < n; ++i) out[i] = zigzag(uint16_t(now[i] - now[i - 1]));
            return;
        case BlockMode::along_ticks:
        case BlockMode::from_base:
            for (size_t i = 0; i < n; ++i) out[i] = zigzag(uint16_t(now[i] - from[i]));
            return;
        case BlockMode::along_both:
            out[0] = zigzag(uint16_t(now[0] - from[0]));
            for (size_t i = 1; i < n; ++i)
                out[i] = zigzag(uint16_t(uint16_t(now[i] - from[i]) - uint16_t(now[i - 1] - from[i - 1])));
            return;
    }
}

// Bits that an order-0 coder of byte planes would need, by a sample.
double cost(std::span<const uint16_t> values) {
    std::array<uint32_t, 256> low{}, high{};
    for (const uint16_t value : values) {
        ++low[value & 0xFF];
        ++high[value >> 8];
    }
    double bits = 0;
    for (const auto& counts : {low, high})
        for (const uint32_t count : counts)
            if (count) bits += double(count) * std::log2(double(values.size()) / double(count));
    return bits;
}

constexpr size_t sampled_runs = 8, sampled_in_run = 256;
// Of runs that are spread over all objects: neighbours may be idle where others work.
double sampled_cost(BlockMode mode, const uint16_t* now, const uint16_t* from, size_t n,
                    std::vector<uint16_t>& scratch) {
    scratch.resize(std::max(scratch.size(), sampled_runs * sampled_in_run));
    const size_t runs = n < sampled_runs * sampled_in_run ? 1 : sampled_runs;
    const size_t in_run = runs == 1 ? n : sampled_in_run;
    for (size_t run = 0; run < runs; ++run) {
        const size_t at = run * (n / runs);
        differences(mode, now + at, from ? from + at : nullptr, in_run, scratch.data() + run * in_run);
    }
    return cost({scratch.data(), runs * in_run});
}

BlockMode cheapest(std::initializer_list<BlockMode> modes, const uint16_t* now, const uint16_t* from, size_t n,
                   std::vector<uint16_t>& scratch) {
    BlockMode best = *modes.begin();
    double least = std::numeric_limits<double>::max();
    for (const BlockMode mode : modes)
        if (const double bits = sampled_cost(mode, now, from, n, scratch); bits < least) {
            least = bits;
            best = mode;
        }
    return best;
}

// sum += what the planes hold, difference by difference.
void add_planes(const uint8_t* __restrict low, const uint8_t* __restrict high, size_t n, uint16_t* __restrict sum) {
    for (size_t i = 0; i < n; ++i) sum[i] = uint16_t(sum[i] + unzigzag(uint16_t(low[i] | high[i] << 8)));
}
void copy_planes(const uint8_t* __restrict low, const uint8_t* __restrict high, size_t n, uint16_t* __restrict out) {
    for (size_t i = 0; i < n; ++i) out[i] = uint16_t(low[i] | high[i] << 8);
}
void sum_along_objects(uint16_t* values, size_t n) {
    uint16_t sum = 0;
    for (size_t i = 0; i < n; ++i) values[i] = sum = uint16_t(sum + values[i]);
}

bool along_objects(BlockMode mode) { return mode == BlockMode::along_objects || mode == BlockMode::along_both; }
bool along_ticks(BlockMode mode) { return mode == BlockMode::along_ticks || mode == BlockMode::along_both; }

const uint8_t* octets(const std::vector<std::byte>& bytes) { return reinterpret_cast<const uint8_t*>(bytes.data()); }

size_t frame_count(size_t ticks, size_t frame_ticks) { return 1 + (ticks - 1 + frame_ticks - 1) / frame_ticks; }
// The tick that this one is a difference to.
size_t reference(BlockMode mode, size_t base, size_t tick) {
    if (mode == BlockMode::from_base) return base;
    return tick < base ? tick + 1 : tick - 1;
}

}  // namespace

void BlockEncoder::append_plane(std::span<const std::byte> plane, size_t which) {
    uint16_t size = 0;
    if (std::all_of(plane.begin(), plane.end(), [&](std::byte b) { return b == plane.front(); })) {
        if (plane.front() != std::byte(0)) {
            size = 1;
            out_.push_back(plane.front());
        }
    } else {
        const auto frame = compressor_.compress_plane(plane);
        const bool packed = frame.size() < plane.size();
        const auto kept = packed ? frame : plane;
        size = packed ? uint16_t(frame.size()) : size_unpacked;
        out_.insert(out_.end(), kept.begin(), kept.end());
    }
    std::memcpy(out_.data() + sizes_at_ + which * sizeof size, &size, sizeof size);
}

void BlockEncoder::append_frame(std::span<const uint16_t> values, size_t frame) {
    const size_t n = values.size();
    planes_.resize(std::max(planes_.size(), 2 * n));
    split_planes(values, planes_.data());
    append_plane({planes_.data(), n}, 2 * frame);
    append_plane({planes_.data() + n, n}, 2 * frame + 1);
}

// By the tick in the middle; whether to build on the base alone, which is unpacked sooner, by one far from it on each
// side.
BlockMode BlockEncoder::choose_mode(std::span<const uint16_t* const> rows, size_t base, size_t n) {
    using enum BlockMode;
    if (rows.size() < 2) return along_ticks;
    const BlockMode mode =
        cheapest({along_ticks, values, along_objects, along_both}, rows[base], rows[base - 1], n, differences_);
    if (mode != along_ticks || rows.size() < 3) return mode;
    double chained = 0, direct = 0;
    for (const size_t tick : {base / 4, rows.size() - 1}) {
        chained += sampled_cost(along_ticks, rows[tick], rows[reference(along_ticks, base, tick)], n, differences_);
        direct += sampled_cost(from_base, rows[tick], rows[base], n, differences_);
    }
    return direct <= chained ? from_base : along_ticks;
}

std::span<const std::byte> BlockEncoder::encode(uint32_t series, int64_t interval_ns, std::span<const int64_t> times_ns,
                                                std::span<const uint16_t* const> rows, uint32_t objects) {
    using enum BlockMode;
    const size_t n = objects, ticks = rows.size(), base = ticks / 2;
    BlockHeader header{.series = series, .objects = objects, .ticks = uint16_t(ticks), .interval_ns = interval_ns};
    header.base = uint8_t(base);
    header.frame_ticks = n >= objects_for_own_frames ? 1 : uint8_t(max_block_ticks);
    // A single tick is soon folded into a block: it is not worth a choice.
    if (ticks > 1) header.base_mode = cheapest({values, along_objects}, rows[base], nullptr, n, differences_);
    header.mode = choose_mode(rows, base, n);
    sizes_at_ = sizeof header + ticks * sizeof(int64_t);
    out_.assign(sizes_at_ + 2 * frame_count(ticks, header.frame_ticks) * sizeof(uint16_t), std::byte(0));
    std::memcpy(out_.data() + sizeof header, times_ns.data(), ticks * sizeof(int64_t));
    differences_.resize(std::max(differences_.size(), n * max_block_ticks));
    differences(header.base_mode, rows[base], nullptr, n, differences_.data());
    append_frame({differences_.data(), n}, 0);
    size_t frame = 0, in_frame = 0, others = 0;
    for (size_t tick = 0; tick < ticks; ++tick) {
        if (tick == base) continue;
        const uint16_t* from = rows[reference(header.mode, base, tick)];
        differences(header.mode, rows[tick], from, n, differences_.data() + in_frame * n);
        ++others;
        if (++in_frame < header.frame_ticks && others < ticks - 1) continue;
        append_frame({differences_.data(), in_frame * n}, ++frame);
        in_frame = 0;
    }
    header.bytes = uint32_t(out_.size());
    std::memcpy(out_.data(), &header, sizeof header);
    header.crc = crc32c(std::span(out_).subspan(sizeof header.crc));
    std::memcpy(out_.data(), &header.crc, sizeof header.crc);
    return out_;
}

size_t BlockDecoder::frames() const { return frame_count(header_.ticks, header_.frame_ticks); }
size_t BlockDecoder::ticks_of(size_t frame) const {
    if (frame == 0) return 1;
    return std::min<size_t>(header_.frame_ticks, header_.ticks - 1 - (frame - 1) * header_.frame_ticks);
}

BlockDecoder::Way BlockDecoder::way_to(size_t tick) const {
    const size_t base = header_.base, other = tick < base ? tick : tick - 1;
    if (!along_ticks(header_.mode)) return {header_.mode == BlockMode::from_base, other, other};
    return other < base ? Way{true, other, base - 1} : Way{true, base, other};
}

bool BlockDecoder::open(std::span<const std::byte> block, uint32_t series, uint32_t objects) {
    block_ = {};
    if (block.size() < sizeof header_) return false;
    std::memcpy(&header_, block.data(), sizeof header_);
    const BlockHeader& h = header_;
    if (h.version != 2 || h.series != series || h.objects != objects || objects == 0 || objects > max_block_objects)
        return false;
    if (h.ticks == 0 || h.ticks > max_block_ticks || h.frame_ticks == 0 || h.frame_ticks > max_block_ticks)
        return false;
    if (h.base_mode > BlockMode::along_objects || h.mode > BlockMode::from_base || h.base >= h.ticks) return false;
    const size_t sizes_at = sizeof h + h.ticks * sizeof(int64_t), planes = 2 * frames();
    if (h.bytes != block.size() || sizes_at + planes * sizeof(uint16_t) > block.size()) return false;
    if (crc32c(block.subspan(sizeof h.crc)) != h.crc) return false;
    size_t at = sizes_at + planes * sizeof(uint16_t);
    for (size_t plane = 0; plane < planes; ++plane) {
        uint16_t size;
        std::memcpy(&size, block.data() + sizes_at + plane * sizeof size, sizeof size);
        plane_at_[plane] = uint32_t(at);
        at += size == size_unpacked ? ticks_of(plane / 2) * h.objects : size;
    }
    if (at != block.size()) return false;
    plane_at_[planes] = uint32_t(at);
    block_ = block;
    for (size_t t = 1; t < h.ticks; ++t)
        if (time_ns(t) <= time_ns(t - 1)) return block_ = {}, false;
    return true;
}

int64_t BlockDecoder::time_ns(size_t tick) const {
    int64_t time;
    std::memcpy(&time, block_.data() + sizeof header_ + tick * sizeof time, sizeof time);
    return time;
}

std::optional<size_t> BlockDecoder::tick_at(int64_t at_ns) const {
    for (size_t tick = header_.ticks; tick-- > 0;)
        if (time_ns(tick) <= at_ns) return tick;
    return std::nullopt;
}

bool BlockDecoder::unpack_plane(size_t which, std::span<std::byte> out) {
    const auto kept = block_.subspan(plane_at_[which], plane_at_[which + 1] - plane_at_[which]);
    if (kept.size() <= 1) {
        std::memset(out.data(), kept.empty() ? 0 : int(kept[0]), out.size());
        return true;
    }
    if (kept.size() == out.size()) {  // a frame is smaller than what it holds
        std::memcpy(out.data(), kept.data(), out.size());
        return true;
    }
    return decompressor_.decompress(kept, out);
}

bool BlockDecoder::unpack(size_t frame) {
    const size_t size = ticks_of(frame) * header_.objects;
    if (low_.size() < size) low_.resize(size), high_.resize(size);
    return unpack_plane(2 * frame, {low_.data(), size}) && unpack_plane(2 * frame + 1, {high_.data(), size});
}

bool BlockDecoder::decode_base(std::span<uint16_t> out) {
    if (!unpack(0)) return false;
    if (header_.base_mode == BlockMode::values) {
        copy_planes(octets(low_), octets(high_), out.size(), out.data());
        return true;
    }
    std::fill(out.begin(), out.end(), uint16_t(0));
    add_planes(octets(low_), octets(high_), out.size(), out.data());
    sum_along_objects(out.data(), out.size());
    return true;
}

bool BlockDecoder::decode_tick(size_t tick, std::span<uint16_t> out) {
    const size_t n = header_.objects;
    if (block_.empty() || tick >= header_.ticks || out.size() != n) return false;
    if (tick == header_.base) return decode_base(out);
    const Way way = way_to(tick);
    if (way.from_base && !decode_base(out)) return false;
    const bool of_objects = along_objects(header_.mode);
    if (of_objects) sums_.assign(n, 0);
    uint16_t* sums = of_objects ? sums_.data() : out.data();
    const size_t share = header_.frame_ticks;
    for (size_t frame = way.first / share; frame <= way.last / share; ++frame) {
        if (!unpack(1 + frame)) return false;
        const size_t end = std::min((frame + 1) * share, way.last + 1);
        for (size_t other = std::max(frame * share, way.first); other < end; ++other) {
            const size_t at = (other - frame * share) * n;
            if (header_.mode == BlockMode::values)
                copy_planes(octets(low_) + at, octets(high_) + at, n, out.data());
            else
                add_planes(octets(low_) + at, octets(high_) + at, n, sums);
        }
    }
    if (of_objects) sum_along_objects(sums, n);
    if (header_.mode == BlockMode::along_objects) std::copy(sums_.begin(), sums_.end(), out.begin());
    if (header_.mode == BlockMode::along_both)
        for (size_t i = 0; i < n; ++i) out[i] = uint16_t(out[i] + sums[i]);
    return true;
}

bool BlockDecoder::unpack_tick(size_t tick) {
    if (block_.empty() || tick >= header_.ticks) return false;
    if (tick == header_.base) return unpack(0);
    const Way way = way_to(tick);
    if (way.from_base && !unpack(0)) return false;
    for (size_t frame = way.first / header_.frame_ticks; frame <= way.last / header_.frame_ticks; ++frame)
        if (!unpack(1 + frame)) return false;
    return true;
}

bool BlockDecoder::decode_object(uint32_t object, std::span<uint16_t> out) {
    if (block_.empty() || object >= header_.objects || out.size() != header_.ticks) return false;
    const size_t n = header_.objects, base = header_.base;
    size_t tick = 0;  // of those beside the base
    for (size_t frame = 0; frame < frames(); ++frame) {
        if (!unpack(frame)) return false;
        const BlockMode mode = frame == 0 ? header_.base_mode : header_.mode;
        for (size_t t = 0; t < ticks_of(frame); ++t) {
            const uint8_t* low = octets(low_) + t * n;
            const uint8_t* high = octets(high_) + t * n;
            const auto at = [&](size_t i) { return uint16_t(low[i] | high[i] << 8); };
            uint16_t value = at(object);
            if (mode != BlockMode::values) value = unzigzag(value);
            if (along_objects(mode))
                for (size_t i = 0; i < object; ++i) value = uint16_t(value + unzigzag(at(i)));
            if (frame && tick == base) ++tick;
            out[frame ? tick++ : base] = value;
        }
    }
    const auto build = [&](size_t t) { out[t] = uint16_t(out[t] + out[reference(header_.mode, base, t)]); };
    if (!along_ticks(header_.mode) && header_.mode != BlockMode::from_base) return true;
    for (size_t t = base + 1; t < header_.ticks; ++t) build(t);
    for (size_t t = base; t-- > 0;) build(t);
    return true;
}

}  // namespace bv

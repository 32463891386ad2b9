// Packs and unpacks the blocks of a recording; see tick_block.h. Compiled with -O3: the loops over planes are to be
// vectors.
#include "net/tick_block.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "net/checksum.h"

namespace bv {

static_assert(std::endian::native == std::endian::little, "blocks are written as they lie in memory");

namespace {

void split_difference(const uint16_t* __restrict now, const uint16_t* __restrict before, size_t n,
                      uint8_t* __restrict low, uint8_t* __restrict high) {
    for (size_t i = 0; i < n; ++i) {
        const auto delta = uint16_t(now[i] - before[i]);
        const auto zigzag = uint16_t(uint16_t(delta << 1) ^ uint16_t(-(delta >> 15)));
        low[i] = uint8_t(zigzag);
        high[i] = uint8_t(zigzag >> 8);
    }
}

void add_difference(const uint8_t* __restrict low, const uint8_t* __restrict high, size_t n, uint16_t* __restrict sum) {
    for (size_t i = 0; i < n; ++i) {
        const auto zigzag = uint16_t(low[i] | high[i] << 8);
        sum[i] = uint16_t(sum[i] + uint16_t(uint16_t(zigzag >> 1) ^ uint16_t(-(zigzag & 1))));
    }
}

const uint8_t* octets(const std::vector<std::byte>& bytes) { return reinterpret_cast<const uint8_t*>(bytes.data()); }

}  // namespace

std::span<const std::byte> BlockEncoder::encode(uint32_t series, int64_t interval_ns, std::span<const int64_t> times_ns,
                                                std::span<const uint16_t* const> rows, uint32_t objects) {
    const size_t n = objects, ticks = rows.size();
    BlockHeader header{.series = series, .objects = objects, .ticks = uint16_t(ticks), .interval_ns = interval_ns};
    out_.resize(sizeof header + ticks * sizeof(int64_t));
    std::memcpy(out_.data() + sizeof header, times_ns.data(), ticks * sizeof(int64_t));
    const auto append = [&](std::span<const std::byte> bytes) {
        const auto frame = compressor_.compress(bytes);
        out_.insert(out_.end(), frame.begin(), frame.end());
        return uint32_t(frame.size());
    };
    const size_t differences = (ticks - 1) * n;
    planes_.resize(std::max(2 * n, 2 * differences));
    split_planes({rows[0], n}, planes_.data());
    header.first_bytes = append({planes_.data(), 2 * n});
    if (differences) {
        auto* low = reinterpret_cast<uint8_t*>(planes_.data());
        for (size_t t = 1; t < ticks; ++t)
            split_difference(rows[t], rows[t - 1], n, low + (t - 1) * n, low + differences + (t - 1) * n);
        header.low_bytes = append({planes_.data(), differences});
        header.high_bytes = append({planes_.data() + differences, differences});
    }
    std::memcpy(out_.data(), &header, sizeof header);
    header.crc = crc32c(std::span(out_).subspan(sizeof header.crc));
    std::memcpy(out_.data(), &header.crc, sizeof header.crc);
    return out_;
}

bool BlockDecoder::open(std::span<const std::byte> block, uint32_t series, uint32_t objects) {
    block_ = {};
    if (block.size() < sizeof header_) return false;
    std::memcpy(&header_, block.data(), sizeof header_);
    if (header_.version != 1 || header_.series != series || header_.objects != objects || objects > max_block_objects)
        return false;
    if (header_.ticks == 0 || header_.ticks > max_block_ticks) return false;
    const uint64_t size = sizeof header_ + uint64_t(header_.ticks) * sizeof(int64_t) + header_.first_bytes +
                          header_.low_bytes + header_.high_bytes;
    if (size != block.size() || crc32c(block.subspan(sizeof header_.crc)) != header_.crc) return false;
    block_ = block;
    for (size_t t = 1; t < header_.ticks; ++t)
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

bool BlockDecoder::unpack_first(std::span<uint16_t> out) {
    first_.resize(2 * out.size());
    const size_t at = sizeof header_ + header_.ticks * sizeof(int64_t);
    if (!decompressor_.decompress(block_.subspan(at, header_.first_bytes), first_)) return false;
    join_planes(first_.data(), out);
    return true;
}

bool BlockDecoder::unpack_differences() {
    const size_t bytes = size_t(header_.ticks - 1) * header_.objects;
    const size_t at = sizeof header_ + header_.ticks * sizeof(int64_t) + header_.first_bytes;
    low_.resize(bytes);
    high_.resize(bytes);
    return decompressor_.decompress(block_.subspan(at, header_.low_bytes), low_) &&
           decompressor_.decompress(block_.subspan(at + header_.low_bytes, header_.high_bytes), high_);
}

bool BlockDecoder::decode_tick(size_t tick, std::span<uint16_t> out) {
    if (block_.empty() || tick >= header_.ticks || out.size() != header_.objects || !unpack_first(out)) return false;
    if (tick == 0) return true;
    if (!unpack_differences()) return false;
    const size_t n = out.size();
    for (size_t t = 0; t < tick; ++t) add_difference(octets(low_) + t * n, octets(high_) + t * n, n, out.data());
    return true;
}

bool BlockDecoder::decode_object(uint32_t object, std::span<uint16_t> out) {
    if (block_.empty() || object >= header_.objects || out.size() != header_.ticks) return false;
    const size_t n = header_.objects, at = sizeof header_ + header_.ticks * sizeof(int64_t);
    first_.resize(2 * n);
    if (!decompressor_.decompress(block_.subspan(at, header_.first_bytes), first_)) return false;
    out[0] = uint16_t(octets(first_)[object] | octets(first_)[n + object] << 8);
    if (header_.ticks > 1 && !unpack_differences()) return false;
    for (size_t t = 1; t < header_.ticks; ++t) {
        out[t] = out[t - 1];
        add_difference(octets(low_) + (t - 1) * n + object, octets(high_) + (t - 1) * n + object, 1, &out[t]);
    }
    return true;
}

}  // namespace bv

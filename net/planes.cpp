// Splits uint16 values into byte planes and packs them with zstd; see planes.h. Compiled with -O3: these loops are to
// be vectors.
#include "net/planes.h"

#include <zstd.h>

#include <stdexcept>

namespace bv {

void split_planes(std::span<const uint16_t> values, std::byte* out) {
    const size_t n = values.size();
    const uint16_t* in = values.data();
    auto* __restrict low = reinterpret_cast<uint8_t*>(out);
    auto* __restrict high = low + n;
    for (size_t i = 0; i < n; ++i) {
        low[i] = uint8_t(in[i]);
        high[i] = uint8_t(in[i] >> 8);
    }
}

void join_planes(const std::byte* planes, std::span<uint16_t> values) {
    const size_t n = values.size();
    uint16_t* __restrict out = values.data();
    const auto* low = reinterpret_cast<const uint8_t*>(planes);
    const auto* high = low + n;
    for (size_t i = 0; i < n; ++i) out[i] = uint16_t(low[i] | high[i] << 8);
}

void split_delta_planes(std::span<const uint16_t> values, const uint16_t* base, std::byte* out) {
    const size_t n = values.size();
    const uint16_t* in = values.data();
    auto* __restrict low = reinterpret_cast<uint8_t*>(out);
    auto* __restrict high = low + n;
    for (size_t i = 0; i < n; ++i) {
        const auto delta = uint16_t(in[i] - base[i]);
        const auto zigzag = uint16_t(uint16_t(delta << 1) ^ uint16_t(-(delta >> 15)));
        low[i] = uint8_t(zigzag);
        high[i] = uint8_t(zigzag >> 8);
    }
}

void join_delta_planes(const std::byte* planes, const uint16_t* base, std::span<uint16_t> values) {
    const size_t n = values.size();
    uint16_t* __restrict out = values.data();
    const auto* low = reinterpret_cast<const uint8_t*>(planes);
    const auto* high = low + n;
    for (size_t i = 0; i < n; ++i) {
        const auto zigzag = uint16_t(low[i] | high[i] << 8);
        out[i] = uint16_t(base[i] + uint16_t(uint16_t(zigzag >> 1) ^ uint16_t(-(zigzag & 1))));
    }
}

struct Compressor::Context {
    ZSTD_CCtx* zstd = ZSTD_createCCtx();
    ~Context() { ZSTD_freeCCtx(zstd); }
};
Compressor::Compressor() : context_(std::make_unique<Context>()) {}
Compressor::~Compressor() = default;
Compressor::Compressor(Compressor&&) noexcept = default;
Compressor& Compressor::operator=(Compressor&&) noexcept = default;

std::span<const std::byte> Compressor::compress(std::span<const std::byte> bytes, int level) {
    const size_t bound = ZSTD_compressBound(bytes.size());
    if (out_.size() < bound) out_.resize(bound);
    const size_t size = ZSTD_compressCCtx(context_->zstd, out_.data(), out_.size(), bytes.data(), bytes.size(), level);
    if (ZSTD_isError(size)) throw std::runtime_error("zstd has no memory left to compress a message.");
    return {out_.data(), size};
}

struct Decompressor::Context {
    ZSTD_DCtx* zstd = ZSTD_createDCtx();
    ~Context() { ZSTD_freeDCtx(zstd); }
};
Decompressor::Decompressor() : context_(std::make_unique<Context>()) {}
Decompressor::~Decompressor() = default;
Decompressor::Decompressor(Decompressor&&) noexcept = default;
Decompressor& Decompressor::operator=(Decompressor&&) noexcept = default;

bool Decompressor::decompress(std::span<const std::byte> frame, std::span<std::byte> out) {
    if (ZSTD_getFrameContentSize(frame.data(), frame.size()) != out.size()) return false;
    if (ZSTD_findFrameCompressedSize(frame.data(), frame.size()) != frame.size()) return false;
    return ZSTD_decompressDCtx(context_->zstd, out.data(), out.size(), frame.data(), frame.size()) == out.size();
}

}  // namespace bv

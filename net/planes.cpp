// Splits uint16 values into byte planes and packs them with zstd; see planes.h. Compiled with -O3: these loops are to
// be vectors.
#include "net/planes.h"

// How literals are packed is chosen by a parameter that is "experimental" in name only: its number is fixed.
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

#include <stdexcept>
#include <utility>

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
    ZSTD_CCtx* planes = nullptr;  // made when the first plane comes
    ~Context() {
        ZSTD_freeCCtx(zstd);
        ZSTD_freeCCtx(planes);
    }
};

namespace {

std::runtime_error no_memory() { return std::runtime_error("zstd has no memory left to compress a message."); }

ZSTD_CCtx* create_plane_context() {
    ZSTD_CCtx* zstd = ZSTD_createCCtx();
    if (!zstd) throw no_memory();
    const std::pair<ZSTD_cParameter, int> parameters[] = {{ZSTD_c_compressionLevel, 1},
                                                          {ZSTD_c_minMatch, 7},
                                                          {ZSTD_c_targetLength, 16},
                                                          {ZSTD_c_literalCompressionMode, ZSTD_lcm_huffman}};
    for (const auto& [parameter, value] : parameters)
        if (ZSTD_isError(ZSTD_CCtx_setParameter(zstd, parameter, value)))
            throw std::runtime_error("This version of zstd cannot pack planes as recordings need it.");
    return zstd;
}

}  // namespace
Compressor::Compressor() : context_(std::make_unique<Context>()) {}
Compressor::~Compressor() = default;
Compressor::Compressor(Compressor&&) noexcept = default;
Compressor& Compressor::operator=(Compressor&&) noexcept = default;

std::span<const std::byte> Compressor::compress(std::span<const std::byte> bytes, int level) {
    const size_t bound = ZSTD_compressBound(bytes.size());
    if (out_.size() < bound) out_.resize(bound);
    const size_t size = ZSTD_compressCCtx(context_->zstd, out_.data(), out_.size(), bytes.data(), bytes.size(), level);
    if (ZSTD_isError(size)) throw no_memory();
    return {out_.data(), size};
}

std::span<const std::byte> Compressor::compress_plane(std::span<const std::byte> plane) {
    if (!context_->planes) context_->planes = create_plane_context();
    const size_t bound = ZSTD_compressBound(plane.size());
    if (out_.size() < bound) out_.resize(bound);
    const size_t size = ZSTD_compress2(context_->planes, out_.data(), out_.size(), plane.data(), plane.size());
    if (ZSTD_isError(size)) throw no_memory();
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

// Byte planes and zstd: how a stretch of uint16 values is packed on the wire. Pure functions on memory, and the two
// zstd contexts that make them free of allocation once warm.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace bv {

// out[i] = low byte, out[n + i] = high byte of values[i]; out holds 2 n bytes.
void split_planes(std::span<const uint16_t> values, std::byte* out);
void join_planes(const std::byte* planes, std::span<uint16_t> values);
// The same of zigzag(values[i] - base[i]) modulo 65536; base has as many values.
void split_delta_planes(std::span<const uint16_t> values, const uint16_t* base, std::byte* out);
void join_delta_planes(const std::byte* planes, const uint16_t* base, std::span<uint16_t> values);

class Compressor {
public:
    Compressor();
    ~Compressor();
    Compressor(Compressor&&) noexcept;
    Compressor& operator=(Compressor&&) noexcept;
    // One zstd frame with its content size. The span lives until the next call.
    std::span<const std::byte> compress(std::span<const std::byte> bytes, int level = 1);
    // The same for one byte plane of differences. They are mostly noise, in which zstd's search for repetitions finds
    // little: it is told to look less and to leave the rest to its entropy coder, which costs half the time.
    std::span<const std::byte> compress_plane(std::span<const std::byte> plane);

private:
    struct Context;
    std::unique_ptr<Context> context_;
    std::vector<std::byte> out_;
};

class Decompressor {
public:
    Decompressor();
    ~Decompressor();
    Decompressor(Decompressor&&) noexcept;
    Decompressor& operator=(Decompressor&&) noexcept;
    // False unless `frame` is exactly one zstd frame that says it holds, and does hold, out.size() bytes.
    [[nodiscard]] bool decompress(std::span<const std::byte> frame, std::span<std::byte> out);

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

}  // namespace bv

// CRC-32C by the processor's own instruction where it has one, else by a table. See checksum.h.
#include "net/checksum.h"

#include <array>
#include <bit>
#include <cstring>

namespace bv {

namespace {

constexpr std::array<uint32_t, 256> make_table() {
    std::array<uint32_t, 256> table{};
    for (uint32_t byte = 0; byte < 256; ++byte) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78u : 0u);  // the polynomial, reflected
        table[byte] = crc;
    }
    return table;
}
constexpr auto table = make_table();

uint32_t by_table(uint32_t crc, const std::byte* bytes, size_t size) {
    for (size_t i = 0; i < size; ++i) crc = crc >> 8 ^ table[(crc ^ uint32_t(bytes[i])) & 0xFF];
    return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) uint32_t by_instruction(uint32_t crc, const std::byte* bytes, size_t size) {
    uint64_t wide = crc;
    size_t i = 0;
    for (; i + 8 <= size; i += 8) {
        uint64_t word;
        std::memcpy(&word, bytes + i, sizeof word);
        wide = __builtin_ia32_crc32di(wide, word);
    }
    crc = uint32_t(wide);
    for (; i < size; ++i) crc = __builtin_ia32_crc32qi(crc, static_cast<unsigned char>(bytes[i]));
    return crc;
}
const bool has_instruction = __builtin_cpu_supports("sse4.2") != 0;
#endif

}  // namespace

uint32_t crc32c(std::span<const std::byte> bytes, uint32_t so_far) {
#if defined(__x86_64__)
    if (has_instruction) return ~by_instruction(~so_far, bytes.data(), bytes.size());
#endif
    return ~by_table(~so_far, bytes.data(), bytes.size());
}

RowCheck& RowCheck::add(int64_t value) {
    std::array<std::byte, 8> little;
    for (size_t i = 0; i < 8; ++i) little[i] = std::byte(uint64_t(value) >> (8 * i));
    crc_ = crc32c(little, crc_);
    return *this;
}
RowCheck& RowCheck::add(double value) { return add(std::bit_cast<int64_t>(value)); }
RowCheck& RowCheck::add(std::string_view text) { return add(std::as_bytes(std::span(text.data(), text.size()))); }
RowCheck& RowCheck::add(std::span<const std::byte> bytes) {
    add(int64_t(bytes.size()));
    crc_ = crc32c(bytes, crc_);
    return *this;
}

}  // namespace bv

// CRC-32C (Castagnoli, RFC 3720 appendix B.4): what every row of a recording is checked with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bv {

// Of all bytes so far; start with 0.
uint32_t crc32c(std::span<const std::byte> bytes, uint32_t so_far = 0);

// Of the fields of a row: integers as eight little-endian bytes, texts with their length before them.
class RowCheck {
public:
    RowCheck& add(int64_t value);
    RowCheck& add(double value);
    RowCheck& add(std::string_view text);
    RowCheck& add(std::span<const std::byte> bytes);
    [[nodiscard]] int64_t value() const { return int64_t(crc_); }

private:
    uint32_t crc_ = 0;
};

}  // namespace bv

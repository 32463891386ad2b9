// A letter's picture → its signed distance field, from which it can be drawn sharply at any size.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace bv {

// coverage: width × height bytes, 255 inside. Returns bytes with 128 on the outline, rising inwards, `spread` texels to
// either end; larger than the picture by `spread` on every side.
[[nodiscard]] std::vector<uint8_t> distance_field(std::span<const uint8_t> coverage, uint32_t width, uint32_t height,
                                                  uint32_t spread);

}  // namespace bv

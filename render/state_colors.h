// What a state word looks like, worked out once per theme and colour map for every kind of word, so that shaders only
// look it up.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <glm/glm.hpp>

#include "shaders/gpu_types.h"

namespace bv {

inline constexpr uint32_t state_color_count = 1u << 15;

// Entry of a state word; the shaders' state_color_index() is the same.
[[nodiscard]] constexpr uint32_t state_color_index(uint32_t state) {
    // No value: "below and above the range at once", which no value is.
    if ((state & 0xFFFFu) == gpu::state_no_value) state |= gpu::state_below_high | gpu::state_above_high;
    return (state >> 8 & 0xFFFu) | (state >> 22 & 1u) << 12 | (state >> 24 & 3u) << 13;
}

// RGB in the low three bytes, gpu::color_flag_* in the high one. `map` is the 256 texels of the colour map in use.
void fill_state_colors(std::span<uint32_t> table, const gpu::FrameConstants& constants,
                       std::span<const glm::u8vec4> map);

}  // namespace bv

// The one place where value, health, staleness and filter meet. Reads: theme colours and flags, the colour map. Writes:
// the table.
#include "render/state_colors.h"

#include <algorithm>

namespace bv {
namespace {

constexpr uint32_t health_ok = 0, health_critical = 2, health_down = 3, health_unknown = 5;

uint32_t pack(glm::vec3 color, uint32_t flags) {
    const glm::uvec3 bytes(glm::clamp(color, 0.0f, 1.0f) * 255.0f + 0.5f);
    return bytes.r | bytes.g << 8 | bytes.b << 16 | flags << 24;
}

glm::vec3 base_color(uint32_t health, uint32_t value, bool below, bool above, const gpu::FrameConstants& constants,
                     std::span<const glm::u8vec4> map) {
    const auto theme = [&](uint32_t index) { return glm::vec3(constants.colors[index]); };
    if (health != health_ok || (constants.flags & gpu::frame_color_by_health))
        return theme(std::min(health, health_unknown));
    // Both at once: there is no value. Which of the two reasons it has, the value says.
    if (below && above) return theme(value == 0 ? health_ok : gpu::theme_no_data);
    if (below) return theme(gpu::theme_below);
    if (above) return theme(gpu::theme_above);
    return glm::vec3(map[value]) / 255.0f;
}

}  // namespace

void fill_state_colors(std::span<uint32_t> table, const gpu::FrameConstants& constants,
                       std::span<const glm::u8vec4> map) {
    const glm::vec3 floor(constants.colors[gpu::theme_floor]);
    for (uint32_t index = 0; index < state_color_count; ++index) {
        const uint32_t value = index & 0xFF, health = index >> 8 & 7;
        const bool stale = index >> 11 & 1, dimmed = index >> 12 & 1, below = index >> 13 & 1, above = index >> 14 & 1;
        glm::vec3 color = base_color(health, value, below, above, constants, map);
        uint32_t flags = 0;
        // Stale keeps its hue at a third of its saturation.
        if (stale) color = glm::mix(glm::vec3(glm::dot(color, glm::vec3(0.299f, 0.587f, 0.114f))), color, 1.0f / 3);
        if (stale || health == health_unknown) flags |= gpu::color_flag_hatched;
        if (dimmed) color = glm::mix(floor, color, 0.22f);
        if (health > health_ok && health <= health_down && !stale && !dimmed) flags |= gpu::color_flag_glow;
        if (health == health_critical && !stale) flags |= gpu::color_flag_pulse;
        table[index] = pack(color, flags);
    }
}

}  // namespace bv

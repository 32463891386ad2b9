// The colours of the design, in one place for the panels (packed for ImGui) and for the hall
// (gpu::FrameConstants::colors).
#pragma once

#include <array>
#include <cstdint>

#include <glm/glm.hpp>

#include "cluster/event.h"
#include "cluster/object.h"
#include "viewer/view.h"

namespace bv {

// Packed RGBA8 with R in the low byte: ImGui's ImU32 and the rows' colours alike.
using Rgba = uint32_t;
constexpr Rgba rgb(uint32_t hex, uint8_t alpha = 255) {
    return ((hex >> 16) & 0xFF) | (hex & 0xFF00) | ((hex & 0xFF) << 16) | (uint32_t(alpha) << 24);
}
constexpr Rgba with_alpha(Rgba color, float alpha) {
    return (color & 0xFFFFFFu) | (uint32_t(alpha * 255.f + 0.5f) << 24);
}
Rgba mix(Rgba a, Rgba b, float t);

struct Palette {
    Rgba ground, surface, raised, line;
    Rgba text, muted;  // values; labels
    Rgba hint;         // units and hints: the faintest that letters may be (4.5:1)
    Rgba faint;        // marks that are not letters
    Rgba accent, on_accent;
    Rgba ok_dark, ok;  // ends of the steel range
    Rgba warning, critical, down, maintenance, unknown;
    Rgba plot, plot_fill;  // sparklines and bars of healthy values
};

const Palette& palette(Theme theme);
// The mark's colour: what a shape, a dot or a cell of that health is filled with.
Rgba health_color(const Palette& colors, Health health);
// The same hue made readable as text on a panel (contrast at least 4.5:1).
Rgba health_text_color(const Palette& colors, Health health);

// For gpu::FrameConstants::colors: 0-5 health, then theme_* of shaders/gpu_types.h. sRGB values, alpha 1.
std::array<glm::vec4, 40> theme_colors(Theme theme);
glm::vec3 fog_color(Theme theme);

}  // namespace bv

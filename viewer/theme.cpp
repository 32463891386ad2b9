// The colours of the design. Reads: nothing. Writes: constants. The light theme is composed for paper-white surfaces,
// not inverted.
#include "viewer/theme.h"

#include <algorithm>

#include "shaders/gpu_types.h"

namespace bv {
namespace {

constexpr Palette dark{.ground = rgb(0x0A0E13),
                       .surface = rgb(0x111820),
                       .raised = rgb(0x18212B),
                       .line = rgb(0x24303C),
                       .text = rgb(0xE6EDF3),
                       .muted = rgb(0x93A1B0),
                       .hint = rgb(0x7F8D9B),
                       .faint = rgb(0x5B6875),
                       .accent = rgb(0x4CC2FF),
                       .on_accent = rgb(0x06131C),
                       .ok_dark = rgb(0x3A4A58),
                       .ok = rgb(0x6F8596),
                       .warning = rgb(0xF2B134),
                       .critical = rgb(0xFF5B4A),
                       .down = rgb(0xB23BFF),
                       .maintenance = rgb(0x3E7BD6),
                       .unknown = rgb(0x4A4F55),
                       .plot = rgb(0x8FA6B8),
                       .plot_fill = rgb(0x8FA6B8, 36)};

constexpr Palette light{.ground = rgb(0xE9EDF1),
                        .surface = rgb(0xF7F9FA),
                        .raised = rgb(0xE9EEF2),
                        .line = rgb(0xCDD5DC),
                        .text = rgb(0x16202A),
                        .muted = rgb(0x4C5A67),
                        .hint = rgb(0x5F6B76),
                        .faint = rgb(0x9AA6B0),
                        .accent = rgb(0x006FB0),
                        .on_accent = rgb(0xFFFFFF),
                        .ok_dark = rgb(0xA9B8C4),
                        .ok = rgb(0x7E92A2),
                        .warning = rgb(0xC98500),
                        .critical = rgb(0xD93A2B),
                        .down = rgb(0x8A1FD6),
                        .maintenance = rgb(0x2A63B8),
                        .unknown = rgb(0x9BA1A8),
                        .plot = rgb(0x4F6678),
                        .plot_fill = rgb(0x4F6678, 30)};

glm::vec4 to_vec4(Rgba color) {
    return {float(color & 0xFF) / 255.f, float((color >> 8) & 0xFF) / 255.f, float((color >> 16) & 0xFF) / 255.f, 1.f};
}

// What only the hall has. Healthy things in the hall are quieter than the marks of the panels.
struct HallColors {
    uint32_t ok, floor, grid, no_data, below, above, sign;
    std::array<uint32_t, gpu::material_count> materials;
};

//  state     slab      wall      frame     node      tray      cold      warm      busway    cdu       switch    power
//  tower     marking   door      cable     ground    glass
constexpr HallColors dark_hall{
    0x51667A,
    0x131A22,
    0x1C2630,
    0x2A3038,
    0x0B1E3A,
    0xF3E9B0,
    0x93A1B0,
    {0x51667A, 0x141B23, 0x1F2A35, 0x1A222B, 0x222C37, 0x27323E, 0x2C5573, 0x6B4438, 0x3D4450, 0x26384A, 0x2B3642,
     0x2E3945, 0x313D49, 0x2A3743, 0x1D262F, 0x37485A, 0x0C1117, 0x22303E}};
constexpr HallColors light_hall{
    0x8799AA,
    0xF7F9FA,
    0xD5DCE3,
    0xC3C9CF,
    0x1B365D,
    0x8F7A1F,
    0x4A5663,
    {0x8799AA, 0xF4F6F8, 0xC9D1D9, 0xB4BEC8, 0xC5CDD5, 0xAEB8C2, 0x7FAFCF, 0xD3A08C, 0x9EA7B1, 0xA9BCCE, 0xB3BDC7,
     0xB9C2CB, 0xC6CED6, 0xC7D0D9, 0xBAC3CC, 0x8C9AA8, 0xE9EDF1, 0xD8E2EA}};

const HallColors& hall_colors(Theme theme) { return theme == Theme::light ? light_hall : dark_hall; }

}  // namespace

Rgba mix(Rgba a, Rgba b, float t) {
    Rgba out = 0;
    for (int shift = 0; shift < 32; shift += 8) {
        const float x = float((a >> shift) & 0xFF), y = float((b >> shift) & 0xFF);
        out |= uint32_t(std::clamp(x + (y - x) * t, 0.f, 255.f) + 0.5f) << shift;
    }
    return out;
}

const Palette& palette(Theme theme) { return theme == Theme::light ? light : dark; }

Rgba health_color(const Palette& colors, Health health) {
    switch (health) {
        case Health::ok:
            return colors.ok;
        case Health::warning:
            return colors.warning;
        case Health::critical:
            return colors.critical;
        case Health::down:
            return colors.down;
        case Health::maintenance:
            return colors.maintenance;
        case Health::unknown:
            return colors.unknown;
    }
    return colors.unknown;
}

// Violet, blue and grey marks are too dark (or amber too bright, on white) to be read as letters.
Rgba health_text_color(const Palette& colors, Health health) {
    const bool is_light = &colors == &light;
    switch (health) {
        case Health::ok:
            return colors.text;
        case Health::warning:
            return is_light ? rgb(0x8A5A00) : colors.warning;
        case Health::critical:
            return is_light ? rgb(0xC02415) : rgb(0xFF7466);
        case Health::down:
            return is_light ? colors.down : rgb(0xC97BFF);
        case Health::maintenance:
            return is_light ? colors.maintenance : rgb(0x78A6EE);
        case Health::unknown:
            return colors.muted;
    }
    return colors.muted;
}

std::array<glm::vec4, 40> theme_colors(Theme theme) {
    const Palette& p = palette(theme);
    const HallColors& hall = hall_colors(theme);
    std::array<glm::vec4, 40> out{};
    for (size_t i = 1; i < health_count; ++i) out[i] = to_vec4(health_color(p, Health(i)));
    out[size_t(Health::ok)] = to_vec4(rgb(hall.ok));
    out[gpu::theme_stale] = to_vec4(p.unknown);
    out[gpu::theme_accent] = to_vec4(p.accent);
    out[gpu::theme_ground] = to_vec4(p.ground);
    out[gpu::theme_floor] = to_vec4(rgb(hall.floor));
    out[gpu::theme_grid] = to_vec4(rgb(hall.grid));
    out[gpu::theme_no_data] = to_vec4(rgb(hall.no_data));
    out[gpu::theme_below] = to_vec4(rgb(hall.below));
    out[gpu::theme_above] = to_vec4(rgb(hall.above));
    out[gpu::theme_surface] = to_vec4(p.surface);
    out[gpu::theme_sign] = to_vec4(rgb(hall.sign));
    for (uint32_t i = 0; i < gpu::material_count; ++i) out[gpu::theme_material + i] = to_vec4(rgb(hall.materials[i]));
    return out;
}

glm::vec3 fog_color(Theme theme) { return glm::vec3(to_vec4(palette(theme).ground)); }

}  // namespace bv

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

constexpr Palette light{.ground = rgb(0xE4E8EC),
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
                        .warning = rgb(0xC98200),
                        .critical = rgb(0xD92D1B),
                        .down = rgb(0x8A12D6),
                        .maintenance = rgb(0x2A62B8),
                        .unknown = rgb(0x9BA1A7),
                        .plot = rgb(0x4F6678),
                        .plot_fill = rgb(0x4F6678, 30)};

glm::vec4 to_vec4(Rgba color) {
    return {float(color & 0xFF) / 255.f, float((color >> 8) & 0xFF) / 255.f, float((color >> 16) & 0xFF) / 255.f, 1.f};
}

struct MaterialColors {
    std::array<uint32_t, gpu::material_count> hex;
};

constexpr MaterialColors dark_materials{{0x6F8596, 0x161D25, 0x1C2630, 0x1B232C, 0x2A343E, 0x323D48, 0x2F5F86, 0x7A4B3C,
                                         0x4A4436, 0x35424E, 0x2B3742, 0x39434D, 0x3B4751, 0x3C4650, 0x222C36, 0x3A4651,
                                         0x0D1218, 0x24404F}};
constexpr MaterialColors light_materials{{0x7E92A2, 0xD3D9DE, 0xC4CCD3, 0xB4BEC7, 0xA4AFB9, 0xA7B2BB, 0x6E9FC4,
                                          0xC08A76, 0xB5A98B, 0x9DAAB5, 0x97A4AF, 0x9CA7B0, 0xA3AEB7, 0xB9B28F,
                                          0xAAB5BE, 0x8F9BA6, 0xDDE2E6, 0xA9C9D8}};

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

Health health_of(Severity severity) {
    switch (severity) {
        case Severity::critical:
            return Health::critical;
        case Severity::warning:
            return Health::warning;
        case Severity::info:
            return Health::ok;
    }
    return Health::ok;
}

std::array<glm::vec4, 40> theme_colors(Theme theme) {
    const Palette& p = palette(theme);
    std::array<glm::vec4, 40> out{};
    for (size_t i = 0; i < health_count; ++i) out[i] = to_vec4(health_color(p, Health(i)));
    out[0] = to_vec4(p.ok);
    out[gpu::theme_stale] = to_vec4(p.unknown);
    out[gpu::theme_accent] = to_vec4(p.accent);
    out[gpu::theme_ground] = to_vec4(p.ground);
    out[gpu::theme_floor] = to_vec4(theme == Theme::light ? rgb(0xEDF0F3) : rgb(0x10161D));
    out[gpu::theme_grid] = to_vec4(theme == Theme::light ? rgb(0xC9D1D8) : rgb(0x1D2731));
    out[gpu::theme_no_data] = to_vec4(p.unknown);
    out[gpu::theme_below] = to_vec4(theme == Theme::light ? rgb(0xB9D7EE) : rgb(0x16324A));
    out[gpu::theme_above] = to_vec4(theme == Theme::light ? rgb(0x5B1034) : rgb(0xFFE9F0));
    out[gpu::theme_sign] = to_vec4(p.muted);
    const MaterialColors& materials = theme == Theme::light ? light_materials : dark_materials;
    for (uint32_t i = 0; i < gpu::material_count; ++i) out[gpu::theme_material + i] = to_vec4(rgb(materials.hex[i]));
    return out;
}

}  // namespace bv

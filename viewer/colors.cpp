// The two themes and the colour maps, and the frame's constants made of them. Reads the View, writes FrameConstants.
// The colours are those of the design: healthy is steel and quiet, trouble is the only thing that glows.
#include <algorithm>
#include <array>
#include <cmath>

#include "viewer/scene_layout.h"

namespace bv {

namespace {

struct Palette {
    uint32_t ok, warning, critical, down, maintenance, unknown, stale, accent, ground, floor, grid, no_data, below,
        above, sign, fog;
    std::array<uint32_t, gpu::material_count> materials;
};

//  state     slab      wall      frame     node      tray      cold      warm      busway    cdu       switch    power
//  tower     marking   door      cable     ground    glass
constexpr Palette dark{0x51667A,
                       0xF2B134,
                       0xFF5B4A,
                       0xB23BFF,
                       0x3E7BD6,
                       0x4A4F55,
                       0x4A4F55,
                       0x4CC2FF,
                       0x0A0E13,
                       0x131A22,
                       0x1C2630,
                       0x2A3038,
                       0x0B1E3A,
                       0xF3E9B0,
                       0x93A1B0,
                       0x0B1016,
                       {0x51667A, 0x1A242E, 0x27343F, 0x1A222B, 0x222C37, 0x27323E, 0x2C5573, 0x6B4438, 0x3D4450,
                        0x26384A, 0x2B3642, 0x2E3945, 0x313D49, 0x3A4A59, 0x1D262F, 0x37485A, 0x0C1117, 0x22303E}};
constexpr Palette light{0x8799AA,
                        0xC98500,
                        0xD93A2B,
                        0x8A1FD6,
                        0x2A63B8,
                        0x9BA1A8,
                        0x9BA1A8,
                        0x0077BB,
                        0xE9EDF1,
                        0xF7F9FA,
                        0xD5DCE3,
                        0xC3C9CF,
                        0x1B365D,
                        0x8F7A1F,
                        0x4A5663,
                        0xE4E9EE,
                        {0x8799AA, 0xF4F6F8, 0xC9D1D9, 0xB4BEC8, 0xC5CDD5, 0xAEB8C2, 0x7FAFCF, 0xD3A08C, 0x9EA7B1,
                         0xA9BCCE, 0xB3BDC7, 0xB9C2CB, 0xC6CED6, 0xC7D0D9, 0xBAC3CC, 0x8C9AA8, 0xE9EDF1, 0xD8E2EA}};

glm::vec4 color(uint32_t rgb) {
    return {float(rgb >> 16 & 0xFF) / 255, float(rgb >> 8 & 0xFF) / 255, float(rgb & 0xFF) / 255, 1};
}

void set_colors(const Palette& p, gpu::FrameConstants& c) {
    const std::array<uint32_t, 15> first{p.ok,      p.warning, p.critical, p.down,   p.maintenance,
                                         p.unknown, p.stale,   p.accent,   p.ground, p.floor,
                                         p.grid,    p.no_data, p.below,    p.above,  p.sign};
    for (size_t i = 0; i < first.size(); ++i) c.colors[i] = color(first[i]);
    for (size_t i = 0; i < p.materials.size(); ++i) c.colors[gpu::theme_material + i] = color(p.materials[i]);
    c.fog_color = color(p.fog);
}

using Anchors = std::array<uint32_t, 9>;
// Evenly spaced in lightness (CIE L* 16 to 78): like cividis and inferno, but ending before white, for the wall stays
// calm at full load.
constexpr Anchors cividis_like{0x0F2A52, 0x173F70, 0x285988, 0x427398, 0x638B9F,
                               0x8B9F98, 0xB2AE85, 0xD3BE69, 0xEBD055};
constexpr Anchors inferno_like{0x1A1238, 0x3B1452, 0x5E1B58, 0x802655, 0xA23449,
                               0xBF4938, 0xD56524, 0xE28713, 0xE8AC3A};
constexpr Anchors diverging{0x2F7FC4, 0x3F72A3, 0x486482, 0x4C5866, 0x4D5054, 0x685848, 0x8C653B, 0xB37430, 0xDB8527};

}  // namespace

std::vector<glm::u8vec4> color_map_texels() {
    std::vector<glm::u8vec4> texels;
    for (const Anchors& anchors : {cividis_like, inferno_like, diverging})
        for (int i = 0; i < 256; ++i) {
            const float x = float(i) / 255 * float(anchors.size() - 1);
            const size_t k = std::min(size_t(x), anchors.size() - 2);
            const glm::vec4 mixed = glm::mix(color(anchors[k]), color(anchors[k + 1]), x - float(k)) * 255.0f + 0.5f;
            texels.emplace_back(uint8_t(mixed.x), uint8_t(mixed.y), uint8_t(mixed.z), uint8_t(255));
        }
    return texels;
}

gpu::FrameConstants pack_constants(const ClusterState&, const SceneLayout& scene, const View& view, double time_s,
                                   bool rich) {
    gpu::FrameConstants c{};
    const Sight sight(view);
    const Pose& pose = view.camera.pose();
    c.clip_from_world = sight.clip_from_world;
    c.eye = pose.eye;
    c.time_s = float(std::fmod(time_s, 3600.0));
    c.viewport_min = {view.viewport_x, view.viewport_y};
    c.viewport_size = {view.viewport_width, view.viewport_height};
    // Far rows fade into the air: about a sixth is gone at the distance of what is looked at.
    c.fog_density = 0.16f / std::max(30.0f, glm::length(pose.target - pose.eye));
    c.light_direction = glm::normalize(glm::vec3(0.42f, 0.38f, -0.82f));
    c.pixels_per_metre = sight.pixels_per_metre;
    set_colors(view.theme == Theme::light ? light : dark, c);
    c.color_map = uint32_t(view.color_map);
    c.flags = (view.color_by == ColorBy::health ? uint32_t(gpu::frame_color_by_health) : 0u) |
              (rich ? uint32_t(gpu::frame_rich) : 0u) |
              (view.theme == Theme::light ? uint32_t(gpu::frame_light_theme) : 0u);
    c.cells_per_rack_max = 1;
    for (const RackPlan& plan : scene.impl().racks)
        c.cells_per_rack_max = std::max(c.cells_per_rack_max, uint32_t(plan.columns) * plan.rows);
    c.ui_scale = view.ui_scale;
    return c;
}

}  // namespace bv

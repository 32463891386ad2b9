// The colour maps, and a frame's constants made of theme, camera and viewport. Reads the View, writes FrameConstants.
#include <algorithm>
#include <array>
#include <cmath>

#include "viewer/compare.h"
#include "viewer/scene_layout.h"
#include "viewer/theme.h"

namespace bv {

namespace {

glm::vec4 color(uint32_t rgb) {
    return {float(rgb >> 16 & 0xFF) / 255, float(rgb >> 8 & 0xFF) / 255, float(rgb & 0xFF) / 255, 1};
}

using Anchors = std::array<uint32_t, 9>;
// Evenly spaced in lightness (CIE L* 16 to 78): like cividis and inferno, but ending before white, for the wall stays
// calm at full load.
constexpr Anchors cividis_like{0x0F2A52, 0x173F70, 0x285988, 0x427398, 0x638B9F,
                               0x8B9F98, 0xB2AE85, 0xD3BE69, 0xEBD055};
constexpr Anchors inferno_like{0x1B1630, 0x361C42, 0x552345, 0x742B40, 0x923837,
                               0xAF4C2D, 0xC86626, 0xDB8628, 0xE8AA3A};
constexpr Anchors diverging{0x2F7FC4, 0x3F72A3, 0x486482, 0x4C5866, 0x4D5054, 0x685848, 0x8C653B, 0xB37430, 0xDB8527};

}  // namespace

bool shows_differences(const View& view, const Comparison* comparison) {
    const bool both = view.comparing.on && view.comparing.mode != Comparing::Mode::difference;
    return !both && comparison && !comparison->difference.empty() && view.color_by == ColorBy::metric &&
           view.color_metric == comparison->metric;
}

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

ViewInput pack_view(const SceneLayout& scene, const View& view, double time_s, bool rich, const Comparison* comparison,
                    const Pane& pane) {
    ViewInput input{};
    gpu::FrameConstants& c = input.constants;
    const Sight sight(view);
    const Pose& pose = view.camera.pose();
    c.clip_from_world = sight.clip_from_world;
    c.eye = pose.eye;
    c.time_s = float(std::fmod(time_s, 3600.0));
    c.viewport_min = {view.viewport_x + pane.aside, view.viewport_y};
    c.viewport_size = {view.viewport_width, view.viewport_height};
    // Far rows fade into the air: about a sixth is gone at the distance of what is looked at.
    c.fog_density = 0.16f / std::max(30.0f, glm::length(pose.target - pose.eye));
    c.light_direction = glm::normalize(glm::vec3(0.42f, 0.38f, -0.82f));
    c.pixels_per_metre = sight.pixels_per_metre;
    const std::array<glm::vec4, 40> colors = theme_colors(view.theme);
    std::copy(colors.begin(), colors.end(), std::begin(c.colors));
    c.fog_color = fog_color(view.theme);
    c.color_map = uint32_t(shows_differences(view, comparison) ? ColorMap::diverging : view.color_map);
    c.flags = (view.color_by == ColorBy::health ? uint32_t(gpu::frame_color_by_health) : 0u) |
              (rich ? uint32_t(gpu::frame_rich) : 0u) |
              (view.theme == Theme::light ? uint32_t(gpu::frame_light_theme) : 0u);
    c.cells_per_rack_max = 1;
    for (const RackPlan& plan : scene.impl().racks)
        c.cells_per_rack_max = std::max(c.cells_per_rack_max, uint32_t(plan.columns) * plan.rows);
    c.ui_scale = view.ui_scale;
    // Panes that meet are cut at a whole pixel.
    if (pane.from > 0) input.seen_min.x = std::round(c.viewport_min.x + pane.from * view.viewport_width);
    if (pane.to < 1) input.seen_max.x = std::round(c.viewport_min.x + pane.to * view.viewport_width);
    return input;
}

}  // namespace bv

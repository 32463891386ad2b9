// What a frame costs, pass by pass. Reads: FrameStats. Writes: nothing but its own closing.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/panels/layout.h"
#include "viewer/panels/pen.h"

namespace bv {

Rect frame_stats_rect(const UiContext& ui, const Layout& layout) {
    const float s = ui.view.ui_scale;
    const auto px = [s](float v) { return std::floor(v * s + 0.5f); };
    const Rect& hall = layout.hall;
    const float width = std::min(px(320), hall.w - px(32));
    // Beside the panel of the sources, or under it where the hall is narrow.
    const Rect feed = feed_rect(layout, s, ui.timeline.sources().size());
    const bool beside = ui.view.feed_open && hall.w > feed.w + width + px(288 + 64);
    const float x = beside ? feed.x - width - px(16) : hall.right() - width - px(16);
    const float y = ui.view.feed_open && !beside ? feed.bottom() + px(16) : hall.y + px(16);
    return {x, y, width, std::min(px(136) + px(20) * float(ui.stats.passes.size()), hall.bottom() - y - px(16))};
}

void draw_frame_stats(const UiContext& ui) {
    const Rect box = frame_stats_rect(ui, layout_of(ui.view));
    const Pen pen = begin_popup(ui.view, "##frame", box, "Frame", ui.view.frame_stats_open);
    const float x = box.x + pen.px(12), right = box.right() - pen.px(12);
    const float fps = ImGui::GetIO().Framerate;
    pen.text_right(right - pen.px(24), box.y + pen.px(20), Type::small, pen.colors.muted,
                   fmt::format("{:.1f} ms between frames", fps > 0 ? 1000.0 / double(fps) : 0.0));
    float y = box.y + pen.px(48);
    const auto line = [&](std::string_view label, const Quantity& value) {
        pen.text(x, y, Type::small, pen.colors.muted, label);
        pen.quantity_right(right, y, Type::body, pen.colors.text, value);
        y += pen.px(20);
    };
    line("triangles", {grouped(int64_t(ui.stats.triangles)), ""});
    line("draw calls", {grouped(ui.stats.draw_calls), ""});
    line("recording, CPU", {fmt::format("{:.2f}", ui.stats.cpu_ms), "ms"});
    double most = 1;
    for (const FrameStats::Pass& pass : ui.stats.passes) most = std::max(most, pass.gpu_ms);
    y += pen.px(4);
    for (const FrameStats::Pass& pass : ui.stats.passes) {
        if (y > box.bottom() - pen.px(28)) break;
        pen.text_fit(x, y, pen.px(76), Type::small, pen.colors.muted, pass.name);
        const Rect bar{x + pen.px(84), y - pen.px(3), right - x - pen.px(84) - pen.px(68), pen.px(6)};
        pen.fill(bar, pen.colors.raised, 1);
        pen.fill({bar.x, bar.y, bar.w * float(pass.gpu_ms / most), bar.h}, pen.colors.plot, 1);
        pen.quantity_right(right, y, Type::small, pen.colors.text, {fmt::format("{:.2f}", pass.gpu_ms), "ms"});
        y += pen.px(20);
    }
    pen.text_fit(x, box.bottom() - pen.px(16), right - x, Type::small, pen.colors.hint, ui.device_name);
    end_region();
}

}  // namespace bv

// Lays out the window: bar above, lists left, inspector right, history below, the hall in the middle. Reads: window
// size, view. Writes: view.viewport_* and one call per panel.
#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "viewer/panels/layout.h"
#include "viewer/panels/memory.h"
#include "viewer/panels/pen.h"

namespace bv {

Layout layout_of(const View& view) {
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    const float s = view.ui_scale;
    const auto px = [s](float v) { return std::floor(v * s + 0.5f); };
    Layout out;
    out.window = {0, 0, size.x, size.y};
    // A recording of which only the hall is asked for is a picture of its own.
    const bool away = view.silent || (!view.cursor.live && !(view.cursor.replay && view.panels_hidden));
    if (away) out.edge = px(6);
    const Rect inner = out.window.inset(out.edge, out.edge);
    const float band = away ? px(52) : 0;
    if (view.panels_hidden) {
        out.time = {inner.x, inner.y, inner.w, band};
        out.hall = {inner.x, inner.y + band, inner.w, std::max(1.f, inner.h - band)};
        return out;
    }
    if (view.bar_only) {
        out.top = {inner.x, inner.y, inner.w, px(40)};
        out.time = {inner.x, out.top.bottom(), inner.w, band};
        out.hall = {inner.x, out.time.bottom(), inner.w, std::max(1.f, inner.bottom() - out.time.bottom())};
        return out;
    }
    // Narrow windows keep the hall at least as wide as both sides need to leave it; wide ones give the sides some of
    // the gain.
    const float logical = size.x / s;
    const float shrink = std::clamp((logical - 560) / (320 + 380), 0.35f, 1.0f);
    const float grow = logical > 2300 ? 1.2f : 1.0f;
    const float top = px(40);
    const float bottom =
        view.bottom_folded ? px(24) : std::min(px(view.bottom_height), std::floor((size.y - top) * 0.3f));
    const float left = view.left_folded ? px(24) : px(std::max(280.f, view.left_width * shrink) * grow);
    const float right = view.right_folded ? px(24) : px(std::max(300.f, view.right_width * shrink) * grow);
    const float height = std::max(1.f, inner.h - top - bottom);
    out.top = {inner.x, inner.y, inner.w, top};
    out.left = {inner.x, out.top.bottom(), std::min(left, size.x * 0.45f), height};
    const float right_width = std::min(right, size.x * 0.45f);
    out.right = {inner.right() - right_width, out.top.bottom(), right_width, height};
    out.bottom = {inner.x, inner.bottom() - bottom, inner.w, bottom};
    const float hall_width = std::max(1.f, inner.w - out.left.w - out.right.w);
    out.time = {out.left.right(), out.top.bottom(), hall_width, band};
    out.hall = {out.left.right(), out.time.bottom(), hall_width, std::max(1.f, height - band)};
    return out;
}

bool is_covered(const UiContext& ui, const Layout& layout, const Rect& rect) {
    const auto overlaps = [&](const Rect& other) {
        return rect.x < other.right() && other.x < rect.right() && rect.y < other.bottom() && other.y < rect.bottom();
    };
    return (ui.view.feed_open && overlaps(feed_rect(layout, ui.view.ui_scale, ui.timeline.sources().size()))) ||
           (ui.view.frame_stats_open && overlaps(frame_stats_rect(ui, layout))) ||
           (ui.view.plots.open && overlaps(history_rect(ui.view, layout))) ||
           (ui.view.views.open && overlaps(fabric_views_rect(ui.view, layout))) ||
           (ui.view.comparing.on && overlaps(comparison_rect(ui, layout)));
}

namespace {

// Somebody has spoken, and nobody does any more.
bool is_silent(const ClusterState& state, const Digest& digest) {
    return !state.empty() && state.values_heard_ns != 0 && digest.sources_total > 0 && digest.sources_live == 0;
}

bool comparing_beside(const View& view) { return view.comparing.mode != Comparing::Mode::difference; }

// The whole hall, or of a split its left half; a line of two pixels or three is between the halves.
void place_viewport(View& view, const Rect& hall) {
    const bool split = view.comparing.on && view.comparing.mode == Comparing::Mode::split && hall.w >= 64;
    const float gap = std::max(2.0f, std::floor(2 * view.ui_scale)), half = std::floor((hall.w - gap) / 2);
    view.viewport_x = hall.x;
    view.viewport_y = hall.y;
    view.viewport_width = split ? half : hall.w;
    view.viewport_height = hall.h;
    view.split_aside = split ? std::floor(hall.w) - half : 0;
}

}  // namespace

void draw_ui(const UiContext& ui) {
    PanelMemory& memory = ui.memory;
    update_digest(ui, memory);
    if (!ui.state.empty()) memory.incidents.update(ui.state);
    // Every panel shows the instant that was pointed at in the frame before.
    ui.view.hovered_time_ns = std::exchange(memory.pointed_time_ns, std::nullopt);
    // What the pointer is on in a panel is found anew each frame; in the hall it is the hall's own business.
    if (ImGui::GetIO().WantCaptureMouse) ui.view.hovered = {}, ui.view.hovered_trunk = {};
    ui.view.silent = ui.timeline.live() && is_silent(ui.state, memory.digest);
    const Layout layout = layout_of(ui.view);
    place_viewport(ui.view, layout.hall);
    if (!ui.view.panels_hidden) draw_top_bar(ui);
    if (!ui.view.panels_hidden && !ui.view.bar_only) {
        draw_left(ui);
        draw_inspector(ui);
        draw_bottom(ui);
        if (ui.view.caption.progress < 0) draw_compass(ui);
    }
    if (!ui.view.panels_hidden && ui.view.legend_open && !ui.state.empty()) draw_legend(ui);
    if (ui.view.wants_link) copy_link(ui);
    // Who searches has the right side of the hall to himself; what was open there comes back.
    const bool searching = ui.view.search_open || ui.view.palette_open;
    if (ui.view.frame_stats_open && !searching) draw_frame_stats(ui);
    if (ui.view.feed_open && !searching) draw_feed_status(ui);
    draw_time_band(ui);
    if (ui.view.plots.open && !ui.state.empty()) draw_history_panel(ui);
    if (!ui.state.empty()) draw_fabric_views(ui);
    draw_brush_chip(ui);
    if (ui.view.comparing.on && !ui.state.empty()) {
        draw_divider(ui);
        // Both times are seen without it: who asks for the hall alone has it.
        if (!ui.view.panels_hidden || !comparing_beside(ui.view)) draw_comparison(ui);
    }
    draw_caption(ui);
    draw_waiting(ui);
    draw_source_trouble(ui);
    draw_tooltip(ui);
    if (searching)
        draw_search(ui);
    else
        memory.search_was_open = false;
    draw_moment_dialog(ui);
    if (ui.view.help_open) draw_help(ui);
    draw_toasts(ui);
}

}  // namespace bv

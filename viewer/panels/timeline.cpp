// The strip below where something is recorded: power, health and events over time, where the cursor stands, and how to
// move it. Reads: the recording, through the timeline's reader. Writes: the view's cursor and the stretch of time that
// is shown.
#include "viewer/panels/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/panels/layout.h"
#include "viewer/panels/memory.h"
#include "viewer/transport.h"

namespace bv {
namespace {

// In whole columns, so that a stretch that goes on with the head asks anew only once per column.
std::shared_ptr<const HistoryStrip> strip_of(const UiContext& ui, const Pen& pen, const TimeScale& scale) {
    const auto columns = size_t(std::max(1.f, std::floor(scale.plot.w / pen.px(5))));
    const int64_t each = std::max<int64_t>(scale.range.length_ns() / int64_t(columns), 1);
    const int64_t begin = scale.range.begin_ns - scale.range.begin_ns % each;
    return ui.timeline.strip({begin, begin + int64_t(columns + 1) * each}, columns + 1);
}

void draw_loop(const UiContext& ui, const Pen& pen, const TimeScale& scale, float bottom) {
    if (!ui.view.cursor.loop) return;
    Rect rect = scale.between(ui.view.cursor.loop->begin_ns, ui.view.cursor.loop->end_ns);
    rect.h = bottom - rect.y;
    pen.fill(rect, with_alpha(pen.colors.accent, 0.14f));
    pen.line_v(rect.x, rect.y, bottom, pen.colors.accent);
    pen.line_v(rect.right() - 1, rect.y, bottom, pen.colors.accent);
}

// Where live telemetry is, and where the picture is.
void draw_heads(const UiContext& ui, const Pen& pen, const TimeScale& scale, float bottom) {
    const int64_t head = ui.timeline.head_ns();
    const Rect& plot = scale.plot;
    if (!ui.timeline.replay() && head <= scale.range.end_ns && head >= scale.range.begin_ns)
        pen.line_v(std::min(scale.x_of(head), plot.right() - 1), plot.y, bottom, pen.colors.accent);
    const bool live = ui.timeline.at_head();
    const int64_t now = live ? head : ui.timeline.now_ns();
    // Where the timeline follows, the newest instant is its end, though that is not written yet.
    const bool follows = live && ui.view.shown_times.empty() && now >= scale.range.end_ns;
    if (!scale.range.contains(now) && !follows) {
        // Beyond an end: an arrow says which way it is.
        const bool before = now < scale.range.begin_ns;
        const float x = before ? plot.x + pen.px(4) : plot.right() - pen.px(4), tip = before ? -pen.px(5) : pen.px(5);
        pen.draw->AddTriangleFilled({x + tip, plot.mid_y()}, {x - tip, plot.mid_y() - pen.px(6)},
                                    {x - tip, plot.mid_y() + pen.px(6)}, pen.colors.text);
        return;
    }
    const float x = std::min(scale.x_of(now), plot.right() - 1);
    const Rgba color = live ? pen.colors.accent : pen.colors.text;
    pen.fill({std::floor(x - pen.px(1)), plot.y, pen.px(2), bottom - plot.y}, color);
    pen.draw->AddTriangleFilled({x - pen.px(6), plot.y - pen.px(7)}, {x + pen.px(6), plot.y - pen.px(7)}, {x, plot.y},
                                color);
}

void scrub(const UiContext& ui, const TimeScale& scale, float x) {
    const int64_t time_ns = scale.time_at(std::clamp(x, scale.plot.x, scale.plot.right()));
    ui.view.cursor.playing = false;
    if (!ui.timeline.replay() && time_ns >= ui.timeline.recorded().end_ns)
        ui.view.cursor.live = true;
    else
        stand_at(ui.view.cursor, time_ns, ui.timeline.recorded());
}

void drag_loop(const UiContext& ui, const TimeScale& scale, float x) {
    const int64_t here = scale.time_at(std::clamp(x, scale.plot.x, scale.plot.right()));
    const int64_t from = *ui.memory.loop_from_ns;
    if (std::abs(scale.x_of(from) - x) < 4)
        ui.view.cursor.loop.reset();
    else
        ui.view.cursor.loop = TimeRange{std::min(from, here), std::max(from, here)};
}

void zoom(const UiContext& ui, const TimeScale& scale, float x, float wheel) {
    const double factor = std::pow(0.8, double(wheel));
    const int64_t around = scale.time_at(x);
    const auto scaled = [&](int64_t t) { return around + int64_t(double(t - around) * factor); };
    show_times(ui.view, {scaled(scale.range.begin_ns), scaled(scale.range.end_ns)}, ui.timeline);
}

void hover(const UiContext& ui, const TimeScale& scale, const HistoryStrip* strip) {
    const int64_t time_ns = scale.time_at(ImGui::GetIO().MousePos.x);
    ui.memory.pointed_time_ns = time_ns;
    std::string text = time_label(time_ns, scale.range.length_ns()) + " UTC";
    if (strip && strip->range.contains(time_ns) && !strip->events.empty()) {
        const auto bucket =
            std::min(strip->events.size() - 1, size_t(double(time_ns - strip->range.begin_ns) /
                                                      double(strip->range.length_ns()) * double(strip->events.size())));
        text += ": " + began_here(strip->events[bucket]);
        for (const GapSpan& gap : strip->gaps)
            if (time_ns >= gap.begin_ns && time_ns < gap.end_ns)
                text += fmt::format(". Gap of source {}: {}", gap.source, gap.reason);
    }
    hint(ui.view, text);
}

// Left: go there, with Shift a loop. Right: other times. Wheel: more or less of them.
void handle_mouse(const UiContext& ui, const TimeScale& scale, const HistoryStrip* strip, const Rect& area) {
    const ImGuiIO& io = ImGui::GetIO();
    ImGui::SetCursorScreenPos(area.min());
    ImGui::InvisibleButton("##timeline-area", {area.w, area.h},
                           ImGuiButtonFlags_MouseButtonLeft | ImGuiButtonFlags_MouseButtonRight);
    const bool active = ImGui::IsItemActive();
    if (ImGui::IsItemActivated() && io.MouseDown[0])
        ui.memory.loop_from_ns = io.KeyShift ? std::optional(scale.time_at(io.MousePos.x)) : std::nullopt;
    if (active && io.MouseDown[0]) {
        if (ui.memory.loop_from_ns)
            drag_loop(ui, scale, io.MousePos.x);
        else
            scrub(ui, scale, io.MousePos.x);
    } else if (active && io.MouseDown[1] && io.MouseDelta.x != 0) {
        const int64_t by = scale.time_at(scale.plot.x) - scale.time_at(scale.plot.x + io.MouseDelta.x);
        show_times(ui.view, {scale.range.begin_ns + by, scale.range.end_ns + by}, ui.timeline);
    }
    if (!ImGui::IsItemHovered()) return;
    if (io.MouseWheel != 0) zoom(ui, scale, io.MousePos.x, io.MouseWheel);
    if (!active) hover(ui, scale, strip);
}

void draw_left_column(const UiContext& ui, const Pen& pen, const Rect& plot, const Rect& bars, float x) {
    pen.text(x, plot.y + pen.px(8), Type::small, pen.colors.muted, "site power");
    pen.text(x, bars.mid_y(), Type::small, pen.colors.muted, "events");
    const auto power = find_metric(ObjectClass::site, "power_watts");
    const bool known = power && ui.state.topology().count(ObjectClass::site) > 0;
    const ObjectId site{ObjectClass::site, 0};
    const double watts = known ? ui.state.value(site, *power) : NAN;
    const bool stale = known && ui.state.stale(site, ui.timeline.now_ns());
    pen.quantity_left(x, plot.y + pen.px(28), Type::title,
                      std::isnan(watts) || stale ? pen.colors.hint : pen.colors.text, quantity(watts, "W"));
}

}  // namespace

void draw_timeline(const UiContext& ui) {
    const Rect all = layout_of(ui.view).bottom;
    begin_docked("##bottom", all);
    const Pen pen(ui.view);
    pen.line_h(all.x, all.right(), all.y, pen.colors.line);
    const Rect head{all.x, all.y + 1, all.w, pen.px(ui.view.bottom_folded ? 23 : 28)};
    const Touch over = touch("fold-bottom", {all.x, head.y, pen.px(112), head.h});
    if (over.clicked) ui.view.bottom_folded = !ui.view.bottom_folded;
    pen.chevron(all.x + pen.px(16), head.mid_y(), !ui.view.bottom_folded,
                over.hovered ? pen.colors.text : pen.colors.hint);
    pen.text(all.x + pen.px(28), head.mid_y(), Type::strong, over.hovered ? pen.colors.text : pen.colors.muted,
             "Timeline");
    if (ui.view.bottom_folded || ui.state.empty()) {
        end_region();
        return;
    }
    draw_transport(ui, pen, head, all.x + pen.px(116));
    const float label_column = pen.px(116);
    const Rect plot{all.x + label_column, head.bottom() + pen.px(8), all.w - label_column - pen.px(16),
                    std::max(1.f, all.h - head.h - pen.px(54))};
    const Rect bars{plot.x, plot.bottom() + pen.px(4), plot.w, pen.px(20)};
    const TimeScale scale{plot, shown_times(ui.view, ui.timeline)};
    const auto strip = strip_of(ui, pen, scale);
    draw_left_column(ui, pen, plot, bars, all.x + pen.px(12));
    draw_time_axis(pen, scale, bars.bottom() + pen.px(11));
    if (strip) {
        draw_health_bands(pen, scale, *strip);
        draw_power_band(pen, scale, *strip);
        draw_event_bars(pen, scale, bars, *strip);
        draw_gaps(pen, scale, *strip, ui.timeline.recorded(), bars.bottom());
        draw_power_axis(pen, scale, *strip);
    }
    draw_loop(ui, pen, scale, bars.bottom());
    draw_heads(ui, pen, scale, bars.bottom());
    // The instant under the pointer, here or in a plot.
    if (const auto at = ui.view.hovered_time_ns; at && scale.range.contains(*at))
        pen.line_v(scale.x_of(*at), plot.y, bars.bottom(), with_alpha(pen.colors.text, 0.5f));
    draw_incident_flags(ui, pen, scale);
    if (strip) draw_bookmark_flags(ui, pen, scale, *strip);
    handle_mouse(ui, scale, strip.get(), {plot.x, plot.y - pen.px(7), plot.w, all.bottom() - plot.y + pen.px(7)});
    end_region();
}

}  // namespace bv

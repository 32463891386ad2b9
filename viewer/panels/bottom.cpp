// The strip below where nothing is recorded: site power and the density of events over the last minutes, up to now.
// Reads: the power history, events. Writes: what the left side shows (a click on a bar opens the events).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "viewer/panels/layout.h"
#include "viewer/panels/lists.h"
#include "viewer/panels/memory.h"
#include "viewer/panels/timeline.h"

namespace bv {
namespace {

struct Span {
    int64_t begin_ns = 0, end_ns = 0;
    [[nodiscard]] float x_of(const Rect& rect, int64_t time_ns) const {
        return rect.x + rect.w * float(double(time_ns - begin_ns) / double(end_ns - begin_ns));
    }
};

constexpr int64_t second_ns = 1'000'000'000;

// At least five minutes, and as long as power has been recorded.
Span span_of(const UiContext& ui) {
    const Sparkline& power = ui.timeline.site_power();
    const int64_t recorded = int64_t(power.values.size()) * power.interval_ns;
    const int64_t length = std::clamp<int64_t>(recorded, 300 * second_ns, 3600 * second_ns);
    return {ui.state.time_ns - length, ui.state.time_ns};
}

void draw_ticks(const Pen& pen, const Rect& plot, float label_y, const Span& span) {
    constexpr std::array<int64_t, 5> steps{60, 120, 300, 600, 1200};
    int64_t step = steps.back();
    for (const int64_t candidate : steps) {
        if (plot.w * float(candidate * second_ns) / float(span.end_ns - span.begin_ns) < pen.px(90)) continue;
        step = candidate;
        break;
    }
    for (int64_t back = step; span.end_ns - back * second_ns >= span.begin_ns; back += step) {
        const float x = span.x_of(plot, span.end_ns - back * second_ns);
        pen.line_v(x, plot.y, plot.bottom(), pen.colors.line);
        const std::string label = fmt::format("−{} min", back / 60);
        if (x - pen.width(Type::small, label) * 0.5f >= plot.x)
            pen.text_centre(x, label_y, Type::small, pen.colors.hint, label);
    }
    const std::string now = clock_time(span.end_ns) + " UTC";
    pen.text_right(plot.right(), label_y, Type::small, pen.colors.muted, now);
}

void draw_power(const UiContext& ui, const Pen& pen, const Rect& plot, const Span& span) {
    const Sparkline& power = ui.timeline.site_power();
    float low = INFINITY, high = 0;
    for (const float v : power.values)
        if (!std::isnan(v)) {
            low = std::min(low, v);
            high = std::max(high, v);
        }
    if (!(high > 0)) {
        pen.hatch(plot, with_alpha(pen.colors.hint, 0.18f), 6);
        pen.text(plot.x + pen.px(8), plot.mid_y(), Type::small, pen.colors.hint,
                 "no site power yet: no source has published site power_watts");
        return;
    }
    // From well under the lowest value, so that a swing of a tenth looks like one; the axis says so, in round numbers.
    const float step = std::pow(10.0f, std::floor(std::log10(high))) / 10;
    const float floor_watts = std::max(0.f, std::floor((low - (high - low) * 0.5f - high * 0.05f) / step) * step);
    const float ceiling = std::max(std::ceil(high * 1.02f / step) * step, floor_watts + step);
    const float begin =
        std::max(plot.x, span.x_of(plot, power.end_ns - int64_t(power.values.size() - 1) * power.interval_ns));
    const float end = std::min(plot.right(), span.x_of(plot, power.end_ns));
    PlotStyle style{pen.colors.plot, pen.colors.plot_fill, floor_watts, ceiling, NAN, NAN};
    if (end - begin > 2) draw_plot(pen, {begin, plot.y, end - begin, plot.h}, power.values, style);
    pen.text(plot.x + pen.px(4), plot.y + pen.px(8), Type::small, pen.colors.hint,
             quantity(double(ceiling), "W").text());
    pen.text(plot.x + pen.px(4), plot.bottom() - pen.px(8), Type::small, pen.colors.hint,
             quantity(double(floor_watts), "W").text());
}

// Events per stretch of time.
void draw_events(const UiContext& ui, const Pen& pen, const Rect& strip, const Span& span) {
    pen.line_h(strip.x, strip.right(), strip.bottom(), pen.colors.line);
    const float width = pen.px(6);
    const auto count = size_t(std::max(1.f, std::floor(strip.w / width)));
    std::vector<std::array<uint32_t, 3>> buckets(count);
    uint32_t most = 1;
    for (size_t i = ui.state.events.size(); i-- > 0;) {
        const Event& event = ui.state.events[i];
        if (event.time_ns > span.end_ns) continue;
        if (event.time_ns < span.begin_ns) continue;
        const auto b = std::min(count - 1, size_t(double(event.time_ns - span.begin_ns) /
                                                  double(span.end_ns - span.begin_ns) * double(count)));
        auto& of = buckets[b];
        ++of[size_t(event.severity)];
        most = std::max(most, of[0] + of[1] + of[2]);
    }
    for (size_t b = 0; b < count; ++b)
        draw_event_bar(pen, {strip.x + float(b) * width, strip.y, width - pen.px(1.5f), strip.h}, buckets[b], most);
    const Touch over = touch("event-strip", strip);
    if (over.clicked) {
        ui.view.left_tab = View::LeftTab::events;
        ui.view.left_folded = false;
    }
    if (!over.hovered) return;
    const auto b = std::min(count - 1, size_t(std::max(0.f, ImGui::GetIO().MousePos.x - strip.x) / width));
    const int64_t at = span.begin_ns + int64_t(double(span.end_ns - span.begin_ns) * double(b) / double(count));
    hint(ui.view, clock_time(at) + ": " + began_here(buckets[b]) + ". Click for the list.");
}

void draw_now(const UiContext& ui, const Pen& pen, const Rect& plot, float bottom) {
    const bool live = ui.timeline.live();
    const Rgba color = live ? pen.colors.accent : pen.colors.hint;
    pen.line_v(plot.right() - 1, plot.y, bottom, color);
    pen.draw->AddTriangleFilled({plot.right() - pen.px(5), plot.y - pen.px(6)},
                                {plot.right() + pen.px(5), plot.y - pen.px(6)}, {plot.right(), plot.y}, color);
}

}  // namespace

void draw_bottom(const UiContext& ui) {
    if (!ui.timeline.recording_path().empty()) return draw_timeline(ui);
    const Rect all = layout_of(ui.view).bottom;
    begin_docked("##bottom", all);
    const Pen pen(ui.view);
    pen.line_h(all.x, all.right(), all.y, pen.colors.line);
    const Rect head{all.x, all.y + 1, all.w, pen.px(ui.view.bottom_folded ? 23 : 28)};
    const Touch over = touch("fold-bottom", {all.x, head.y, pen.px(120), head.h});
    if (over.clicked) ui.view.bottom_folded = !ui.view.bottom_folded;
    pen.chevron(all.x + pen.px(16), head.mid_y(), !ui.view.bottom_folded,
                over.hovered ? pen.colors.text : pen.colors.hint);
    pen.text(all.x + pen.px(28), head.mid_y(), Type::strong, over.hovered ? pen.colors.text : pen.colors.muted,
             "Recent");
    if (ui.view.bottom_folded) {
        end_region();
        return;
    }
    const float label_column = pen.px(116);
    const Rect plot{all.x + label_column, head.bottom(), all.w - label_column - pen.px(16),
                    all.h - head.h - pen.px(50)};
    const Rect strip{plot.x, plot.bottom() + pen.px(6), plot.w, pen.px(22)};
    pen.text(all.x + pen.px(12), plot.y + pen.px(8), Type::small, pen.colors.muted, "site power");
    pen.text(all.x + pen.px(12), strip.mid_y(), Type::small, pen.colors.muted, "events");
    const Digest& digest = ui.memory.digest;
    if (ui.state.empty()) {
        pen.text(plot.x, plot.mid_y(), Type::small, pen.colors.hint,
                 "The last minutes of site power and events run here as soon as telemetry arrives.");
        end_region();
        return;
    }
    const auto power = find_metric(ObjectClass::site, "power_watts");
    const bool stale = ui.state.stale({ObjectClass::site, 0}, ui.timeline.now_ns());
    const double watts = power ? ui.state.value({ObjectClass::site, 0}, *power) : NAN;
    pen.quantity_left(all.x + pen.px(12), plot.y + pen.px(30), Type::title,
                      std::isnan(watts) || stale ? pen.colors.hint : pen.colors.text, quantity(watts, "W"));
    const Span span = span_of(ui);
    draw_ticks(pen, plot, strip.bottom() + pen.px(11), span);
    draw_power(ui, pen, plot, span);
    draw_events(ui, pen, strip, span);
    draw_now(ui, pen, plot, strip.bottom());
    // What is going on right now, at the right of the head line; what does not fit is left out from the left.
    std::string open = fmt::format("{} critical and {} warning events still open", grouped(digest.open_critical),
                                   grouped(digest.open_warning));
    if (digest.open_critical + digest.open_warning == 0) open = "no event is open";
    if (digest.values_per_second > 0) open += fmt::format(" · {} values/s", short_count(digest.values_per_second));
    if (pen.width(Type::small, open) < all.w - pen.px(180))
        pen.text_right(plot.right(), head.mid_y() - pen.px(2), Type::small, pen.colors.muted, open);
    end_region();
}

}  // namespace bv

// The layers of the timeline: health, power, gaps, events, incidents, bookmarks. Reads: a HistoryStrip, the incidents
// of the state. Writes: the cursor and the selection, where a flag is clicked.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/panels/incidents.h"
#include "viewer/panels/moments.h"
#include "viewer/panels/timeline.h"

namespace bv {
namespace {

// Few are seen beside many.
float share(uint32_t n, uint32_t all) { return std::log2(1.f + float(n)) / std::log2(2.f + float(all)); }

struct WattRange {
    float low = 0, high = 0;
};

// From well under the lowest value, in round numbers.
WattRange watts_of(const std::vector<Aggregated>& power) {
    float low = INFINITY, high = 0;
    for (const Aggregated& step : power)
        if (std::isfinite(step.mean)) low = std::min(low, step.min), high = std::max(high, step.max);
    if (!(high > 0)) return {};
    const float step = std::pow(10.0f, std::floor(std::log10(high))) / 10;
    const float floor_watts = std::max(0.f, std::floor((low - (high - low) * 0.5f - high * 0.05f) / step) * step);
    return {floor_watts, std::max(std::ceil(high * 1.02f / step) * step, floor_watts + step)};
}

// A longer silence than this between two steps breaks the line.
int64_t longest_bridge(const HistoryStrip& strip) {
    if (strip.power_step_ns) return 2 * strip.power_step_ns;
    std::vector<int64_t> steps;
    for (size_t i = 1; i < strip.power.size(); ++i)
        steps.push_back(strip.power[i].begin_ns - strip.power[i - 1].begin_ns);
    if (steps.empty()) return 0;
    std::nth_element(steps.begin(), steps.begin() + std::ptrdiff_t(steps.size() / 2), steps.end());
    return std::max<int64_t>(4 * steps[steps.size() / 2], 4'000'000'000);
}

}  // namespace

void draw_health_bands(const Pen& pen, const TimeScale& scale, const HistoryStrip& strip) {
    for (const HealthCounts& step : strip.health) {
        if (step.begin_ns > scale.range.end_ns || step.begin_ns + strip.health_step_ns < scale.range.begin_ns) continue;
        const Rect column = scale.between(step.begin_ns, step.begin_ns + strip.health_step_ns);
        uint32_t all = 0;
        for (const uint32_t n : step.counts) all += n;
        float y = column.bottom();
        for (const Health health : {Health::down, Health::critical, Health::warning, Health::unknown}) {
            const uint32_t n = step.counts[size_t(health)];
            if (n == 0 || all == 0) continue;
            const float height = std::max(pen.px(2), column.h * 0.4f * share(n, all));
            const Rect bar{column.x, std::max(column.y, y - height), column.w, std::min(height, y - column.y)};
            pen.fill(bar, with_alpha(health_color(pen.colors, health), 0.28f));
            y = bar.y;
        }
    }
}

void draw_power_band(const Pen& pen, const TimeScale& scale, const HistoryStrip& strip) {
    const WattRange watts = watts_of(strip.power);
    if (!(watts.high > watts.low)) return;
    const auto y_of = [&](float v) {
        return scale.plot.bottom() - std::clamp((v - watts.low) / (watts.high - watts.low), 0.f, 1.f) * scale.plot.h;
    };
    const int64_t half = strip.power_step_ns / 2, bridge = longest_bridge(strip);
    const Rect& plot = scale.plot;
    pen.draw->PushClipRect(plot.min(), plot.max(), true);
    for (size_t i = 0; i + 1 < strip.power.size(); ++i) {
        const Aggregated &a = strip.power[i], &b = strip.power[i + 1];
        if (b.begin_ns - a.begin_ns > bridge) continue;
        const float x0 = scale.x_of(a.begin_ns + half), x1 = scale.x_of(b.begin_ns + half);
        if (x1 < plot.x || x0 > plot.right()) continue;
        if (a.max > a.min || b.max > b.min)
            pen.draw->AddQuadFilled({x0, y_of(a.max)}, {x1, y_of(b.max)}, {x1, y_of(b.min)}, {x0, y_of(a.min)},
                                    with_alpha(pen.colors.plot, 0.3f));
        pen.draw->AddLine({x0, y_of(a.mean)}, {x1, y_of(b.mean)}, pen.colors.plot, std::max(1.f, 1.3f * pen.scale));
    }
    if (strip.power.size() == 1)
        pen.draw->AddCircleFilled({scale.x_of(strip.power[0].begin_ns + half), y_of(strip.power[0].mean)}, pen.px(2),
                                  pen.colors.plot, 10);
    pen.draw->PopClipRect();
}

void draw_power_axis(const Pen& pen, const TimeScale& scale, const HistoryStrip& strip) {
    const WattRange watts = watts_of(strip.power);
    const Rect& plot = scale.plot;
    if (!(watts.high > watts.low)) {
        pen.text(plot.x + pen.px(4), plot.y + pen.px(8), Type::small, pen.colors.hint,
                 "no site power was recorded here");
        return;
    }
    for (const auto& [value, mid_y] :
         {std::pair{watts.high, plot.y + pen.px(8)}, std::pair{watts.low, plot.bottom() - pen.px(8)}}) {
        const std::string label = quantity(double(value), "W").text();
        // Letters stand on the surface, not on the line.
        pen.fill({plot.x, mid_y - pen.px(8), pen.width(Type::small, label) + pen.px(8), pen.px(16)},
                 with_alpha(pen.colors.surface, 0.8f), 2);
        pen.text(plot.x + pen.px(4), mid_y, Type::small, pen.colors.muted, label);
    }
}

void draw_gaps(const Pen& pen, const TimeScale& scale, const HistoryStrip& strip, const TimeRange& recorded,
               float bottom) {
    const auto hatch = [&](int64_t begin_ns, int64_t end_ns, float alpha) {
        if (end_ns <= scale.range.begin_ns || begin_ns >= scale.range.end_ns || end_ns <= begin_ns) return;
        Rect rect = scale.between(begin_ns, end_ns);
        rect.h = bottom - rect.y;
        rect.w = std::max(rect.w, pen.px(2));
        pen.fill(rect, pen.colors.surface);
        pen.hatch(rect, with_alpha(pen.colors.hint, alpha), 6);
    };
    for (const GapSpan& gap : strip.gaps) hatch(gap.begin_ns, gap.end_ns, 0.5f);
    // Before the first and after the newest instant nothing is known either, but nothing is missing.
    hatch(scale.range.begin_ns, recorded.begin_ns, 0.16f);
}

void draw_event_bar(const Pen& pen, const Rect& column, const std::array<uint32_t, 3>& counts, uint32_t most) {
    const Rgba colors[] = {pen.colors.ok, pen.colors.warning, pen.colors.critical};
    float y = column.bottom();
    for (int severity = 2; severity >= 0; --severity) {
        const uint32_t n = counts[size_t(severity)];
        if (n == 0) continue;
        const float top = std::max(column.y, y - std::max(pen.px(3), column.h * 0.98f * share(n, most)));
        pen.fill({column.x, top, column.w, y - top}, colors[severity]);
        y = top - 1;
    }
}

std::string began_here(const std::array<uint32_t, 3>& counts) {
    return fmt::format("{} critical, {} warnings, {} others began here", counts[2], counts[1], counts[0]);
}

void draw_event_bars(const Pen& pen, const TimeScale& scale, const Rect& bars, const HistoryStrip& strip) {
    pen.line_h(bars.x, bars.right(), bars.bottom(), pen.colors.line);
    uint32_t most = 1;
    for (const auto& bucket : strip.events) most = std::max(most, bucket[0] + bucket[1] + bucket[2]);
    const double each = double(strip.range.length_ns()) / double(std::max<size_t>(strip.events.size(), 1));
    for (size_t b = 0; b < strip.events.size(); ++b) {
        const float x = scale.x_of(strip.range.begin_ns + int64_t(double(b) * each));
        const float end = scale.x_of(strip.range.begin_ns + int64_t(double(b + 1) * each));
        if (end < bars.x || x > bars.right()) continue;
        const float left = std::max(x, bars.x);
        const float width = std::max(pen.px(1.5f), std::min(end, bars.right()) - left - pen.px(1));
        draw_event_bar(pen, {left, bars.y, width, bars.h}, strip.events[b], most);
    }
}

void draw_incident_flags(const UiContext& ui, const Pen& pen, const TimeScale& scale) {
    // The list is worst first, so what is drawn first at a place is what stays there.
    const float apart = pen.px(12);
    std::vector<float> taken;
    for (const Incident& incident : ui.memory.incidents.list()) {
        if (incident.severity == Severity::info || !scale.range.contains(incident.begin_ns)) continue;
        const float x = scale.x_of(incident.begin_ns), y = scale.plot.bottom() - pen.px(6);
        if (std::any_of(taken.begin(), taken.end(), [&](float other) { return std::abs(other - x) < apart; })) continue;
        taken.push_back(x);
        pen.health_mark(x, y, 4, health_of_incident(ui, incident));
        const Touch over =
            touch(int64_t(incident.id >> 2) | int64_t(1) << 62, {x - pen.px(6), y - pen.px(6), pen.px(12), pen.px(12)});
        if (over.hovered) hint(ui.view, fmt::format("{} – {}", incident.title, date_time(incident.begin_ns)));
        if (!over.clicked) continue;
        choose_incident(ui, incident);
        stand_at(ui.view.cursor, incident.begin_ns, ui.timeline.recorded());
    }
}

void draw_bookmark_flags(const UiContext& ui, const Pen& pen, const TimeScale& scale, const HistoryStrip& strip) {
    for (const Bookmark& bookmark : strip.bookmarks) {
        if (!scale.range.contains(bookmark.time_ns)) continue;
        const float x = scale.x_of(bookmark.time_ns), y = scale.plot.y;
        pen.line_v(x, y, scale.plot.bottom(), with_alpha(pen.colors.accent, 0.7f));
        pen.draw->AddTriangleFilled({x, y}, {x + pen.px(9), y + pen.px(4)}, {x, y + pen.px(8)}, pen.colors.accent);
        const Touch over = touch(bookmark.id + (int64_t(1) << 50), {x - pen.px(2), y, pen.px(13), pen.px(12)});
        if (over.clicked) go_to_moment(ui, bookmark);
        if (over.hovered)
            hint(ui.view, fmt::format("{}{}{} – {}", bookmark.name, bookmark.note.empty() ? "" : ": ", bookmark.note,
                                      date_time(bookmark.time_ns)));
    }
}

}  // namespace bv

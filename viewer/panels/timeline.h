// What the files of the timeline share: how time lies along x, and one drawing function per layer.
#pragma once

#include "viewer/cursor.h"
#include "viewer/history_reader.h"
#include "viewer/panels/panels.h"
#include "viewer/panels/pen.h"

namespace bv {

// Time along a plot, in pixels.
struct TimeScale {
    Rect plot;
    TimeRange range;
    [[nodiscard]] float x_of(int64_t time_ns) const {
        return plot.x + plot.w * float(double(time_ns - range.begin_ns) / double(range.length_ns()));
    }
    [[nodiscard]] int64_t time_at(float x) const {
        return range.begin_ns + int64_t(double(x - plot.x) / double(plot.w) * double(range.length_ns()));
    }
    // Cut to the plot; as wide as a pixel at least.
    [[nodiscard]] Rect between(int64_t begin_ns, int64_t end_ns) const;
};

// Lines and labels in round steps, years to tenths of a second, with the date where it changes.
void draw_time_axis(const Pen& pen, const TimeScale& scale, float label_y);
// "2026-01-01 14:03:12", with tenths where less than a minute is shown.
std::string time_label(int64_t time_ns, int64_t range_ns);

// From behind to the front.
void draw_health_bands(const Pen& pen, const TimeScale& scale, const HistoryStrip& strip);
void draw_power_band(const Pen& pen, const TimeScale& scale, const HistoryStrip& strip);
void draw_power_axis(const Pen& pen, const TimeScale& scale, const HistoryStrip& strip);
void draw_gaps(const Pen& pen, const TimeScale& scale, const HistoryStrip& strip, const TimeRange& recorded,
               float bottom);
// How many began in a stretch of time, by severity: the worst at the foot of the bar, so that a single critical one is
// never hidden by warnings.
void draw_event_bar(const Pen& pen, const Rect& column, const std::array<uint32_t, 3>& counts, uint32_t most);
std::string began_here(const std::array<uint32_t, 3>& counts);  // in words
void draw_event_bars(const Pen& pen, const TimeScale& scale, const Rect& bars, const HistoryStrip& strip);
// Where incidents of the shown state began: the worst where several would lie over each other.
void draw_incident_flags(const UiContext& ui, const Pen& pen, const TimeScale& scale);
void draw_bookmark_flags(const UiContext& ui, const Pen& pen, const TimeScale& scale, const HistoryStrip& strip);

// The buttons in the head line; returns where they end.
float draw_transport(const UiContext& ui, const Pen& pen, const Rect& head, float x);

}  // namespace bv

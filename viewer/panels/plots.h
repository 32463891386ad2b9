// Histories as plots: a band from the least to the greatest value of every column, a line through the means, nothing
// where nothing was heard.
#pragma once

#include <span>

#include "viewer/history.h"
#include "viewer/panels/timeline.h"

namespace bv {

// What a plot spans from bottom to top, in units of the metric, with round ends.
struct ValueAxis {
    float low = 0, high = 0;
    [[nodiscard]] bool empty() const { return !(high > low); }
    [[nodiscard]] float y_of(const Rect& rect, float value) const;
};
// Holds every value of these lines; at least a tenth of the display range, so that noise looks like noise.
ValueAxis axis_of(const History& history, std::span<const size_t> lines);

// The range of the values themselves; NaN without any.
struct ValueRange {
    float low, high;
};
ValueRange range_of(const HistoryValues& values);

// The scale may show another stretch of time than the history is of.
void draw_history(const Pen& pen, const TimeScale& scale, const History& history, size_t line, const ValueAxis& axis,
                  Rgba color);
// Hatches where none of these lines has a value although it has been read.
void draw_gaps(const Pen& pen, const TimeScale& scale, const History& history, std::span<const size_t> lines);
// Thresholds and the round values of the axis, labelled left of the rectangle.
void draw_value_axis(const Pen& pen, const Rect& rect, const ValueAxis& axis, const Metric& metric, bool thresholds);

Rgba series_color(Theme theme, size_t line);
// The column of a time; nothing outside.
std::optional<size_t> column_at(const History& history, int64_t time_ns);

}  // namespace bv

// The axis of the timeline. Reads: a TimeScale. Writes: nothing.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include "viewer/panels/timeline.h"

namespace bv {
namespace {

constexpr int64_t ms = 1'000'000, s = 1000 * ms, minute = 60 * s, hour = 60 * minute, day = 24 * hour;
constexpr auto steps =
    std::to_array<int64_t>({100 * ms, 200 * ms, 500 * ms,   s,          2 * s,       5 * s,       10 * s,      15 * s,
                            30 * s,   minute,   2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute, hour,
                            2 * hour, 3 * hour, 6 * hour,   12 * hour,  day,         2 * day,     7 * day});
constexpr auto month_steps = std::to_array<int>({1, 3, 6, 12, 24, 60, 120});

std::chrono::year_month_day date_of(int64_t time_ns) {
    return std::chrono::floor<std::chrono::days>(
        std::chrono::sys_time<std::chrono::nanoseconds>(std::chrono::nanoseconds(time_ns)));
}

std::string_view month_name(unsigned month) {
    constexpr std::array<std::string_view, 12> names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    return names[(month - 1) % 12];
}

std::string clock_label(int64_t time_ns, int64_t step) {
    const int64_t of_day = ((time_ns % day) + day) % day;
    const auto date = date_of(time_ns);
    if (of_day == 0) return fmt::format("{} {}", unsigned(date.day()), month_name(unsigned(date.month())));
    const int64_t h = of_day / hour, m = of_day / minute % 60, sec = of_day / s % 60;
    if (step < s) return fmt::format("{:02}:{:02}:{:02}.{}", h, m, sec, of_day / (100 * ms) % 10);
    return step < minute ? fmt::format("{:02}:{:02}:{:02}", h, m, sec) : fmt::format("{:02}:{:02}", h, m);
}

void draw_tick(const Pen& pen, const TimeScale& scale, float label_y, int64_t time_ns, const std::string& label) {
    const float x = scale.x_of(time_ns);
    if (x < scale.plot.x || x > scale.plot.right()) return;
    pen.line_v(x, scale.plot.y, label_y - pen.px(8), pen.colors.line);
    const float half = pen.width(Type::small, label) * 0.5f;
    if (x - half >= scale.plot.x && x + half <= scale.plot.right())
        pen.text_centre(x, label_y, Type::small, pen.colors.hint, label);
}

// Months and years are of unequal length.
void draw_months(const Pen& pen, const TimeScale& scale, float label_y, double least_ns) {
    int step = month_steps.back();
    for (const int candidate : month_steps)
        if (double(candidate) * 30 * double(day) >= least_ns) {
            step = candidate;
            break;
        }
    const auto first = date_of(scale.range.begin_ns);
    int month = int(first.year()) * 12 + int(unsigned(first.month())) - 1;
    for (month -= month % step;; month += step) {
        const std::chrono::sys_days begin{std::chrono::year{month / 12} / (month % 12 + 1) / 1};
        const int64_t time_ns = std::chrono::nanoseconds(begin.time_since_epoch()).count();
        if (time_ns > scale.range.end_ns) return;
        draw_tick(pen, scale, label_y, time_ns,
                  month % 12 ? fmt::format("{} {}", month_name(unsigned(month % 12) + 1), month / 12)
                             : fmt::format("{}", month / 12));
    }
}

}  // namespace

Rect TimeScale::between(int64_t begin_ns, int64_t end_ns) const {
    const float left = std::clamp(x_of(begin_ns), plot.x, plot.right());
    const float right = std::clamp(x_of(end_ns), plot.x, plot.right());
    return {left, plot.y, std::max(right - left, 1.f), plot.h};
}

void draw_time_axis(const Pen& pen, const TimeScale& scale, float label_y) {
    const double least_ns = double(scale.range.length_ns()) * double(pen.px(84) / std::max(scale.plot.w, 1.f));
    if (least_ns > double(steps.back())) return draw_months(pen, scale, label_y, least_ns);
    int64_t step = steps.back();
    for (const int64_t candidate : steps)
        if (double(candidate) >= least_ns) {
            step = candidate;
            break;
        }
    for (int64_t at = scale.range.begin_ns - scale.range.begin_ns % step; at <= scale.range.end_ns; at += step)
        draw_tick(pen, scale, label_y, at, clock_label(at, step));
}

std::string time_label(int64_t time_ns, int64_t range_ns) {
    std::string label = date_time(time_ns).substr(0, 19);
    if (range_ns <= minute) label += fmt::format(".{}", ((time_ns % s) + s) % s / (100 * ms));
    return label;
}

}  // namespace bv

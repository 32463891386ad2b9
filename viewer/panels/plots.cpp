// Draws histories; see plots.h. Reads columns, writes ImGui's draw list.
#include "viewer/panels/plots.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace bv {

namespace {

// 1, 2 or 5 times a power of ten, at least `least`.
float round_step(float least) {
    const float power = std::pow(10.0f, std::floor(std::log10(std::max(least, 1e-12f))));
    for (const float step : {1.0f, 2.0f, 5.0f})
        if (least <= step * power * 1.001f) return step * power;
    return 10 * power;
}

// Columns that are joined by one line.
struct Run {
    std::vector<ImVec2> mean, low, high;
};

void flush(const Pen& pen, Run& run, Rgba color) {
    const Rgba band = with_alpha(color, 0.25f);
    for (size_t i = 0; i + 1 < run.mean.size(); ++i)
        if (run.low[i].y - run.high[i].y > 1 || run.low[i + 1].y - run.high[i + 1].y > 1)
            pen.draw->AddQuadFilled(run.high[i], run.high[i + 1], run.low[i + 1], run.low[i], band);
    if (run.mean.size() == 1) {
        pen.draw->AddLine(run.high[0], run.low[0], band, std::max(1.0f, pen.scale));
        pen.draw->AddCircleFilled(run.mean[0], pen.px(1.5f), color, 8);
    }
    if (run.mean.size() > 1)
        pen.draw->AddPolyline(run.mean.data(), int(run.mean.size()), color, 0, std::max(1.0f, 1.4f * pen.scale));
    run = {};
}

}  // namespace

float ValueAxis::y_of(const Rect& rect, float value) const {
    return rect.bottom() - std::clamp((value - low) / (high - low), 0.f, 1.f) * rect.h;
}

ValueRange range_of(const HistoryValues& values) {
    ValueRange out{NAN, NAN};
    for (const HistoryColumn& column : values.columns) {
        if (std::isnan(column.mean)) continue;
        out.low = std::isnan(out.low) ? column.min : std::min(out.low, column.min);
        out.high = std::isnan(out.high) ? column.max : std::max(out.high, column.max);
    }
    return out;
}

ValueAxis axis_of(const History& history, std::span<const size_t> lines) {
    float low = INFINITY, high = -INFINITY, least = 0, floor = INFINITY;
    for (const size_t line : lines) {
        if (line >= history.lines.size()) continue;
        const Metric& m = metric(history.query.lines[line].metric);
        const ValueRange range = range_of(history.lines[line]);
        if (std::isnan(range.low)) continue;
        low = std::min(low, range.low);
        high = std::max(high, range.high);
        // So that noise looks like noise: a tenth of what may be, or a fifth of what is where that is much less.
        const float may_be = m.display_max - m.display_min, is = std::max(std::abs(range.low), std::abs(range.high));
        least = std::max(least, std::clamp(is * 0.2f, may_be * 1e-3f, may_be * 0.1f));
        floor = std::min(floor, m.display_min);
    }
    if (!(high >= low)) return {};
    if (high - low < least) {
        const float middle = (low + high) * 0.5f;
        low = std::max(middle - least * 0.5f, std::min(low, floor));
        high = low + least;
    }
    const float step = round_step((high - low) / 4);
    ValueAxis axis{std::floor(low / step) * step, std::ceil(high / step) * step};
    if (axis.high - high < step * 0.1f) axis.high += step * 0.5f;
    return axis;
}

void draw_history(const Pen& pen, const TimeScale& scale, const History& history, size_t line, const ValueAxis& axis,
                  Rgba color) {
    if (line >= history.lines.size() || axis.empty() || scale.range.empty()) return;
    const Rect& rect = scale.plot;
    const HistoryValues& values = history.lines[line];
    const size_t bridge = values.bridge(history.query);
    pen.draw->PushClipRect(rect.min(), {rect.right(), rect.bottom() + 1}, true);
    Run run;
    size_t last = 0;
    for (size_t i = 0; i < values.columns.size(); ++i) {
        const HistoryColumn& column = values.columns[i];
        if (column.broken || (!run.mean.empty() && i - last > bridge)) flush(pen, run, color);
        if (std::isnan(column.mean)) continue;
        const float x = scale.x_of(history.time_of(i));
        run.mean.emplace_back(x, axis.y_of(rect, column.mean));
        run.low.emplace_back(x, axis.y_of(rect, column.min));
        run.high.emplace_back(x, axis.y_of(rect, column.max));
        last = i;
    }
    flush(pen, run, color);
    pen.draw->PopClipRect();
}

void draw_gaps(const Pen& pen, const TimeScale& scale, const History& history, std::span<const size_t> lines) {
    const Rect& rect = scale.plot;
    const HistoryQuery& query = history.query;
    size_t bridge = 1;
    for (const size_t line : lines) bridge = std::max(bridge, history.lines[line].bridge(query));
    const auto filled = [&](size_t column) {
        return std::any_of(lines.begin(), lines.end(), [&](size_t line) {
            const auto& columns = history.lines[line].columns;
            return column < columns.size() && !std::isnan(columns[column].mean);
        });
    };
    size_t read = 0;
    while (read < query.columns && history.time_of(read) < history.read_until_ns) ++read;
    for (size_t begin = 0; begin < read;) {
        if (filled(begin)) {
            ++begin;
            continue;
        }
        size_t end = begin;
        while (end < read && !filled(end)) ++end;
        const float x0 = std::max(rect.x, scale.x_of(history.time_of(begin)));
        const float x1 = std::min(rect.right(), scale.x_of(history.time_of(end - 1)));
        if (end - begin > bridge && x1 - x0 > 2)
            pen.hatch({x0, rect.y, x1 - x0, rect.h}, with_alpha(pen.colors.hint, 0.16f), 6);
        begin = end;
    }
}

void draw_value_axis(const Pen& pen, const Rect& rect, const ValueAxis& axis, const Metric& m, bool thresholds) {
    pen.line_h(rect.x, rect.right(), rect.bottom(), pen.colors.line);
    if (axis.empty()) return;
    const auto label = [&](float value, float y) {
        pen.text_right(rect.x - pen.px(8), y, Type::small, pen.colors.hint, quantity(m, double(value)).text());
    };
    label(axis.high, rect.y + pen.px(5));
    label(axis.low, rect.bottom() - pen.px(5));
    if (rect.h > pen.px(70)) {
        const float middle = (axis.low + axis.high) * 0.5f;
        label(middle, axis.y_of(rect, middle));
        pen.line_h(rect.x, rect.right(), axis.y_of(rect, middle), with_alpha(pen.colors.line, 0.7f));
    }
    if (!thresholds || m.direction == Direction::neutral) return;
    for (const auto& [level, color] :
         {std::pair{m.warning, pen.colors.warning}, std::pair{m.critical, pen.colors.critical}})
        if (!std::isnan(level) && level > axis.low && level < axis.high)
            pen.line_h(rect.x, rect.right(), axis.y_of(rect, level), with_alpha(color, 0.55f));
}

// Hues that no severity has, each readable on both surfaces of its theme.
Rgba series_color(Theme theme, size_t line) {
    constexpr std::array<Rgba, 6> on_dark{rgb(0x7FB7E6), rgb(0x9CCB86), rgb(0xE0B8DC),
                                          rgb(0xD9C89A), rgb(0x86CFC8), rgb(0xC3CBD3)};
    constexpr std::array<Rgba, 6> on_light{rgb(0x1F6FB0), rgb(0x3D7F24), rgb(0x93468F),
                                           rgb(0x7A6420), rgb(0x137B74), rgb(0x55606B)};
    return (theme == Theme::light ? on_light : on_dark)[line % on_dark.size()];
}

std::optional<size_t> column_at(const History& history, int64_t time_ns) {
    const HistoryQuery& query = history.query;
    if (time_ns < query.begin_ns || time_ns >= query.end_ns || query.columns == 0) return {};
    const double share = double(time_ns - query.begin_ns) / double(query.end_ns - query.begin_ns);
    return std::min<size_t>(query.columns - 1, size_t(share * query.columns));
}

}  // namespace bv

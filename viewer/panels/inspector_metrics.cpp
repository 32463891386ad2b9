// Numbers of the selection: plots over the last minutes, every metric with its bar and thresholds, raw values. Reads:
// columns, coverage, sparklines. Writes: what colours the hall (a click on a metric).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "viewer/panels/inspector.h"
#include "viewer/panels/lists.h"
#include "viewer/panels/plots.h"

namespace bv {
namespace {

bool is_code(const Metric& m) { return m.aggregate == Aggregate::none && m.unit.empty() && std::isnan(m.warning); }

// Title left, range of the values right; the rectangle that is left for the plot.
Rect plot_frame(const Pen& pen, const Rect& row, const Metric& m, float low, float high) {
    const float x = row.x + pen.px(12), right = row.right() - pen.px(4);
    pen.text(x, row.y + pen.px(10), Type::small, pen.colors.muted, m.label);
    const Rect plot{x, row.y + pen.px(22), right - x, row.h - pen.px(30)};
    if (!(high >= low)) return plot;
    // What the plot spans, in words: lowest – highest, unit once.
    const Quantity a = quantity(m, double(low)), b = quantity(m, double(high));
    const std::string span =
        low == high ? b.text() : fmt::format("{}–{}", a.unit == b.unit ? a.value : a.text(), b.text());
    pen.text_right(right, row.y + pen.px(10), Type::small, pen.colors.hint, span);
    pen.line_h(plot.x, plot.right(), plot.bottom(), pen.colors.line);
    return plot;
}

void draw_nothing(const Pen& pen, const Rect& plot, const char* why) {
    pen.hatch(plot, with_alpha(pen.colors.hint, 0.25f), 6);
    pen.text(plot.x + pen.px(8), plot.mid_y(), Type::small, pen.colors.hint, why);
}

// The last minutes as they were seen here: what there is without a recording.
void draw_sparkline(const UiContext& ui, const Pen& pen, const Rect& row, const Metric& m, MetricIndex index) {
    const Sparkline& line = ui.timeline.sparkline(index);
    float low = INFINITY, high = -INFINITY;
    for (const float v : line.values)
        if (!std::isnan(v)) {
            low = std::min(low, v);
            high = std::max(high, v);
        }
    const Rect plot = plot_frame(pen, row, m, low, high);
    if (!(high >= low)) return draw_nothing(pen, plot, line.values.empty() ? "collecting" : "no data");
    // At least a tenth of the display range, so that noise looks like noise.
    const float least = (m.display_max - m.display_min) * 0.1f;
    if (high - low < least) {
        const float middle = (low + high) * 0.5f;
        low = std::max(middle - least * 0.5f, std::min(low, m.display_min));
        high = low + least;
    }
    PlotStyle style{pen.colors.plot, pen.colors.plot_fill, low, high, NAN, NAN};
    if (m.direction == Direction::high_is_bad) {
        style.warning = m.warning;
        style.critical = m.critical;
    }
    draw_plot(pen, plot, line.values, style);
}

// Out of the recording, with the instant under the pointer, here or elsewhere.
void draw_recorded(const UiContext& ui, const Pen& pen, const Rect& row, const Metric& m, const TimeRange& span,
                   const History* history, size_t line) {
    const ValueRange range = history ? range_of(history->lines[line]) : ValueRange{NAN, NAN};
    const Rect plot = plot_frame(pen, row, m, range.low, range.high);
    if (!(range.high >= range.low))
        return draw_nothing(pen, plot, history && history->complete() ? "no data in this range" : "reading");
    const ValueAxis axis = axis_of(*history, {&line, 1});
    const TimeScale scale{plot, span};
    draw_gaps(pen, scale, *history, {&line, 1});
    draw_history(pen, scale, *history, line, axis, pen.colors.plot);
    const auto mark = [&](int64_t time_ns, Rgba color) {
        if (span.contains(time_ns)) pen.line_v(scale.x_of(time_ns), plot.y, plot.bottom(), color);
    };
    if (!ui.timeline.at_head()) mark(cursor_ns(ui), pen.colors.accent);
    const bool inside = ImGui::IsWindowHovered() && ImGui::IsMouseHoveringRect(plot.min(), plot.max());
    if (inside) ui.memory.pointed_time_ns = scale.time_at(ImGui::GetIO().MousePos.x);
    if (!ui.view.hovered_time_ns) return;
    mark(*ui.view.hovered_time_ns, pen.colors.muted);
    const auto column = column_at(*history, *ui.view.hovered_time_ns);
    if (!inside || !column) return;
    const float mean = history->lines[line].columns[*column].mean;
    hint(ui.view, fmt::format("{}: {}. Click for a larger plot.", clock_time(*ui.view.hovered_time_ns),
                              std::isnan(mean) ? std::string(no_data_text) : quantity(m, double(mean)).text()));
}

void draw_plot_icon(const Pen& pen, const Rect& box, Rgba color) {
    const float x = box.x + box.w * 0.5f - pen.px(5), y = box.mid_y();
    const std::array<ImVec2, 4> points{ImVec2(x, y + pen.px(3)), ImVec2(x + pen.px(3), y - pen.px(2)),
                                       ImVec2(x + pen.px(6), y + pen.px(1)), ImVec2(x + pen.px(10), y - pen.px(4))};
    pen.draw->AddPolyline(points.data(), int(points.size()), color, 0, std::max(1.2f, 1.3f * pen.scale));
}

void draw_metric_row(const UiContext& ui, const Pen& pen, const Rect& row, ObjectId id, MetricIndex index) {
    const Metric& m = metrics_of(id.object_class)[index];
    const double value = ui.state.value(id, index);
    const int64_t now = ui.timeline.now_ns(), heard = ui.state.heard_ns(id, index);
    const bool coloring =
        ui.view.color_by == ColorBy::metric && ui.view.color_metric == MetricId{id.object_class, index};
    // Drawn first: what comes later lies under it for clicks.
    const bool can_be_plotted = !is_code(m) && !recording_of(ui).empty();
    const Rect icon{row.right() - pen.px(24), row.y, pen.px(24), row.h};
    const Touch plot = can_be_plotted ? touch(int64_t(index) + 5000, icon) : Touch();
    if (plot.clicked) plot_metric(ui, {id.object_class, index});
    const Touch over = touch(int64_t(index) + 1000, row);
    if (over.hovered || plot.hovered) pen.fill(row, pen.colors.raised);
    if (can_be_plotted) draw_plot_icon(pen, icon, plot.hovered ? pen.colors.accent : pen.colors.hint);
    if (plot.hovered) hint(ui.view, fmt::format("Plot {} over the hall", m.label));
    if (over.clicked) ui.view.color_with({id.object_class, index});
    if (coloring) pen.fill({row.x, row.y + pen.px(4), pen.px(2), row.h - pen.px(8)}, pen.colors.accent);
    const float bar_width = pen.px(can_be_plotted ? 56 : 72);
    const float bar_x = row.right() - pen.px(can_be_plotted ? 26 : 4) - bar_width;
    const Health by_value = health_by_thresholds(m, value);
    const bool stale = heard != 0 && ui.state.stale(id, now);
    const Rgba color = std::isnan(value) || stale ? pen.colors.hint
                       : by_value == Health::ok   ? pen.colors.text
                                                  : health_text_color(pen.colors, by_value);
    const float used = pen.quantity_right(bar_x - pen.px(12), row.mid_y(), Type::body, color, quantity(m, value));
    float room = bar_x - pen.px(20) - used - row.x - pen.px(12);
    // The age stands beside a value only where it is older than the object's newest.
    const bool old = heard != 0 && now - heard > 3'500'000'000 && heard < ui.state.heard_ns(id);
    if (old) {
        const std::string ago = age(now, heard) + " ago";
        const float width = pen.width(Type::small, ago);
        pen.text(row.x + pen.px(12) + room - width, row.mid_y(), Type::small, pen.colors.hint, ago);
        room -= width + pen.px(4);
    }
    pen.text_fit(row.x + pen.px(12), row.mid_y(), room, Type::body, pen.colors.muted, m.label);
    const Rect bar{bar_x, row.mid_y() - pen.px(3), bar_width, pen.px(6)};
    const Rgba fill = stale                    ? pen.colors.unknown
                      : by_value == Health::ok ? pen.colors.plot
                                               : health_color(pen.colors, by_value);
    if (!is_code(m)) draw_bar(pen, bar, m, value, fill);
    if (!is_code(m) && stale) pen.hatch(bar, pen.colors.surface, 4);
    if (over.hovered) {
        std::string text = fmt::format("{} ({}): {}", m.label, m.name, exact(m, value));
        if (!std::isnan(m.warning)) text += fmt::format("; warning {}", quantity(m, double(m.warning)).text());
        if (!std::isnan(m.critical)) text += fmt::format(", critical {}", quantity(m, double(m.critical)).text());
        text += heard ? fmt::format("; {} old", age(now, heard)) : "; never heard";
        hint(ui.view, text + ". Click to colour by it.");
    }
}

// Chips for the range, and the question of what is plotted below them.
TimeRange ask_history(const UiContext& ui, const Pen& pen, Flow& flow, ObjectId id,
                      const std::vector<MetricIndex>& shown) {
    const Rect row = flow.take(pen.px(24));
    float x = row.x + pen.px(8), width = 0;
    for (const PlotRange range : {PlotRange::five_minutes, PlotRange::hour, PlotRange::day, PlotRange::all}) {
        if (draw_chip(pen, name_of(range).data(), x, row.mid_y(), name_of(range),
                      ui.view.plots.inspector_range == range, width))
            ui.view.plots.inspector_range = range;
        x += width + pen.px(4);
    }
    const auto columns = uint32_t(std::clamp(row.w / pen.scale / 1.5f, 32.f, 600.f));
    const TimeRange span = plot_span(ui, ui.view.plots.inspector_range, columns, ui.memory.inspector_window);
    HistoryQuery query{recording_of(ui), {}, span.begin_ns, span.end_ns, columns};
    for (const MetricIndex m : shown) query.lines.push_back(history_line(ui.state, id, {id.object_class, m}));
    ui.memory.inspector_history.ask(std::move(query));
    return span;
}

}  // namespace

void draw_plots(const UiContext& ui, const Pen& pen, Flow& flow, ObjectId id) {
    const auto metrics = metrics_of(id.object_class);
    std::vector<MetricIndex> shown;
    for (const MetricIndex m : key_metrics(id.object_class))
        if (m != health_metric) shown.push_back(m);
    // Tall windows plot more than the three that matter most.
    const float logical = ImGui::GetIO().DisplaySize.y / pen.scale;
    const size_t most = logical > 1800 ? 8 : logical > 1250 ? 5 : 3;
    for (size_t m = 1; m < metrics.size() && shown.size() < most; ++m)
        if (!is_code(metrics[m]) && std::find(shown.begin(), shown.end(), MetricIndex(m)) == shown.end())
            shown.push_back(MetricIndex(m));
    const bool recorded = !recording_of(ui).empty();
    if (!begin_section(ui, pen, flow, recorded ? "History" : "Last minutes")) return;
    const TimeRange span = recorded ? ask_history(ui, pen, flow, id, shown) : TimeRange();
    std::shared_ptr<const History> history = ui.memory.inspector_history.newest();
    if (history && (history->query.lines.size() != shown.size() || history->query.lines.front().of != id))
        history.reset();
    for (size_t i = 0; i < shown.size(); ++i) {
        const Rect row = flow.take(pen.px(64));
        const Touch over = touch(int64_t(shown[i]) + 4000, row);
        if (over.clicked) plot_metric(ui, {id.object_class, shown[i]});
        if (recorded)
            draw_recorded(ui, pen, row, metrics[shown[i]], span, history.get(), i);
        else
            draw_sparkline(ui, pen, row, metrics[shown[i]], shown[i]);
    }
}

void draw_metrics(const UiContext& ui, const Pen& pen, Flow& flow, ObjectId id) {
    const auto metrics = metrics_of(id.object_class);
    uint32_t with_data = 0;
    for (size_t m = 1; m < metrics.size(); ++m) with_data += std::isnan(ui.state.value(id, MetricIndex(m))) ? 0 : 1;
    const std::string note = with_data + 1 == metrics.size() ? std::to_string(with_data)
                                                             : fmt::format("{} of {}", with_data, metrics.size() - 1);
    if (!begin_section(ui, pen, flow, "Metrics", note)) return;
    for (size_t m = 1; m < metrics.size(); ++m) draw_metric_row(ui, pen, flow.take(pen.px(24)), id, MetricIndex(m));
}

void draw_raw(const UiContext& ui, const Pen& pen, Flow& flow, ObjectId id) {
    if (!begin_section(ui, pen, flow, "Raw values")) return;
    const auto metrics = metrics_of(id.object_class);
    const auto line = [&](std::string_view label, std::string_view value) {
        const Rect row = flow.take(pen.px(20));
        pen.text_fit(row.x + pen.px(12), row.mid_y(), row.w * 0.6f, Type::mono, pen.colors.muted, label);
        pen.text_right(row.right() - pen.px(4), row.mid_y(), Type::mono, pen.colors.text, value);
    };
    line("class", name_of(id.object_class));
    line("index", std::to_string(id.index));
    for (size_t m = 0; m < metrics.size(); ++m) {
        const uint16_t raw = ui.state.raw(id, MetricIndex(m));
        line(metrics[m].name, raw == no_data ? "0xffff no data" : fmt::format("{}", raw));
    }
}

}  // namespace bv

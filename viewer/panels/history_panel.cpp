// Plots of the past over the hall: any metrics of the selection or of what belongs to it, one plot per unit, over any
// range. Reads: histories. Writes: which metrics, the range, the cursor, and a table beside F12's files.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <fstream>

#include "viewer/panels/layout.h"
#include "viewer/panels/lists.h"
#include "viewer/panels/memory.h"
#include "viewer/panels/plots.h"

namespace bv {
namespace {

constexpr size_t most_lines = 6;
constexpr std::array<ObjectClass, 3> parts{ObjectClass::rack, ObjectClass::node, ObjectClass::gpu};

ObjectId subject_of(const UiContext& ui) {
    const bool known = ui.state.topology().contains(ui.view.selected);
    return known ? ui.view.selected : ObjectId{ObjectClass::site, 0};
}

bool can_be_plotted(const Metric& m) { return m.aggregate != Aggregate::none || !m.unit.empty(); }

std::vector<MetricId> shown_metrics(const UiContext& ui, ObjectId id) {
    std::vector<MetricId> out;
    for (const MetricId m : ui.view.plots.metrics)
        if (!objects_of(ui.state, id, m.object_class).empty()) out.push_back(m);
    if (!out.empty()) return out;
    for (const MetricIndex m : key_metrics(id.object_class))
        if (m != health_metric) out.push_back({id.object_class, m});
    return out;
}

void toggle(const UiContext& ui, ObjectId id, MetricId m) {
    std::vector<MetricId> shown = shown_metrics(ui, id);
    if (const auto at = std::find(shown.begin(), shown.end(), m); at != shown.end())
        shown.erase(at);
    else
        shown.push_back(m);
    if (shown.size() > most_lines) shown.erase(shown.begin());
    ui.view.plots.metrics = std::move(shown);
}

// Lines whose values share a unit share a plot.
std::string unit_of(const MetricId id) { return quantity(metric(id), 1.0).unit + "/" + std::string(metric(id).unit); }

struct Board {
    const UiContext& ui;
    ObjectId id;
    std::vector<MetricId> metrics;
    TimeRange span;
    std::shared_ptr<const History> history;  // of these metrics; null until something has been read
    std::vector<std::vector<size_t>> plots;  // lines by unit
};

Board board_of(const UiContext& ui, float plot_width) {
    Board board{ui, subject_of(ui), {}, {}, {}, {}};
    board.metrics = shown_metrics(ui, board.id);
    const auto columns = uint32_t(std::clamp(plot_width / std::max(1.f, ui.view.ui_scale) / 1.5f, 32.f, 1200.f));
    board.span = plot_span(ui, ui.view.plots.range, columns, ui.memory.plot_window);
    HistoryQuery query{recording_of(ui), {}, board.span.begin_ns, board.span.end_ns, columns};
    for (const MetricId m : board.metrics) query.lines.push_back(history_line(ui.state, board.id, m));
    const std::vector<HistoryLine> lines = query.lines;
    ui.memory.plot_history.ask(std::move(query));
    board.history = ui.memory.plot_history.newest();
    if (board.history && board.history->query.lines != lines) board.history.reset();
    for (size_t i = 0; i < board.metrics.size(); ++i) {
        const auto same = std::find_if(board.plots.begin(), board.plots.end(), [&](const auto& plot) {
            return unit_of(board.metrics[plot.front()]) == unit_of(board.metrics[i]);
        });
        if (same == board.plots.end())
            board.plots.push_back({i});
        else
            same->push_back(i);
    }
    return board;
}

std::string value_text(const Board& board, size_t line) {
    if (!board.history || line >= board.history->lines.size()) return "";
    const auto& columns = board.history->lines[line].columns;
    const Metric& m = metric(board.metrics[line]);
    const auto text = [&](const HistoryColumn& c) {
        if (std::isnan(c.mean)) return std::string(no_data_text);
        return quantity(m, double(c.mean)).text();
    };
    if (const auto time = board.ui.view.hovered_time_ns)
        if (const auto column = column_at(*board.history, *time)) return text(columns[*column]);
    for (size_t i = columns.size(); i-- > 0;)
        if (!std::isnan(columns[i].mean)) return text(columns[i]);
    return board.history->complete() ? std::string(no_data_text) : "";
}

// A metric that is or can be plotted; a click plots it or takes it away.
void draw_choice(const Board& board, const Pen& pen, const Rect& row, MetricId m) {
    const View& view = board.ui.view;
    const auto at = std::find(board.metrics.begin(), board.metrics.end(), m);
    const bool shown = at != board.metrics.end();
    const auto line = size_t(at - board.metrics.begin());
    const Touch over = touch(int64_t(m.object_class) * 256 + m.index, row);
    if (over.hovered) pen.fill(row, pen.colors.raised, 3);
    const float x = row.x + pen.px(12);
    if (shown)
        pen.fill({x - pen.px(4), row.mid_y() - pen.px(4), pen.px(8), pen.px(8)}, series_color(view.theme, line), 2);
    else
        pen.frame({x - pen.px(4), row.mid_y() - pen.px(4), pen.px(8), pen.px(8)}, pen.colors.faint, 2);
    const std::string value = shown ? value_text(board, line) : std::string(metric(m).unit);
    const float used = pen.width(Type::small, value);
    pen.text_right(row.right() - pen.px(8), row.mid_y(), Type::small, shown ? pen.colors.text : pen.colors.hint, value);
    pen.text_fit(x + pen.px(10), row.mid_y(), row.w - used - pen.px(36), Type::small,
                 shown ? pen.colors.text : pen.colors.muted, metric(m).label);
    if (over.hovered) hint(view, fmt::format("{}. Click to {}.", metric(m).label, shown ? "take it away" : "plot it"));
    if (over.clicked) toggle(board.ui, board.id, m);
}

std::string part_title(const Board& board, ObjectClass c) {
    uint32_t count = 0;
    for (const IndexRange& range : objects_of(board.ui.state, board.id, c)) count += range.count;
    return fmt::format("{} {}, least to greatest", grouped(count), class_label(c, count != 1));
}

void draw_choices(const Board& board, const Rect& rect) {
    begin_scroll("##choices", rect);
    const Pen pen(board.ui.view);
    const float top = ImGui::GetCursorScreenPos().y;
    Rect row{rect.x, top, rect.w - pen.px(8), pen.px(22)};
    const auto next = [&] {
        const Rect now = row;
        row.y += row.h;
        return now;
    };
    for (const MetricId m : board.metrics) draw_choice(board, pen, next(), m);
    const auto draw_others = [&](ObjectClass c, std::string_view title) {
        const Rect head = next();
        pen.text_fit(head.x + pen.px(8), head.mid_y() + pen.px(3), head.w - pen.px(12), Type::small, pen.colors.hint,
                     title);
        for (size_t m = 1; m < metrics_of(c).size(); ++m) {
            const MetricId id{c, MetricIndex(m)};
            const bool shown = std::find(board.metrics.begin(), board.metrics.end(), id) != board.metrics.end();
            if (!shown && can_be_plotted(metric(id))) draw_choice(board, pen, next(), id);
        }
    };
    draw_others(board.id.object_class, "more of its own");
    for (const ObjectClass c : parts)
        if (c != board.id.object_class && !objects_of(board.ui.state, board.id, c).empty())
            draw_others(c, part_title(board, c));
    ImGui::SetCursorScreenPos({rect.x, top});
    ImGui::Dummy({1, row.y - top});
    end_scroll();
}

// What one plot shows, in its upper left corner.
void draw_caption(const Board& board, const Pen& pen, const Rect& rect, const std::vector<size_t>& lines) {
    float x = rect.x + pen.px(6);
    for (const size_t line : lines) {
        std::string label(metric(board.metrics[line]).label);
        if (board.metrics[line].object_class != board.id.object_class)
            label += fmt::format(" of its {}", class_label(board.metrics[line].object_class, true));
        const float width = pen.width(Type::small, label);
        if (x + width > rect.right()) return;
        pen.fill({x - pen.px(2), rect.y + pen.px(1), width + pen.px(4), pen.px(16)},
                 with_alpha(pen.colors.surface, 0.7f), 2);
        pen.text(x, rect.y + pen.px(9), Type::small, series_color(board.ui.view.theme, line), label);
        x += width + pen.px(12);
    }
}

void draw_one(const Board& board, const Pen& pen, const Rect& rect, const std::vector<size_t>& lines) {
    const Metric& m = metric(board.metrics[lines.front()]);
    if (!board.history) {
        pen.line_h(rect.x, rect.right(), rect.bottom(), pen.colors.line);
        pen.text(rect.x + pen.px(8), rect.mid_y(), Type::small, pen.colors.hint, "reading");
        return;
    }
    const ValueAxis axis = axis_of(*board.history, lines);
    draw_value_axis(pen, rect, axis, m, lines.size() == 1);
    const TimeScale scale{rect, board.span};
    draw_gaps(pen, scale, *board.history, lines);
    for (const size_t line : lines)
        draw_history(pen, scale, *board.history, line, axis, series_color(board.ui.view.theme, line));
    if (axis.empty() && board.history->complete())
        pen.text(rect.x + pen.px(8), rect.mid_y(), Type::small, pen.colors.hint, "no data in this range");
}

// The instant under the pointer and the cursor's own, through all plots.
void draw_instants(const Board& board, const Pen& pen, const Rect& rect) {
    View& view = board.ui.view;
    const TimeScale scale{rect, board.span};
    const auto mark = [&](int64_t time_ns, Rgba color) {
        if (board.span.contains(time_ns)) pen.line_v(scale.x_of(time_ns), rect.y, rect.bottom(), color);
    };
    mark(cursor_ns(board.ui), pen.colors.accent);
    if (view.comparing.on) mark(view.comparing.then_ns, with_alpha(pen.colors.accent, 0.6f));
    const Touch over = touch("plots", rect);
    const int64_t pointed = scale.time_at(ImGui::GetIO().MousePos.x);
    if (over.hovered) board.ui.memory.pointed_time_ns = pointed;
    if (over.clicked) put_cursor(board.ui, pointed);
    if (!view.hovered_time_ns || !board.span.contains(*view.hovered_time_ns)) return;
    mark(*view.hovered_time_ns, pen.colors.muted);
    const std::string label = clock_time(*view.hovered_time_ns);
    const float width = pen.width(Type::small, label) + pen.px(8);
    const float x = std::clamp(scale.x_of(*view.hovered_time_ns) - width * 0.5f, rect.x, rect.right() - width);
    const Rect tag{x, rect.bottom() + pen.px(2), width, pen.px(16)};
    pen.fill(tag, pen.colors.raised, 2);
    pen.text_centre(tag.x + tag.w * 0.5f, tag.mid_y(), Type::small, pen.colors.text, label);
}

void draw_plots(const Board& board, const Pen& pen, const Rect& rect) {
    const float gap = pen.px(8), label = pen.px(20);
    const Rect all{rect.x, rect.y, rect.w, rect.h - label};
    draw_time_axis(pen, {all, board.span}, all.bottom() + pen.px(10));
    const auto count = float(std::max<size_t>(board.plots.size(), 1));
    const float each = (all.h - gap * (count - 1)) / count;
    // What a plot shows stands above it, where there is room.
    const float caption = each > pen.px(38) ? pen.px(16) : 0;
    for (size_t i = 0; i < board.plots.size(); ++i) {
        const float y = all.y + (each + gap) * float(i);
        draw_one(board, pen, {all.x, y + caption, all.w, each - caption}, board.plots[i]);
        if (board.history) draw_caption(board, pen, {all.x, y, all.w, each}, board.plots[i]);
    }
    draw_instants(board, pen, all);
}

void save_table(const Board& board) {
    if (!board.history) return;
    const std::time_t now = std::time(nullptr);
    std::array<char, 32> stamp{};
    std::strftime(stamp.data(), stamp.size(), "%Y%m%d-%H%M%S", std::localtime(&now));
    const std::string name = fmt::format("belvedere-{}.csv", stamp.data());
    std::ofstream file(name, std::ios::binary);
    file << history_csv(*board.history, board.ui.state.topology());
    file.close();
    if (file)
        show_toast(board.ui.memory, fmt::format("Saved {} in the current folder.", name), Health::ok);
    else
        show_toast(board.ui.memory, fmt::format("{} cannot be written in the current folder.", name));
}

// Name, ranges, what is going on; ends left of the closing cross.
void draw_head(const Board& board, const Pen& pen, const Rect& head) {
    float right = head.right() - pen.px(44), width = 0;
    const auto chip = [&](const char* id, std::string_view text, bool chosen) {
        right -= pen.width(Type::small, text) + pen.px(16);
        return draw_chip(pen, id, right, head.mid_y(), text, chosen, width);
    };
    if (chip("save", "Save CSV", false)) save_table(board);
    right -= pen.px(12);
    for (int i = 4; i >= 0; --i) {
        const auto range = PlotRange(i);
        if (chip(name_of(range).data(), name_of(range), board.ui.view.plots.range == range))
            board.ui.view.plots.range = range;
        right -= pen.px(4);
    }
    const float x = head.x + pen.px(12) + pen.width(Type::strong, "History") + pen.px(10);
    std::string name = board.ui.state.topology().path_of(board.id);
    if (board.history && !board.history->problem.empty())
        name = board.history->problem;
    else if (board.history && board.history->every_ns > 0 && board.history->complete())
        name += fmt::format(" · sampled every {}", duration(double(board.history->every_ns) * 1e-9));
    else if (!board.history || !board.history->complete())
        name += " · reading";
    pen.text_fit(x, head.mid_y(), right - x - pen.px(8), Type::small, pen.colors.muted, name, true);
}

}  // namespace

Rect history_rect(const View& view, const Layout& layout) {
    const auto px = [&](float v) { return std::floor(v * view.ui_scale + 0.5f); };
    const Rect& hall = layout.hall;
    const float margin = px(16), height = std::min(std::max(px(220), std::floor(hall.h * 0.46f)), hall.h - px(32));
    return {hall.x + margin, hall.bottom() - height - margin, hall.w - 2 * margin, height};
}

void plot_metric(const UiContext& ui, MetricId m) {
    const ObjectId id = subject_of(ui);
    const std::vector<MetricId> shown = shown_metrics(ui, id);
    const bool is_shown = std::find(shown.begin(), shown.end(), m) != shown.end();
    if (!ui.view.plots.open)
        ui.view.plots.metrics = {m};
    else if (!is_shown)
        toggle(ui, id, m);
    ui.view.plots.open = true;
}

void draw_history_panel(const UiContext& ui) {
    const Rect box = history_rect(ui.view, layout_of(ui.view));
    const Pen pen = begin_popup(ui.view, "##history", box, "History", ui.view.plots.open);
    const Rect body{box.x, box.y + pen.px(40), box.w, box.h - pen.px(46)};
    if (ui.state.empty() || recording_of(ui).empty()) {
        draw_empty(pen, body, "Nothing is recorded",
                   "Plots of the past come out of a recording: open one with belvedere FILE.bvr.");
        end_region();
        return;
    }
    const float choices = std::min(pen.px(250), std::floor(box.w * 0.36f)), gutter = pen.px(64);
    const Rect plots{body.x + choices + gutter, body.y + pen.px(2), body.w - choices - gutter - pen.px(20), body.h};
    const Board board = board_of(ui, plots.w);
    draw_head(board, pen, {box.x, box.y, box.w, pen.px(40)});
    draw_plots(board, pen, plots);
    draw_choices(board, {body.x, body.y, choices, body.h});
    end_region();
}

}  // namespace bv

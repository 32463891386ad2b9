// What has changed since another time: which time, and the objects that changed most. Reads: the comparison. Writes:
// the time that is compared with, the selection.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "cluster/time_text.h"
#include "viewer/panels/layout.h"
#include "viewer/panels/lists.h"
#include "viewer/panels/memory.h"
#include "viewer/panels/times.h"

namespace bv {
namespace {

constexpr size_t most_listed = 200;
constexpr int64_t second_ns = 1'000'000'000;

void choose(const UiContext& ui, int64_t time_ns) {
    const TimeRange recorded = ui.timeline.recorded();
    ui.view.comparing.then_ns = std::clamp(time_ns, recorded.begin_ns, std::max(recorded.begin_ns, recorded.end_ns));
}

// Before the cursor by so much, or the cursor's own time.
void draw_choices(const UiContext& ui, const Pen& pen, const Rect& row) {
    struct Choice {
        const char* text;
        int64_t back_s;
    };
    constexpr std::array<Choice, 5> choices{
        {{"this time", 0}, {"−1 min", 60}, {"−10 min", 600}, {"−1 h", 3600}, {"−24 h", 86'400}}};
    float x = row.x, width = 0;
    for (const Choice& choice : choices) {
        const int64_t time_ns = cursor_ns(ui) - choice.back_s * second_ns;
        if (draw_chip(pen, choice.text, x, row.mid_y(), choice.text, ui.view.comparing.then_ns == time_ns, width))
            choose(ui, time_ns);
        x += width + pen.px(2);
    }
}

void draw_modes(const UiContext& ui, const Pen& pen, const Rect& row) {
    Comparing& comparing = ui.view.comparing;
    float right = row.right(), width = 0;
    for (const auto& [mode, name] :
         {std::pair{Comparing::Mode::swipe, "Swipe"}, std::pair{Comparing::Mode::difference, "Difference"}}) {
        right -= pen.width(Type::small, name) + pen.px(16);
        if (draw_chip(pen, name, right, row.mid_y(), name, comparing.mode == mode, width)) comparing.mode = mode;
        right -= pen.px(4);
    }
}

std::string counts_text(const Comparison& c) {
    std::string out = fmt::format("{} {} compared", grouped(c.compared), class_label(c.metric.object_class, true));
    if (c.only_now) out += fmt::format(" · {} without a value then", grouped(c.only_now));
    if (c.only_then) out += fmt::format(" · {} without one now", grouped(c.only_then));
    if (c.neither) out += fmt::format(" · {} without either", grouped(c.neither));
    return out;
}

void draw_row(const UiContext& ui, const Pen& pen, const Rect& row, const Comparison& c, uint32_t index) {
    const ObjectId id{c.metric.object_class, index};
    const Metric& m = metric(c.metric);
    const Touch over = touch(int64_t(index), row);
    if (over.hovered || ui.view.selected == id) pen.fill(row, pen.colors.raised);
    if (ui.view.selected == id) pen.fill({row.x, row.y + pen.px(4), pen.px(2), row.h - pen.px(8)}, pen.colors.accent);
    if (over.hovered) ui.view.hovered = id;
    if (over.double_clicked)
        go_to(ui, id);
    else if (over.clicked)
        ui.view.select(id);
    const float difference = c.difference[index];
    pen.fill({row.x + pen.px(12), row.mid_y() - pen.px(5), pen.px(10), pen.px(10)},
             color_map_color(ColorMap::diverging, difference / c.range * 0.5f + 0.5f), 1);
    float right = row.right() - pen.px(8);
    pen.text_right(right, row.mid_y(), Type::body, pen.colors.text, change_text(m, double(difference)));
    right -= pen.px(92);
    const Quantity then = quantity(m, double(c.then[index])), now = quantity(m, double(c.now[index]));
    const std::string both = fmt::format("{} → {}", then.unit == now.unit ? then.value : then.text(), now.text());
    const float used = std::max(pen.px(96), pen.width(Type::small, both)) + pen.px(8);
    // Narrow tables leave the two values to the hint.
    if (row.w > pen.px(400)) {
        pen.text_right(right, row.mid_y(), Type::small, pen.colors.muted, both);
        right -= used;
    }
    pen.text_fit(row.x + pen.px(30), row.mid_y(), right - row.x - pen.px(30), Type::body, pen.colors.text,
                 ui.state.topology().path_of(id), true);
    if (over.hovered)
        hint(ui.view, fmt::format("{}: {} then, {} now. Click selects, double click goes there.",
                                  ui.state.topology().path_of(id), exact(m, double(c.then[index])),
                                  exact(m, double(c.now[index]))));
}

void draw_table(const UiContext& ui, const Rect& rect, const Comparison& c) {
    PanelMemory& memory = ui.memory;
    if (memory.ranked_version != c.version) {
        memory.ranked = most_changed(c, most_listed);
        memory.ranked_version = c.version;
    }
    if (memory.ranked.empty()) {
        draw_empty(Pen(ui.view), rect, c.compared ? "Nothing has changed" : "Nothing can be compared",
                   c.compared ? "Every value that both times have is the same."
                              : "No object has a value of this metric at both times.");
        return;
    }
    begin_scroll("##changes", rect);
    const Pen pen(ui.view);
    const float height = pen.px(24);
    ImGuiListClipper clipper;
    clipper.Begin(int(memory.ranked.size()), height);
    while (clipper.Step())
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
            const ImVec2 at = ImGui::GetCursorScreenPos();
            draw_row(ui, pen, {rect.x, at.y, rect.w - pen.px(8), height}, c, memory.ranked[size_t(i)]);
            ImGui::SetCursorScreenPos({at.x, at.y + height});
        }
    end_scroll();
}

// The time that is compared with, where nobody has chosen one: ten minutes ago, or as long ago as is recorded.
void begin_comparing(const UiContext& ui) {
    Comparing& comparing = ui.view.comparing;
    if (!comparing.on) comparing.then_ns = 0;
    if (comparing.on && comparing.then_ns == 0) choose(ui, cursor_ns(ui) - 600 * second_ns);
}

}  // namespace

std::string change_text(const Metric& m, double difference) {
    const Quantity q = quantity(m, std::abs(difference));
    return (difference > 0 ? "+" : difference < 0 ? "−" : "±") + q.text();
}

Rect comparison_rect(const View& view, const Layout& layout) {
    const auto px = [&](float v) { return std::floor(v * view.ui_scale + 0.5f); };
    const Rect& hall = layout.hall;
    const float width = std::min({px(440), hall.w - px(32), std::max(px(330), std::floor(hall.w * 0.5f))});
    const float room = view.plots.open ? history_rect(view, layout).y - hall.y - px(32) : hall.h - px(32 + 148);
    return {hall.x + px(16), hall.y + px(16), width, std::clamp(room, px(120), px(340))};
}

void compare_since(const UiContext& ui, const std::string& text) {
    if (recording_of(ui).empty())
        throw std::runtime_error("--compare: times are compared out of a recording; open one with belvedere FILE.bvr");
    const TimeRange recorded = ui.timeline.recorded();
    const auto time = time_from(text, recorded.begin_ns, recorded.end_ns);
    if (!time || !recorded.contains(*time))
        throw std::runtime_error(
            fmt::format("--compare: expected a time between {} and {}, or an offset such as +90s or -5m, found '{}'",
                        utc_text(recorded.begin_ns), utc_text(recorded.end_ns), text));
    ui.view.comparing.on = true;
    ui.view.comparing.then_ns = *time;
}

void update_comparison(const UiContext& ui) {
    begin_comparing(ui);
    if (ui.view.comparing.on) ui.memory.reference.seek(recording_of(ui), ui.view.comparing.then_ns);
    if (ui.view.comparing.on && ui.view.color_by == ColorBy::metric)
        ui.memory.reference.compare_with(recording_of(ui), ui.view.comparing.then_ns, ui.state, ui.timeline.now_ns(),
                                         ui.view.color_metric);
    else
        ui.memory.reference.clear();
}

void draw_divider(const UiContext& ui) {
    Comparing& comparing = ui.view.comparing;
    if (comparing.mode != Comparing::Mode::swipe) return;
    const Rect hall = layout_of(ui.view).hall;
    const float s = ui.view.ui_scale, grip = std::floor(16 * s);
    const float x = hall.x + comparing.divider * hall.w;
    // Times beside the line, at the top.
    const std::array<std::string, 2> times{clock_time(comparing.then_ns), clock_time(cursor_ns(ui))};
    const float tags = std::floor(92 * s), y = hall.y + std::floor(12 * s);
    begin_region(ui.view, "##then", {x - tags - std::floor(6 * s), y, tags, std::floor(24 * s)}, false);
    Pen(ui.view).text_centre(x - tags * 0.5f - std::floor(6 * s), y + std::floor(12 * s), Type::strong,
                             palette(ui.view.theme).text, times[0]);
    end_region();
    begin_region(ui.view, "##now", {x + std::floor(6 * s), y, tags, std::floor(24 * s)}, false);
    Pen(ui.view).text_centre(x + tags * 0.5f + std::floor(6 * s), y + std::floor(12 * s), Type::strong,
                             palette(ui.view.theme).accent, times[1]);
    end_region();
    const Rect rect{x - grip * 0.5f, hall.y, grip, hall.h};
    begin_docked("##divider", rect);
    const Pen pen(ui.view);
    const Touch over = touch("divider", rect);
    const bool dragged = ImGui::IsItemActive();
    if (dragged && hall.w > 0)
        comparing.divider = std::clamp((ImGui::GetIO().MousePos.x - hall.x) / hall.w, 0.02f, 0.98f);
    const Rgba color = over.hovered || dragged ? pen.colors.accent : pen.colors.text;
    pen.fill({x - 1, hall.y, 2, hall.h}, color);
    const Rect handle{x - pen.px(5), hall.mid_y() - pen.px(16), pen.px(10), pen.px(32)};
    pen.fill(handle, pen.colors.raised, 4);
    pen.frame(handle, color, 4);
    end_region();
    if (over.hovered) ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
}

void draw_comparison(const UiContext& ui) {
    draw_divider(ui);
    Comparing& comparing = ui.view.comparing;
    const Rect box = comparison_rect(ui.view, layout_of(ui.view));
    const Pen pen =
        begin_popup(ui.view, "##comparison", box, fmt::format("Since {}", date_time(comparing.then_ns)), comparing.on);
    draw_modes(ui, pen, {box.x, box.y, box.w - pen.px(44), pen.px(40)});
    const Rect body{box.x, box.y + pen.px(40), box.w, box.h - pen.px(44)};
    const Comparison* c = ui.memory.reference.newest();
    if (recording_of(ui).empty()) {
        draw_empty(pen, body, "Nothing is recorded",
                   "Times are compared out of a recording: open one with belvedere FILE.bvr.");
    } else if (!ui.memory.reference.problem.empty() && !c) {
        draw_empty(pen, body, "That time cannot be read", ui.memory.reference.problem);
    } else if (ui.view.color_by != ColorBy::metric || !c) {
        draw_empty(pen, body, "Colour by a metric to compare it",
                   "C and the arrow in the legend choose one; its values now and then are compared.");
    } else {
        draw_choices(ui, pen, {body.x + pen.px(12), body.y, body.w - pen.px(24), pen.px(24)});
        pen.text_fit(body.x + pen.px(12), body.y + pen.px(36), body.w - pen.px(24), Type::small, pen.colors.muted,
                     std::string(metric(c->metric).label) + " · " + counts_text(*c));
        pen.line_h(body.x, body.right(), body.y + pen.px(50), pen.colors.line);
        draw_table(ui, {body.x + 1, body.y + pen.px(52), body.w - 2, body.h - pen.px(52)}, *c);
    }
    end_region();
}

}  // namespace bv

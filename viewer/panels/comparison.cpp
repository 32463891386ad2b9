// What has changed since another time: which time, how both are shown, and the objects that changed most. Reads: the
// comparison. Writes: the time that is compared with, the selection.
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

constexpr float title_height = 40, row_height = 26, empty_height = 92, least_table = 120, most_height = 340;
constexpr float narrow = 320;  // below it the times to choose from take two rows

struct Choice {
    const char* text;
    int64_t back_s;
};
// Before the cursor by so much, or the cursor's own time.
constexpr std::array<Choice, 5> choices{
    {{"this time", 0}, {"−1 min", 60}, {"−10 min", 600}, {"−1 h", 3600}, {"−24 h", 86'400}}};

void draw_choices(const UiContext& ui, const Pen& pen, Rect row) {
    float x = row.x, width = 0;
    for (const Choice& choice : choices) {
        if (x + pen.width(Type::small, choice.text) + pen.px(16) > row.right()) x = row.x, row.y += pen.px(row_height);
        const int64_t time_ns = cursor_ns(ui) - choice.back_s * second_ns;
        if (draw_chip(pen, choice.text, x, row.mid_y(), choice.text, ui.view.comparing.then_ns == time_ns, width))
            choose(ui, time_ns);
        x += width + pen.px(2);
    }
}

void draw_modes(const UiContext& ui, const Pen& pen, const Rect& row) {
    constexpr std::array<const char*, 3> names{"Difference", "Swipe", "Split"};
    float x = row.x, width = 0;
    for (size_t mode = 0; mode < names.size(); ++mode) {
        const bool chosen = size_t(ui.view.comparing.mode) == mode;
        if (draw_chip(pen, names[mode], x, row.mid_y(), names[mode], chosen, width))
            ui.view.comparing.mode = Comparing::Mode(mode);
        x += width + pen.px(2);
    }
}

// Where both times are seen, the list would only be in front of one of them: there it is unfolded by who wants it.
bool& list_open(View& view) {
    return view.comparing.mode == Comparing::Mode::difference ? view.comparing.list_open
                                                              : view.comparing.list_open_beside;
}

// Whether what is missing must be said: pictures of two times need no metric.
bool says_why(const UiContext& ui) {
    return ui.view.comparing.mode == Comparing::Mode::difference || recording_of(ui).empty() ||
           !ui.memory.reference.problem().empty();
}

// How high the panel's rows above the list are, and how much room there is for panel and list.
struct Room {
    float rows = 0, all = 0;
    bool brief = false;  // only the ways to compare: the hall is small, and plots take the rest of it
    [[nodiscard]] bool for_list(float scale) const { return all >= rows + least_table * scale; }
};

Room room_of(const View& view, const Layout& layout, const Rect& panel) {
    const auto px = [&](float v) { return std::floor(v * view.ui_scale + 0.5f); };
    const float below = view.plots.open ? history_rect(view, layout).y : layout.hall.bottom() - px(180);
    const bool brief = view.plots.open && view.comparing.mode != Comparing::Mode::difference && layout.hall.h < px(600);
    const float rows = brief ? 1.0f : panel.w < px(narrow) ? 4.0f : 3.0f;
    return {px(title_height) + px(row_height) * rows + px(4), below - panel.y - px(16), brief};
}

std::string counts_text(const Comparison& c) {
    std::string out = fmt::format("{} {} compared", grouped(c.compared), class_label(c.metric.object_class, true));
    if (c.only_now) out += fmt::format(" · {} without a value then", grouped(c.only_now));
    if (c.only_then) out += fmt::format(" · {} without one now", grouped(c.only_then));
    if (c.neither) out += fmt::format(" · {} without either", grouped(c.neither));
    return out;
}

// How many are compared; unfolds the list of those that changed most, where there is room for it.
void draw_counts(const UiContext& ui, const Pen& pen, const Rect& row, const Comparison& c, bool room) {
    bool& open = list_open(ui.view);
    const Touch over = room ? touch("list", row) : Touch{};
    if (over.clicked) open = !open;
    if (over.hovered) pen.fill(row, pen.colors.raised);
    if (over.hovered) hint(ui.view, open ? "Fold the list" : "List what changed most");
    if (room)
        pen.chevron(row.right() - pen.px(16), row.mid_y(), open, over.hovered ? pen.colors.text : pen.colors.muted);
    pen.text_fit(row.x + pen.px(12), row.mid_y(), row.w - pen.px(44), Type::small, pen.colors.muted,
                 std::string(metric(c.metric).label) + " · " + counts_text(c));
    if (room && open) pen.line_h(row.x, row.right(), row.bottom() - 1, pen.colors.line);
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

std::string moment_beside(int64_t time_ns, int64_t other_ns) {
    constexpr int64_t day_ns = 86'400 * second_ns;
    return time_ns / day_ns == other_ns / day_ns ? clock_time(time_ns) : date_time(time_ns);
}

std::string change_text(const Metric& m, double difference) {
    const Quantity q = quantity(m, std::abs(difference));
    return (difference > 0 ? "+" : difference < 0 ? "−" : "±") + q.text();
}

Rect comparison_rect(const UiContext& ui, const Layout& layout) {
    View& view = ui.view;
    const auto px = [&](float v) { return std::floor(v * view.ui_scale + 0.5f); };
    const Rect& hall = layout.hall;
    // Below the times at the line between them.
    const float top = hall.y + px(view.comparing.mode == Comparing::Mode::difference ? 16 : 44);
    const float most = view.splits() ? view.viewport_width : std::max(px(362), std::floor(hall.w * 0.5f) + px(32));
    Rect rect{hall.x + px(16), top, std::max(px(200), std::min({px(440), hall.w - px(32), most - px(32)})), 0};
    const Room room = room_of(view, layout, rect);
    if (room.brief)
        rect.h = room.rows;
    else if (!ui.memory.reference.newest())
        rect.h = room.rows - px(row_height) +
                 (says_why(ui) ? px(rect.w < px(narrow) ? empty_height + 20 : empty_height) : 0);
    else if (list_open(view) && room.for_list(view.ui_scale))
        rect.h = std::min(room.all, px(most_height));
    else
        rect.h = room.rows;
    return rect;
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
    Reference& reference = ui.memory.reference;
    if (ui.view.comparing.on) reference.seek(recording_of(ui), ui.view.comparing.then_ns);
    reference.take();
    if (ui.view.comparing.on && ui.view.color_by == ColorBy::metric)
        reference.compare_with(ui.state, ui.timeline.now_ns(), ui.view.color_metric);
    else
        reference.clear();
}

void draw_comparison(const UiContext& ui) {
    Comparing& comparing = ui.view.comparing;
    const Layout layout = layout_of(ui.view);
    const Rect box = comparison_rect(ui, layout);
    const Room room = room_of(ui.view, layout, box);
    // Where both times are seen, they stand at the top of the hall.
    const bool difference = comparing.mode == Comparing::Mode::difference;
    const Pen pen = begin_popup(
        ui.view, "##comparison", box,
        difference ? "Since " + moment_beside(comparing.then_ns, cursor_ns(ui)) : "Then and now", comparing.on);
    const float height = pen.px(row_height), counts_y = box.y + room.rows - height - pen.px(4);
    Rect row{box.x + pen.px(8), box.y + pen.px(title_height - 4), box.w - pen.px(16), height};
    draw_modes(ui, pen, row);
    if (room.brief) return end_region();
    row.y += height;
    draw_choices(ui, pen, row);
    const Rect body{box.x, counts_y - pen.px(12), box.w, box.bottom() - counts_y};
    const Comparison* c = ui.memory.reference.newest();
    if (recording_of(ui).empty()) {
        draw_empty(pen, body, "Nothing is recorded",
                   "Times are compared out of a recording: open one with belvedere FILE.bvr.");
    } else if (!c && ui.memory.reference.reading()) {
        draw_empty(pen, body, "That time is being read", "What has changed since then appears when it is there.");
    } else if (!c && !ui.memory.reference.problem().empty()) {
        draw_empty(pen, body, "That time cannot be read", ui.memory.reference.problem());
    } else if (!c && difference) {
        draw_empty(pen, body, "Colour by a metric to compare it",
                   "C and the arrow in the legend choose one; its values now and then are compared.");
    } else if (c) {
        draw_counts(ui, pen, {box.x + 1, counts_y, box.w - 2, height}, *c, room.for_list(ui.view.ui_scale));
        if (box.bottom() > counts_y + height + pen.px(8))
            draw_table(ui, {box.x + 1, counts_y + height, box.w - 2, box.bottom() - counts_y - height - pen.px(4)}, *c);
    }
    end_region();
}

}  // namespace bv

// The events, newest first. Reads: state.events. Writes: the selection; the filters of the list.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/panels/lists.h"
#include "viewer/panels/memory.h"

namespace bv {
namespace {

bool is_within(const Topology& t, ObjectId id, ObjectId container) {
    for (int depth = 0; id.valid() && depth < 8; ++depth) {
        if (id == container) return true;
        id = t.parent(id);
    }
    return false;
}

// Which events are shown; made anew when events, filters or selection change.
void update_shown(const UiContext& ui, PanelMemory& memory) {
    const ObjectId of = memory.events_of_selection ? ui.view.selected : ObjectId{};
    uint64_t key = ui.state.events_version * 0x9E3779B97F4A7C15ull + uint64_t(memory.event_severity) * 77 +
                   uint64_t(of.index) * 131 + uint64_t(of.object_class);
    for (const uint64_t fold : memory.unfolded_events) key = key * 31 + fold;
    key ^= uint64_t(reinterpret_cast<uintptr_t>(memory.digest_topology)) + ui.state.events.size();
    if (key == memory.shown_events_key) return;
    memory.shown_events_key = key;
    std::vector<uint32_t> chosen;
    for (size_t i = ui.state.events.size(); i-- > 0;) {
        const Event& event = ui.state.events[i];
        if (int(event.severity) < memory.event_severity) continue;
        if (of.valid() && !is_within(ui.state.topology(), event.object, of)) continue;
        chosen.push_back(uint32_t(i));
    }
    memory.shown_events = event_lines(ui.state, chosen, memory.unfolded_events);
}

void draw_filters(const UiContext& ui, const Pen& pen, const Rect& rect, PanelMemory& memory) {
    constexpr const char* names[] = {"All", "Warnings", "Critical"};
    float x = rect.x + pen.px(12);
    for (int i = 0; i < 3; ++i) {
        float width = 0;
        if (draw_chip(pen, names[i], x, rect.mid_y(), names[i], memory.event_severity == i, width))
            memory.event_severity = i;
        x += width + pen.px(4);
    }
    const bool can = ui.view.selected.valid();
    float width = pen.width(Type::small, "Selected") + pen.px(16);
    if (can && draw_chip(pen, "of-selection", rect.right() - pen.px(12) - width, rect.mid_y(), "Selected",
                         memory.events_of_selection, width))
        memory.events_of_selection = !memory.events_of_selection;
    if (!can) memory.events_of_selection = false;
}

void draw_nothing(const UiContext& ui, const Pen& pen, const Rect& rect, const PanelMemory& memory) {
    if (ui.state.events.empty())
        draw_empty(pen, rect, "No events so far",
                   "XIDs, links that go down, leaks and job restarts show here as they happen, newest first.");
    else if (memory.events_of_selection)
        draw_empty(pen, rect, "No events of the selection", "Switch “Selected” off to see those of the whole site.");
    else
        draw_empty(pen, rect, "Nothing this severe", "Choose “All” to see every event.");
}

}  // namespace

void draw_empty(const Pen& pen, const Rect& rect, std::string_view what, std::string_view how) {
    const float x = rect.x + pen.px(16);
    pen.text_fit(x, rect.y + pen.px(28), rect.w - pen.px(32), Type::strong, pen.colors.muted, what);
    pen.text_wrapped(x, rect.y + pen.px(42), rect.w - pen.px(32), Type::small, pen.colors.hint, how);
}

bool draw_chip(const Pen& pen, const char* id, float x, float mid_y, std::string_view text, bool chosen, float& width) {
    width = pen.width(Type::small, text) + pen.px(16);
    const Rect box{x, mid_y - pen.px(10), width, pen.px(20)};
    const Touch over = touch(id, box);
    if (chosen || over.hovered) pen.fill(box, pen.colors.raised, 10);
    if (chosen) pen.frame(box, pen.colors.accent, 10);
    pen.text_centre(x + width * 0.5f, mid_y, Type::small, chosen || over.hovered ? pen.colors.text : pen.colors.muted,
                    text);
    return over.clicked;
}

void draw_event_row(const UiContext& ui, const Pen& pen, const Rect& row, const Event& event, bool with_object) {
    const bool open = event.end_ns == 0;
    const float x = row.x + pen.px(32), right = row.right() - pen.px(12);
    const float first = row.y + pen.px(14), second = row.y + pen.px(31);
    pen.health_mark(row.x + pen.px(18), first, 5, health_of(event));
    const std::string when = recent_time(ui.state.time_ns, event.time_ns);
    pen.text_right(right, first, Type::small, pen.colors.hint, when);
    const float room = right - pen.width(Type::small, when) - pen.px(8) - x;
    const bool known = ui.state.topology().contains(event.object);
    const Job* job =
        event.object.object_class == ObjectClass::job ? job_in_slot(ui.state, event.object.index) : nullptr;
    const std::string what = !with_object || !known      ? title_of(event)
                             : job && !job->name.empty() ? job->name
                                                         : list_name(ui.state.topology(), event.object);
    pen.text_fit(x, first, room, Type::body, open ? pen.colors.text : pen.colors.muted, what, with_object && !job);
    // The end of what is over stands at the right of the second line.
    float room_text = right - x;
    if (!open) {
        const std::string took = event.end_ns > event.time_ns
                                     ? "over after " + duration(double(event.end_ns - event.time_ns) * 1e-9)
                                     : "over";
        pen.text_right(right, second, Type::small, pen.colors.hint, took);
        room_text -= pen.width(Type::small, took) + pen.px(8);
    }
    pen.text_fit(x, second, room_text, Type::small, open ? pen.colors.muted : pen.colors.hint,
                 event.text.empty() ? title_of(event) : without_name(ui.state, event));
}

namespace {

// A fold in two lines: what and how often; around what, and how many go on.
void draw_fold_row(const UiContext& ui, const Pen& pen, const Rect& row, const EventLine& line, bool unfolded) {
    const Event& event = ui.state.events[line.event];
    const float x = row.x + pen.px(32), right = row.right() - pen.px(12);
    const float first = row.y + pen.px(14), second = row.y + pen.px(31);
    pen.health_mark(row.x + pen.px(18), first, 5, health_of(event));
    const std::string when = recent_time(ui.state.time_ns, event.time_ns);
    pen.text_right(right, first, Type::small, pen.colors.hint, when);
    pen.text_fit(x, first, right - pen.width(Type::small, when) - pen.px(8) - x, Type::body,
                 line.open ? pen.colors.text : pen.colors.muted, title_of(ui.state, line));
    pen.chevron(right - pen.px(6), second, unfolded, pen.colors.muted);
    pen.text_fit(x, second, right - pen.px(20) - x, Type::small, line.open ? pen.colors.muted : pen.colors.hint,
                 place_of(ui.state, line), true);
}

void draw_line(const UiContext& ui, const Pen& pen, const Rect& row, const EventLine& line, PanelMemory& memory) {
    const Event& event = ui.state.events[line.event];
    const bool fold = line.count > 1;
    const ObjectId object = fold ? line.around : event.object;
    const bool selected = ui.view.selected.valid() && object == ui.view.selected;
    ImGui::PushID(int(line.event));
    const Touch over = touch(fold ? "fold" : "event", row);
    ImGui::PopID();
    if (over.hovered || selected) pen.fill(row, pen.colors.raised);
    if (selected) pen.fill({row.x, row.y, pen.px(2), row.h}, pen.colors.accent);
    const float indent = line.member ? pen.px(14) : 0;
    const Rect inner{row.x + indent, row.y, row.w - indent, row.h};
    if (!fold) {
        draw_event_row(ui, pen, inner, event, true);
        if (over.clicked) go_to(ui, event.object);
        if (over.hovered) hint(ui.view, fmt::format("{}  {}  {}", date_time(event.time_ns), event.kind, event.text));
        return;
    }
    const bool unfolded = memory.unfolded_events.contains(line.fold);
    draw_fold_row(ui, pen, inner, line, unfolded);
    if (over.clicked && !memory.unfolded_events.erase(line.fold)) memory.unfolded_events.insert(line.fold);
    if (over.hovered)
        hint(ui.view, fmt::format("{} events of one kind, all {} {}. Click to {} them.", line.count,
                                  line.around.object_class <= ObjectClass::node ? "in" : "at",
                                  ui.state.topology().path_of(line.around), unfolded ? "fold" : "see"));
}

}  // namespace

void draw_event_list(const UiContext& ui) {
    PanelMemory& memory = ui.memory;
    const Pen outer(ui.view);
    const Rect all = memory.list_rect;
    if (ui.state.empty()) {
        draw_empty(outer, all, "No events yet", "They come with the telemetry; a cluster has to be known first.");
        return;
    }
    const Rect head{all.x, all.y, all.w, outer.px(36)};
    draw_filters(ui, outer, head, memory);
    update_shown(ui, memory);
    const Rect list{all.x, head.bottom(), all.w, all.h - head.h};
    if (memory.shown_events.empty()) {
        draw_nothing(ui, outer, list, memory);
        return;
    }
    begin_scroll("##events", list);
    const Pen pen(ui.view);
    const float height = pen.px(44);
    ImGuiListClipper clipper;
    clipper.Begin(int(memory.shown_events.size()), height);
    while (clipper.Step()) {
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
            const ImVec2 at = ImGui::GetCursorScreenPos();
            draw_line(ui, pen, {list.x, at.y, list.w, height}, memory.shown_events[size_t(i)], memory);
            ImGui::SetCursorScreenPos({at.x, at.y + height});
        }
    }
    end_scroll();
}

}  // namespace bv

// Buttons of the timeline: play, step, speed, the time, LIVE. Each does what its key does. Reads: the cursor. Writes:
// the cursor, through perform_time().
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "viewer/panels/memory.h"
#include "viewer/panels/timeline.h"
#include "viewer/transport.h"

namespace bv {
namespace {

std::string_view keys_of(Action action) {
    for (const KeyBinding& binding : key_bindings())
        if (binding.action == action) return binding.keys;
    return {};
}
std::string_view text_of(Action action) {
    for (const KeyBinding& binding : key_bindings())
        if (binding.action == action) return binding.text;
    return {};
}

void triangle(const Pen& pen, float cx, float cy, float r, bool left, Rgba color) {
    const float tip = left ? -r : r;
    // The driver culls nothing here, but ImGui smooths edges by their winding.
    if (left)
        pen.draw->AddTriangleFilled({cx + tip, cy}, {cx - tip, cy - r}, {cx - tip, cy + r}, color);
    else
        pen.draw->AddTriangleFilled({cx - tip, cy - r}, {cx + tip, cy}, {cx - tip, cy + r}, color);
}

void pause_bars(const Pen& pen, float cx, float cy, float r, Rgba color) {
    pen.fill({cx - r, cy - r, r * 0.7f, 2 * r}, color);
    pen.fill({cx + r * 0.3f, cy - r, r * 0.7f, 2 * r}, color);
}

void draw_icon(const Pen& pen, Action action, const Cursor& cursor, float cx, float cy, Rgba color) {
    const float r = pen.px(5);
    const bool playing = !cursor.live && cursor.playing;
    switch (action) {
        case Action::previous_critical:
        case Action::next_critical:
            pen.health_shape(cx, cy, 4, Health::critical, color);
            triangle(pen, cx + (action == Action::next_critical ? pen.px(9) : -pen.px(9)), cy, r * 0.6f,
                     action == Action::previous_critical, color);
            return;
        case Action::previous_event:
        case Action::next_event: {
            const bool left = action == Action::previous_event;
            triangle(pen, cx, cy, r, left, color);
            pen.fill({left ? cx - r - pen.px(2) : cx + r, cy - r, pen.px(2), 2 * r}, color);
            return;
        }
        case Action::tick_back:
        case Action::tick_forward: {
            const bool left = action == Action::tick_back;
            pen.fill({left ? cx + r : cx - r - pen.px(2), cy - r, pen.px(2), 2 * r}, color);
            triangle(pen, cx, cy, r * 0.8f, left, color);
            return;
        }
        case Action::play_back:
            return playing && cursor.speed < 0 ? pause_bars(pen, cx, cy, r, color)
                                               : triangle(pen, cx, cy, r, true, color);
        case Action::slower:
            return pen.fill({cx - r * 0.8f, cy - pen.px(1), r * 1.6f, pen.px(2)}, color);
        case Action::faster:
            pen.fill({cx - r * 0.8f, cy - pen.px(1), r * 1.6f, pen.px(2)}, color);
            return pen.fill({cx - pen.px(1), cy - r * 0.8f, pen.px(2), r * 1.6f}, color);
        case Action::loop:
            pen.frame({cx - r, cy - r * 0.7f, 2 * r, r * 1.4f}, color, 3);
            return triangle(pen, cx + pen.px(1), cy - r * 0.7f, r * 0.5f, false, color);
        default:  // play; what is live is stopped first
            return cursor.live || (playing && cursor.speed > 0) ? pause_bars(pen, cx, cy, r, color)
                                                                : triangle(pen, cx, cy, r, false, color);
    }
}

float draw_button(const UiContext& ui, const Pen& pen, const Rect& head, float x, Action action, float width = 24) {
    const Rect box{x, head.y + pen.px(2), pen.px(width), head.h - pen.px(4)};
    const Touch over = touch(int64_t(action) + 5000, box);
    const bool chosen = action == Action::loop && ui.view.cursor.loop;
    if (over.hovered || chosen) pen.fill(box, pen.colors.raised, 4);
    draw_icon(pen, action, ui.view.cursor, box.x + box.w * 0.5f, box.mid_y(),
              chosen         ? pen.colors.accent
              : over.hovered ? pen.colors.text
                             : pen.colors.muted);
    if (over.clicked) perform_time(action, ui.timeline, ui.view, ui.memory);
    if (over.hovered) hint(ui.view, fmt::format("{} ({})", text_of(action), keys_of(action)));
    return box.right();
}

std::string speed_text(double speed) {
    return fmt::format(
        "{}{}×", speed < 0 ? "−" : "",
        std::abs(speed) < 1 ? fmt::format("{:.1f}", std::abs(speed)) : grouped(int64_t(std::abs(speed))));
}

// The shown time; a click lets another be typed.
float draw_time_field(const UiContext& ui, const Pen& pen, const Rect& head, float x) {
    PanelMemory& memory = ui.memory;
    const float width = pen.px(200);
    const Rect box{x, head.y + pen.px(2), width, head.h - pen.px(4)};
    if (!memory.jump_open) {
        const Touch over = touch("jump", box);
        pen.frame(box, over.hovered ? pen.colors.accent : pen.colors.line, 3);
        pen.text_centre(box.x + box.w * 0.5f, box.mid_y(), Type::body, pen.colors.text,
                        date_time(ui.timeline.at_head() ? ui.state.time_ns : ui.timeline.now_ns()));
        if (over.clicked) perform_time(Action::go_to_time, ui.timeline, ui.view, memory);
        if (over.hovered)
            hint(ui.view,
                 fmt::format("Time of the sources, UTC. Click to go to a time ({})", keys_of(Action::go_to_time)));
        return box.right();
    }
    ImGui::SetCursorScreenPos(box.min());
    ImGui::SetNextItemWidth(box.w);
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding,
                        {pen.px(8), std::max(0.f, std::floor((box.h - ImGui::GetFontSize()) * 0.5f))});
    if (memory.jump_focus) ImGui::SetKeyboardFocusHere();
    const bool entered =
        ImGui::InputTextWithHint("##jump-text", "+90s, -5m, 2026-01-01T14:03Z", memory.jump_text.data(),
                                 memory.jump_text.size(), ImGuiInputTextFlags_EnterReturnsTrue);
    const bool left = !memory.jump_focus && !ImGui::IsItemActive();
    ImGui::PopStyleVar();
    pen.frame(box, pen.colors.accent, 3);
    memory.jump_focus = false;
    if (entered)
        enter_time(ui.timeline, ui.view, memory);
    else if (left)
        memory.jump_open = false;
    return box.right();
}

// Filled while live; else the way back.
void draw_live_button(const UiContext& ui, const Pen& pen, const Rect& head) {
    const bool live = ui.timeline.live(), replay = ui.timeline.replay();
    const std::string_view word = replay ? "END" : "LIVE";
    const float width = pen.width(Type::strong, word) + pen.px(24);
    const Rect box{head.right() - pen.px(16) - width, head.y + pen.px(3), width, head.h - pen.px(6)};
    const Touch over = touch("go-live", box);
    if (live)
        pen.fill(box, pen.colors.accent, 3);
    else
        pen.frame(box, over.hovered ? pen.colors.accent : pen.colors.hint, 3);
    pen.text_centre(box.x + box.w * 0.5f, box.mid_y(), Type::strong, live ? pen.colors.on_accent : pen.colors.text,
                    word);
    if (over.clicked) perform_time(Action::go_live, ui.timeline, ui.view, ui.memory);
    if (over.hovered)
        hint(ui.view, live ? std::string("The newest state is shown")
                           : fmt::format("{} ({})", text_of(Action::go_live), keys_of(Action::go_live)));
}

}  // namespace

float draw_transport(const UiContext& ui, const Pen& pen, const Rect& head, float x) {
    for (const Action action : {Action::previous_critical, Action::previous_event, Action::tick_back, Action::play_back,
                                Action::play, Action::tick_forward, Action::next_event, Action::next_critical})
        x = draw_button(ui, pen, head, x, action,
                        action == Action::previous_critical || action == Action::next_critical ? 34 : 24);
    x = draw_button(ui, pen, head, x + pen.px(12), Action::slower);
    const std::string speed = speed_text(ui.view.cursor.speed);
    pen.text_centre(x + pen.px(30), head.mid_y(), Type::body, pen.colors.text, speed);
    x = draw_button(ui, pen, head, x + pen.px(60), Action::faster);
    x = draw_button(ui, pen, head, x + pen.px(8), Action::loop) + pen.px(12);
    x = draw_time_field(ui, pen, head, x);
    draw_live_button(ui, pen, head);
    return x;
}

}  // namespace bv

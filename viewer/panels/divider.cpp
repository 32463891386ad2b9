// The line between two times of the hall, and each time at its side of it. Reads: the comparison's times. Writes: where
// the line of a swipe stands.
#include <algorithm>
#include <cmath>

#include "viewer/panels/layout.h"
#include "viewer/panels/memory.h"
#include "viewer/panels/times.h"

namespace bv {
namespace {

void draw_tag(const Pen& pen, float x, float y, std::string_view word, std::string_view time, Rgba color, bool left) {
    const float word_width = pen.width(Type::small, word) + pen.px(6);
    const float width = word_width + pen.width(Type::strong, time) + pen.px(16);
    const Rect box{left ? x - width - pen.px(8) : x + pen.px(8), y, width, pen.px(24)};
    pen.fill(box, pen.colors.surface);
    pen.frame(box, pen.colors.line);
    pen.text(box.x + pen.px(8), box.mid_y(), Type::small, pen.colors.muted, word);
    pen.text(box.x + pen.px(8) + word_width, box.mid_y(), Type::strong, color, time);
}

std::string then_text(const UiContext& ui) {
    const Reference& reference = ui.memory.reference;
    if (reference.then_ns()) return moment_beside(reference.then_ns(), cursor_ns(ui));
    return reference.reading() ? "reading…" : "not known";
}

// Dragged by a window of its own over the line.
void drag_swipe(const UiContext& ui, const Rect& hall, float x) {
    float& divider = ui.view.comparing.divider;
    const float grip = std::floor(16 * ui.view.ui_scale);
    const Rect rect{x - grip * 0.5f, hall.y, grip, hall.h};
    begin_docked("##divider", rect);
    const Pen pen(ui.view);
    const Touch over = touch("divider", rect);
    const bool dragged = ImGui::IsItemActive();
    if (dragged && hall.w > 0) divider = std::clamp((ImGui::GetIO().MousePos.x - hall.x) / hall.w, 0.02f, 0.98f);
    const Rgba color = over.hovered || dragged ? pen.colors.accent : pen.colors.text;
    const Rect handle{x - pen.px(5), hall.mid_y() - pen.px(16), pen.px(10), pen.px(32)};
    pen.fill({x - 1, hall.y, 2, hall.h}, color);
    pen.fill(handle, pen.colors.raised, 4);
    pen.frame(handle, color, 4);
    end_region();
    if (over.hovered) ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
}

}  // namespace

void draw_divider(const UiContext& ui) {
    const View& view = ui.view;
    if (view.comparing.mode == Comparing::Mode::difference) return;
    const Rect hall = layout_of(view).hall;
    // Under all panels: what lies in front of one half may reach into the other.
    const Pen pen(view, ImGui::GetBackgroundDrawList());
    pen.draw->PushClipRect(hall.min(), hall.max());
    float x = hall.x + view.comparing.divider * hall.w;
    if (view.splits()) {
        const float left = view.viewport_x + view.viewport_width, gap = view.split_aside - view.viewport_width;
        pen.fill({left, hall.y, gap, hall.h}, pen.colors.line);
        x = left + gap * 0.5f;
    } else {
        drag_swipe(ui, hall, x);
    }
    const int64_t now_ns = cursor_ns(ui), then_ns = ui.memory.reference.then_ns();
    const float y = hall.y + pen.px(12);
    draw_tag(pen, x, y, "Then", then_text(ui), pen.colors.text, true);
    draw_tag(pen, x, y, ui.timeline.live() ? "Live" : "Now", moment_beside(now_ns, then_ns ? then_ns : now_ns),
             pen.colors.accent, false);
    pen.draw->PopClipRect();
}

}  // namespace bv

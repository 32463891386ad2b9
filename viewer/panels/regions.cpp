// The windows that panels are drawn into, hints and folding headings. Reads: the view's scale and theme. Writes: ImGui
// windows.
#include <algorithm>
#include <cmath>

#include "viewer/panels/pen.h"

namespace bv {

namespace {

bool begin_window(const char* name, const Rect& rect, bool input, const ImVec4& surface) {
    ImGui::SetNextWindowPos(rect.min());
    ImGui::SetNextWindowSize({std::max(rect.w, 1.f), std::max(rect.h, 1.f)});
    ImGui::PushStyleColor(ImGuiCol_WindowBg, surface);
    ImGuiWindowFlags flags = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                             ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNav |
                             ImGuiWindowFlags_NoScrollWithMouse;
    if (!input) flags |= ImGuiWindowFlags_NoInputs | ImGuiWindowFlags_NoFocusOnAppearing;
    const bool visible = ImGui::Begin(name, nullptr, flags);
    ImGui::PopStyleColor();
    return visible;
}

}  // namespace

bool begin_region(const View& view, const char* name, const Rect& rect, bool input) {
    return begin_window(name, rect, input, ImGui::ColorConvertU32ToFloat4(palette(view.theme).surface));
}

bool begin_docked(const char* name, const Rect& rect) { return begin_window(name, rect, true, {0, 0, 0, 0}); }

Pen begin_popup(const View& view, const char* name, const Rect& rect, std::string_view title, bool& open, Type type) {
    begin_region(view, name, rect);
    const Pen pen(view);
    pen.frame(rect, pen.colors.line);
    // A larger title has more air around it.
    const float margin = pen.px(type == Type::strong ? 12 : 24), middle = pen.px(type == Type::strong ? 20 : 32);
    pen.text(rect.x + margin, rect.y + middle, type, pen.colors.text, title);
    const float size = pen.px(28);
    const Rect close{rect.right() - margin * 0.5f - size, rect.y + middle - size * 0.5f, size, size};
    const Touch over = touch("close", close);
    pen.cross(close.x + size * 0.5f, close.mid_y(), 4, over.hovered ? pen.colors.text : pen.colors.muted);
    if (over.clicked) open = false;
    return pen;
}

void end_region() { ImGui::End(); }

bool begin_scroll(const char* name, const Rect& rect) {
    ImGui::SetCursorScreenPos(rect.min());
    return ImGui::BeginChild(name, {std::max(rect.w, 1.f), std::max(rect.h, 1.f)}, false, ImGuiWindowFlags_NoNav);
}

void end_scroll() { ImGui::EndChild(); }

bool begin_hint(const View& view) {
    const Palette& colors = palette(view.theme);
    ImGui::PushStyleColor(ImGuiCol_PopupBg, ImGui::ColorConvertU32ToFloat4(colors.raised));
    ImGui::PushStyleColor(ImGuiCol_Border, ImGui::ColorConvertU32ToFloat4(colors.line));
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {std::floor(12 * view.ui_scale), std::floor(8 * view.ui_scale)});
    ImGui::PushStyleVar(ImGuiStyleVar_PopupBorderSize, 1);
    ImGui::BeginTooltip();
    return true;
}

void hint_row(const Pen& pen, float width, std::string_view label, const Quantity& value) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float height = pen.px(20), mid = at.y + height * 0.5f;
    pen.text(at.x, mid, Type::small, pen.colors.muted, label);
    pen.quantity_right(at.x + width, mid, Type::body, pen.colors.text, value);
    ImGui::Dummy({width, height});
}

void end_hint() {
    ImGui::EndTooltip();
    ImGui::PopStyleVar(2);
    ImGui::PopStyleColor(2);
}

void hint(const View& view, std::string_view text) {
    if (!begin_hint(view)) return;
    const Pen pen(view);
    const float most = pen.px(320);
    const float width = std::min(most, pen.width(Type::small, text));
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float used = pen.text_wrapped(at.x, at.y, width + 1, Type::small, pen.colors.text, text);
    ImGui::Dummy({width, used});
    end_hint();
}

bool section(const Pen& pen, const char* id, const Rect& rect, std::string_view title, std::string_view note,
             bool& open) {
    const Touch at = touch(id, rect);
    if (at.clicked) open = !open;
    if (at.hovered) pen.fill(rect, pen.colors.raised);
    pen.chevron(rect.x + pen.px(16), rect.mid_y(), open, at.hovered ? pen.colors.text : pen.colors.hint);
    pen.text(rect.x + pen.px(28), rect.mid_y(), Type::strong, pen.colors.text, title);
    if (!note.empty()) pen.text_right(rect.right() - pen.px(12), rect.mid_y(), Type::small, pen.colors.hint, note);
    return open;
}

}  // namespace bv

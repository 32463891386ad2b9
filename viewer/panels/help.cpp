// Every key and gesture, from the table that input.cpp acts on. Reads: key_bindings(). Writes: nothing but its own
// closing.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "viewer/keys.h"
#include "viewer/panels/layout.h"
#include "viewer/panels/pen.h"

namespace bv {
namespace {

struct Group {
    std::string_view title;
    std::vector<const KeyBinding*> bindings;
};

std::vector<Group> groups() {
    std::vector<Group> out;
    for (const KeyBinding& binding : key_bindings()) {
        if (out.empty() || out.back().title != binding.group) out.push_back({binding.group, {}});
        out.back().bindings.push_back(&binding);
    }
    return out;
}

float draw_key(const Pen& pen, float x, float mid_y, std::string_view keys) {
    const float width = std::max(pen.px(22), pen.width(Type::small, keys) + pen.px(12));
    const Rect cap{x, mid_y - pen.px(9), width, pen.px(18)};
    pen.fill(cap, pen.colors.raised, 3);
    pen.frame(cap, pen.colors.line, 3);
    pen.text_centre(cap.x + cap.w * 0.5f, mid_y, Type::small, pen.colors.text, keys);
    return width;
}

float draw_group(const Pen& pen, float x, float y, float width, const Group& group) {
    pen.text(x, y + pen.px(12), Type::strong, pen.colors.text, group.title);
    y += pen.px(32);
    for (size_t i = 0; i < group.bindings.size(); ++i) {
        const KeyBinding* binding = group.bindings[i];
        float key_x = x + draw_key(pen, x, y + pen.px(10), binding->keys) + pen.px(4);
        // Keys that do the same share a line.
        while (i + 1 < group.bindings.size() && group.bindings[i + 1]->text == binding->text)
            key_x += draw_key(pen, key_x, y + pen.px(10), group.bindings[++i]->keys) + pen.px(4);
        const float text_x = x + pen.px(92);
        const float used =
            pen.text_wrapped(text_x, y + pen.px(2), width - pen.px(92), Type::small, pen.colors.muted, binding->text);
        y += std::max(pen.px(24), used + pen.px(7));
    }
    return y + pen.px(12);
}

// Dims what lies behind.
void draw_scrim(const UiContext& ui) {
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    ImGui::SetNextWindowPos({0, 0});
    ImGui::SetNextWindowSize(size);
    ImGui::SetNextWindowFocus();
    ImGui::Begin("##scrim", nullptr,
                 ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoInputs | ImGuiWindowFlags_NoSavedSettings |
                     ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoBackground);
    const Pen pen(ui.view);
    pen.fill({0, 0, size.x, size.y}, with_alpha(pen.colors.ground, 0.62f));
    ImGui::End();
    ImGui::SetNextWindowFocus();
}

}  // namespace

void draw_help(const UiContext& ui) {
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    const float s = ui.view.ui_scale;
    const float width = std::min(size.x - std::floor(48 * s), std::floor(1120 * s));
    const float height = std::min(size.y - std::floor(48 * s), std::floor(640 * s));
    const Rect box{std::floor((size.x - width) * 0.5f), std::floor((size.y - height) * 0.5f), width, height};
    draw_scrim(ui);
    const Pen outer = begin_popup(ui.view, "##help", box, "Keys and mouse", ui.view.help_open, Type::title);
    begin_scroll("##keys", {box.x, box.y + outer.px(60), box.w, box.h - outer.px(72)});
    const Pen pen(ui.view);
    const int columns = box.w / s > 900 ? 3 : box.w / s > 600 ? 2 : 1;
    const float each = (box.w - pen.px(48)) / float(columns);
    const float top = ImGui::GetCursorScreenPos().y;
    std::vector<float> ends(size_t(columns), top);
    for (const Group& group : groups()) {
        // The next group goes where there is most room.
        const auto column = size_t(std::min_element(ends.begin(), ends.end()) - ends.begin());
        ends[column] =
            draw_group(pen, box.x + pen.px(24) + each * float(column), ends[column], each - pen.px(24), group);
    }
    ImGui::SetCursorScreenPos({box.x, top});
    ImGui::Dummy({1, *std::max_element(ends.begin(), ends.end()) - top});
    end_scroll();
    if (ImGui::IsMouseClicked(ImGuiMouseButton_Left) && !ImGui::IsMouseHoveringRect(box.min(), box.max(), false))
        ui.view.help_open = false;
    end_region();
}

}  // namespace bv

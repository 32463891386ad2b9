// The left side: its tabs and its fold. Reads and writes: which tab is open.
#include <fmt/format.h>

#include "viewer/panels/incidents.h"
#include "viewer/panels/layout.h"
#include "viewer/panels/lists.h"
#include "viewer/panels/memory.h"
#include "viewer/panels/pen.h"

namespace bv {
namespace {

struct Tab {
    View::LeftTab tab;
    const char* id;
    std::string_view title;
    std::string note;
};

float note_width(const Pen& pen, const Tab& tab) {
    return tab.note.empty() ? 0 : pen.width(Type::small, tab.note) + pen.px(6);
}
float width_of(const Pen& pen, const Tab& tab) { return pen.width(Type::strong, tab.title) + note_width(pen, tab); }

void draw_tab(const UiContext& ui, const Pen& pen, const Tab& tab, const Rect& rect) {
    const bool active = ui.view.left_tab == tab.tab;
    const Touch over = touch(tab.id, rect);
    if (over.clicked) ui.view.left_tab = tab.tab;
    if (over.hovered && !active) pen.fill(rect, pen.colors.raised);
    const float note = note_width(pen, tab), width = width_of(pen, tab);
    const float x = rect.x + (rect.w - width) * 0.5f;
    pen.text(x, rect.mid_y(), Type::strong, active ? pen.colors.text : pen.colors.muted, tab.title);
    if (note > 0) pen.text(x + width - note + pen.px(6), rect.mid_y(), Type::small, pen.colors.hint, tab.note);
    if (active) pen.fill({rect.x, rect.bottom() - pen.px(2), rect.w, pen.px(2)}, pen.colors.accent);
}

}  // namespace

bool fold_button(const UiContext& ui, const Pen& pen, const char* id, const Rect& rect, bool points_left) {
    const Touch over = touch(id, rect);
    if (over.hovered) pen.fill(rect, pen.colors.raised);
    const float a = pen.px(3) * (points_left ? 1.f : -1.f), b = pen.px(4);
    const float cx = rect.x + rect.w * 0.5f, cy = rect.mid_y();
    const ImVec2 points[] = {{cx + a, cy - b}, {cx - a, cy}, {cx + a, cy + b}};
    pen.draw->AddPolyline(points, 3, over.hovered ? pen.colors.text : pen.colors.hint, 0,
                          std::max(1.2f, 1.4f * pen.scale));
    (void)ui;
    return over.clicked;
}

void draw_left(const UiContext& ui) {
    const Layout layout = layout_of(ui.view);
    const Rect all = layout.left;
    begin_docked("##left", all);
    const Pen pen(ui.view);
    pen.line_v(all.right() - 1, all.y, all.bottom(), pen.colors.line);
    if (ui.view.left_folded) {
        if (fold_button(ui, pen, "unfold", {all.x, all.y, all.w, pen.px(36)}, false)) ui.view.left_folded = false;
        end_region();
        return;
    }
    const float fold = pen.px(24), height = pen.px(36);
    const uint32_t incidents = open_incidents(ui.memory);
    const Tab tabs[] = {{View::LeftTab::incidents, "incidents", "Incidents", incidents ? short_count(incidents) : ""},
                        {View::LeftTab::events, "events", "Events", ""},
                        {View::LeftTab::tree, "tree", "Tree", ""},
                        {View::LeftTab::jobs, "jobs", "Jobs", ""},
                        {View::LeftTab::moments, "moments", "Moments", ""}};
    float said = 0;
    for (const Tab& tab : tabs) said += width_of(pen, tab);
    const float air = (all.w - fold - said) / float(std::size(tabs));  // as much around each
    float x = all.x;
    for (const Tab& tab : tabs) {
        const float width = width_of(pen, tab) + air;
        draw_tab(ui, pen, tab, {std::floor(x), all.y, std::floor(width), height});
        x += width;
    }
    if (fold_button(ui, pen, "fold", {all.right() - fold - 1, all.y, fold, height}, true)) ui.view.left_folded = true;
    pen.line_h(all.x, all.right(), all.y + height, pen.colors.line);

    // Tall windows show the tree under whatever else is open: more content, not just larger letters.
    Rect content{all.x, all.y + height + 1, all.w - 1, all.h - height - 1};
    const bool both = content.h / pen.scale > 1000 && ui.view.left_tab != View::LeftTab::tree;
    Rect second = content;
    if (both) {
        content.h = std::floor(content.h * 0.5f);
        second = {content.x, content.bottom(), content.w, second.bottom() - content.bottom()};
    }
    ui.memory.list_rect = content;
    switch (ui.view.left_tab) {
        case View::LeftTab::incidents:
            draw_incidents(ui);
            break;
        case View::LeftTab::events:
            draw_event_list(ui);
            break;
        case View::LeftTab::tree:
            draw_tree(ui);
            break;
        case View::LeftTab::jobs:
            draw_jobs(ui);
            break;
        case View::LeftTab::moments:
            draw_moments(ui);
            break;
    }
    if (both) {
        pen.line_h(second.x, second.right(), second.y, pen.colors.line);
        pen.text(second.x + pen.px(12), second.y + pen.px(18), Type::strong, pen.colors.text, "Tree");
        ui.memory.list_rect = {second.x, second.y + pen.px(36), second.w, second.h - pen.px(36)};
        draw_tree(ui);
    }
    end_region();
}

}  // namespace bv

// The panel of the fabric's and the job's views: its tabs, and what they share. Reads: view.views, the brush. Writes:
// both.
#include "viewer/panels/fabric_views.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/panels/layout.h"
#include "viewer/panels/lists.h"
#include "viewer/panels/memory.h"

namespace bv {
namespace {

constexpr std::array tab_titles{"Leaf × spine", "Fat tree", "Ranks"};

// The plots lie in the same place: what was opened last stays.
void give_way(const UiContext& ui) {
    FabricDesk& desk = ui.memory.fabric;
    View& view = ui.view;
    if (view.views.open && view.plots.open) (desk.views_were_open ? view.views.open : view.plots.open) = false;
    desk.views_were_open = view.views.open;
}

void draw_tabs(const UiContext& ui, const Pen& pen, const Rect& head) {
    float x = head.x + pen.px(12) + pen.width(Type::strong, "Fabric and ranks") + pen.px(16);
    for (size_t i = 0; i < tab_titles.size(); ++i) {
        float width = 0;
        const auto tab = FabricViews::Tab(i);
        if (draw_chip(pen, tab_titles[i], x, head.mid_y(), tab_titles[i], ui.view.views.tab == tab, width))
            ui.view.views.tab = tab;
        x += width + pen.px(4);
    }
}

bool has_room(const Rect& cell, const Pen& pen) { return cell.w >= pen.px(9) && cell.h >= pen.px(9); }

}  // namespace

CellGrid CellGrid::fit(const Rect& room, uint32_t columns, uint32_t rows, float most) {
    CellGrid grid{room, columns, rows};
    if (columns == 0 || rows == 0) return grid;
    grid.step_x = std::clamp(room.w / float(columns), 1.f, most);
    grid.step_y = std::clamp(room.h / float(rows), 1.f, most);
    grid.rect.w = grid.step_x * float(columns);
    grid.rect.h = grid.step_y * float(rows);
    return grid;
}

Rect CellGrid::cell(uint32_t column, uint32_t row) const {
    const float x = std::floor(rect.x + step_x * float(column)), y = std::floor(rect.y + step_y * float(row));
    const float right = std::floor(rect.x + step_x * float(column + 1)),
                bottom = std::floor(rect.y + step_y * float(row + 1));
    return {x, y, right - x - (step_x >= 4 ? 1 : 0), bottom - y - (step_y >= 4 ? 1 : 0)};
}

CellRange CellGrid::range(ImVec2 from, ImVec2 to) const {
    const auto place = [](float at, float begin, float step, uint32_t count) {
        return uint32_t(std::clamp((at - begin) / step, 0.f, float(count) - 0.5f));
    };
    return {place(std::min(from.x, to.x), rect.x, step_x, columns), place(std::min(from.y, to.y), rect.y, step_y, rows),
            place(std::max(from.x, to.x), rect.x, step_x, columns),
            place(std::max(from.y, to.y), rect.y, step_y, rows)};
}

uint32_t CellGrid::label_every(float step, float label) {
    uint32_t every = 1;
    while (step * float(every) < label) every *= 2;
    return every;
}

CellTouch touch_cells(const UiContext& ui, const char* id, const CellGrid& grid) {
    CellTouch out;
    if (grid.columns == 0 || grid.rows == 0) return out;
    const Touch over = touch(id, grid.rect);
    const bool held = ImGui::IsItemActive();
    const ImGuiIO& io = ImGui::GetIO();
    std::optional<CellRange>& drag = ui.memory.fabric.drag;
    if (over.hovered) out.hovered = grid.range(io.MousePos, io.MousePos);
    if (held && ImGui::IsMouseDragging(0, 4)) {
        const CellRange range = grid.range(io.MouseClickedPos[0], io.MousePos);
        if (drag != range) out.dragged = drag = range;
    } else if (held) {
        drag.reset();
    }
    out.clicked = over.clicked && io.MouseDragMaxDistanceSqr[0] < 16;
    out.double_clicked = over.double_clicked;
    return out;
}

void draw_cell(const Pen& pen, const Rect& cell, const CellLook& look) {
    const bool plain = look.health == Health::ok;
    const Rgba full = plain ? look.color : health_color(pen.colors, look.health);
    pen.fill(cell, look.dimmed ? mix(pen.colors.surface, full, plain ? 0.3f : 0.4f) : full);
    if (look.health == Health::unknown && has_room(cell, pen))
        pen.hatch(cell, with_alpha(pen.colors.surface, 0.55f), 4);
    if (look.marked) pen.frame(cell, pen.colors.accent);
}

void CellMarks::draw(const Rect& cell, const CellLook& look) {
    if (!in_trouble(look.health) && look.health != Health::maintenance) return;
    const float x = cell.x + cell.w * 0.5f, y = cell.mid_y();
    if (has_room(cell, pen_)) return pen_.health_shape(x, y, 3.5f, look.health, pen_.colors.ground);
    if (look.dimmed) return;
    const float size = pen_.px(16);
    if (!taken_.emplace(int(x / size), int(y / size), look.health).second) return;
    pen_.health_shape(x, y, 6, look.health, pen_.colors.surface);
    pen_.health_mark(x, y, 4.5f, look.health);
}

float draw_ramp(const Pen& pen, float right, float mid_y, std::string_view low, std::string_view high,
                const std::function<Rgba(float)>& color) {
    const float bar = pen.px(56), high_width = pen.width(Type::small, high), low_width = pen.width(Type::small, low);
    pen.text_right(right, mid_y, Type::small, pen.colors.hint, high);
    const float x = right - high_width - pen.px(6) - bar;
    constexpr int pieces = 14;
    for (int i = 0; i < pieces; ++i)
        pen.fill({x + bar * float(i) / pieces, mid_y - pen.px(4), bar / pieces + 0.5f, pen.px(8)},
                 color((float(i) + 0.5f) / pieces));
    pen.text_right(x - pen.px(6), mid_y, Type::small, pen.colors.hint, low);
    return bar + high_width + low_width + pen.px(12);
}

std::string sentence_of(const LinkSum& sum) {
    std::string kinds;
    for (const Health h : {Health::down, Health::critical, Health::warning, Health::maintenance, Health::unknown})
        if (const uint32_t n = sum.count[size_t(h)])
            kinds += fmt::format("{}{} {}", kinds.empty() ? "" : ", ", grouped(n), name_of(h));
    return fmt::format("{} link{}: {}.", grouped(sum.links), sum.links == 1 ? "" : "s",
                       kinds.empty() ? "all well" : kinds);
}

FabricDesk::Key desk_key(const UiContext& ui, ObjectClass of_class, uint32_t what) {
    FabricDesk::Key key;
    for (const Column& column : ui.state.classes[size_t(of_class)].columns) key.versions += column.version;
    key.versions += reinterpret_cast<uintptr_t>(&ui.state);
    key.brush = ui.view.brush.version;
    key.jobs = ui.state.jobs_version;
    key.now_half_seconds = ui.timeline.now_ns() / 500'000'000;
    key.filter_text = ui.view.filter_text;
    key.health_filter = ui.view.health_filter;
    key.selected = ui.view.selected;
    key.what = what;
    return key;
}

void update_desk(const UiContext& ui) {
    FabricDesk& desk = ui.memory.fabric;
    const Topology& t = ui.state.topology();
    if (desk.topology != &t) {
        desk = {};
        desk.topology = &t;
        desk.groups = FabricGroups(t);
        if (ui.view.views.group != no_index && ui.view.views.group >= desk.groups.groups.size())
            ui.view.views.group = no_index;
    }
    const ObjectId selected = t.contains(ui.view.selected) ? ui.view.selected : ObjectId{};
    // The whole site is no selection that marks anything.
    const bool marks = selected.valid() && selected.object_class != ObjectClass::site;
    if (selected == desk.lit_for && (desk.lit != nullptr) == marks) return;
    desk.lit_for = selected;
    desk.lit = marks ? std::make_shared<const ObjectSet>(lit_with(t, std::span(&selected, 1), ui.state.jobs)) : nullptr;
}

void brush(const UiContext& ui, std::vector<ObjectId> objects, std::string what) {
    if (!objects.empty())
        ui.view.brush = brush_of(ui.state.topology(), std::move(objects), std::move(what), ui.state.jobs);
}

void draw_fabric_views(const UiContext& ui) {
    give_way(ui);
    if (!ui.view.views.open) return;
    update_desk(ui);
    const Rect box = fabric_views_rect(ui.view, layout_of(ui.view));
    const Pen pen = begin_popup(ui.view, "##fabric", box, "Fabric and ranks", ui.view.views.open);
    draw_tabs(ui, pen, {box.x, box.y, box.w, pen.px(40)});
    const Rect line{box.x + pen.px(12), box.y + pen.px(38), box.w - pen.px(24), pen.px(22)};
    const Rect body{line.x, line.bottom() + pen.px(4), line.w, box.bottom() - line.bottom() - pen.px(16)};
    switch (ui.view.views.tab) {
        case FabricViews::Tab::matrix:
            draw_matrix_view(ui, pen, line, body);
            break;
        case FabricViews::Tab::tree:
            draw_tree_view(ui, pen, line, body);
            break;
        case FabricViews::Tab::ranks:
            draw_rank_view(ui, pen, line, body);
            break;
    }
    end_region();
}

Rect fabric_views_rect(const View& view, const Layout& layout) {
    const auto px = [&](float v) { return std::floor(v * view.ui_scale + 0.5f); };
    const Rect& hall = layout.hall;
    const float margin = px(16), height = std::min(std::max(px(300), std::floor(hall.h * 0.5f)), hall.h - px(32));
    return {hall.x + margin, hall.bottom() - height - margin, hall.w - 2 * margin, height};
}

// What is brushed, over the hall, with a cross that ends it.
void draw_brush_chip(const UiContext& ui) {
    if (!ui.view.brush.on() || ui.state.empty()) return;
    const Rect hall = layout_of(ui.view).hall;
    const auto px = [&](float v) { return std::floor(v * ui.view.ui_scale + 0.5f); };
    const std::string text = "Brushed: " + ui.view.brush.what;
    // No letter is wider; what is left over lies on both sides.
    const float width = std::min(px(64 + 7.5f * float(text.size())), hall.w - px(32));
    const Rect box{std::floor(hall.x + (hall.w - width) * 0.5f), hall.y + px(12), width, px(28)};
    // A region that appears takes the pointer's hold of whatever is being dragged over.
    begin_region(ui.view, "##brush", box, !ImGui::IsMouseDragging(0, 4));
    const Pen pen(ui.view);
    pen.frame(box, pen.colors.accent);
    pen.text_fit(box.x + px(12), box.mid_y(), box.w - px(48), Type::small, pen.colors.text, text);
    const Rect close{box.right() - px(32), box.y, px(32), box.h};
    const Touch over = touch("end brush", close);
    pen.cross(close.x + close.w * 0.5f, close.mid_y(), 4, over.hovered ? pen.colors.text : pen.colors.muted);
    if (over.hovered) hint(ui.view, "Ends it, as Esc does.");
    if (over.clicked) ui.view.brush = {};
    end_region();
}

}  // namespace bv

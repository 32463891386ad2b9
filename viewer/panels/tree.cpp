// The tree of the building: site, halls, rows, racks, nodes, GPUs, with the worst thing below every container. Only
// unfolded branches are walked. Reads: topology, digest. Writes: the selection; what is unfolded.
#include <vector>

#include "viewer/panels/lists.h"
#include "viewer/panels/memory.h"

namespace bv {
namespace {

// Power gear and cooling of a site or hall stand under one heading each: a made-up object of their class, whose index
// says where.
constexpr uint32_t group_of_site = 0xFFFFFFFE, group_of_halls = 0xF0000000;

struct TreeRow {
    ObjectId id;
    int depth = 0;
    bool folds = false, group = false;
};

void add_range(std::vector<ObjectId>& out, ObjectClass object_class, IndexRange range) {
    for (uint32_t i = range.first; i < range.end(); ++i) out.push_back({object_class, i});
}

// The heading that a piece of gear stands under; invalid where it has none.
ObjectId group_above(const Topology& t, ObjectId id) {
    uint32_t hall = no_index;
    if (id.object_class == ObjectClass::power) {
        hall = t.power[id.index].hall;
    } else if (id.object_class == ObjectClass::plant) {
        hall = t.plants[id.index].hall;
    } else if (id.object_class == ObjectClass::cdu && t.cdus[id.index].rack == no_index) {
        hall = t.cdus[id.index].hall;
    } else {
        return {};
    }
    return {id.object_class, hall == no_index ? group_of_site : group_of_halls + hall};
}

std::vector<ObjectId> gear_under(const Topology& t, ObjectId group) {
    std::vector<ObjectId> out;
    for (uint32_t i = 0; i < t.count(group.object_class); ++i)
        if (group_above(t, {group.object_class, i}) == group) out.push_back({group.object_class, i});
    return out;
}

std::vector<ObjectId> children_of(const Topology& t, ObjectId id) {
    std::vector<ObjectId> out;
    switch (id.object_class) {
        case ObjectClass::site:
            add_range(out, ObjectClass::hall, {0, t.count(ObjectClass::hall)});
            break;
        case ObjectClass::hall:
            add_range(out, ObjectClass::row, t.halls[id.index].rows);
            break;
        case ObjectClass::row:
            add_range(out, ObjectClass::rack, t.rows[id.index].racks);
            break;
        case ObjectClass::rack: {
            const Rack& rack = t.racks[id.index];
            add_range(out, ObjectClass::node, rack.nodes);
            add_range(out, ObjectClass::switch_, rack.switches);
            if (rack.cdu != no_index && t.cdus[rack.cdu].rack == id.index) out.push_back({ObjectClass::cdu, rack.cdu});
            break;
        }
        case ObjectClass::node:
            add_range(out, ObjectClass::gpu, t.nodes[id.index].gpus);
            add_range(out, ObjectClass::nic, t.nodes[id.index].nics);
            break;
        default:
            break;
    }
    return out;
}

bool has_children(const Topology& t, ObjectId id) {
    switch (id.object_class) {
        case ObjectClass::site:
        case ObjectClass::hall:
            return true;
        case ObjectClass::row:
            return t.rows[id.index].racks.count > 0;
        case ObjectClass::rack:
            return t.racks[id.index].nodes.count + t.racks[id.index].switches.count > 0;
        case ObjectClass::node:
            return t.nodes[id.index].gpus.count + t.nodes[id.index].nics.count > 0;
        default:
            return false;
    }
}

void flatten(const Topology& t, const std::set<ObjectId>& unfolded, ObjectId id, int depth, std::vector<TreeRow>& out) {
    const bool folds = has_children(t, id);
    out.push_back({id, depth, folds});
    if (!folds || !unfolded.contains(id)) return;
    for (const ObjectId child : children_of(t, id)) flatten(t, unfolded, child, depth + 1, out);
    if (id.object_class != ObjectClass::site && id.object_class != ObjectClass::hall) return;
    const uint32_t where = id.object_class == ObjectClass::hall ? group_of_halls + id.index : group_of_site;
    for (const ObjectClass c : {ObjectClass::power, ObjectClass::plant, ObjectClass::cdu}) {
        const std::vector<ObjectId> gear = gear_under(t, {c, where});
        if (gear.empty()) continue;
        out.push_back({{c, where}, depth + 1, true, true});
        if (unfolded.contains({c, where}))
            for (const ObjectId piece : gear) out.push_back({piece, depth + 2, false});
    }
}

// Unfolds down to the selection. True when it has changed since, so that the list scrolls there once.
bool follow_selection(const UiContext& ui, PanelMemory& memory) {
    if (ui.view.selected == memory.tree_followed) return false;
    memory.tree_followed = ui.view.selected;
    if (!ui.view.selected.valid()) return false;
    const Topology& t = ui.state.topology();
    if (const ObjectId group = group_above(t, ui.view.selected); group.valid()) memory.unfolded.insert(group);
    ObjectId up = t.parent(ui.view.selected);
    for (int depth = 0; up.valid() && depth < 8; ++depth, up = t.parent(up)) memory.unfolded.insert(up);
    return true;
}

void draw_tree_row(const UiContext& ui, const Pen& pen, const Rect& rect, const TreeRow& row, PanelMemory& memory) {
    const bool selected = row.id == ui.view.selected;
    const float x = rect.x + pen.px(12 + 14 * float(row.depth));
    const Rect fold{x - pen.px(8), rect.y, pen.px(20), rect.h};
    ImGui::PushID(int(row.id.object_class) << 28 | int(row.id.index & 0x0FFFFFFF));
    if (row.folds && touch("fold", fold).clicked) {
        if (!memory.unfolded.erase(row.id)) memory.unfolded.insert(row.id);
    }
    const Touch over = touch("row", {fold.right(), rect.y, rect.right() - fold.right(), rect.h});
    ImGui::PopID();
    if (over.hovered || selected) pen.fill(rect, pen.colors.raised);
    if (selected) pen.fill({rect.x, rect.y, pen.px(2), rect.h}, pen.colors.accent);
    if (row.group) {
        if (over.clicked && !memory.unfolded.erase(row.id)) memory.unfolded.insert(row.id);
        pen.chevron(x + pen.px(2), rect.mid_y(), memory.unfolded.contains(row.id), pen.colors.hint);
        const bool power = row.id.object_class == ObjectClass::power, plant = row.id.object_class == ObjectClass::plant;
        pen.text(x + pen.px(12), rect.mid_y(), Type::body, pen.colors.muted,
                 power   ? "Power"
                 : plant ? "Cooling"
                         : "CDUs");
        return;
    }
    if (over.hovered) ui.view.hovered = row.id;
    if (over.double_clicked)
        go_to(ui, row.id);
    else if (over.clicked) {
        ui.view.select(row.id);
        memory.tree_followed = row.id;
    }
    if (row.folds) pen.chevron(x + pen.px(2), rect.mid_y(), memory.unfolded.contains(row.id), pen.colors.hint);

    const Health mark = worst_at(ui, row.id);
    float right = rect.right() - pen.px(12);
    const auto& below = memory.digest.below[size_t(row.id.object_class)];
    if (row.id.index < below.size()) {
        if (const uint32_t n = below[row.id.index].troubled) {
            const std::string count = short_count(n);
            pen.text_right(right, rect.mid_y(), Type::small, health_text_color(pen.colors, mark), count);
            right -= pen.width(Type::small, count) + pen.px(8);
        }
    }
    pen.health_mark(x + pen.px(18), rect.mid_y(), 4.5f, mark);
    const std::string name =
        row.depth == 0 ? ui.state.topology().name_of(row.id) : short_name(ui.state.topology(), row.id);
    pen.text_fit(x + pen.px(30), rect.mid_y(), right - x - pen.px(30), Type::body,
                 selected ? pen.colors.text : mix(pen.colors.text, pen.colors.muted, 0.35f), name);
}

}  // namespace

void draw_tree(const UiContext& ui) {
    PanelMemory& memory = ui.memory;
    const Rect all = memory.list_rect;
    if (ui.state.empty()) {
        const Pen pen(ui.view);
        draw_empty(pen, all, "No cluster yet",
                   "Halls, rows, racks, nodes and GPUs stand here once a source has told its topology.");
        return;
    }
    const bool scroll = follow_selection(ui, memory);
    std::vector<TreeRow> rows;
    flatten(ui.state.topology(), memory.unfolded, {ObjectClass::site, 0}, 0, rows);
    begin_scroll("##tree", all);
    const Pen pen(ui.view);
    const float height = pen.px(24);
    if (scroll)
        for (size_t i = 0; i < rows.size(); ++i)
            if (rows[i].id == ui.view.selected) {
                const float y = float(i) * height;
                if (y < ImGui::GetScrollY() || y + height > ImGui::GetScrollY() + all.h)
                    ImGui::SetScrollY(std::max(0.f, y - all.h * 0.4f));
            }
    ImGuiListClipper clipper;
    clipper.Begin(int(rows.size()), height);
    while (clipper.Step()) {
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
            const ImVec2 at = ImGui::GetCursorScreenPos();
            draw_tree_row(ui, pen, {all.x, at.y, all.w, height}, rows[size_t(i)], memory);
            ImGui::SetCursorScreenPos({at.x, at.y + height});
        }
    }
    end_scroll();
}

}  // namespace bv

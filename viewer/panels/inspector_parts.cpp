// What the selection consists of and is joined to: parts as coloured cells, place, power, coolant, job, events.
// Reads: topology, state. Writes: the selection (every part is a way to go on).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/panels/inspector.h"
#include "viewer/panels/lists.h"

namespace bv {
namespace {

struct Cells {
    ObjectClass object_class = ObjectClass::gpu;
    IndexRange range;
    uint32_t columns = 8;
};

// What is shown as cells: GPUs of a node or rack, racks of a row, rows' racks of a hall, switches of a network rack.
std::vector<Cells> cells_of(const Topology& t, ObjectId id) {
    switch (id.object_class) {
        case ObjectClass::node: {
            const Node& node = t.nodes[id.index];
            return {{ObjectClass::gpu, node.gpus, 8}, {ObjectClass::nic, node.nics, 9}};
        }
        case ObjectClass::rack: {
            const Rack& rack = t.racks[id.index];
            const uint32_t per_node =
                rack.nodes.count && rack.gpus.count ? std::max(1u, rack.gpus.count / rack.nodes.count) : 8;
            return {{ObjectClass::gpu, rack.gpus, std::clamp(per_node, 4u, 12u)},
                    {ObjectClass::switch_, rack.switches, 8}};
        }
        case ObjectClass::row:
            return {{ObjectClass::rack, t.rows[id.index].racks, 14}};
        case ObjectClass::hall:
            return {{ObjectClass::rack, t.halls[id.index].racks, 28}};
        case ObjectClass::site:
            return {{ObjectClass::hall, {0, t.count(ObjectClass::hall)}, 8}};
        case ObjectClass::cdu:
            return {{ObjectClass::rack, t.cdus[id.index].racks, 14}};
        case ObjectClass::power:
            return {{ObjectClass::rack, t.power[id.index].racks, 14}};
        default:
            return {};
    }
}

// Where a cell of a grid stands. Racks stand as they do in the hall: the lowest node at the bottom.
struct Grid {
    Rect rect;
    float size = 0, step = 0;
    uint32_t columns = 1, lines = 1;
    bool from_bottom = false;
    [[nodiscard]] Rect cell(uint32_t i) const {
        const uint32_t line = from_bottom ? lines - 1 - i / columns : i / columns;
        return {rect.x + float(i % columns) * step, rect.y + float(line) * step, size, size};
    }
    [[nodiscard]] uint32_t at(ImVec2 point) const {
        const auto column = uint32_t(std::max(0.f, point.x - rect.x) / step);
        auto line = std::min(uint32_t(std::max(0.f, point.y - rect.y) / step), lines - 1);
        if (from_bottom) line = lines - 1 - line;
        return column < columns ? line * columns + column : no_index;
    }
};

Grid grid_of(const Pen& pen, const Flow& flow, const Cells& cells, bool from_bottom) {
    const float gap = std::max(1.f, pen.px(2)), room = flow.w - pen.px(16);
    Grid grid;
    grid.columns = std::min(cells.columns, cells.range.count);
    grid.lines = (cells.range.count + grid.columns - 1) / grid.columns;
    grid.size = std::clamp(std::floor(room / float(grid.columns)) - gap, 3.f, pen.px(28));
    grid.step = grid.size + gap;
    grid.from_bottom = from_bottom;
    grid.rect = {flow.x + pen.px(12), flow.y, grid.step * float(grid.columns), grid.step * float(grid.lines)};
    return grid;
}

void draw_cell(const UiContext& ui, const Pen& pen, const Rect& cell, ObjectId id) {
    const Health worst = worst_at(ui, id);
    const bool trouble = in_trouble(worst) || worst == Health::maintenance;
    pen.fill(cell, trouble ? health_color(pen.colors, worst) : cell_color(ui, id), cell.w > pen.px(10) ? 2.f : 0.f);
    if (worst == Health::unknown || lacks_difference(ui, id)) pen.hatch(cell, with_alpha(pen.colors.surface, 0.55f), 4);
    if (trouble && cell.w > pen.px(14))
        pen.health_shape(cell.x + cell.w * 0.5f, cell.mid_y(), 4, worst, pen.colors.ground);
    if (id == ui.view.selected) pen.frame(cell, pen.colors.accent, 2);
}

void draw_cells(const UiContext& ui, const Pen& pen, Flow& flow, ObjectId of, const Cells& cells) {
    if (cells.range.count == 0) return;
    const Rect label = flow.take(pen.px(22));
    pen.text(label.x + pen.px(12), label.mid_y(), Type::small, pen.colors.muted,
             grouped(cells.range.count) + " " + std::string(class_label(cells.object_class, cells.range.count != 1)));
    const Grid grid = grid_of(pen, flow, cells, of.object_class == ObjectClass::rack);
    for (uint32_t i = 0; i < cells.range.count; ++i)
        draw_cell(ui, pen, grid.cell(i), {cells.object_class, cells.range.first + i});
    flow.y = grid.rect.bottom() + pen.px(8);
    // One touch for the whole grid: which cell it is follows from the pointer.
    const Touch over = touch(int64_t(cells.object_class) + 2000, grid.rect);
    const uint32_t i = over.hovered ? grid.at(ImGui::GetIO().MousePos) : no_index;
    if (i >= cells.range.count) return;
    const ObjectId id{cells.object_class, cells.range.first + i};
    ui.view.hovered = id;
    pen.frame(grid.cell(i), pen.colors.text, 2);
    hint(ui.view, ui.state.topology().path_of(id) + " · " + health_sentence(ui.state, id, ui.timeline.now_ns()));
    if (over.clicked) ui.view.select(id);
}

}  // namespace

void draw_contents(const UiContext& ui, const Pen& pen, Flow& flow, ObjectId id) {
    const std::vector<Cells> groups = cells_of(ui.state.topology(), id);
    const bool any = std::any_of(groups.begin(), groups.end(), [](const Cells& c) { return c.range.count > 0; });
    if (!any) return;
    std::string note;
    const auto& below = ui.memory.digest.below[size_t(id.object_class)];
    if (id.index < below.size() && below[id.index].troubled)
        note = short_count(below[id.index].troubled) + " in trouble";
    if (!begin_section(ui, pen, flow, "Contents", note)) return;
    for (const Cells& cells : groups) draw_cells(ui, pen, flow, id, cells);
}

void draw_placement(const UiContext& ui, const Pen& pen, Flow& flow, ObjectId id) {
    const Topology& t = ui.state.topology();
    if (id.object_class == ObjectClass::link || id.object_class == ObjectClass::site) return;
    if (id.object_class == ObjectClass::job) {
        const Job* job = job_in_slot(ui.state, id.index);
        if (!begin_section(ui, pen, flow, "Job")) return;
        if (!job) {
            fact_row(ui, pen, flow, "slot", "free");
            return;
        }
        fact_row(ui, pen, flow, "id", job->id);
        fact_row(ui, pen, flow, "state", name_of(job->state));
        if (!job->user.empty()) fact_row(ui, pen, flow, "user", job->user);
        fact_row(ui, pen, flow, "GPUs", grouped(job->gpus));
        if (job->tensor_parallel)
            fact_row(ui, pen, flow, "TP × PP × DP",
                     fmt::format("{} × {} × {}", job->tensor_parallel, job->pipeline_parallel, job->data_parallel));
        if (job->start_ns) fact_row(ui, pen, flow, "started", date_time(job->start_ns));
        return;
    }
    if (!begin_section(ui, pen, flow, "Placement")) return;
    const uint32_t job_slot = job_of(t, ui.memory.digest, id);
    if (const Job* job = job_slot != no_index ? job_in_slot(ui.state, job_slot) : nullptr)
        fact_row(ui, pen, flow, "job", job->name.empty() ? job->id : job->name, {ObjectClass::job, job_slot});
    else if (id.object_class == ObjectClass::gpu || id.object_class == ObjectClass::node)
        fact_row(ui, pen, flow, "job", "none");
    ObjectId up = t.parent(id);
    uint32_t rack = id.object_class == ObjectClass::rack ? id.index : no_index;
    for (int depth = 0; up.valid() && depth < 8; ++depth, up = t.parent(up)) {
        if (up.object_class == ObjectClass::rack) rack = up.index;
        if (up.object_class != ObjectClass::site) fact_row(ui, pen, flow, name_of(up.object_class), t.name_of(up), up);
    }
    if (rack == no_index) return;
    if (id.object_class == ObjectClass::node && t.nodes[id.index].unit)
        fact_row(ui, pen, flow, "rack unit",
                 fmt::format("U{}, {} high", t.nodes[id.index].unit, t.nodes[id.index].height_units));
    if (id.object_class == ObjectClass::node && t.nodes[id.index].bays > 1)
        fact_row(ui, pen, flow, "bay", fmt::format("{} of {}", t.nodes[id.index].bay + 1, t.nodes[id.index].bays));
    if (id.object_class == ObjectClass::switch_ && t.switches[id.index].unit)
        fact_row(ui, pen, flow, "rack unit", fmt::format("U{}", t.switches[id.index].unit));
    if (t.racks[rack].busway != no_index)
        fact_row(ui, pen, flow, "power from", t.name_of({ObjectClass::power, t.racks[rack].busway}),
                 {ObjectClass::power, t.racks[rack].busway});
    if (t.racks[rack].cdu != no_index)
        fact_row(ui, pen, flow, "cooled by", t.name_of({ObjectClass::cdu, t.racks[rack].cdu}),
                 {ObjectClass::cdu, t.racks[rack].cdu});
}

void draw_object_events(const UiContext& ui, const Pen& pen, Flow& flow, ObjectId id) {
    std::vector<const Event*> events;
    for (size_t i = ui.state.events.size(); i-- > 0 && events.size() < 20;)
        if (ui.state.events[i].object == id) events.push_back(&ui.state.events[i]);
    if (!begin_section(ui, pen, flow, "Events", events.empty() ? "none" : std::to_string(events.size()))) return;
    if (events.empty()) {
        const Rect row = flow.take(pen.px(28));
        pen.text(row.x + pen.px(12), row.mid_y(), Type::small, pen.colors.hint,
                 "Nothing has happened to it since the viewer listens.");
    }
    for (const Event* event : events) draw_event_row(ui, pen, flow.take(pen.px(44)), *event, false);
}

}  // namespace bv

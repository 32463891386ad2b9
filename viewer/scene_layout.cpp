// Once per topology: the box of every object and the cells of every rack. Reads the topology, writes SceneLayout::Impl.
#include "viewer/scene_layout.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "viewer/camera.h"

namespace bv {

namespace {

constexpr float cabinet_edge_m = 0.03f;  // between the side of a rack and what stands in it
constexpr float bay_gap_m = 0.006f;
constexpr uint16_t most_rows = 96;

struct Drawer {  // a node or switch in a rack
    ObjectClass object_class;
    uint32_t index;
    uint16_t unit, height;
    uint32_t cells;              // GPUs of a node; 1 for a switch or a node without
    uint32_t bay = 0, bays = 1;  // side by side with the others at its unit
};

std::vector<Drawer> drawers_of(const Topology& t, const Rack& rack) {
    std::vector<Drawer> drawers;
    for (uint32_t n = rack.nodes.first; n < rack.nodes.end(); ++n)
        drawers.push_back({ObjectClass::node, n, t.nodes[n].unit, t.nodes[n].height_units,
                           std::max(1u, t.nodes[n].gpus.count), t.nodes[n].bay, t.nodes[n].bays});
    // A rack of GPUs shows its GPUs; the management switch on top would only stretch the grid.
    if (rack.gpus.count == 0)
        for (uint32_t s = rack.switches.first; s < rack.switches.end(); ++s)
            drawers.push_back({ObjectClass::switch_, s, t.switches[s].unit, t.switches[s].height_units, 1});
    std::stable_sort(drawers.begin(), drawers.end(), [](const Drawer& a, const Drawer& b) {
        return a.unit != b.unit ? a.unit < b.unit : a.bay < b.bay;
    });
    return drawers;
}

// Rack units from one row of cells to the next, so that equal drawers and the gaps between them fall on whole rows; 0:
// no such grid.
uint16_t pitch_of(const std::vector<Drawer>& drawers) {
    if (drawers.empty() || drawers.front().unit == 0) return 0;
    int pitch = 0;
    for (size_t i = 1; i < drawers.size(); ++i) {
        const int step = drawers[i].unit - drawers[i - 1].unit;
        if (step == 0 && drawers[i].bay != drawers[i - 1].bay) continue;
        if (step <= 0) return 0;
        pitch = std::gcd(pitch, step);
    }
    if (pitch == 0) return drawers.front().height;
    for (const Drawer& drawer : drawers)
        if (drawer.height > pitch) return 0;
    const int rows = (drawers.back().unit - drawers.front().unit) / pitch + 1;
    return rows <= 2 * int(drawers.size()) ? uint16_t(pitch) : 0;
}

float foot_of(const Rack& rack) { return std::max(0.0f, rack.extent.height - float(rack.units) * rack_unit_m) / 2; }

PlacedBox box_at(const Place& place, const Extent& extent) {
    return {{place.x, place.y, place.z}, place.yaw, {extent.width, extent.depth, extent.height}};
}

// A drawer over the full width of its rack.
PlacedBox drawer_box(const Rack& rack, uint16_t unit, uint16_t height, uint32_t order, uint32_t of) {
    PlacedBox box = box_at(rack.place, rack.extent);
    float bottom = foot_of(rack) + float(unit ? unit - 1 : 0) * rack_unit_m;
    float tall = std::max(1.0f, float(height)) * rack_unit_m;
    if (unit == 0) {  // where nobody says at which unit, drawers share the rack evenly
        const float pitch = (rack.extent.height - 0.2f) / float(std::max(1u, of));
        bottom = 0.1f + pitch * float(order);
        tall = std::min(pitch * 0.8f, 0.18f);
    }
    box.position.z += bottom;
    box.size = {rack.extent.width - 2 * cabinet_edge_m, rack.extent.depth - 0.04f,
                std::min(tall, rack.extent.height - bottom) - 0.006f};
    return box;
}

}  // namespace

PlacedBox within(const PlacedBox& outer, glm::vec3 offset, glm::vec3 size) {
    PlacedBox box = outer;
    box.position += side_of(outer.yaw) * offset.x - front_of(outer.yaw) * offset.y + glm::vec3(0, 0, offset.z);
    box.size = size;
    return box;
}

SceneLayout::Impl::Impl(std::shared_ptr<const Topology> t) : topology(std::move(t)) {
    racks.resize(topology->racks.size());
    for (uint32_t i = 0; i < racks.size(); ++i) plan_rack(i);
    plan_groups();
    plan_nics();
    fabric = FabricPlan(*topology);
    low = glm::vec3(1e9f);
    high = glm::vec3(-1e9f);
    for (const ObjectClass object_class :
         {ObjectClass::hall, ObjectClass::rack, ObjectClass::power, ObjectClass::plant})
        for (uint32_t i = 0; i < topology->count(object_class); ++i) {
            PlacedBox box;
            if (!box_of({object_class, i}, box)) continue;
            const float reach = std::hypot(box.size.x, box.size.y) / 2;
            low = glm::min(low, box.position - glm::vec3(reach, reach, 0));
            high = glm::max(high, box.position + glm::vec3(reach, reach, box.size.z));
        }
    facility = plan_facility(*this);
    if (low.x > high.x) low = glm::vec3(-10), high = glm::vec3(10);
}

void SceneLayout::Impl::plan_rack(uint32_t index) {
    const Rack& rack = topology->racks[index];
    RackPlan& plan = racks[index];
    plan.box = box_at(rack.place, rack.extent);
    plan.first_run = uint32_t(runs.size());
    const std::vector<Drawer> drawers = drawers_of(*topology, rack);
    if (drawers.empty()) return;
    const uint16_t pitch = pitch_of(drawers);
    const uint16_t base = drawers.front().unit;
    uint32_t columns = 1;
    for (const Drawer& drawer : drawers) columns = std::max(columns, drawer.cells * (pitch ? drawer.bays : 1));
    const uint32_t rows = pitch ? uint32_t(drawers.back().unit - base) / pitch + 1 : uint32_t(drawers.size());
    plan.columns = uint16_t(std::min(columns, 72u));
    plan.rows = uint16_t(std::min<uint32_t>(rows, most_rows));
    const float foot = foot_of(rack);
    plan.cells_bottom = pitch ? foot + float(base - 1) * rack_unit_m : 0.1f;
    plan.cells_top = pitch ? std::min(plan.cells_bottom + float(rows * pitch) * rack_unit_m, rack.extent.height - 0.02f)
                           : rack.extent.height - 0.1f;
    uint32_t filled = 0;
    for (size_t i = 0; i < drawers.size(); ++i) {
        const Drawer& drawer = drawers[i];
        const uint32_t row = pitch ? uint32_t(drawer.unit - base) / pitch : uint32_t(i);
        if (row >= plan.rows) break;
        const bool gpus = drawer.object_class == ObjectClass::node && topology->nodes[drawer.index].gpus.count > 0;
        const uint32_t column = pitch ? drawer.bay * (plan.columns / drawer.bays) : 0;
        CellRun run{row * plan.columns + column, gpus ? ObjectClass::gpu : drawer.object_class,
                    gpus ? topology->nodes[drawer.index].gpus.first : drawer.index,
                    std::min<uint32_t>(drawer.cells, plan.columns - column)};
        filled += run.count;
        if (runs.size() > plan.first_run) {
            CellRun& last = runs.back();
            if (last.object_class == run.object_class && last.first_cell + last.count == run.first_cell &&
                last.first_object + last.count == run.first_object) {
                last.count += run.count;
                continue;
            }
        }
        runs.push_back(run);
    }
    plan.runs = uint32_t(runs.size()) - plan.first_run;
    plan.evenly = filled == uint32_t(plan.columns) * plan.rows;
}

void SceneLayout::Impl::plan_groups() {
    constexpr uint32_t most = 8;
    constexpr float widest_gap_m = 0.25f;
    for (uint32_t r = 0; r < racks.size(); ++r) {
        const PlacedBox& box = racks[r].box;
        if (!groups.empty()) {
            RackGroup& group = groups.back();
            const PlacedBox& last = racks[r - 1].box;
            const glm::vec3 way = box.position - last.position;
            const float gap = glm::length(way) - (box.size.x + last.size.x) / 2;
            const bool beside =
                std::abs(glm::dot(way, front_of(box.yaw))) < 0.1f && std::abs(way.z) < 0.1f && gap < widest_gap_m;
            if (group.count < most && beside && box.yaw == last.yaw &&
                topology->racks[r].row == topology->racks[r - 1].row) {
                ++group.count;
                group.reversed = glm::dot(way, side_of(box.yaw)) < 0;
                const PlacedBox& first = racks[group.first].box;
                group.box.position = (first.position + box.position) * 0.5f;
                group.box.size.x = glm::length(box.position - first.position) + (first.size.x + box.size.x) / 2;
                group.box.size.y = std::max(group.box.size.y, box.size.y);
                group.box.size.z = std::max(group.box.size.z, box.size.z);
                continue;
            }
        }
        groups.push_back({r, 1, box, false});
    }
}

void SceneLayout::Impl::plan_nics() {
    const Topology& t = *topology;
    gpu_nics.assign(t.gpu_nodes.size(), no_index);
    nic_racks.assign(t.nics.size(), no_index);
    for (uint32_t i = 0; i < t.nics.size(); ++i)
        if (t.nics[i].node != no_index) nic_racks[i] = t.nodes[t.nics[i].node].rack;
    for (uint32_t i = 0; i < t.gpu_nodes.size(); ++i) gpu_nics[i] = nic_of_gpu(t, i);
}

PlacedBox SceneLayout::Impl::node_box(uint32_t index) const {
    const Node& node = topology->nodes[index];
    if (node.rack == no_index)
        return box_at(topology->place_of({ObjectClass::node, index}), topology->extent_of({ObjectClass::node, index}));
    const Rack& rack = topology->racks[node.rack];
    const PlacedBox box = drawer_box(rack, node.unit, node.height_units, index - rack.nodes.first,
                                     rack.nodes.count + rack.switches.count);
    if (node.bays < 2 || node.unit == 0) return box;
    const float pitch = box.size.x / float(node.bays);
    return within(box, {(float(node.bay) + 0.5f - float(node.bays) / 2) * pitch, 0, 0},
                  {pitch - bay_gap_m, box.size.y, box.size.z});
}

PlacedBox SceneLayout::Impl::gpu_box(uint32_t gpu) const {
    const uint32_t node_index = topology->gpu_nodes[gpu];
    const Node& node = topology->nodes[node_index];
    PlacedBox box = node_box(node_index);
    const uint32_t columns = std::max(1u, node.gpus.count), column = gpu - node.gpus.first;
    // The same grid as the cells of the far level (shaders/racks.vert leaves 5 cm at each side); in a bay, across it.
    const bool alone = node.bays < 2 || node.unit == 0;
    const float pitch = (alone ? box.size.x + 2 * cabinet_edge_m - 0.1f : box.size.x) / float(columns);
    const float along = (float(column) + 0.5f - float(columns) / 2) * pitch;
    box.position += side_of(box.yaw) * along + glm::vec3(0, 0, box.size.z * 0.07f);
    box.size = {pitch * 0.86f, box.size.y + 0.04f, box.size.z * 0.86f};
    return box;
}

PlacedBox SceneLayout::Impl::switch_box(uint32_t index) const {
    const Switch& device = topology->switches[index];
    if (device.rack == no_index) return {};
    const Rack& rack = topology->racks[device.rack];
    return drawer_box(rack, device.unit, device.height_units, rack.nodes.count + index - rack.switches.first,
                      rack.nodes.count + rack.switches.count);
}

PlacedBox SceneLayout::Impl::cdu_box(uint32_t index) const {
    const Cdu& cdu = topology->cdus[index];
    PlacedBox box = box_at(cdu.place, cdu.extent);
    if (cdu.placement == CduPlacement::in_rack && cdu.rack != no_index) {
        const Rack& rack = topology->racks[cdu.rack];
        box = drawer_box(rack, 1, 4, 0, 1);
        if (cdu.extent.height > 0) box.size.z = std::min(cdu.extent.height, rack.extent.height);
    }
    return box;
}

bool SceneLayout::Impl::box_of(ObjectId id, PlacedBox& box) const {
    if (!topology->contains(id)) return false;
    switch (id.object_class) {
        case ObjectClass::hall:
            box = box_at(topology->halls[id.index].place, topology->halls[id.index].extent);
            return true;
        case ObjectClass::rack:
            box = racks[id.index].box;
            return true;
        case ObjectClass::node:
            box = node_box(id.index);
            return true;
        case ObjectClass::gpu:
            box = gpu_box(id.index);
            return true;
        case ObjectClass::nic:
            if (topology->nics[id.index].node == no_index) return false;
            box = node_box(topology->nics[id.index].node);
            return true;
        case ObjectClass::switch_:
            if (topology->switches[id.index].rack == no_index) return false;
            box = switch_box(id.index);
            return true;
        case ObjectClass::cdu:
            box = cdu_box(id.index);
            return true;
        case ObjectClass::power:
            box = box_at(topology->power[id.index].place, topology->power[id.index].extent);
            break;
        case ObjectClass::plant:
            box = box_at(topology->plants[id.index].place, topology->plants[id.index].extent);
            break;
        case ObjectClass::row: {
            const IndexRange range = topology->rows[id.index].racks;
            if (range.count == 0) return false;
            const PlacedBox &first = racks[range.first].box, &last = racks[range.end() - 1].box;
            box = first;
            box.position = (first.position + last.position) * 0.5f;
            box.size.x = glm::length(last.position - first.position) + (first.size.x + last.size.x) / 2;
            box.size.z = std::max(first.size.z, last.size.z);
            return true;
        }
        default:
            return false;
    }
    return box.size.x > 0 && box.size.y > 0 && box.size.z > 0;
}

uint32_t SceneLayout::Impl::rack_of(ObjectId id) const {
    const Topology& t = *topology;
    switch (id.object_class) {
        case ObjectClass::rack:
            return id.index;
        case ObjectClass::node:
            return t.nodes[id.index].rack;
        case ObjectClass::gpu:
            return t.nodes[t.gpu_nodes[id.index]].rack;
        case ObjectClass::nic:
            return nic_racks[id.index];
        case ObjectClass::switch_:
            return t.switches[id.index].rack;
        case ObjectClass::cdu:
            return t.cdus[id.index].rack;
        case ObjectClass::link: {
            const PortRef& end = t.links[id.index].a;
            return end.is_switch ? t.switches[end.device].rack : nic_racks[end.device];
        }
        default:
            return no_index;
    }
}

uint32_t SceneLayout::Impl::related_to_gpu(uint32_t gpu, ObjectClass object_class) const {
    const Topology& t = *topology;
    const uint32_t node = t.gpu_nodes[gpu], rack = t.nodes[node].rack;
    const Rack* stands = rack == no_index ? nullptr : &t.racks[rack];
    switch (object_class) {
        case ObjectClass::site:
            return 0;
        case ObjectClass::hall:
            return stands ? stands->hall : no_index;
        case ObjectClass::row:
            return stands ? stands->row : no_index;
        case ObjectClass::rack:
            return rack;
        case ObjectClass::node:
            return node;
        case ObjectClass::gpu:
            return gpu;
        case ObjectClass::nic:
            return gpu_nics[gpu];
        case ObjectClass::cdu:
            return stands ? stands->cdu : no_index;
        case ObjectClass::power:
            return stands ? stands->busway : no_index;
        case ObjectClass::plant:
            return stands && stands->cdu != no_index ? t.cdus[stands->cdu].plant : no_index;
        case ObjectClass::link:
        case ObjectClass::switch_: {
            if (gpu_nics[gpu] == no_index) return no_index;
            const auto links = t.links_of({ObjectClass::nic, gpu_nics[gpu]});
            if (links.empty()) return no_index;
            return object_class == ObjectClass::link ? links.front() : t.links[links.front()].b.device;
        }
        case ObjectClass::job:
            return no_index;  // by node ranges, see refresh_cache
    }
    return no_index;
}

SceneLayout::SceneLayout(std::shared_ptr<const Topology> topology)
    : impl_(std::make_unique<Impl>(std::move(topology))) {}
SceneLayout::~SceneLayout() = default;
StaticScene SceneLayout::static_scene() const { return build_static_scene(*impl_); }
const Topology& SceneLayout::topology() const { return *impl_->topology; }

}  // namespace bv

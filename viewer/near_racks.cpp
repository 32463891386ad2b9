// The inside of racks that are near: chassis and GPUs as boxes, switches with their ports, and nearest, doors,
// manifolds and CDU. Reads the layout's boxes and the cached state words, writes box rows.
#include <algorithm>
#include <array>
#include <cmath>

#include "viewer/camera.h"
#include "viewer/scene_layout.h"

namespace bv {

namespace {

constexpr uint32_t no_state = gpu::state_absent;  // furniture: nothing is known of it, nothing shows

uint32_t marked_word(const SceneLayout::Impl& layout, const View& view, ObjectId id) {
    uint32_t word = word_of(layout, id);
    if (view.selected == id) word |= gpu::state_selected;
    if (view.hovered == id) word |= gpu::state_hovered;
    return word;
}

void push(FrameRows& rows, const PlacedBox& box, uint32_t material, uint32_t state) {
    rows.boxes.push({box.position, box.yaw, box.size, material, state});
}

// A node shows the mean of its GPUs where the metric is the GPUs'.
uint32_t node_word(const SceneLayout::Impl& layout, const View& view, uint32_t index) {
    const uint32_t word = marked_word(layout, view, {ObjectClass::node, index});
    if (!by_health(word)) return word;
    uint32_t sum = 0, count = 0;
    const IndexRange gpus = layout.topology->nodes[index].gpus;
    for (uint32_t g = gpus.first; g < gpus.end(); ++g) {
        const uint32_t gpu = word_of(layout, {ObjectClass::gpu, g});
        if (has_value(gpu)) sum += gpu & 0xFFFFu, ++count;
    }
    return count ? (word & ~word_by_health) | sum / count : word;
}

// The end of a drawer that looks towards the eye: the rest of it is inside the rack, and drawing what is hidden takes
// as long as drawing what is seen.
PlacedBox end_in_sight(const PlacedBox& drawer, const View& view) {
    constexpr float depth_m = 0.12f;
    if (!view.lod || drawer.size.y <= depth_m) return drawer;  // the comparison draws whole GPUs
    const bool from_front = glm::dot(view.camera.pose().eye - drawer.position, front_of(drawer.yaw)) > 0;
    const float offset = 0.5f * (drawer.size.y - depth_m);
    return within(drawer, {0, from_front ? -offset : offset, 0}, {drawer.size.x, depth_m, drawer.size.z});
}

void pack_node(const SceneLayout::Impl& layout, const View& view, uint32_t index, FrameRows& rows) {
    const Node& node = layout.topology->nodes[index];
    const uint32_t state = node_word(layout, view, index);
    const PlacedBox chassis = layout.node_box(index);
    // What stands out furthest goes first, so that what it hides is not shaded.
    for (uint32_t g = node.gpus.first; g < node.gpus.end(); ++g)
        push(rows, end_in_sight(layout.gpu_box(g), view), gpu::material_state,
             marked_word(layout, view, {ObjectClass::gpu, g}));
    if (node.gpus.count == 0) {
        // A host without GPUs shows its own state where the others show theirs.
        push(rows,
             within(chassis, {0, 0, chassis.size.z * 0.2f},
                    {chassis.size.x * 0.86f, chassis.size.y + 0.04f, chassis.size.z * 0.6f}),
             gpu::material_state, state);
    }
    push(rows, end_in_sight(chassis, view), gpu::material_node, state);
}

// Two ports to a cage, cages in two lines over the front; each shows the worst of its links, black where nothing is
// plugged in.
void pack_ports(const SceneLayout::Impl& layout, const PlacedBox& chassis, uint32_t index, FrameRows& rows) {
    const Topology& t = *layout.topology;
    const Switch& device = t.switches[index];
    const uint32_t cages = std::clamp<uint32_t>((device.ports + 1u) / 2u, 1, 64);
    const uint32_t columns = (cages + 1) / 2;
    std::array<uint32_t, 64> state{};
    std::array<bool, 64> plugged{};
    for (const uint32_t l : t.links_of({ObjectClass::switch_, index})) {
        const Link& link = t.links[l];
        const PortRef& end = link.a.is_switch && link.a.device == index ? link.a : link.b;
        const uint32_t cage = std::min<uint32_t>(end.port / 2u, cages - 1);
        const uint32_t word = word_of(layout, {ObjectClass::link, l});
        if (!plugged[cage] || badness(health_of(word)) > badness(health_of(state[cage]))) state[cage] = word;
        plugged[cage] = true;
    }
    const float pitch_x = chassis.size.x * 0.94f / float(columns), pitch_z = chassis.size.z * 0.34f;
    for (uint32_t i = 0; i < cages; ++i) {
        if (!plugged[i]) continue;
        const glm::vec3 offset{(float(i % columns) + 0.5f - float(columns) / 2) * pitch_x, -chassis.size.y / 2 - 0.004f,
                               chassis.size.z * 0.18f + float(i / columns) * pitch_z};
        push(rows, within(chassis, offset, {pitch_x * 0.7f, 0.012f, pitch_z * 0.7f}), gpu::material_state, state[i]);
    }
}

void pack_switch(const SceneLayout::Impl& layout, const View& view, uint32_t index, bool nearest, FrameRows& rows) {
    const PlacedBox chassis = layout.switch_box(index);
    const uint32_t state = marked_word(layout, view, {ObjectClass::switch_, index});
    push(rows, chassis, gpu::material_switch, state);
    if (nearest && layout.topology->switches[index].role != SwitchRole::management)
        return pack_ports(layout, chassis, index, rows);
    push(rows,
         within(chassis, {0, 0, chassis.size.z * 0.18f},
                {chassis.size.x * 0.88f, chassis.size.y + 0.03f, chassis.size.z * 0.64f}),
         gpu::material_state, state);
}

void pack_cdu(const SceneLayout::Impl& layout, const View& view, uint32_t index, bool nearest, FrameRows& rows) {
    const PlacedBox box = layout.cdu_box(index);
    push(rows, box, gpu::material_cdu, marked_word(layout, view, {ObjectClass::cdu, index}));
    if (!nearest) return;
    // Two pumps with their couplings: round things are drawn square here, they are a hand's width.
    for (const float x : {-0.25f, 0.25f})
        push(rows,
             within(box, {box.size.x * x, -box.size.y / 2, box.size.z * 0.25f},
                    {box.size.x * 0.3f, 0.05f, box.size.z * 0.5f}),
             gpu::material_rack_frame, no_state);
}

// Supply and return up the rear of the rack, the rear door swung open, and a handle.
void pack_dressing(const SceneLayout::Impl& layout, uint32_t rack_index, FrameRows& rows) {
    const PlacedBox& rack = layout.racks[rack_index].box;
    const Rack& object = layout.topology->racks[rack_index];
    const float rear = rack.size.y / 2, half = rack.size.x / 2;
    if (object.cdu != no_index && object.gpus.count) {
        const float low = 0.2f, tall = rack.size.z - 0.4f;
        push(rows, within(rack, {-half + 0.06f, rear + 0.01f, low}, {0.05f, 0.05f, tall}), gpu::material_pipe_cold,
             no_state);
        push(rows, within(rack, {half - 0.06f, rear + 0.01f, low}, {0.05f, 0.05f, tall}), gpu::material_pipe_warm,
             no_state);
        for (uint32_t n = object.nodes.first; n < object.nodes.end(); ++n) {
            const PlacedBox node = layout.node_box(n);
            const float z = node.position.z - rack.position.z + node.size.z + 0.008f;
            if (z + rack_unit_m < rack.size.z)
                push(rows, within(rack, {0, -rear + 0.02f, z}, {rack.size.x * 0.84f, 0.03f, rack_unit_m * 0.5f}),
                     gpu::material_pipe_cold, no_state);
        }
    }
    // Posts left and right of the front, proud of the nodes: the frame that the eye expects.
    for (const float x : {-half + 0.012f, half - 0.012f})
        push(rows, within(rack, {x, -rear - 0.005f, 0}, {0.024f, 0.05f, rack.size.z}), gpu::material_rack_frame,
             no_state);
    PlacedBox door = within(rack, {half + 0.01f, rear + half, 0.04f}, {0.025f, rack.size.x, rack.size.z - 0.08f});
    push(rows, door, gpu::material_door, no_state);
}

// The body behind the drawers: dark, so that the gaps between them are. Where the rack's top is in sight its own grid
// is drawn there, and only what the drawers leave open is closed.
void pack_body(const SceneLayout::Impl& layout, uint32_t rack_index, bool top_in_sight, FrameRows& rows) {
    constexpr float recess_m = 0.05f, edge_m = 0.035f;
    const RackPlan& plan = layout.racks[rack_index];
    const PlacedBox& box = plan.box;
    if (top_in_sight) {
        if (plan.runs)
            push(rows,
                 within(box, {0, 0, plan.cells_bottom},
                        {box.size.x - 0.04f, box.size.y - 0.07f, plan.cells_top - plan.cells_bottom}),
                 gpu::material_rack_frame, no_state);
        return;
    }
    // The lit edge: the worst health in the rack, along the top of its front.
    const Health worst = health_of(layout.cache.rack_words[rack_index]);
    push(rows, within(box, {0, -box.size.y / 2 + recess_m, box.size.z - edge_m}, {box.size.x - 0.02f, 0.012f, edge_m}),
         gpu::material_state, word_by_health | health_word(worst));
    push(rows, within(box, {0, 0, 0}, {box.size.x - 0.004f, box.size.y - 2 * recess_m, box.size.z}),
         gpu::material_rack_frame, no_state);
}

}  // namespace

void pack_near_rack(const SceneLayout::Impl& layout, const View& view, uint32_t rack_index, bool nearest,
                    bool top_in_sight, FrameRows& rows) {
    const Rack& rack = layout.topology->racks[rack_index];
    if (nearest) pack_dressing(layout, rack_index, rows);
    for (uint32_t n = rack.nodes.first; n < rack.nodes.end(); ++n) pack_node(layout, view, n, rows);
    if (view.lod) {  // the comparison draws GPUs, not furniture
        for (uint32_t s = rack.switches.first; s < rack.switches.end(); ++s)
            pack_switch(layout, view, s, nearest, rows);
        if (rack.cdu != no_index && layout.topology->cdus[rack.cdu].rack == rack_index)
            pack_cdu(layout, view, rack.cdu, nearest, rows);
    }
    pack_body(layout, rack_index, top_in_sight, rows);
}

}  // namespace bv

// What stands still: slabs, walls cut open, markings, trays, pipes, cooling towers and all lettering. Built once per
// topology from the layout; composed like an architectural model, seen from the south-east: high walls behind, a kerb
// in front.
#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "viewer/scene_layout.h"

namespace bv {

namespace {

constexpr float slab_m = 0.35f, wall_m = 0.3f, wall_behind_m = 2.6f, kerb_m = 0.4f;
constexpr uint32_t sign_color = 0xFFB0A193u;  // #93A1B0
constexpr uint32_t sign_faint = 0xFF75685Bu;  // #5B6875

// "H2" → "HALL 2"; other names stay as they are.
std::string spoken(const std::string& name) {
    const bool short_name = name.size() > 1 && name.size() < 4 && name[0] == 'H' &&
                            name.find_first_not_of("0123456789", 1) == std::string::npos;
    return short_name ? "HALL " + name.substr(1) : name;
}

struct Builder {
    const SceneLayout::Impl& layout;
    const Topology& t;
    StaticScene scene;

    void box(const PlacedBox& b, uint32_t material) { scene.boxes.push_back({b.position, b.yaw, b.size, material, 0}); }
    void flat_sign(std::string text, glm::vec3 at, glm::vec3 right, float height, uint32_t color,
                   float min_pixels = 7) {
        const glm::vec3 up{-right.y, right.x, 0};
        scene.signs.push_back({std::move(text), at + glm::vec3(0, 0, 0.02f), right, up, height, color, min_pixels});
    }
    // A straight box between two points, as wide and high as given.
    void beam(glm::vec3 a, glm::vec3 b, float width, float height, uint32_t material) {
        const glm::vec2 way = glm::vec2(b - a);
        if (glm::length(way) < 0.01f) return;
        box({(a + b) * 0.5f, std::atan2(way.y, way.x), {glm::length(way) + width, width, height}}, material);
    }

    void halls();
    void hall_walls(const PlacedBox& hall);
    void rows();
    void row_floor(const Row& row, const RackPlan& first, const RackPlan& last, glm::vec3 along);
    void arrays();
    void rack_numbers();
    void trays();
    void towers();
};

void Builder::hall_walls(const PlacedBox& hall) {
    const float w = hall.size.x, d = hall.size.y;
    // Rear and left of a hall that faces south are its north and west walls.
    box(within(hall, {0, d / 2, 0}, {w + wall_m, wall_m, wall_behind_m}), gpu::material_wall);
    box(within(hall, {-w / 2, 0, 0}, {wall_m, d - wall_m, wall_behind_m}), gpu::material_wall);
    box(within(hall, {0, -d / 2, 0}, {w + wall_m, wall_m, kerb_m}), gpu::material_wall);
    box(within(hall, {w / 2, 0, 0}, {wall_m, d - wall_m, kerb_m}), gpu::material_wall);
    // Pilasters give the long walls a measure.
    for (float x = -w / 2 + 8; x < w / 2 - 4; x += 8)
        box(within(hall, {x, d / 2 - 0.3f, 0}, {0.4f, 0.3f, wall_behind_m + 0.25f}), gpu::material_wall);
    for (float y = -d / 2 + 8; y < d / 2 - 4; y += 8)
        box(within(hall, {-w / 2 + 0.3f, y, 0}, {0.3f, 0.4f, wall_behind_m + 0.25f}), gpu::material_wall);
}

void Builder::halls() {
    for (uint32_t i = 0; i < t.halls.size(); ++i) {
        PlacedBox hall;
        if (!layout.box_of({ObjectClass::hall, i}, hall)) continue;
        box(within(hall, {0, 0, -slab_m}, {hall.size.x + 2 * wall_m, hall.size.y + 2 * wall_m, slab_m}),
            gpu::material_slab);
        hall_walls(hall);
        const glm::vec3 side = side_of(hall.yaw), front = front_of(hall.yaw);
        const float letter = std::clamp(std::min(hall.size.x, hall.size.y) * 0.075f, 0.7f, 7.0f);
        flat_sign(spoken(t.name_of({ObjectClass::hall, i})), hall.position + front * (hall.size.y / 2 + letter * 1.15f),
                  side, letter, sign_color, 6);
        const glm::vec3 line_at = hall.position + front * (hall.size.y / 2 + letter * 2.05f);
        if (hall.yaw == 0) box({line_at, hall.yaw, {hall.size.x, 0.12f, 0.01f}}, gpu::material_marking);
    }
}

void Builder::row_floor(const Row& row, const RackPlan& first, const RackPlan& last, glm::vec3 along) {
    const glm::vec3 front = front_of(first.box.yaw);
    const float half = first.box.size.x / 2, depth = first.box.size.y / 2;
    const glm::vec3 a = first.box.position - along * half, b = last.box.position + along * half;
    // The edge of the aisle.
    beam(a + front * (depth + 0.28f), b + front * (depth + 0.28f), 0.05f, 0.006f, gpu::material_marking);
    bool liquid = false;
    for (uint32_t r = row.racks.first; r < row.racks.end(); ++r) liquid = liquid || t.racks[r].cdu != no_index;
    if (!liquid) return;
    for (const auto& [behind, material] :
         {std::pair{0.20f, gpu::material_pipe_cold}, std::pair{0.42f, gpu::material_pipe_warm}})
        beam(a - front * (depth + behind) + glm::vec3(0, 0, 0.05f),
             b - front * (depth + behind) + glm::vec3(0, 0, 0.05f), 0.14f, 0.14f, material);
}

void Builder::rows() {
    for (uint32_t i = 0; i < t.rows.size(); ++i) {
        const Row& row = t.rows[i];
        if (row.racks.count == 0) continue;
        const RackPlan &first = layout.racks[row.racks.first], &last = layout.racks[row.racks.end() - 1];
        glm::vec3 along = last.box.position - first.box.position;
        along = glm::length(along) > 0.1f ? glm::normalize(along) : side_of(first.box.yaw);
        row_floor(row, first, last, along);
        const glm::vec3 right = side_of(0);
        const std::string name = t.name_of({ObjectClass::row, i});
        const float letter = 0.45f, away = first.box.size.x / 2 + 0.4f +
                                           0.32f * letter * float(name.size()) * std::abs(along.x) +
                                           letter * std::abs(along.y);
        flat_sign(name, first.box.position - along * away, right, letter, sign_color);
        flat_sign(name, last.box.position + along * away, right, letter, sign_color);
    }
}

// What the names of its racks say of an array inside its hall: "P4-A1" of "H3-P4-A1-R2"; else its number.
std::string array_name(const Topology& t, uint32_t rack, uint32_t array) {
    std::string name = t.name_of({ObjectClass::rack, rack});
    const std::string hall =
        t.racks[rack].hall == no_index ? "" : t.name_of({ObjectClass::hall, t.racks[rack].hall}) + "-";
    if (hall.size() > 1 && name.starts_with(hall)) name.erase(0, hall.size());
    const size_t dash = name.rfind('-');
    return dash == std::string::npos ? fmt::format("A{:02}", array) : name.substr(0, dash);
}

void Builder::arrays() {
    struct Group {
        glm::vec3 sum{0};
        float count = 0;
        float yaw = 0, depth = 0;
        uint32_t row = no_index, rack = no_index;
    };
    std::map<uint32_t, Group> groups;
    for (uint32_t r = 0; r < t.racks.size(); ++r) {
        if (t.racks[r].array == no_index || t.racks[r].gpus.count == 0) continue;
        Group& group = groups[t.racks[r].array];
        if (group.row == no_index) group.row = t.racks[r].row, group.rack = r;
        if (group.row != t.racks[r].row) continue;
        group.sum += layout.racks[r].box.position;
        group.yaw = layout.racks[r].box.yaw;
        group.depth = layout.racks[r].box.size.y;
        ++group.count;
    }
    if (groups.size() > 4000) return;  // a million GPUs: the rows say enough
    for (const auto& [array, group] : groups)
        flat_sign(array_name(t, group.rack, array),
                  group.sum / group.count + front_of(group.yaw) * (group.depth / 2 + 0.55f), side_of(group.yaw), 0.28f,
                  sign_faint, 8);
}

// Over the nodes of each rack, on its bezel; rack numbers only, the row stands on the floor.
void Builder::rack_numbers() {
    for (uint32_t r = 0; r < t.racks.size(); ++r) {
        const PlacedBox& rack = layout.racks[r].box;
        const std::string name = t.name_of({ObjectClass::rack, r});
        const float room = rack.size.z - layout.racks[r].cells_top;
        const float letter = std::clamp(room * 0.5f, 0.03f, 0.06f);
        const float longest = rack.size.x * 0.9f / (0.62f * letter);
        const std::string shown = float(name.size()) > longest ? name.substr(name.size() - size_t(longest)) : name;
        const glm::vec3 at = rack.position + front_of(rack.yaw) * (rack.size.y / 2 + 0.035f) +
                             glm::vec3(0, 0, rack.size.z - std::max(room / 2, 0.05f));
        scene.signs.push_back({shown, at, side_of(rack.yaw), {0, 0, 1}, letter, sign_color, 7});
    }
}

void Builder::trays() {
    const FabricPlan& plan = layout.fabric;
    for (const Tray& tray : plan.row_trays)
        if (tray.segments() > 0) beam(tray.stops.front(), tray.stops.back(), 0.56f, 0.05f, gpu::material_tray);
    for (const Tray& tray : plan.hall_trays)
        if (tray.segments() > 1) beam(tray.stops.front(), tray.stops.back(), 1.5f, 0.08f, gpu::material_tray);
    for (const FabricPlan::HallPair& pair : plan.hall_pairs) {
        const glm::vec3 a = plan.hall_trays[pair.hall_a].stops.back(), b = plan.hall_trays[pair.hall_b].stops.back();
        beam(a, b, 1.5f, 0.08f, gpu::material_tray);
        // Bridges between halls stand on posts.
        const int posts = std::max(1, int(glm::length(b - a) / 12));
        for (int i = 0; i <= posts; ++i) {
            const glm::vec3 p = glm::mix(a, b, float(i) / float(posts));
            box({{p.x, p.y, 0}, 0, {0.18f, 0.18f, p.z}}, gpu::material_tray);
        }
    }
}

void Builder::towers() {
    for (uint32_t i = 0; i < t.plants.size(); ++i) {
        PlacedBox plant;
        if (t.plants[i].kind != PlantKind::tower || !layout.box_of({ObjectClass::plant, i}, plant)) continue;
        const bool wide = plant.size.x >= plant.size.y;
        const float long_side = wide ? plant.size.x : plant.size.y, short_side = wide ? plant.size.y : plant.size.x;
        const int drums = std::clamp(int(std::lround(long_side / short_side)), 1, 12);
        const float pitch = long_side / float(drums);
        for (int k = 0; k < drums; ++k) {
            const float along = (float(k) + 0.5f - float(drums) / 2) * pitch,
                        width = std::min(pitch, short_side) * 0.84f;
            const glm::vec3 offset =
                wide ? glm::vec3(along, 0, plant.size.z * 0.22f) : glm::vec3(0, along, plant.size.z * 0.22f);
            const PlacedBox drum = within(plant, offset, {width, width, plant.size.z * 0.62f});
            scene.cylinders.push_back({drum.position, drum.yaw, drum.size, gpu::material_tower, 0});
            const PlacedBox fan = within(plant, offset + glm::vec3(0, 0, plant.size.z * 0.62f),
                                         {width * 0.62f, width * 0.62f, plant.size.z * 0.14f});
            scene.cylinders.push_back({fan.position, fan.yaw, fan.size, gpu::material_wall, 0});
        }
    }
}

}  // namespace

StaticScene build_static_scene(const SceneLayout::Impl& layout) {
    Builder builder{layout, *layout.topology, {}};
    const glm::vec2 margin = glm::vec2(std::max(20.0f, 0.12f * glm::length(layout.high - layout.low)));
    builder.scene.ground_min = glm::vec2(layout.low) - margin;
    builder.scene.ground_max = glm::vec2(layout.high) + margin;
    builder.halls();
    builder.rows();
    builder.arrays();
    builder.rack_numbers();
    builder.trays();
    builder.towers();
    return std::move(builder.scene);
}

}  // namespace bv

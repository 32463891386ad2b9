// A ray through the pointer → the nearest object. Reads the layout: 2,000 racks as boxes, then the cells of the one
// that is hit; and the lines of the fabric that the last frame drew. No copy of the picture is read back.
#include <algorithm>
#include <cmath>
#include <limits>

#include "viewer/scene_layout.h"

namespace bv {

namespace {

constexpr float cell_pixels_to_pick = 3.5f;  // smaller cells cannot be meant one by one: the rack is
constexpr float grid_margin_m = 0.05f;       // as in shaders/racks.vert
constexpr float grid_margin_top_m = 0.12f;

struct Hit {
    float distance = std::numeric_limits<float>::infinity();
    glm::vec3 local{0};  // in the box's own axes: x right, y to the rear, z up from the base
    int face = 0;        // 0 side, 1 front or rear, 2 top
};

bool hit_box(const PlacedBox& box, const Camera::Ray& ray, float from, Hit& best) {
    const glm::vec3 side = side_of(box.yaw), rear = -front_of(box.yaw), to = ray.origin - box.position;
    const glm::vec3 origin{glm::dot(to, side), glm::dot(to, rear), to.z};
    const glm::vec3 direction{glm::dot(ray.direction, side), glm::dot(ray.direction, rear), ray.direction.z};
    const glm::vec3 low{-box.size.x / 2, -box.size.y / 2, 0}, high{box.size.x / 2, box.size.y / 2, box.size.z};
    float enter = from, leave = best.distance;
    int face = -1;
    for (int axis = 0; axis < 3; ++axis) {
        if (std::abs(direction[axis]) < 1e-9f) {
            if (origin[axis] < low[axis] || origin[axis] > high[axis]) return false;
            continue;
        }
        float a = (low[axis] - origin[axis]) / direction[axis], b = (high[axis] - origin[axis]) / direction[axis];
        if (a > b) std::swap(a, b);
        if (a > enter) enter = a, face = axis;
        leave = std::min(leave, b);
    }
    if (enter >= leave || face < 0) return false;
    best = {enter, origin + direction * enter, face};
    return true;
}

bool inside(const PlacedBox& drawer, const PlacedBox& rack, float z) {
    const float bottom = drawer.position.z - rack.position.z;
    return z >= bottom && z <= bottom + drawer.size.z;
}

// Which cell of a rack the hit is in, and whether it is on the cell itself or on the seam around it.
ObjectId cell_at(const SceneLayout::Impl& layout, uint32_t rack_index, const Hit& hit) {
    const RackPlan& plan = layout.racks[rack_index];
    const glm::vec3 size = plan.box.size;
    const float u = (hit.local.x + size.x / 2 - grid_margin_m) / (size.x - 2 * grid_margin_m) * float(plan.columns);
    const float v =
        hit.face == 2
            ? (hit.local.y + size.y / 2 - grid_margin_top_m) / (size.y - 2 * grid_margin_top_m) * float(plan.rows)
            : (hit.local.z - plan.cells_bottom) / (plan.cells_top - plan.cells_bottom) * float(plan.rows);
    if (u < 0 || v < 0 || u >= float(plan.columns) || v >= float(plan.rows)) return {};
    const uint32_t cell = uint32_t(v) * plan.columns + uint32_t(u);
    for (uint32_t k = plan.first_run; k < plan.first_run + plan.runs; ++k) {
        const CellRun& run = layout.runs[k];
        if (cell < run.first_cell || cell - run.first_cell >= run.count) continue;
        const ObjectId id{run.object_class, run.first_object + cell - run.first_cell};
        const float du = std::abs(u - std::floor(u) - 0.5f), dv = std::abs(v - std::floor(v) - 0.5f);
        if (id.object_class == ObjectClass::gpu && (du > 0.45f || dv > 0.42f))
            return {ObjectClass::node, layout.topology->gpu_nodes[id.index]};
        return id;
    }
    return {};
}

ObjectId part_of_rack(const SceneLayout::Impl& layout, const View& view, uint32_t index, const Hit& hit) {
    const ObjectId whole{ObjectClass::rack, index};
    const RackPlan& plan = layout.racks[index];
    const Rack& rack = layout.topology->racks[index];
    const Sight sight(view);
    const float metre = sight.pixels_per_metre / std::max(hit.distance, 0.1f);
    if (hit.face == 0) return whole;
    if (hit.face == 1 && metre * 0.15f > cell_pixels_to_pick) {
        if (rack.cdu != no_index && layout.topology->cdus[rack.cdu].rack == index &&
            inside(layout.cdu_box(rack.cdu), plan.box, hit.local.z))
            return {ObjectClass::cdu, rack.cdu};
        for (uint32_t s = rack.switches.first; s < rack.switches.end(); ++s)
            if (inside(layout.switch_box(s), plan.box, hit.local.z)) return {ObjectClass::switch_, s};
    }
    if (plan.runs == 0) return whole;
    const float cell =
        std::min(plan.box.size.x / float(plan.columns), (plan.cells_top - plan.cells_bottom) / float(plan.rows));
    if (cell * metre < cell_pixels_to_pick) return whole;
    const ObjectId id = cell_at(layout, index, hit);
    return id.valid() ? id : whole;
}

ObjectId hall_under(const Topology& t, const Camera::Ray& ray, float before) {
    if (ray.direction.z >= -1e-4f) return {};
    for (uint32_t i = 0; i < t.halls.size(); ++i) {
        const float distance = (t.halls[i].place.z - ray.origin.z) / ray.direction.z;
        if (distance <= 0 || distance >= before) continue;
        const glm::vec3 offset = ray.origin + ray.direction * distance -
                                 glm::vec3(t.halls[i].place.x, t.halls[i].place.y, t.halls[i].place.z);
        if (std::abs(glm::dot(offset, side_of(t.halls[i].place.yaw))) < t.halls[i].extent.width / 2 &&
            std::abs(glm::dot(offset, front_of(t.halls[i].place.yaw))) < t.halls[i].extent.depth / 2)
            return {ObjectClass::hall, i};
    }
    return {};
}

// The nearest body under the ray; hit.distance stays infinite where there is none.
ObjectId body_under(const SceneLayout::Impl& layout, const View& view, const Camera::Ray& ray, Hit& hit) {
    const Topology& t = *layout.topology;
    const Pose& pose = view.camera.pose();
    const glm::vec3 forward = glm::normalize(pose.target - pose.eye);
    const float from = pose.near_m / std::max(0.05f, glm::dot(forward, ray.direction));
    ObjectId found;
    for (uint32_t i = 0; i < layout.racks.size(); ++i)
        if (hit_box(layout.racks[i].box, ray, from, hit)) found = {ObjectClass::rack, i};
    const auto try_box = [&](ObjectId id) {
        PlacedBox box;
        if (layout.box_of(id, box) && hit_box(box, ray, from, hit)) found = id;
    };
    for (uint32_t i = 0; i < t.cdus.size(); ++i)
        if (t.cdus[i].placement != CduPlacement::in_rack) try_box({ObjectClass::cdu, i});
    for (uint32_t i = 0; i < t.power.size(); ++i) try_box({ObjectClass::power, i});
    for (uint32_t i = 0; i < t.plants.size(); ++i) try_box({ObjectClass::plant, i});
    return found;
}

// How far beside a line the pointer may be, in pixels; and how wide a trunk must be to be meant at all.
constexpr float link_reach_pixels = 4, trunk_reach_pixels = 1.5f, trunk_least_pixels = 2;

// Where on the screen a line is nearest to the pointer.
struct Nearness {
    float pixels = std::numeric_limits<float>::infinity();
    float depth = 0;  // metres before the eye's plane
};

Nearness nearness(const Sight& sight, glm::vec2 half_view, glm::vec2 pointer, glm::vec3 from, glm::vec3 to) {
    constexpr float nearest_m = 0.05f;
    glm::vec4 a = sight.clip_from_world * glm::vec4(from, 1), b = sight.clip_from_world * glm::vec4(to, 1);
    if (a.w < nearest_m && b.w < nearest_m) return {};
    if (a.w < nearest_m) a = glm::mix(a, b, (nearest_m - a.w) / (b.w - a.w));
    if (b.w < nearest_m) b = glm::mix(b, a, (nearest_m - b.w) / (a.w - b.w));
    const glm::vec2 at_a = glm::vec2(a) / a.w * half_view, at_b = glm::vec2(b) / b.w * half_view;
    const glm::vec2 along = at_b - at_a;
    const float length = glm::dot(along, along);
    const float s = length > 0 ? std::clamp(glm::dot(pointer - at_a, along) / length, 0.0f, 1.0f) : 0.0f;
    return {glm::length(pointer - at_a - along * s), 1 / ((1 - s) / a.w + s / b.w)};
}

// The line under the pointer, single links before trunks, if no body stands before it; null without.
const DrawnLine* line_under(const SceneLayout::Impl& layout, const View& view, const Camera::Ray& ray, const Pane& pane,
                            float body) {
    if (!view.show_trunks) return nullptr;
    const Sight sight(view);
    const glm::vec2 half_view{view.viewport_width / 2, view.viewport_height / 2};
    const glm::vec4 ahead = sight.clip_from_world * glm::vec4(ray.origin + ray.direction * 10.0f, 1);
    const glm::vec2 pointer = glm::vec2(ahead) / ahead.w * half_view;
    const Pose& pose = view.camera.pose();
    const float body_depth = body * glm::dot(glm::normalize(pose.target - pose.eye), ray.direction);
    const DrawnLine* found = nullptr;
    float nearest = std::numeric_limits<float>::infinity();
    for (const DrawnLine& line : (pane.then ? layout.cache_of_then : layout.cache).lines) {
        const bool single = line.link != no_index;
        if (found && found->link != no_index && !single) continue;
        const Nearness near = nearness(sight, half_view, pointer, line.a, line.b);
        const float width = line.width * sight.pixels_per_metre / std::max(near.depth, 0.1f);
        if (near.depth > body_depth + 0.05f || (!single && width < trunk_least_pixels)) continue;
        const float beside = std::max(0.0f, near.pixels - std::max(width, line.min_pixels) / 2);
        if (beside > (single ? link_reach_pixels : trunk_reach_pixels)) continue;
        if (found && (found->link != no_index) == single && beside >= nearest) continue;
        found = &line;
        nearest = beside;
    }
    return found;
}

}  // namespace

ObjectId pick(const ClusterState&, const SceneLayout& scene, const View& view, const Camera::Ray& ray,
              const Pane& pane) {
    const SceneLayout::Impl& layout = scene.impl();
    Hit hit;
    const ObjectId found = body_under(layout, view, ray, hit);
    const DrawnLine* line = line_under(layout, view, ray, pane, hit.distance);
    if (line && line->link != no_index) return {ObjectClass::link, line->link};
    if (found.object_class == ObjectClass::rack && found.valid()) return part_of_rack(layout, view, found.index, hit);
    return found.valid() ? found : hall_under(*layout.topology, ray, hit.distance);
}

TrunkRef pick_trunk(const SceneLayout& scene, const View& view, const Camera::Ray& ray, const Pane& pane) {
    Hit hit;
    (void)body_under(scene.impl(), view, ray, hit);
    const DrawnLine* line = line_under(scene.impl(), view, ray, pane, hit.distance);
    return line ? line->trunk : TrunkRef{};
}

}  // namespace bv

// The composed views: overview, hall, row, rack, GPU, fabric, and a good look at any object. Reads where things stand
// in the topology, writes a Pose that frames them at the viewport's aspect.
#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>

#include "viewer/camera.h"
#include "viewer/object_name.h"

namespace bv {

namespace {

constexpr float eye_level_m = 1.7f;
constexpr float unit_m = 0.04445f;  // one rack unit

struct Box {
    glm::vec3 low{1e9f}, high{-1e9f};
    void add(glm::vec3 point) {
        low = glm::min(low, point);
        high = glm::max(high, point);
    }
    [[nodiscard]] bool empty() const { return low.x > high.x; }
    [[nodiscard]] glm::vec3 centre() const { return (low + high) * 0.5f; }
};

using Points = std::vector<glm::vec3>;

glm::vec3 at(const Place& place) { return {place.x, place.y, place.z}; }

void add_corners(Points& points, const Place& place, const Extent& extent) {
    const glm::vec3 side = side_of(place.yaw) * extent.width * 0.5f, front = front_of(place.yaw) * extent.depth * 0.5f;
    for (const float a : {-1.0f, 1.0f})
        for (const float b : {-1.0f, 1.0f})
            for (const float z : {0.0f, extent.height})
                points.push_back(at(place) + a * side + b * front + glm::vec3(0, 0, z));
}

// The nearest eye that looks along `direction` and still sees every point inside the viewport shrunk by `fill`.
Pose fit(const Points& points, glm::vec3 direction, float fov_y, float aspect, float fill) {
    direction = glm::normalize(direction);
    const glm::vec3 up_hint = std::abs(direction.z) > 0.9995f ? glm::vec3{0, 1, 0} : glm::vec3{0, 0, 1};
    const glm::vec3 right = glm::normalize(glm::cross(direction, up_hint)), up = glm::cross(right, direction);
    const float tangent_y = std::tan(fov_y / 2) * fill, tangent_x = tangent_y * aspect;
    // With depth w along the direction, a point is inside when |x - x0| <= (d + w) tangent: the tightest d and x0 in
    // closed form.
    float xa = -1e9f, xb = -1e9f, ya = -1e9f, yb = -1e9f, w_mid = 0;
    for (const glm::vec3& p : points) {
        const float x = glm::dot(p, right), y = glm::dot(p, up), w = glm::dot(p, direction);
        xa = std::max(xa, x - w * tangent_x);
        xb = std::max(xb, -x - w * tangent_x);
        ya = std::max(ya, y - w * tangent_y);
        yb = std::max(yb, -y - w * tangent_y);
        w_mid += w / float(points.size());
    }
    const float d = std::max((xa + xb) / (2 * tangent_x), (ya + yb) / (2 * tangent_y));
    const glm::vec3 eye = right * (xa - xb) * 0.5f + up * (ya - yb) * 0.5f - direction * d;
    Pose pose;
    pose.eye = eye;
    pose.target = eye + direction * std::max(w_mid + d, 0.5f);
    pose.fov_y = fov_y;
    return pose;
}

// The share of the viewport's height that the points take.
float filled_height(const Points& points, const Pose& pose) {
    const glm::vec3 forward = glm::normalize(pose.target - pose.eye),
                    right = glm::normalize(glm::cross(forward, {0, 0, 1}));
    const glm::vec3 up = glm::cross(right, forward);
    float low = 1e9f, high = -1e9f;
    for (const glm::vec3& p : points) {
        const float y = glm::dot(p - pose.eye, up) / std::max(0.1f, glm::dot(p - pose.eye, forward));
        low = std::min(low, y), high = std::max(high, y);
    }
    return (high - low) / (2 * std::tan(pose.fov_y / 2));
}

Points site_points(const Topology& t) {
    Points points;
    for (const Hall& hall : t.halls)
        add_corners(points, hall.place, {hall.extent.width, hall.extent.depth, std::min(hall.extent.height, 3.0f)});
    for (const Power& power : t.power)
        if (power.hall == no_index) add_corners(points, power.place, power.extent);
    for (const Plant& plant : t.plants) add_corners(points, plant.place, plant.extent);
    if (points.empty())
        for (const Rack& rack : t.racks) add_corners(points, rack.place, rack.extent);
    if (points.empty()) points = {{-10, -10, 0}, {10, 10, 3}};
    return points;
}

// As flat as the site allows: the narrower the viewport, the more from above, so that the picture is filled.
Pose overview(const Topology& t, float aspect) {
    const Points points = site_points(t);
    Pose best;
    for (float elevation = 0.60f; elevation < 1.0f; elevation += 0.04f) {
        const glm::vec3 direction =
            glm::vec3(-0.34f, 0.94f, 0) * std::cos(elevation) - glm::vec3(0, 0, std::sin(elevation));
        best = fit(points, direction, 0.50f, aspect, 0.94f);
        if (filled_height(points, best) > 0.80f) break;
    }
    return best;
}

Pose fabric(const Topology& t, float aspect) {
    Points points;
    for (const Rack& rack : t.racks) add_corners(points, rack.place, rack.extent);
    if (points.empty()) points = site_points(t);
    return fit(points, {0.0f, 0.30f, -1.0f}, 0.55f, aspect, 0.92f);
}

glm::vec3 row_axis(const Topology& t, const Row& row) {
    if (row.racks.count < 2)
        return row.racks.count == 1 ? side_of(t.racks[row.racks.first].place.yaw) : glm::vec3{1, 0, 0};
    const glm::vec3 along = at(t.racks[row.racks.end() - 1].place) - at(t.racks[row.racks.first].place);
    return glm::length(along) > 0.01f ? glm::normalize(along) : side_of(t.racks[row.racks.first].place.yaw);
}

// Half the free width in front of a rack: to the rack opposite, at most 1.5 m.
float half_aisle(const Topology& t, const Rack& rack) {
    const glm::vec3 front = front_of(rack.place.yaw), side = side_of(rack.place.yaw), here = at(rack.place);
    float gap = 3.0f;
    if (rack.hall == no_index) return gap / 2;
    const IndexRange near = t.racks_in({ObjectClass::hall, rack.hall});
    for (uint32_t i = near.first; i < near.end(); ++i) {
        const glm::vec3 way = at(t.racks[i].place) - here;
        const float ahead = glm::dot(way, front) - (rack.extent.depth + t.racks[i].extent.depth) / 2;
        if (ahead > 0.2f && std::abs(glm::dot(way, side)) < rack.extent.width) gap = std::min(gap, ahead);
    }
    return gap / 2;
}

// At eye level in an aisle, looking along it: one vanishing point.
Pose aisle(const Topology& t, const Row& row) {
    const Rack& first = t.racks[row.racks.first];
    const glm::vec3 along = row_axis(t, row), front = front_of(first.place.yaw);
    const glm::vec3 a = at(first.place), b = at(t.racks[row.racks.end() - 1].place);
    const glm::vec3 middle = front * (first.extent.depth / 2 + half_aisle(t, first));
    const float length = glm::length(b - a);
    Pose pose;
    pose.eye = a + middle - along * 1.2f + glm::vec3(0, 0, eye_level_m);
    pose.target = a + middle + along * std::min(length, 30.0f) + glm::vec3(0, 0, eye_level_m - 0.15f);
    pose.fov_y = 0.95f;
    return pose;
}

Pose hall_view(const Topology& t, uint32_t index, float aspect) {
    const Hall& hall = t.halls[index];
    uint32_t best = no_index;
    float best_score = -1e9f;
    for (uint32_t i = hall.rows.first; i < hall.rows.end(); ++i) {
        if (t.rows[i].racks.count == 0) continue;
        const Rack& rack = t.racks[t.rows[i].racks.first];
        // The fullest rows that show GPUs, nearest the middle of the hall.
        const float off = glm::length(glm::vec2(rack.place.x - hall.place.x, rack.place.y - hall.place.y) *
                                      glm::vec2(front_of(rack.place.yaw)));
        const float score = float(t.rows[i].racks.count) + (t.rows[i].gpus.count ? 1000.0f : 0.0f) - off * 0.5f;
        if (score > best_score) {
            best_score = score;
            best = i;
        }
    }
    if (best != no_index) return aisle(t, t.rows[best]);
    Points points;
    add_corners(points, hall.place, hall.extent);
    return fit(points, {-0.5f, 0.78f, -0.6f}, 0.6f, aspect, 0.9f);
}

Pose row_view(const Topology& t, uint32_t index, float aspect) {
    const Row& row = t.rows[index];
    if (row.racks.count == 0) return overview(t, aspect);
    Points points;
    for (uint32_t i = row.racks.first; i < row.racks.end(); ++i)
        add_corners(points, t.racks[i].place, t.racks[i].extent);
    const glm::vec3 front = front_of(t.racks[row.racks.first].place.yaw);
    return fit(points, -front + row_axis(t, row) * 0.35f - glm::vec3(0, 0, 0.75f), 0.6f, aspect, 0.92f);
}

// Frontal, cut in the middle of the aisle, so that the rack opposite does not stand in the way.
Pose frontal(const Topology& t, const Rack& rack, glm::vec3 low_centre, glm::vec3 size, float aspect, float fill) {
    const float fov = 0.60f, tangent = std::tan(fov / 2);
    const float away = std::max(size.z / (2 * tangent * fill), size.x / (2 * tangent * aspect * fill));
    const glm::vec3 front = front_of(rack.place.yaw);
    const float face = glm::dot(low_centre - at(rack.place), front) + size.y / 2;
    Pose pose;
    pose.fov_y = fov;
    pose.target = low_centre + glm::vec3(0, 0, size.z / 2) + front * (size.y / 2);
    pose.eye = pose.target + front * away;
    const float cut = away - std::max(half_aisle(t, rack) + rack.extent.depth / 2 - face, 0.15f);
    pose.near_m = std::max(0.1f, cut);
    return pose;
}

Pose rack_view(const Topology& t, uint32_t index, float aspect) {
    const Rack& rack = t.racks[index];
    return frontal(t, rack, at(rack.place), {rack.extent.width, rack.extent.depth, rack.extent.height}, aspect, 0.78f);
}

// A node of a rack is a drawer over the full width.
Pose node_view(const Topology& t, uint32_t index, float aspect) {
    const Node& node = t.nodes[index];
    const Rack& rack = t.racks[node.rack];
    const float bottom = node.unit ? float(node.unit - 1) * unit_m : rack.extent.height * 0.4f;
    const float height = std::max(1.0f, float(node.height_units)) * unit_m;
    return frontal(t, rack, at(rack.place) + glm::vec3(0, 0, bottom - 0.25f),
                   {rack.extent.width * 1.3f, rack.extent.depth, height + 0.5f}, aspect, 0.8f);
}

Pose switch_view(const Topology& t, uint32_t index, float aspect) {
    const Switch& device = t.switches[index];
    const Rack& rack = t.racks[device.rack];
    const float bottom = device.unit ? float(device.unit - 1) * unit_m : rack.extent.height * 0.4f;
    return frontal(t, rack, at(rack.place) + glm::vec3(0, 0, bottom - 0.25f),
                   {rack.extent.width * 1.3f, rack.extent.depth, 0.6f}, aspect, 0.8f);
}

Pose free_standing(const Topology& t, ObjectId id, float aspect) {
    const Place place = t.place_of(id);
    Extent extent = t.extent_of(id);
    extent = {std::max(extent.width, 0.5f), std::max(extent.depth, 0.5f), std::max(extent.height, 0.5f)};
    Points points;
    add_corners(points, place, {extent.width * 1.6f, extent.depth * 1.6f, extent.height * 1.3f});
    const glm::vec3 from = front_of(place.yaw) + side_of(place.yaw) * 0.6f + glm::vec3(0, 0, 0.55f);
    return fit(points, -from, 0.6f, aspect, 0.7f);
}

}  // namespace

Pose view_of(const Topology& t, ObjectId id, float aspect) {
    if (!t.contains(id)) return overview(t, aspect);
    switch (id.object_class) {
        case ObjectClass::site:
        case ObjectClass::job:
            return overview(t, aspect);
        case ObjectClass::hall:
            return hall_view(t, id.index, aspect);
        case ObjectClass::row:
            return row_view(t, id.index, aspect);
        case ObjectClass::rack:
            return rack_view(t, id.index, aspect);
        case ObjectClass::node:
            return t.nodes[id.index].rack == no_index ? free_standing(t, id, aspect) : node_view(t, id.index, aspect);
        case ObjectClass::gpu:
            return view_of(t, {ObjectClass::node, t.gpu_nodes[id.index]}, aspect);
        case ObjectClass::nic:
            return view_of(t, {ObjectClass::node, t.nics[id.index].node}, aspect);
        case ObjectClass::switch_:
            return t.switches[id.index].rack == no_index ? overview(t, aspect) : switch_view(t, id.index, aspect);
        case ObjectClass::link: {
            Points points;
            for (const PortRef& end : {t.links[id.index].a, t.links[id.index].b}) {
                const uint32_t node = end.is_switch ? no_index : t.nics[end.device].node;
                const uint32_t rack =
                    end.is_switch ? t.switches[end.device].rack : (node == no_index ? no_index : t.nodes[node].rack);
                if (rack != no_index) add_corners(points, t.racks[rack].place, t.racks[rack].extent);
            }
            return points.empty() ? overview(t, aspect) : fit(points, {-0.35f, 0.75f, -0.75f}, 0.6f, aspect, 0.7f);
        }
        case ObjectClass::cdu:
            if (t.cdus[id.index].rack != no_index) {
                const Rack& rack = t.racks[t.cdus[id.index].rack];
                return frontal(t, rack, at(rack.place), {rack.extent.width * 1.3f, rack.extent.depth, 0.8f}, aspect,
                               0.8f);
            }
            return free_standing(t, id, aspect);
        case ObjectClass::power:
        case ObjectClass::plant:
            return free_standing(t, id, aspect);
    }
    return overview(t, aspect);
}

Pose named_view(const Topology& topology, std::string_view name, float aspect) {
    if (name == "overview") return overview(topology, aspect);
    if (name == "fabric") return fabric(topology, aspect);
    if (name == "aisle") return view_of(topology, {ObjectClass::hall, 0}, aspect);
    try {
        return view_of(topology, object_named(topology, name), aspect);
    } catch (const std::runtime_error& error) {
        throw std::runtime_error(fmt::format("--camera: {}; there are overview, fabric and aisle too", error.what()));
    }
}

}  // namespace bv

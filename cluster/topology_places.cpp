// Where things stand and how big they are. Reads racks, units and footprints; nodes, switches, GPUs and NICs get their
// place from their rack, for no file lists a hundred thousand coordinates.
#include <algorithm>
#include <cmath>

#include "cluster/topology.h"

namespace bv {
namespace {

constexpr float unit_height = 0.04445f;    // EIA-310
constexpr float mounting_width = 0.4826f;  // 19 inches; wider gear (OCP) is not told apart
constexpr float node_depth_share = 0.8f;   // of the rack's depth

// A point given in an object's own axes, in the world.
Place within(const Place& outer, float x, float y, float z) {
    const float c = std::cos(outer.yaw), s = std::sin(outer.yaw);
    return {outer.x + c * x - s * y, outer.y + s * x + c * y, outer.z + z, outer.yaw};
}

struct Bounds {
    float low_x = INFINITY, low_y = INFINITY, low_z = INFINITY, high_x = -INFINITY, high_y = -INFINITY,
          high_z = -INFINITY;
    void add(const Place& place, const Extent& extent) {
        const float c = std::abs(std::cos(place.yaw)), s = std::abs(std::sin(place.yaw));
        const float half_x = (c * extent.width + s * extent.depth) / 2,
                    half_y = (s * extent.width + c * extent.depth) / 2;
        low_x = std::min(low_x, place.x - half_x), high_x = std::max(high_x, place.x + half_x);
        low_y = std::min(low_y, place.y - half_y), high_y = std::max(high_y, place.y + half_y);
        low_z = std::min(low_z, place.z), high_z = std::max(high_z, place.z + extent.height);
    }
    [[nodiscard]] bool empty() const { return low_x > high_x; }
    [[nodiscard]] Place place() const {
        return empty() ? Place{} : Place{(low_x + high_x) / 2, (low_y + high_y) / 2, low_z, 0};
    }
    [[nodiscard]] Extent extent() const {
        return empty() ? Extent{} : Extent{high_x - low_x, high_y - low_y, high_z - low_z};
    }
};

Bounds bounds_of_racks(const Topology& topology, IndexRange range) {
    Bounds bounds;
    for (uint32_t r = range.first; r < range.end(); ++r) bounds.add(topology.racks[r].place, topology.racks[r].extent);
    return bounds;
}

Bounds bounds_of_site(const Topology& topology) {
    Bounds bounds;
    for (const Hall& hall : topology.halls) bounds.add(hall.place, hall.extent);
    for (const Power& power : topology.power)
        if (power.hall == no_index && power.extent.width > 0) bounds.add(power.place, power.extent);
    for (const Plant& plant : topology.plants)
        if (plant.hall == no_index && plant.extent.width > 0) bounds.add(plant.place, plant.extent);
    return bounds;
}

}  // namespace

// Where the unit is not known, the nodes (or switches) of a rack share its height evenly.
Place Topology::place_in_rack(uint32_t rack_index, uint16_t unit, uint32_t ordinal, uint32_t of) const {
    if (rack_index == no_index) return {};
    const Rack& rack = racks[rack_index];
    const float plinth = std::max(0.0f, (rack.extent.height - rack.units * unit_height) / 2);
    const float z = unit > 0 ? plinth + float(unit - 1) * unit_height
                             : plinth + (rack.extent.height - 2 * plinth) * float(ordinal) / float(std::max(of, 1u));
    // Pushed to the front: cables and manifolds need the room behind.
    const float y = -rack.extent.depth * (1 - node_depth_share) / 2 + 0.02f;
    return within(rack.place, 0, y, z);
}

Place Topology::place_of(ObjectId id) const {
    if (!contains(id)) return {};
    switch (id.object_class) {
        case ObjectClass::site:
        case ObjectClass::job:
            return bounds_of_site(*this).place();
        case ObjectClass::hall:
            return halls[id.index].place;
        case ObjectClass::row:
            return bounds_of_racks(*this, rows[id.index].racks).place();
        case ObjectClass::rack:
            return racks[id.index].place;
        case ObjectClass::node: {
            const Node& node = nodes[id.index];
            const IndexRange siblings = racks[node.rack].nodes;
            const Place place = place_in_rack(node.rack, node.unit, id.index - siblings.first, siblings.count);
            // Beside the others of its units, left to right as seen from the front.
            const float along = float(node.bay) + 0.5f - float(node.bays) / 2;
            return node.bays > 1 ? within(place, along * extent_of(id).width, 0, 0) : place;
        }
        case ObjectClass::gpu: {
            // Side by side across the node, left to right as seen from the front.
            const uint32_t n = gpu_nodes[id.index];
            const ObjectId node{ObjectClass::node, n};
            const Extent extent = extent_of(node);
            const IndexRange gpus = nodes[n].gpus;
            const float along = (float(id.index - gpus.first) + 0.5f) / float(gpus.count) - 0.5f;
            return within(place_of(node), along * extent.width, -extent.depth * 0.15f, extent.height * 0.12f);
        }
        case ObjectClass::nic: {
            const uint32_t n = nics[id.index].node;
            const ObjectId node{ObjectClass::node, n};
            const Extent extent = extent_of(node);
            const IndexRange range = nodes[n].nics;
            const float along = (float(id.index - range.first) + 0.5f) / float(range.count) - 0.5f;
            return within(place_of(node), along * extent.width, extent.depth * 0.44f, extent.height * 0.12f);
        }
        case ObjectClass::switch_: {
            const Switch& s = switches[id.index];
            const IndexRange siblings = s.rack == no_index ? IndexRange{} : racks[s.rack].switches;
            return place_in_rack(s.rack, s.unit, id.index - siblings.first, siblings.count);
        }
        case ObjectClass::link: {
            const Place a = place_of(links[id.index].a.object()), b = place_of(links[id.index].b.object());
            return {(a.x + b.x) / 2, (a.y + b.y) / 2, (a.z + b.z) / 2, 0};
        }
        case ObjectClass::cdu: {
            const Cdu& cdu = cdus[id.index];
            return cdu.rack == no_index ? cdu.place : place_in_rack(cdu.rack, 1, 0, 1);
        }
        case ObjectClass::power:
            return power[id.index].place;
        case ObjectClass::plant:
            return plants[id.index].place;
    }
    return {};
}

Extent Topology::extent_of(ObjectId id) const {
    if (!contains(id)) return {};
    const auto in_rack = [this](uint32_t rack, uint16_t units) {
        const float width =
            rack == no_index ? mounting_width : std::min(mounting_width, racks[rack].extent.width * 0.9f);
        const float depth = (rack == no_index ? 1.0f : racks[rack].extent.depth) * node_depth_share;
        return Extent{width, depth, float(units) * unit_height};
    };
    switch (id.object_class) {
        case ObjectClass::site:
        case ObjectClass::job:
            return bounds_of_site(*this).extent();
        case ObjectClass::hall:
            return halls[id.index].extent;
        case ObjectClass::row:
            return bounds_of_racks(*this, rows[id.index].racks).extent();
        case ObjectClass::rack:
            return racks[id.index].extent;
        case ObjectClass::node: {
            Extent extent = in_rack(nodes[id.index].rack, nodes[id.index].height_units);
            extent.width /= float(nodes[id.index].bays);
            return extent;
        }
        case ObjectClass::gpu: {
            const Extent node = extent_of({ObjectClass::node, gpu_nodes[id.index]});
            return {node.width / float(nodes[gpu_nodes[id.index]].gpus.count) * 0.86f, node.depth * 0.5f,
                    node.height * 0.76f};
        }
        case ObjectClass::nic: {
            const Extent node = extent_of({ObjectClass::node, nics[id.index].node});
            return {node.width / float(nodes[nics[id.index].node].nics.count) * 0.7f, node.depth * 0.08f,
                    node.height * 0.4f};
        }
        case ObjectClass::switch_:
            return in_rack(switches[id.index].rack, switches[id.index].height_units);
        case ObjectClass::link:
            return {};
        case ObjectClass::cdu:
            return cdus[id.index].extent;
        case ObjectClass::power:
            return power[id.index].extent;
        case ObjectClass::plant:
            return plants[id.index].extent;
    }
    return {};
}

uint32_t Topology::hall_of(ObjectId id) const {
    if (!contains(id)) return no_index;
    const auto of_rack = [this](uint32_t rack) { return rack == no_index ? no_index : racks[rack].hall; };
    switch (id.object_class) {
        case ObjectClass::site:
        case ObjectClass::job:
            return no_index;
        case ObjectClass::hall:
            return id.index;
        case ObjectClass::row:
            return rows[id.index].hall;
        case ObjectClass::rack:
            return racks[id.index].hall;
        case ObjectClass::node:
            return of_rack(nodes[id.index].rack);
        case ObjectClass::gpu:
            return of_rack(nodes[gpu_nodes[id.index]].rack);
        case ObjectClass::nic:
            return of_rack(nodes[nics[id.index].node].rack);
        case ObjectClass::switch_:
            return of_rack(switches[id.index].rack);
        case ObjectClass::link:
            return hall_of(links[id.index].a.object());
        case ObjectClass::cdu:
            return cdus[id.index].rack != no_index ? of_rack(cdus[id.index].rack) : cdus[id.index].hall;
        case ObjectClass::power:
            return power[id.index].hall;
        case ObjectClass::plant:
            return plants[id.index].hall;
    }
    return no_index;
}

}  // namespace bv

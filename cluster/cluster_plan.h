// The generative part of a cluster file as plain numbers: what is repeated how often. Read by the generator, which
// turns it into objects and cables. Lengths in metres; "per hall" and so on as in docs/cluster-file.md.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cluster/toml_section.h"

namespace bv {

using PartCounts = std::vector<std::pair<std::string, uint64_t>>;

struct NodePlan {
    Count gpus, nics, frontend_nics, height_units;
    PartCounts parts;  // per GPU node
};
struct RackPlan {
    Count nodes, units, first_unit, unit_pitch;
    Count gap_after_node, gap_units;  // room for switch trays: this many units free above this many nodes
    Extent extent;
    float rated_watts = 0;
    PartCounts parts;  // per GPU rack
    [[nodiscard]] uint32_t unit_of(uint32_t node) const {
        return first_unit + node * unit_pitch + (gap_after_node > 0 && node >= gap_after_node ? gap_units.value : 0);
    }
};
struct ArrayPlan {
    Count racks, leaf_racks;
    float gap_m = 0;  // between arrays in a row
};
struct SitePlan {
    Count halls, hall_columns, pods_per_hall, arrays_per_pod, arrays_per_row;
};
struct FloorPlan {
    float perimeter_m = 0, cold_aisle_m = 0, hot_aisle_m = 0, corridor_m = 0, hall_height_m = 0;
    Count service_racks_per_row;  // 0: as many as a GPU row has
    Extent service_rack;
};
// How a tier's cables are made: a fixed medium, or by length (multimode to 50 m, single mode beyond).
struct CablePlan {
    std::optional<LinkMedium> medium;
};
struct FabricPlan {
    bool present = false;
    Count rails, planes, switch_ports, switch_height_units, switches_per_rack, ports_per_module;
    float gigabits_per_second = 0;
    Count leaf_ports, leaf_up;
    CablePlan leaf_cables;
    bool has_spine = false, rail_planes = false;
    Count spines, spine_parallel, spine_ports;  // spines: per pod, with rail_planes per rail and pod
    CablePlan spine_cables;
    bool has_core = false;
    Count cores_per_plane, core_parallel, core_ports;
    CablePlan core_cables;
};
struct FrontendPlan {
    bool present = false;
    float gigabits_per_second = 0;
    Count switch_ports, switch_height_units, switches_per_rack;
    Count leaf_uplinks, service_leaf_ports, service_leaf_uplinks;  // service_leaf_ports: servers per service leaf
    Count spines_per_hall, spine_uplinks, cores_per_hall;
};
struct ManagementPlan {
    bool present = false;
    float gigabits_per_second = 1;
    Count switch_ports;
};
struct ServicePlan {
    NodeRole role = NodeRole::other;
    Count racks_per_hall, nodes_per_rack, height_units;
};
struct PowerPlan {
    bool present = false;
    Count utilities, substations, batteries, ups_per_hall, racks_per_busway;
    float utility_watts = 0, substation_watts = 0, battery_watts = 0, ups_watts = 0, busway_watts = 0;
};
struct CoolingPlan {
    bool present = false;
    std::optional<CduPlacement> cdu;
    Count racks_per_cdu, pumps_per_cdu, loops_per_hall, towers_per_hall, chillers_per_hall;
    Extent cdu_extent;
};

struct ClusterPlan {
    NodePlan node;
    RackPlan rack;
    ArrayPlan array;
    SitePlan site;
    FloorPlan floor;
    FabricPlan fabric;
    FrontendPlan frontend;
    ManagementPlan management;
    std::vector<ServicePlan> services;
    PowerPlan power;
    CoolingPlan cooling;
    Count nvlinks_per_gpu;

    [[nodiscard]] uint32_t nodes_per_array() const { return array.racks * rack.nodes; }
    [[nodiscard]] uint32_t rows_per_pod() const {
        return (site.arrays_per_pod + site.arrays_per_row - 1) / site.arrays_per_row;
    }
    [[nodiscard]] uint32_t leafs_per_array() const { return fabric.rails * fabric.planes; }
    [[nodiscard]] uint32_t leaf_down() const { return nodes_per_array() * (node.nics / fabric.rails); }
    // Spines that one leaf sees, and leafs that one spine sees.
    [[nodiscard]] uint32_t spine_groups() const {
        return fabric.planes * (fabric.rail_planes ? fabric.rails.value : 1);
    }
    [[nodiscard]] uint32_t leafs_per_spine() const {
        return site.arrays_per_pod * (fabric.rail_planes ? 1 : fabric.rails.value);
    }
    [[nodiscard]] uint32_t spine_down() const { return leafs_per_spine() * fabric.spine_parallel; }
    [[nodiscard]] uint32_t pods() const { return site.halls * site.pods_per_hall; }
    [[nodiscard]] uint32_t arrays() const { return pods() * site.arrays_per_pod; }
};

// Nothing where the file has no [site]. Throws ClusterFileError; what it returns is checked: sizes are bounded and
// every switch has enough ports.
std::optional<ClusterPlan> read_plan(Section& file);

}  // namespace bv

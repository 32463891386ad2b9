// What a datacenter is made of and where it stands. Immutable once loaded. Everything is an array by dense index;
// parents own index ranges (GPUs of a node are consecutive, nodes of a rack too), so "all GPUs of hall 2" is a range.
// World axes: x east, y north, z up, metres; yaw in radians, counter-clockwise seen from above. yaw 0: front faces
// south (-y).
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cluster/object.h"

namespace bv {

enum class RackRole : uint8_t { gpu, leaf, spine, core, frontend, storage, cpu, other };
enum class NodeRole : uint8_t { gpu, storage, cpu, other };
enum class SwitchRole : uint8_t {
    leaf,
    spine,
    core,
    frontend_leaf,
    service_leaf,
    frontend_spine,
    frontend_core,
    management,
    other
};
enum class NicRole : uint8_t { compute, frontend };
enum class LinkClass : uint8_t { host, leaf_spine, spine_core, frontend, management };
inline constexpr size_t link_class_count = 5;
enum class LinkMedium : uint8_t { unknown, copper, multimode, single_mode };
enum class PowerKind : uint8_t { utility, substation, battery, ups, generator, busway };
enum class PlantKind : uint8_t { plant, tower, chiller, loop };
enum class CduPlacement : uint8_t { in_rack, in_row, hall };
enum class Provenance : uint8_t { sourced, derived, assumed, measured };

std::string_view name_of(RackRole role);
std::string_view name_of(NodeRole role);
std::string_view name_of(SwitchRole role);
std::string_view name_of(NicRole role);
std::string_view name_of(LinkClass link_class);
std::string_view name_of(LinkMedium medium);
std::string_view name_of(PowerKind kind);
std::string_view name_of(PlantKind kind);
std::string_view name_of(CduPlacement placement);
std::string_view name_of(Provenance provenance);

// Centre of the footprint, on the floor it stands on.
struct Place {
    float x = 0, y = 0, z = 0;
    float yaw = 0;
};
struct Extent {
    float width = 0, depth = 0, height = 0;  // metres; along the object's own x, y, z
};

struct Hall {
    Place place;
    Extent extent;
    IndexRange rows, racks, gpus;
    // Nodes come in the order of their racks, racks that hold GPU nodes first. Where a hall's nodes are therefore two
    // runs, this is the run in racks with GPU nodes; the others are found through their racks. The same for rows.
    IndexRange nodes;
};
struct Row {
    uint32_t hall = no_index;
    IndexRange racks, nodes, gpus;
};
struct Rack {
    uint32_t hall = no_index, row = no_index;
    RackRole role = RackRole::other;
    Place place;
    Extent extent;
    uint16_t units = 48;      // height in rack units (1 U = 44.45 mm)
    uint16_t slot = 0;        // position in its row, from 0
    uint32_t pod = no_index;  // group numbers, not objects
    uint32_t array = no_index;
    IndexRange nodes, gpus, switches;
    uint32_t cdu = no_index;     // the CDU that cools it
    uint32_t busway = no_index;  // the power object that feeds it
};
struct Node {
    uint32_t rack = no_index;
    NodeRole role = NodeRole::gpu;
    uint16_t unit = 0;  // lowest rack unit it fills, 1-based; 0 unknown
    uint16_t height_units = 1;
    uint8_t bay = 0, bays = 1;  // place among nodes side by side across the rack, from 0, left to right from the front
    IndexRange gpus, nics;
    uint64_t guid = 0;  // 0 none
};
struct Nic {
    uint32_t node = no_index;
    NicRole role = NicRole::compute;
    uint8_t rail = 0;
    uint16_t ports = 1;
    uint64_t guid = 0;
};
struct Switch {
    uint32_t rack = no_index;
    SwitchRole role = SwitchRole::other;
    uint16_t unit = 0, height_units = 2;
    uint16_t ports = 0;  // at the link speed used here (an SN5600 is 128 × 400G)
    uint16_t rail = 0, plane = 0;
    uint32_t pod = no_index;
    uint64_t guid = 0;
};
struct PortRef {
    uint32_t device = no_index;  // index into nics or switches
    uint16_t port = 0;           // 0-based in generated clusters; as printed in imported ones
    bool is_switch = false;
    [[nodiscard]] ObjectId object() const { return {is_switch ? ObjectClass::switch_ : ObjectClass::nic, device}; }
};
// a is the lower end: NIC or lower tier.
struct Link {
    PortRef a, b;
    LinkClass link_class = LinkClass::host;
    LinkMedium medium = LinkMedium::unknown;
    uint8_t rail = 0;
    uint16_t plane = 0;  // spine plane; 0 on host links of a fabric of one plane
    float length_m = 0;  // 0 unknown
    float capacity_bytes_per_second = 0;
};
struct Cdu {
    CduPlacement placement = CduPlacement::in_rack;
    uint32_t hall = no_index, rack = no_index;  // rack: where it stands if in_rack
    Place place;
    Extent extent;
    uint32_t plant = no_index;  // coolant parent (a loop or plant)
    IndexRange racks;           // racks it cools
};
struct Power {
    PowerKind kind = PowerKind::busway;
    uint32_t parent = no_index;  // towards the utility
    uint32_t hall = no_index;
    Place place;
    Extent extent;
    float rated_watts = 0;
    IndexRange racks;  // racks it feeds directly (busway)
};
struct Plant {
    PlantKind kind = PlantKind::plant;
    uint32_t parent = no_index;  // coolant: loop → plant
    uint32_t hall = no_index;
    Place place;
    Extent extent;
};

// A fact with its origin, shown to whoever asks where a number comes from.
struct Fact {
    std::string subject;  // "halls", "fabric", "rack power"
    std::string text;     // "4 compute halls, about 25,000 GPUs each"
    Provenance provenance = Provenance::assumed;
    std::string source;  // "ServeTheHome, Oct 2024"; empty for assumed
};

class Topology {
public:
    std::string name;        // "reference-100k"
    std::string title;       // for people: "Reference cluster, 100,352 H100"
    bool synthetic = false;  // the picture says "synthetic reference cluster"
    uint64_t hash = 0;       // first 8 bytes, big-endian, of SHA-256 of the cluster file: `sha256sum FILE | cut -c1-16`
    std::string gpu_model;   // "H100 SXM"
    float gpu_tdp_watts = 700;
    float rack_rated_watts = 0;
    uint32_t nvlink_domain = 8;  // GPUs that share one NVLink domain (8, 36, 72, 576)
    uint32_t rails = 0, pods = 0, arrays = 0, planes = 1;
    uint32_t job_slots = 64;
    std::map<std::string, uint64_t>
        parts;  // counted but not objects: cpu, pcie_switch, nvswitch, psu, pump, optic_*, nvlink
    std::vector<Fact> facts;

    std::vector<Hall> halls;
    std::vector<Row> rows;
    std::vector<Rack> racks;
    std::vector<Node> nodes;
    std::vector<uint32_t> gpu_nodes;  // [gpu] → node
    std::vector<Nic> nics;
    std::vector<Switch> switches;
    std::vector<Link> links;
    std::vector<Cdu> cdus;
    std::vector<Power> power;
    std::vector<Plant> plants;

    [[nodiscard]] uint32_t count(ObjectClass object_class) const;
    [[nodiscard]] bool contains(ObjectId id) const { return id.index < count(id.object_class); }

    // The given name, unique within its class ("H2-P3-A1-R7-N4"); short for what has none of its own: "gpu 3", "nic 3".
    // The path is unique within the class for everything and is what search, files and links use:
    // "H2-P3-A1-R7-N4/gpu3", for a link both ends with ports: "H2-P3-A1-R7-N4/nic3:0--H2-P3-A1-L3:12".
    [[nodiscard]] std::string name_of(ObjectId id) const;
    [[nodiscard]] std::string path_of(ObjectId id) const;
    // Exact name or path, optionally with a class prefix ("gpu:…"); nothing if there is none.
    [[nodiscard]] std::optional<ObjectId> find(std::string_view name_or_path) const;

    // Containment parent (gpu → node → rack → row → hall → site; switch, cdu → rack; busway, plant → hall or site; link
    // → its a end).
    [[nodiscard]] ObjectId parent(ObjectId id) const;
    // Children of one class inside `id`, where that is one range: e.g. gpus_in({hall, 2}). Empty range where it makes
    // no sense.
    [[nodiscard]] IndexRange gpus_in(ObjectId id) const;
    [[nodiscard]] IndexRange nodes_in(ObjectId id) const;
    [[nodiscard]] IndexRange racks_in(ObjectId id) const;
    // Links that end at a NIC or switch. Indices into links.
    [[nodiscard]] std::span<const uint32_t> links_of(ObjectId nic_or_switch) const;
    // Where an object stands (centre of its footprint) and how big it is; GPUs and NICs stand inside their node.
    [[nodiscard]] Place place_of(ObjectId id) const;
    [[nodiscard]] Extent extent_of(ObjectId id) const;
    [[nodiscard]] uint32_t hall_of(ObjectId id) const;  // no_index outside halls

    // Names of classes that have stored names (site hall row rack node switch cdu power plant); [index] → name.
    std::array<std::vector<std::string>, object_class_count> names;

    // Derives every range and gpu_nodes from the children's parents (nodes bring only the counts of gpus and nics),
    // builds links_of and the name index, and checks every index against its array. Called once by the loader; throws
    // std::invalid_argument with one sentence where children of one parent are not consecutive or a name is used twice.
    void finish();

private:
    [[nodiscard]] std::optional<ObjectId> find_in(ObjectClass object_class, std::string_view path) const;
    [[nodiscard]] std::optional<ObjectId> find_in_node(ObjectClass object_class, std::string_view path) const;
    [[nodiscard]] std::optional<ObjectId> find_link(std::string_view path) const;
    [[nodiscard]] Place place_in_rack(uint32_t rack, uint16_t unit, uint32_t ordinal, uint32_t of) const;
    void derive_ranges();
    void check_indices() const;
    void build_links_of();
    void build_name_index();

    std::vector<uint32_t> nic_link_offsets_, nic_links_, switch_link_offsets_, switch_links_;
    std::array<std::vector<uint32_t>, object_class_count> name_slots_;  // open-addressing hash tables of index + 1
};

}  // namespace bv

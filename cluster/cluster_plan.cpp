// Reads the generative tables of a cluster file and checks that they close: nothing absurdly large, no switch with more
// links than ports, no rack with more nodes than units.
#include "cluster/cluster_plan.h"

#include <string>

namespace bv {
namespace {

constexpr uint64_t most_gpus = 4'000'000, most_links = 20'000'000, most_devices = 8'000'000;

constexpr std::array media{LinkMedium::unknown, LinkMedium::copper, LinkMedium::multimode, LinkMedium::single_mode};
constexpr std::array service_roles{NodeRole::storage, NodeRole::cpu, NodeRole::other};
constexpr std::array placements{CduPlacement::in_rack, CduPlacement::in_row, CduPlacement::hall};

uint64_t times(uint64_t a, uint64_t b) {  // stops at 2^63 instead of wrapping round
    constexpr uint64_t most = uint64_t(1) << 63;
    return a && b > most / a ? most : a * b;
}

PartCounts parts_of(Section& section) {
    auto parts = section.section("parts");
    return parts ? parts->counts() : PartCounts{};
}

Section needed(Section& file, std::string_view key) {
    auto section = file.section(key);
    if (!section) file.fail(key, "a table [" + std::string(key) + "] beside [site]", "no such table");
    return *section;
}

NodePlan read_node(Section& file) {
    Section s = needed(file, "gpu_node");
    NodePlan plan{s.count("gpus", {}, 1, 1024), s.count("nics", 0, 0, 1024), s.count("frontend_nics", 0, 0, 64),
                  s.count("height_units", 1, 1, 64), parts_of(s)};
    s.done();
    return plan;
}

RackPlan read_rack(Section& file) {
    Section s = needed(file, "gpu_rack");
    RackPlan plan{s.count("nodes", {}, 1, 1024),
                  s.count("units", 48, 1, 1024),
                  s.count("first_unit", 1, 1, 1024),
                  s.count("unit_pitch", 1, 1, 64),
                  s.count("gap_after_node", 0, 0, 1024),
                  s.count("gap_units", 0, 0, 64),
                  s.extent("size").value_or(Extent{0.6f, 1.2f, 2.3f}),
                  float(s.number("rated_watts", 0, 0, 1e7)),
                  parts_of(s)};
    s.done();
    return plan;
}

ArrayPlan read_array(Section& file) {
    Section s = needed(file, "array");
    ArrayPlan plan{s.count("racks", {}, 1, 10'000), s.count("leaf_racks", 1, 0, 100),
                   float(s.number("gap_m", 1.2, 0, 100))};
    s.done();
    return plan;
}

SitePlan read_site(Section& file) {
    Section s = needed(file, "site");
    SitePlan plan;
    plan.halls = s.count("halls", 1, 1, 1000);
    plan.hall_columns = s.count("hall_columns", 2, 1, 1000);
    plan.pods_per_hall = s.count("pods_per_hall", 1, 1, 10'000);
    plan.arrays_per_pod = s.count("arrays_per_pod", 1, 1, 10'000);
    plan.arrays_per_row = s.count("arrays_per_row", plan.arrays_per_pod.value, 1, 10'000);
    if (plan.arrays_per_row > plan.arrays_per_pod)
        s.fail("arrays_per_row", "at most the " + std::to_string(plan.arrays_per_pod) + " arrays of a pod",
               std::to_string(plan.arrays_per_row));
    s.done();
    return plan;
}

FloorPlan read_floor(Section& file) {
    const toml::table none;
    Section s = file.section("floor").value_or(Section(none, "[floor]", file.path()));
    FloorPlan plan;
    plan.perimeter_m = float(s.number("perimeter_m", 4, 0.5, 100));
    plan.cold_aisle_m = float(s.number("cold_aisle_m", 2.4, 0.5, 100));
    plan.hot_aisle_m = float(s.number("hot_aisle_m", 1.8, 0.5, 100));
    plan.corridor_m = float(s.number("corridor_m", 12, 0, 1000));
    plan.hall_height_m = float(s.number("hall_height_m", 6, 2.5, 100));
    plan.service_racks_per_row = s.count("service_racks_per_row", 0, 0, 10'000);
    plan.service_rack = s.extent("service_rack_size").value_or(Extent{0.8f, 1.2f, 2.3f});
    s.done();
    return plan;
}

CablePlan read_cables(Section& s) {
    if (!s.has("medium")) return {};
    return {s.choice<LinkMedium>("medium", media, {})};
}

FabricPlan read_fabric(Section& file) {
    FabricPlan plan;
    auto section = file.section("fabric");
    if (!section) return plan;
    Section& s = *section;
    plan.present = true;
    plan.rails = s.count("rails", {}, 1, 256);
    plan.planes = s.count("planes", 1, 1, 16);
    plan.gigabits_per_second = float(s.number("gigabits_per_second", 400, 1, 100'000));
    plan.switch_ports = s.count("switch_ports", {}, 1, 4096);
    plan.switch_height_units = s.count("switch_height_units", 2, 1, 64);
    plan.switches_per_rack = s.count("switches_per_rack", 16, 1, 1024);
    plan.ports_per_module = s.count("ports_per_module", 1, 1, 16);
    if (auto leaf = s.section("leaf")) {
        plan.leaf_ports = leaf->count("ports", plan.switch_ports.value, 1, 4096);
        plan.leaf_up = leaf->count("up", 0, 0, 4096);
        plan.leaf_cables = read_cables(*leaf);
        leaf->done();
    } else {
        plan.leaf_ports = plan.switch_ports;
        plan.leaf_up = {0, s.line()};
    }
    if (auto spine = s.section("spine")) {
        plan.has_spine = true;
        plan.spines = spine->count("per_pod", {}, 1, 65535);
        plan.rail_planes = spine->flag("rail_planes", false);
        plan.spine_parallel = spine->count("parallel", 1, 1, 1024);
        plan.spine_ports = spine->count("ports", plan.switch_ports.value, 1, 4096);
        plan.spine_cables = read_cables(*spine);
        spine->done();
    }
    if (auto core = s.section("core")) {
        plan.has_core = true;
        plan.cores_per_plane = core->count("per_plane", {}, 1, 4096);
        plan.core_parallel = core->count("parallel", 1, 1, 1024);
        plan.core_ports = core->count("ports", plan.switch_ports.value, 1, 4096);
        plan.core_cables = read_cables(*core);
        core->done();
        if (!plan.has_spine) s.fail("core", "a [fabric.spine] below [fabric.core]", "none");
    }
    s.done();
    return plan;
}

FrontendPlan read_frontend(Section& file) {
    FrontendPlan plan;
    auto section = file.section("frontend");
    if (!section) return plan;
    Section& s = *section;
    plan.present = true;
    plan.gigabits_per_second = float(s.number("gigabits_per_second", 400, 1, 100'000));
    plan.switch_ports = s.count("switch_ports", {}, 1, 4096);
    plan.switch_height_units = s.count("switch_height_units", 2, 1, 64);
    plan.switches_per_rack = s.count("switches_per_rack", 16, 1, 1024);
    plan.leaf_uplinks = s.count("leaf_uplinks", {}, 1, 4096);
    plan.service_leaf_ports = s.count("service_leaf_ports", 64, 1, 4096);
    plan.service_leaf_uplinks = s.count("service_leaf_uplinks", plan.leaf_uplinks.value, 1, 4096);
    plan.spines_per_hall = s.count("spines_per_hall", {}, 1, 4096);
    plan.spine_uplinks = s.count("spine_uplinks", 0, 0, 4096);
    plan.cores_per_hall = s.count("cores_per_hall", 0, 0, 4096);
    s.done();
    return plan;
}

ManagementPlan read_management(Section& file) {
    ManagementPlan plan;
    if (auto s = file.section("management")) {
        plan.present = true;
        plan.gigabits_per_second = float(s->number("gigabits_per_second", 1, 0.01, 1000));
        plan.switch_ports = s->count("switch_ports", 48, 1, 4096);
        s->done();
    }
    return plan;
}

std::vector<ServicePlan> read_services(Section& file) {
    std::vector<ServicePlan> plans;
    for (Section& s : file.sections("service")) {
        plans.push_back({s.choice<NodeRole>("role", service_roles, {}), s.count("racks_per_hall", {}, 1, 10'000),
                         s.count("nodes_per_rack", {}, 1, 1024), s.count("height_units", 1, 1, 64)});
        s.done();
    }
    return plans;
}

PowerPlan read_power(Section& file) {
    PowerPlan plan;
    auto section = file.section("power_tree");
    if (!section) return plan;
    Section& s = *section;
    plan.present = true;
    plan.utilities = s.count("utilities", 1, 1, 100);
    plan.substations = s.count("substations", 1, 1, 1000);
    plan.batteries = s.count("batteries", 0, 0, 100'000);
    plan.ups_per_hall = s.count("ups_per_hall", 1, 1, 10'000);
    plan.racks_per_busway = s.count("racks_per_busway", 10, 1, 10'000);
    plan.utility_watts = float(s.number("utility_watts", 0, 0, 1e12));
    plan.substation_watts = float(s.number("substation_watts", 0, 0, 1e12));
    plan.battery_watts = float(s.number("battery_watts", 0, 0, 1e12));
    plan.ups_watts = float(s.number("ups_watts", 0, 0, 1e12));
    plan.busway_watts = float(s.number("busway_watts", 0, 0, 1e12));
    s.done();
    return plan;
}

CoolingPlan read_cooling(Section& file) {
    CoolingPlan plan;
    auto section = file.section("cooling");
    if (!section) return plan;
    Section& s = *section;
    plan.present = true;
    if (s.has("cdu")) plan.cdu = s.choice<CduPlacement>("cdu", placements, {});
    plan.racks_per_cdu = s.count("racks_per_cdu", 1, 1, 10'000);
    plan.pumps_per_cdu = s.count("pumps_per_cdu", 2, 0, 100);
    plan.loops_per_hall = s.count("loops_per_hall", 1, 1, 100);
    plan.towers_per_hall = s.count("towers_per_hall", 0, 0, 1000);
    plan.chillers_per_hall = s.count("chillers_per_hall", 0, 0, 1000);
    plan.cdu_extent = s.extent("cdu_size").value_or(Extent{0.9f, 1.2f, 2.2f});
    s.done();
    return plan;
}

std::string ports_sentence(uint32_t down, uint32_t up) {
    return std::to_string(down) + " links down and " + std::to_string(up) + " up";
}

void check_ports(std::string_view path, Line line, std::string_view what, uint64_t down, uint64_t up, uint32_t ports) {
    if (down + up > ports)
        fail_at(path, line, "at most " + std::to_string(ports) + " links on " + std::string(what),
                ports_sentence(uint32_t(std::min<uint64_t>(down, UINT32_MAX)),
                               uint32_t(std::min<uint64_t>(up, UINT32_MAX))));
}

void check_size(std::string_view path, Line line, std::string_view what, uint64_t found, uint64_t most) {
    if (found > most)
        fail_at(path, line, "at most " + std::to_string(most) + " " + std::string(what),
                found >= uint64_t(1) << 62 ? "far more" : std::to_string(found));
}

void check_sizes(const ClusterPlan& p, std::string_view path) {
    const Line line = p.site.halls.line;
    const uint64_t pods = times(p.site.halls, p.site.pods_per_hall), arrays = times(pods, p.site.arrays_per_pod);
    const uint64_t nodes = times(arrays, times(p.array.racks, p.rack.nodes));
    check_size(path, line, "GPUs", times(nodes, p.node.gpus), most_gpus);
    check_size(path, line, "nodes", nodes, most_gpus);
    check_size(path, line, "racks", times(arrays, p.array.racks + uint64_t(p.array.leaf_racks)), most_gpus);
    check_size(path, line, "NICs", times(nodes, p.node.nics + uint64_t(p.node.frontend_nics)), most_devices);
    const auto& f = p.fabric;
    if (!f.present) return;
    const uint64_t host = times(times(nodes, p.node.nics), f.planes);
    const uint64_t leafs = times(arrays, times(f.rails, f.planes));
    const uint64_t up = f.has_spine ? times(leafs, times(f.spines, f.spine_parallel)) : 0;
    const uint64_t spines = f.has_spine ? times(pods, times(p.spine_groups(), f.spines)) : 0;
    const uint64_t core = f.has_core ? times(spines, times(f.cores_per_plane, f.core_parallel)) : 0;
    check_size(path, line, "links",
               std::min(host, most_links * 2) + std::min(up, most_links * 2) + std::min(core, most_links * 2),
               most_links);
    const uint64_t cores = f.has_core ? times(times(p.spine_groups(), f.spines), f.cores_per_plane) : 0;
    check_size(path, line, "switches",
               std::min(leafs, most_devices) + std::min(spines, most_devices) + std::min(cores, most_devices),
               most_devices);
    uint64_t service_nodes = 0;
    for (const ServicePlan& service : p.services)
        service_nodes += times(p.site.halls, times(service.racks_per_hall, service.nodes_per_rack));
    check_size(path, line, "service nodes", service_nodes, most_gpus);
}

void check_racks(const ClusterPlan& p, std::string_view path) {
    const uint32_t top = p.rack.unit_of(p.rack.nodes - 1) + p.node.height_units - 1;
    if (top > p.rack.units)
        fail_at(path, p.rack.nodes.line, "nodes that fit into " + std::to_string(p.rack.units) + " units of a rack",
                std::to_string(p.rack.nodes) + " nodes that reach unit " + std::to_string(top));
    if (p.rack.unit_pitch < p.node.height_units && p.rack.nodes > 1)
        fail_at(path, p.rack.unit_pitch.line,
                "a unit_pitch of at least the node's " + std::to_string(p.node.height_units) + " units",
                std::to_string(p.rack.unit_pitch));
    if (p.rack.units > 100)
        fail_at(path, p.rack.units.line, "a rack of at most 100 units", std::to_string(p.rack.units));
}

void check_fabric(const ClusterPlan& p, std::string_view path) {
    const FabricPlan& f = p.fabric;
    if (!f.present) return;
    if (p.node.nics == 0 || p.node.nics % f.rails)
        fail_at(path, f.rails.line, "rails that divide the " + std::to_string(p.node.nics) + " NICs of a node",
                std::to_string(f.rails));
    if (f.leaf_up > 0 && !f.has_spine)
        fail_at(path, f.leaf_up.line, "a [fabric.spine] above a leaf with uplinks", "none");
    const uint32_t up = f.has_spine ? f.spines * f.spine_parallel : 0;
    if (f.has_spine && f.leaf_up > 0 && f.leaf_up != up)
        fail_at(path, f.leaf_up.line,
                std::to_string(up) + " uplinks of a leaf (" + std::to_string(f.spines) + " spines × " +
                    std::to_string(f.spine_parallel) + ")",
                std::to_string(f.leaf_up));
    check_ports(path, f.leaf_ports.line, "a leaf", p.leaf_down(), up, f.leaf_ports);
    if (!f.has_spine) return;
    const uint32_t spine_up = f.has_core ? f.cores_per_plane * f.core_parallel : 0;
    check_ports(path, f.spine_ports.line, "a spine", times(p.leafs_per_spine(), f.spine_parallel), spine_up,
                f.spine_ports);
    if (times(p.spine_groups(), f.spines) > 65535)
        fail_at(path, f.spines.line, "at most 65535 spines in a pod",
                std::to_string(times(p.spine_groups(), f.spines)));
    if (f.has_core)
        check_ports(path, f.core_ports.line, "a core switch", times(p.pods(), f.core_parallel), 0, f.core_ports);
}

void check_frontend(const ClusterPlan& p, std::string_view path) {
    const FrontendPlan& f = p.frontend;
    if (!f.present) return;
    if (p.node.frontend_nics != 1)
        fail_at(path, p.node.frontend_nics.line, "1 front-end NIC in a node, since there is a [frontend]",
                std::to_string(p.node.frontend_nics));
    check_ports(path, f.switch_ports.line, "a front-end leaf", p.nodes_per_array(), f.leaf_uplinks, f.switch_ports);
    for (const Count& uplinks : {f.leaf_uplinks, f.service_leaf_uplinks})
        if (uplinks % f.spines_per_hall)
            fail_at(path, uplinks.line,
                    "a multiple of the " + std::to_string(f.spines_per_hall) + " front-end spines of a hall",
                    std::to_string(uplinks));
    uint64_t service_nodes = 0;
    for (const ServicePlan& service : p.services)
        service_nodes += times(service.racks_per_hall, service.nodes_per_rack);
    const uint64_t service_leafs = (service_nodes + f.service_leaf_ports - 1) / f.service_leaf_ports;
    if (service_leafs)
        check_ports(path, f.service_leaf_ports.line, "a service leaf", f.service_leaf_ports, f.service_leaf_uplinks,
                    f.switch_ports);
    const uint64_t arrays_in_hall = times(p.site.pods_per_hall, p.site.arrays_per_pod);
    const uint64_t down = times(arrays_in_hall, f.leaf_uplinks / f.spines_per_hall) +
                          times(service_leafs, f.service_leaf_uplinks / f.spines_per_hall);
    check_ports(path, f.spines_per_hall.line, "a front-end spine", down, f.spine_uplinks, f.switch_ports);
    if (f.spine_uplinks == 0) return;
    const uint64_t cores = times(p.site.halls, f.cores_per_hall);
    if (cores == 0 || f.spine_uplinks % cores)
        fail_at(path, f.spine_uplinks.line,
                "a multiple of the " + std::to_string(cores) + " front-end cores of the site",
                std::to_string(f.spine_uplinks));
    check_ports(path, f.cores_per_hall.line, "a front-end core",
                times(times(p.site.halls, f.spines_per_hall), f.spine_uplinks / cores), 0, f.switch_ports);
}

void check_management(const ClusterPlan& p, std::string_view path) {
    if (!p.management.present) return;
    uint32_t most = p.rack.nodes;
    for (const ServicePlan& service : p.services) most = std::max(most, service.nodes_per_rack.value);
    check_ports(path, p.management.switch_ports.line, "a management switch", most, 0, p.management.switch_ports);
    if (p.node.frontend_nics + p.node.nics == 0)
        fail_at(path, p.management.switch_ports.line, "a NIC in every node to carry its management port",
                "nodes without NICs");
}

}  // namespace

std::optional<ClusterPlan> read_plan(Section& file) {
    constexpr std::array<std::string_view, 10> tables{"gpu_node", "gpu_rack",   "array",      "floor",   "fabric",
                                                      "frontend", "management", "power_tree", "cooling", "service"};
    if (!file.section("site")) {
        for (const std::string_view key : tables)
            if (file.has(key)) file.fail(key, "a table [site] beside [" + std::string(key) + "]", "none");
        return {};
    }
    ClusterPlan plan;
    plan.site = read_site(file);
    plan.node = read_node(file);
    plan.rack = read_rack(file);
    plan.array = read_array(file);
    plan.floor = read_floor(file);
    plan.fabric = read_fabric(file);
    plan.frontend = read_frontend(file);
    plan.management = read_management(file);
    plan.services = read_services(file);
    plan.power = read_power(file);
    plan.cooling = read_cooling(file);
    check_racks(plan, file.path());
    check_sizes(plan, file.path());
    check_fabric(plan, file.path());
    check_frontend(plan, file.path());
    check_management(plan, file.path());
    return plan;
}

}  // namespace bv

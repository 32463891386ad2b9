// The port map of a plan. With one plane and one NIC per rail and node it is, for array a, rail r, pod p, spine s, core
// c:
//   leaf(a,r)  port d               ↔ server d of the array, NIC r
//   leaf(a,r)  port down + s        ↔ spine(p,s) port rails·(a mod arrays per pod) + r
//   spine(p,s) port down + k·c + i  ↔ core(s,c)  port k·p + i      (k parallel links, i < k)
// More NICs per rail, planes, parallel links and spines of one rail only ("rail planes") repeat the same pattern.
#include <algorithm>
#include <cmath>

#include "cluster/generate.h"

namespace bv {
namespace {

constexpr float bytes_per_gigabit = 1e9f / 8;
constexpr float drop_m = 2.5f;           // from a port up to the tray, and down again at the other end
constexpr float multimode_reach_m = 50;  // SR optics over OM4; beyond it DR over single mode

class LinkGenerator {
public:
    LinkGenerator(const ClusterPlan& plan, const Generated& at, Topology& topology)
        : plan_(plan), at_(at), t_(topology) {
        // NICs of a node are consecutive and nodes bring only counts until Topology::finish().
        first_nic_.reserve(t_.nodes.size());
        uint32_t nic = 0;
        for (const Node& node : t_.nodes) {
            first_nic_.push_back(nic);
            nic += node.nics.count;
        }
        uint64_t links = t_.links.size() + 3 * t_.nodes.size();
        if (plan.fabric.present)
            links += uint64_t(at.gpu_nodes.size()) * plan.node.nics * plan.fabric.planes +
                     uint64_t(at.leafs.size()) * plan.fabric.spines * plan.fabric.spine_parallel +
                     uint64_t(at.spines.size()) * plan.fabric.cores_per_plane * plan.fabric.core_parallel;
        t_.links.reserve(links);
    }

    void run() {
        if (plan_.fabric.present) {
            host_links();
            leaf_spine_links();
            spine_core_links();
        }
        if (plan_.frontend.present) frontend_links();
        if (plan_.management.present) management_links();
        t_.links.shrink_to_fit();  // not every node has the front-end and management links that room was made for
    }

private:
    PortRef nic_port(uint32_t node, uint32_t nic, uint32_t port) const {
        return {first_nic_[node] + nic, uint16_t(port), false};
    }
    static PortRef switch_port(uint32_t index, uint32_t port) { return {index, uint16_t(port), true}; }

    uint32_t rack_of(const PortRef& end) const {
        return end.is_switch ? t_.switches[end.device].rack : t_.nodes[t_.nics[end.device].node].rack;
    }

    // Along trays, so never diagonal.
    float length(const PortRef& a, const PortRef& b) const {
        const uint32_t rack_a = rack_of(a), rack_b = rack_of(b);
        if (rack_a == rack_b) return 2;
        const Place &from = t_.racks[rack_a].place, &to = t_.racks[rack_b].place;
        return std::abs(from.x - to.x) + std::abs(from.y - to.y) + 2 * drop_m;
    }

    Link& add(PortRef a, PortRef b, LinkClass link_class, const CablePlan& cables, float gigabits) {
        Link link;
        link.a = a;
        link.b = b;
        link.link_class = link_class;
        link.length_m = length(a, b);
        link.medium = cables.medium                        ? *cables.medium
                      : link.length_m <= multimode_reach_m ? LinkMedium::multimode
                                                           : LinkMedium::single_mode;
        link.capacity_bytes_per_second = gigabits * bytes_per_gigabit;
        return t_.links.emplace_back(link);
    }

    void host_links() {
        const auto& f = plan_.fabric;
        const uint32_t nodes = plan_.nodes_per_array(), per_rail = plan_.node.nics / f.rails;
        for (uint32_t n = 0; n < at_.gpu_nodes.size(); ++n)
            for (uint32_t i = 0; i < plan_.node.nics; ++i)
                for (uint32_t q = 0; q < f.planes; ++q) {
                    const uint32_t array = n / nodes, rail = i % f.rails;
                    const uint32_t leaf = at_.leafs[(array * f.planes + q) * f.rails + rail];
                    Link& link =
                        add(nic_port(at_.gpu_nodes[n], i, q), switch_port(leaf, n % nodes * per_rail + i / f.rails),
                            LinkClass::host, f.leaf_cables, f.gigabits_per_second / float(f.planes));
                    link.rail = uint8_t(rail);
                    link.plane = uint16_t(q);
                }
    }

    void leaf_spine_links() {
        const auto& f = plan_.fabric;
        if (!f.has_spine) return;
        const uint32_t groups = plan_.spine_groups(), down = plan_.leaf_down();
        for (uint32_t i = 0; i < at_.leafs.size(); ++i) {
            const uint32_t rail = i % f.rails, q = i / f.rails % f.planes, array = i / f.rails / f.planes;
            const uint32_t pod = array / plan_.site.arrays_per_pod, array_in_pod = array % plan_.site.arrays_per_pod;
            const uint32_t group = f.rail_planes ? q * f.rails + rail : q;
            const uint32_t leaf_in_group = f.rail_planes ? array_in_pod : array_in_pod * f.rails + rail;
            for (uint32_t s = 0; s < f.spines; ++s)
                for (uint32_t k = 0; k < f.spine_parallel; ++k) {
                    const uint32_t spine = at_.spines[(pod * groups + group) * f.spines + s];
                    Link& link = add(switch_port(at_.leafs[i], down + s * f.spine_parallel + k),
                                     switch_port(spine, leaf_in_group * f.spine_parallel + k), LinkClass::leaf_spine,
                                     f.spine_cables, f.gigabits_per_second / float(f.planes));
                    link.rail = uint8_t(rail);
                    link.plane = uint16_t(q * f.spines + s);
                }
        }
    }

    void spine_core_links() {
        const auto& f = plan_.fabric;
        if (!f.has_core) return;
        const uint32_t per_pod = plan_.spine_groups() * f.spines, down = plan_.spine_down();
        const uint32_t rails = f.rail_planes ? f.rails.value : 1;
        for (uint32_t i = 0; i < at_.spines.size(); ++i) {
            const uint32_t pod = i / per_pod, plane = i % per_pod;
            for (uint32_t c = 0; c < f.cores_per_plane; ++c)
                for (uint32_t k = 0; k < f.core_parallel; ++k) {
                    Link& link = add(switch_port(at_.spines[i], down + c * f.core_parallel + k),
                                     switch_port(at_.cores[plane * f.cores_per_plane + c], pod * f.core_parallel + k),
                                     LinkClass::spine_core, f.core_cables, f.gigabits_per_second / float(f.planes));
                    link.rail = uint8_t(plane / f.spines % rails);
                    link.plane = uint16_t(plane / f.spines / rails * f.spines + plane % f.spines);
                }
        }
    }

    // Every leaf has the same number of links to every spine of its hall, every spine to every core of the site.
    void frontend_links() {
        const auto& f = plan_.frontend;
        const uint32_t nodes = plan_.nodes_per_array(), frontend_nic = plan_.node.nics;
        for (uint32_t n = 0; n < at_.gpu_nodes.size(); ++n)
            frontend(nic_port(at_.gpu_nodes[n], frontend_nic, 0),
                     switch_port(at_.frontend_leafs[n / nodes], n % nodes));
        const auto service_nodes = uint32_t(at_.service_nodes.size() / plan_.site.halls);
        for (uint32_t n = 0; n < at_.service_nodes.size(); ++n) {
            const uint32_t hall = n / service_nodes, in_hall = n % service_nodes;
            const uint32_t leaf = at_.service_leafs[hall * at_.service_leafs_per_hall + in_hall / f.service_leaf_ports];
            frontend(nic_port(at_.service_nodes[n], 0, 0), switch_port(leaf, in_hall % f.service_leaf_ports));
        }
        const uint32_t arrays = plan_.site.pods_per_hall * plan_.site.arrays_per_pod;
        const uint32_t parallel = f.leaf_uplinks / f.spines_per_hall,
                       service_parallel = f.service_leaf_uplinks / f.spines_per_hall;
        for (uint32_t hall = 0; hall < plan_.site.halls; ++hall)
            for (uint32_t s = 0; s < f.spines_per_hall; ++s) {
                const uint32_t spine = at_.frontend_spines[hall * f.spines_per_hall + s];
                uint32_t port = 0;
                for (uint32_t a = 0; a < arrays; ++a)
                    for (uint32_t k = 0; k < parallel; ++k)
                        frontend(switch_port(at_.frontend_leafs[hall * arrays + a], nodes + s * parallel + k),
                                 switch_port(spine, port++));
                for (uint32_t i = 0; i < at_.service_leafs_per_hall; ++i)
                    for (uint32_t k = 0; k < service_parallel; ++k)
                        frontend(switch_port(at_.service_leafs[hall * at_.service_leafs_per_hall + i],
                                             f.service_leaf_ports + s * service_parallel + k),
                                 switch_port(spine, port++));
                const auto cores = uint32_t(at_.frontend_cores.size());
                const uint32_t core_parallel = cores ? f.spine_uplinks / cores : 0;
                for (uint32_t c = 0; c < cores; ++c)
                    for (uint32_t k = 0; k < core_parallel; ++k)
                        frontend(
                            switch_port(spine, port++),
                            switch_port(at_.frontend_cores[c], (hall * f.spines_per_hall + s) * core_parallel + k));
            }
    }
    void frontend(PortRef a, PortRef b) { add(a, b, LinkClass::frontend, {}, plan_.frontend.gigabits_per_second); }

    // One link from each node's management port to the switch at the top of its rack.
    void management_links() {
        std::vector<uint32_t> rack_switch(t_.racks.size(), no_index), next_port(t_.racks.size(), 0);
        for (uint32_t s = 0; s < t_.switches.size(); ++s)
            if (t_.switches[s].role == SwitchRole::management) rack_switch[t_.switches[s].rack] = s;
        const auto link_node = [&](uint32_t node) {
            const uint32_t rack = t_.nodes[node].rack;
            const IndexRange nics{first_nic_[node], t_.nodes[node].nics.count};
            if (nics.count == 0 || rack_switch[rack] == no_index) return;
            uint32_t nic = nics.first;
            while (nic + 1 < nics.end() && t_.nics[nic].role != NicRole::frontend) ++nic;
            if (t_.nics[nic].role != NicRole::frontend) nic = nics.first;
            add({nic, uint16_t(t_.nics[nic].ports - 1), false}, switch_port(rack_switch[rack], next_port[rack]++),
                LinkClass::management, {LinkMedium::copper}, plan_.management.gigabits_per_second);
        };
        for (const uint32_t node : at_.gpu_nodes) link_node(node);
        for (const uint32_t node : at_.service_nodes) link_node(node);
    }

    const ClusterPlan& plan_;
    const Generated& at_;
    Topology& t_;
    std::vector<uint32_t> first_nic_;
};

// Pluggable modules of the backend: one at each NIC port, and on switches one for every ports_per_module ports in use.
// Copper has none. Modules of a tier are counted over whole switches: cages are filled pairwise.
void count_optics(const ClusterPlan& plan, Topology& t) {
    std::vector<uint32_t> used(t.switches.size(), 0);
    uint64_t at_nics = 0, at_switches = 0;
    for (const Link& link : t.links) {
        if (link.link_class > LinkClass::spine_core || link.medium == LinkMedium::copper) continue;
        for (const PortRef& end : {link.a, link.b}) end.is_switch ? ++used[end.device] : uint32_t(++at_nics);
    }
    for (const uint32_t ports : used)
        at_switches += (ports + plan.fabric.ports_per_module - 1) / plan.fabric.ports_per_module;
    if (at_nics + at_switches == 0) return;
    t.parts["optics_nic"] += at_nics;
    t.parts["optics_switch"] += at_switches;
    t.parts["optics"] += at_nics + at_switches;
}

}  // namespace

void generate_links(const ClusterPlan& plan, const Generated& generated, Topology& topology) {
    LinkGenerator(plan, generated, topology).run();
    if (plan.fabric.present) count_optics(plan, topology);
    const uint64_t nodes = generated.gpu_nodes.size(), racks = uint64_t(plan.arrays()) * plan.array.racks;
    for (const auto& [name, count] : plan.node.parts) topology.parts[name] += nodes * count;
    for (const auto& [name, count] : plan.rack.parts) topology.parts[name] += racks * count;
    if (plan.nvlinks_per_gpu) topology.parts["nvlink"] += nodes * plan.node.gpus * plan.nvlinks_per_gpu;
    if (plan.cooling.cdu && plan.cooling.pumps_per_cdu)
        topology.parts["pump"] += uint64_t(topology.cdus.size()) * plan.cooling.pumps_per_cdu;
}

}  // namespace bv

// Ranges, parents and links of a loaded cluster. Reads the arrays that the loader filled; writes the derived ranges and
// indices once, in finish(). Names are in topology_names.cpp, places in topology_places.cpp.
#include "cluster/topology.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace bv {
namespace {

// Grows a parent's range by the child `index`; children arrive in ascending order and must be neighbours.
bool extend(IndexRange& range, uint32_t index, uint32_t count = 1) {
    if (range.count == 0) {
        range = {index, count};
        return true;
    }
    if (range.end() != index) return false;
    range.count += count;
    return true;
}

[[noreturn]] void not_consecutive(std::string_view children, std::string_view parent, uint32_t index) {
    throw std::invalid_argument("the " + std::string(children) + " of " + std::string(parent) + " " +
                                std::to_string(index) + " are not consecutive");
}

// Union of the racks' node runs: one run, or the run of the racks that hold GPU nodes (they come first).
IndexRange nodes_of_racks(const std::vector<Rack>& racks, IndexRange range, const std::vector<bool>& has_gpu_nodes) {
    IndexRange all, gpu_racks;
    bool one_run = true;
    for (uint32_t r = range.first; r < range.end(); ++r) {
        const IndexRange nodes = racks[r].nodes;
        if (nodes.count == 0) continue;
        one_run = extend(all, nodes.first, nodes.count) && one_run;
        if (has_gpu_nodes[r]) extend(gpu_racks, nodes.first, nodes.count);
    }
    return one_run ? all : gpu_racks;
}

IndexRange gpus_of_racks(const std::vector<Rack>& racks, IndexRange range) {
    IndexRange all;
    for (uint32_t r = range.first; r < range.end(); ++r)
        if (racks[r].gpus.count) extend(all, racks[r].gpus.first, racks[r].gpus.count);
    return all;
}

void check(bool good, std::string_view what) {
    if (!good) throw std::invalid_argument("the topology is broken: " + std::string(what) + " out of range");
}

bool within(uint32_t index, size_t size) { return index == no_index || index < size; }

}  // namespace

uint32_t Topology::count(ObjectClass object_class) const {
    switch (object_class) {
        case ObjectClass::site:
            return 1;
        case ObjectClass::hall:
            return uint32_t(halls.size());
        case ObjectClass::row:
            return uint32_t(rows.size());
        case ObjectClass::rack:
            return uint32_t(racks.size());
        case ObjectClass::node:
            return uint32_t(nodes.size());
        case ObjectClass::gpu:
            return uint32_t(gpu_nodes.size());
        case ObjectClass::nic:
            return uint32_t(nics.size());
        case ObjectClass::switch_:
            return uint32_t(switches.size());
        case ObjectClass::link:
            return uint32_t(links.size());
        case ObjectClass::cdu:
            return uint32_t(cdus.size());
        case ObjectClass::power:
            return uint32_t(power.size());
        case ObjectClass::plant:
            return uint32_t(plants.size());
        case ObjectClass::job:
            return job_slots;
    }
    return 0;
}

ObjectId Topology::parent(ObjectId id) const {
    if (!contains(id)) return {};
    const ObjectId site{ObjectClass::site, 0};
    const auto hall_or_site = [&](uint32_t hall) {
        return hall == no_index ? site : ObjectId{ObjectClass::hall, hall};
    };
    switch (id.object_class) {
        case ObjectClass::site:
            return {};
        case ObjectClass::hall:
        case ObjectClass::job:
            return site;
        case ObjectClass::row:
            return hall_or_site(rows[id.index].hall);
        case ObjectClass::rack: {
            const Rack& rack = racks[id.index];
            return rack.row != no_index ? ObjectId{ObjectClass::row, rack.row} : hall_or_site(rack.hall);
        }
        case ObjectClass::node:
            return {ObjectClass::rack, nodes[id.index].rack};
        case ObjectClass::gpu:
            return {ObjectClass::node, gpu_nodes[id.index]};
        case ObjectClass::nic:
            return {ObjectClass::node, nics[id.index].node};
        case ObjectClass::switch_:
            return {ObjectClass::rack, switches[id.index].rack};
        case ObjectClass::link:
            return links[id.index].a.object();
        case ObjectClass::cdu: {
            const Cdu& cdu = cdus[id.index];
            return cdu.rack != no_index ? ObjectId{ObjectClass::rack, cdu.rack} : hall_or_site(cdu.hall);
        }
        case ObjectClass::power:
            return hall_or_site(power[id.index].hall);
        case ObjectClass::plant:
            return hall_or_site(plants[id.index].hall);
    }
    return {};
}

IndexRange Topology::racks_in(ObjectId id) const {
    if (!contains(id)) return {};
    switch (id.object_class) {
        case ObjectClass::site:
            return {0, uint32_t(racks.size())};
        case ObjectClass::hall:
            return halls[id.index].racks;
        case ObjectClass::row:
            return rows[id.index].racks;
        case ObjectClass::rack:
            return {id.index, 1};
        case ObjectClass::cdu:
            return cdus[id.index].racks;
        case ObjectClass::power:
            return power[id.index].racks;
        default:
            return {};
    }
}

IndexRange Topology::nodes_in(ObjectId id) const {
    if (!contains(id)) return {};
    switch (id.object_class) {
        case ObjectClass::site:
            return {0, uint32_t(nodes.size())};
        case ObjectClass::hall:
            return halls[id.index].nodes;
        case ObjectClass::row:
            return rows[id.index].nodes;
        case ObjectClass::rack:
            return racks[id.index].nodes;
        case ObjectClass::node:
            return {id.index, 1};
        case ObjectClass::gpu:
            return {gpu_nodes[id.index], 1};
        case ObjectClass::cdu:
        case ObjectClass::power: {
            IndexRange all;
            const IndexRange range = racks_in(id);
            for (uint32_t r = range.first; r < range.end(); ++r)
                if (racks[r].nodes.count && !extend(all, racks[r].nodes.first, racks[r].nodes.count)) break;
            return all;
        }
        default:
            return {};
    }
}

IndexRange Topology::gpus_in(ObjectId id) const {
    if (!contains(id)) return {};
    switch (id.object_class) {
        case ObjectClass::site:
            return {0, uint32_t(gpu_nodes.size())};
        case ObjectClass::hall:
            return halls[id.index].gpus;
        case ObjectClass::row:
            return rows[id.index].gpus;
        case ObjectClass::rack:
            return racks[id.index].gpus;
        case ObjectClass::node:
            return nodes[id.index].gpus;
        case ObjectClass::gpu:
            return {id.index, 1};
        case ObjectClass::cdu:
        case ObjectClass::power:
            return gpus_of_racks(racks, racks_in(id));
        default:
            return {};
    }
}

std::span<const uint32_t> Topology::links_of(ObjectId id) const {
    const bool is_switch = id.object_class == ObjectClass::switch_;
    if ((!is_switch && id.object_class != ObjectClass::nic) || !contains(id)) return {};
    const auto& offsets = is_switch ? switch_link_offsets_ : nic_link_offsets_;
    const auto& ends = is_switch ? switch_links_ : nic_links_;
    return {ends.data() + offsets[id.index], offsets[id.index + 1] - offsets[id.index]};
}

void Topology::finish() {
    check_indices();
    derive_ranges();
    build_links_of();
    build_name_index();
}

void Topology::derive_ranges() {
    uint32_t gpu = 0, nic = 0;
    std::vector<bool> has_gpu_nodes(racks.size());
    gpu_nodes.clear();
    for (uint32_t n = 0; n < nodes.size(); ++n) {
        Node& node = nodes[n];
        node.gpus.first = gpu;
        node.nics.first = nic;
        gpu += node.gpus.count;
        nic += node.nics.count;
        if (node.role == NodeRole::gpu) has_gpu_nodes[node.rack] = true;
    }
    check(nic == nics.size(), "a node's NICs");
    gpu_nodes.reserve(gpu);
    for (Rack& rack : racks) rack.nodes = rack.gpus = rack.switches = {};
    for (uint32_t n = 0; n < nodes.size(); ++n) {
        const Node& node = nodes[n];
        gpu_nodes.insert(gpu_nodes.end(), node.gpus.count, n);
        Rack& rack = racks[node.rack];
        if (!extend(rack.nodes, n)) not_consecutive("nodes", "rack", node.rack);
        if (node.gpus.count) extend(rack.gpus, node.gpus.first, node.gpus.count);
        for (uint32_t i = node.nics.first; i < node.nics.end(); ++i)
            if (nics[i].node != n) not_consecutive("NICs", "node", n);
    }
    for (uint32_t s = 0; s < switches.size(); ++s)
        if (switches[s].rack != no_index && !extend(racks[switches[s].rack].switches, s))
            not_consecutive("switches", "rack", switches[s].rack);

    for (Hall& hall : halls) hall.rows = hall.racks = {};
    for (Row& row : rows) row.racks = {};
    for (Cdu& cdu : cdus) cdu.racks = {};
    for (Power& p : power) p.racks = {};
    for (uint32_t r = 0; r < rows.size(); ++r)
        if (!extend(halls[rows[r].hall].rows, r)) not_consecutive("rows", "hall", rows[r].hall);
    for (uint32_t r = 0; r < racks.size(); ++r) {
        Rack& rack = racks[r];
        if (!extend(rows[rack.row].racks, r)) not_consecutive("racks", "row", rack.row);
        rack.hall = rows[rack.row].hall;
        if (!extend(halls[rack.hall].racks, r)) not_consecutive("racks", "hall", rack.hall);
        if (rack.cdu != no_index && !extend(cdus[rack.cdu].racks, r)) not_consecutive("racks", "CDU", rack.cdu);
        if (rack.busway != no_index && !extend(power[rack.busway].racks, r))
            not_consecutive("racks", "busway", rack.busway);
    }
    for (Row& row : rows) {
        row.nodes = nodes_of_racks(racks, row.racks, has_gpu_nodes);
        row.gpus = gpus_of_racks(racks, row.racks);
    }
    for (Hall& hall : halls) {
        hall.nodes = nodes_of_racks(racks, hall.racks, has_gpu_nodes);
        hall.gpus = gpus_of_racks(racks, hall.racks);
    }
}

void Topology::check_indices() const {
    constexpr size_t most = std::numeric_limits<uint32_t>::max();
    check(links.size() < most / 2 && nodes.size() < most && nics.size() < most, "a count");
    for (const Row& row : rows) check(row.hall < halls.size(), "a row's hall");
    for (const Rack& rack : racks) {
        check(rack.row < rows.size(), "a rack's row");
        check(within(rack.cdu, cdus.size()), "a rack's CDU");
        check(within(rack.busway, power.size()), "a rack's busway");
    }
    for (const Node& node : nodes) check(node.rack < racks.size(), "a node's rack");
    for (const Nic& nic : nics) check(nic.node < nodes.size(), "a NIC's node");
    for (const Switch& s : switches) check(within(s.rack, racks.size()), "a switch's rack");
    for (const Link& link : links)
        for (const PortRef& end : {link.a, link.b})
            check(end.device < (end.is_switch ? switches.size() : nics.size()), "a link's end");
    for (const Cdu& cdu : cdus)
        check(within(cdu.hall, halls.size()) && within(cdu.rack, racks.size()) && within(cdu.plant, plants.size()),
              "a CDU's place or plant");
    for (const Power& p : power)
        check(within(p.parent, power.size()) && within(p.hall, halls.size()), "a power parent");
    for (const Plant& p : plants)
        check(within(p.parent, plants.size()) && within(p.hall, halls.size()), "a plant's parent");
}

// Two counting sorts: how many links end at each device, then each link into its devices' runs.
void Topology::build_links_of() {
    nic_link_offsets_.assign(nics.size() + 1, 0);
    switch_link_offsets_.assign(switches.size() + 1, 0);
    const auto offsets = [this](const PortRef& end) -> uint32_t& {
        return (end.is_switch ? switch_link_offsets_ : nic_link_offsets_)[end.device];
    };
    for (const Link& link : links) ++offsets(link.a), ++offsets(link.b);
    for (auto* list : {&nic_link_offsets_, &switch_link_offsets_}) {
        uint32_t sum = 0;
        for (uint32_t& entry : *list) sum += entry, entry = sum;  // now the end of each run
    }
    nic_links_.resize(nic_link_offsets_.back());
    switch_links_.resize(switch_link_offsets_.back());
    for (uint32_t l = uint32_t(links.size()); l-- > 0;)
        for (const PortRef& end : {links[l].b, links[l].a})
            (end.is_switch ? switch_links_ : nic_links_)[--offsets(end)] = l;
}

}  // namespace bv

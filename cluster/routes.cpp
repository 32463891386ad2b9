// Breadth-first search from one end, then the links that lie on shortest paths, counted from both ends. See routes.h.
#include "cluster/routes.h"

#include <algorithm>
#include <limits>

#include "cluster/state.h"

namespace bv {

namespace {

constexpr uint16_t unseen = std::numeric_limits<uint16_t>::max();

// Devices of the fabric as one row of numbers: NICs first, then switches.
struct Devices {
    const Topology& t;
    [[nodiscard]] uint32_t of(const PortRef& end) const {
        return end.is_switch ? uint32_t(t.nics.size()) + end.device : end.device;
    }
    [[nodiscard]] bool is_switch(uint32_t device) const { return device >= t.nics.size(); }
    [[nodiscard]] ObjectId object(uint32_t device) const {
        return is_switch(device) ? ObjectId{ObjectClass::switch_, device - uint32_t(t.nics.size())}
                                 : ObjectId{ObjectClass::nic, device};
    }
    [[nodiscard]] uint32_t other(uint32_t link, uint32_t device) const {
        const uint32_t a = of(t.links[link].a);
        return a == device ? of(t.links[link].b) : a;
    }
    [[nodiscard]] uint32_t count() const { return uint32_t(t.nics.size() + t.switches.size()); }
};

struct Search {
    std::vector<uint16_t> distance;             // [device] from the source, in links
    std::vector<std::vector<uint32_t>> stages;  // devices on shortest paths, [distance]
};

// Marks distances up to the target's; NICs do not forward.
bool spread(const Devices& devices, uint32_t from, uint32_t to, Search& search) {
    search.distance.assign(devices.count(), unseen);
    search.distance[from] = 0;
    std::vector<uint32_t> front{from}, next;
    for (uint16_t depth = 1; !front.empty() && search.distance[to] == unseen; ++depth) {
        next.clear();
        for (const uint32_t device : front) {
            if (!devices.is_switch(device) && device != from) continue;
            for (const uint32_t link : devices.t.links_of(devices.object(device))) {
                const uint32_t beyond = devices.other(link, device);
                if (search.distance[beyond] != unseen) continue;
                search.distance[beyond] = depth;
                next.push_back(beyond);
            }
        }
        front.swap(next);
    }
    return search.distance[to] != unseen;
}

bool is_down(const ClusterState* state, uint32_t link) {
    if (!state) return false;
    return state->classes[size_t(ObjectClass::link)].columns[health_metric].values[link] == uint16_t(Health::down);
}

// Paths from every device on a shortest path to the target, counted backwards stage by stage.
struct Counts {
    std::vector<double> all, open;  // [device]
};

void walk_back(const Devices& devices, const ClusterState* state, uint32_t to, Search& search, Routes& routes) {
    const uint16_t hops = search.distance[to];
    Counts counts{std::vector<double>(devices.count()), std::vector<double>(devices.count())};
    counts.all[to] = counts.open[to] = 1;
    search.stages.assign(size_t(hops) + 1, {});
    search.stages[hops] = {to};
    std::vector<uint8_t> listed(devices.count());
    for (uint16_t depth = hops; depth > 0; --depth) {
        for (const uint32_t device : search.stages[depth])
            for (const uint32_t link : devices.t.links_of(devices.object(device))) {
                const uint32_t before = devices.other(link, device);
                if (search.distance[before] != depth - 1) continue;
                if (!devices.is_switch(before) && depth > 1) continue;
                const bool down = is_down(state, link);
                routes.links.push_back(link);
                if (down) routes.down_links.push_back(link);
                counts.all[before] += counts.all[device];
                counts.open[before] += down ? 0 : counts.open[device];
                if (listed[before]) continue;
                listed[before] = 1;
                search.stages[depth - 1].push_back(before);
            }
    }
    const uint32_t from = search.stages[0].front();
    routes.paths += counts.all[from];
    routes.open_paths += counts.open[from];
}

void add_route(const Devices& devices, const ClusterState* state, uint32_t from, uint32_t to, Routes& routes) {
    Search search;
    if (from == to || !spread(devices, from, to, search)) return;
    walk_back(devices, state, to, search, routes);
    routes.kind = Routes::Kind::fabric;
    routes.hops = std::max<uint32_t>(routes.hops, search.distance[to]);
    routes.stages.resize(std::max<size_t>(routes.stages.size(), search.stages.size()));
    for (size_t depth = 0; depth < search.stages.size(); ++depth)
        for (const uint32_t device : search.stages[depth]) routes.stages[depth] += devices.is_switch(device) ? 1 : 0;
}

uint32_t node_of(const Topology& t, ObjectId id) {
    switch (id.object_class) {
        case ObjectClass::gpu:
            return t.gpu_nodes[id.index];
        case ObjectClass::nic:
            return t.nics[id.index].node;
        case ObjectClass::node:
            return id.index;
        default:
            return no_index;
    }
}

// Where an end joins the fabric: one NIC, or of a node all compute NICs.
std::vector<uint32_t> doors_of(const Devices& devices, ObjectId id) {
    const Topology& t = devices.t;
    if (id.object_class == ObjectClass::switch_) return {uint32_t(t.nics.size()) + id.index};
    if (id.object_class == ObjectClass::nic) return {id.index};
    if (id.object_class == ObjectClass::gpu) {
        const uint32_t nic = nic_of_gpu(t, id.index);
        return nic == no_index ? std::vector<uint32_t>{} : std::vector<uint32_t>{nic};
    }
    std::vector<uint32_t> doors;
    const IndexRange nics = t.nodes[id.index].nics;
    for (uint32_t i = nics.first; i < nics.end(); ++i)
        if (t.nics[i].role == NicRole::compute) doors.push_back(i);
    return doors;
}

// A NIC on that rail in the node of `nic`; no_index without.
uint32_t on_rail(const Topology& t, uint32_t node, uint8_t rail) {
    const IndexRange nics = t.nodes[node].nics;
    for (uint32_t i = nics.first; i < nics.end(); ++i)
        if (t.nics[i].role == NicRole::compute && t.nics[i].rail == rail) return i;
    return no_index;
}

}  // namespace

bool is_route_end(ObjectId id) {
    return id.object_class == ObjectClass::gpu || id.object_class == ObjectClass::nic ||
           id.object_class == ObjectClass::node || id.object_class == ObjectClass::switch_;
}

uint32_t nic_of_gpu(const Topology& t, uint32_t gpu) {
    const Node& node = t.nodes[t.gpu_nodes[gpu]];
    uint32_t compute = 0;
    for (uint32_t i = node.nics.first; i < node.nics.end(); ++i) compute += t.nics[i].role == NicRole::compute;
    if (compute == 0) return no_index;
    const uint32_t g = gpu - node.gpus.first, gpus = node.gpus.count;
    uint32_t wanted = compute >= gpus ? g * (compute / gpus) : g * compute / gpus;
    for (uint32_t i = node.nics.first; i < node.nics.end(); ++i)
        if (t.nics[i].role == NicRole::compute && wanted-- == 0) return i;
    return no_index;
}

Routes routes_between(const Topology& t, ObjectId from, ObjectId to, const ClusterState* state) {
    Routes routes;
    routes.from = from, routes.to = to;
    if (!is_route_end(from) || !is_route_end(to) || !t.contains(from) || !t.contains(to) || from == to) return routes;
    const Devices devices{t};
    const uint32_t node_a = node_of(t, from), node_b = node_of(t, to);
    if (node_a != no_index && node_a == node_b) {
        routes.kind = Routes::Kind::same_node;
        return routes;
    }
    const std::vector<uint32_t> a = doors_of(devices, from), b = doors_of(devices, to);
    if (a.size() > 1 && b.size() > 1) {
        for (const uint32_t door : a)
            if (const uint32_t other = on_rail(t, node_b, t.nics[door].rail); other != no_index)
                add_route(devices, state, door, other, routes);
    } else {
        for (uint32_t door : a)
            for (const uint32_t other : b) {
                const bool gpus = from.object_class == ObjectClass::gpu && to.object_class == ObjectClass::gpu;
                if (gpus && t.nics[door].rail != t.nics[other].rail)
                    if (const uint32_t near = on_rail(t, node_a, t.nics[other].rail); near != no_index) {
                        door = near;
                        routes.over_nvlink = true;
                    }
                add_route(devices, state, door, other, routes);
            }
    }
    if (routes.kind == Routes::Kind::none) routes.kind = Routes::Kind::unreachable;
    for (std::vector<uint32_t>* list : {&routes.links, &routes.down_links}) {
        std::sort(list->begin(), list->end());
        list->erase(std::unique(list->begin(), list->end()), list->end());
    }
    return routes;
}

}  // namespace bv

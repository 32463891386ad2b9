// Puts objects into hall, row, rack order and says where each one went. Generated clusters are in order already and pay
// one comparison per object.
#include "cluster/arrange.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace bv {
namespace {

// Sorts items (and their names) by key, stable; returns old → new, empty where they were sorted already.
template <typename Item, typename Key>
std::vector<uint32_t> sort_by(std::vector<Item>& items, std::vector<std::string>& names, Key key) {
    bool sorted = true;
    for (uint32_t i = 1; sorted && i < items.size(); ++i) sorted = key(i - 1) <= key(i);
    if (sorted) return {};
    std::vector<uint32_t> order(items.size());
    std::iota(order.begin(), order.end(), 0u);
    std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return key(a) < key(b); });
    std::vector<uint32_t> moved(items.size());
    std::vector<Item> new_items(items.size());
    std::vector<std::string> new_names(names.size());
    for (uint32_t i = 0; i < order.size(); ++i) {
        moved[order[i]] = i;
        new_items[i] = items[order[i]];
        if (order[i] < names.size()) new_names[i] = std::move(names[order[i]]);
    }
    items = std::move(new_items);
    names = std::move(new_names);
    return moved;
}

}  // namespace

Arrangement arrange(Topology& t) {
    const auto names = [&t](ObjectClass c) -> std::vector<std::string>& { return t.names[size_t(c)]; };
    Arrangement a;
    a.rows = sort_by(t.rows, names(ObjectClass::row), [&](uint32_t i) { return t.rows[i].hall; });
    for (Rack& rack : t.racks) rack.row = Arrangement::moved(a.rows, rack.row);

    a.racks = sort_by(t.racks, names(ObjectClass::rack),
                      [&](uint32_t i) { return std::pair(t.racks[i].row, t.racks[i].slot); });
    for (Node& node : t.nodes) node.rack = Arrangement::moved(a.racks, node.rack);
    for (Switch& s : t.switches) s.rack = Arrangement::moved(a.racks, s.rack);
    for (Cdu& cdu : t.cdus) cdu.rack = Arrangement::moved(a.racks, cdu.rack);

    std::vector<bool> service(t.racks.size(), true);
    for (const Node& node : t.nodes)
        if (node.role == NodeRole::gpu) service[node.rack] = false;
    a.nodes = sort_by(t.nodes, names(ObjectClass::node),
                      [&](uint32_t i) { return std::pair(bool(service[t.nodes[i].rack]), t.nodes[i].rack); });
    for (Nic& nic : t.nics) nic.node = Arrangement::moved(a.nodes, nic.node);
    a.nics = sort_by(t.nics, names(ObjectClass::nic), [&](uint32_t i) { return t.nics[i].node; });

    a.switches = sort_by(t.switches, names(ObjectClass::switch_), [&](uint32_t i) { return t.switches[i].rack; });
    return a;
}

}  // namespace bv

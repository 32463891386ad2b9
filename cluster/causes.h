// Which part can be the cause of trouble at another: the neighbourhood that the grouping of incidents searches, and
// which kind of trouble follows from which, within what time. Reads the topology; a fixed table of rules.
#pragma once

#include "cluster/signals.h"
#include "cluster/topology.h"

namespace bv {

// Calls f(ObjectId) for everything whose failure can be felt at `id`, itself first, then nearest first: the ends of a
// link, the servers, racks, power and coolant behind them, siblings in a server. At most some 40 objects. A link's own
// NIC and switch are both named; which of them it was is decided by what else they explain.
template <class F>
void for_each_cause(const Topology& t, ObjectId id, F&& f) {
    using C = ObjectClass;
    const auto power_chain = [&](uint32_t p) {
        for (uint32_t steps = 0; p != no_index && steps < 8; p = t.power[p].parent, ++steps) f(ObjectId{C::power, p});
    };
    const auto plant_chain = [&](uint32_t p) {
        for (uint32_t steps = 0; p != no_index && steps < 8; p = t.plants[p].parent, ++steps) f(ObjectId{C::plant, p});
    };
    const auto coolant_chain = [&](uint32_t cdu) {
        if (cdu == no_index) return;
        f(ObjectId{C::cdu, cdu});
        plant_chain(t.cdus[cdu].plant);
    };
    const auto rack_chain = [&](uint32_t rack) {
        if (rack == no_index) return;
        f(ObjectId{C::rack, rack});
        coolant_chain(t.racks[rack].cdu);
        power_chain(t.racks[rack].busway);
    };
    const auto node_chain = [&](uint32_t node) {
        if (node == no_index) return;
        f(ObjectId{C::node, node});
        rack_chain(t.nodes[node].rack);
    };
    const auto end_chain = [&](const PortRef& end) {
        f(end.object());
        if (end.is_switch)
            rack_chain(t.switches[end.device].rack);
        else
            node_chain(t.nics[end.device].node);
    };
    f(id);
    switch (id.object_class) {
        case C::link:
            end_chain(t.links[id.index].a);
            end_chain(t.links[id.index].b);
            break;
        case C::nic:
            for (const uint32_t l : t.links_of(id)) {
                f(ObjectId{C::link, l});
                f(t.links[l].b.object());
            }
            node_chain(t.nics[id.index].node);
            break;
        case C::gpu: {
            const uint32_t node = t.gpu_nodes[id.index];
            const IndexRange gpus = t.nodes[node].gpus;
            for (uint32_t g = gpus.first; g < gpus.end(); ++g)
                if (g != id.index) f(ObjectId{C::gpu, g});
            node_chain(node);
            break;
        }
        case C::node:
            rack_chain(t.nodes[id.index].rack);
            break;
        case C::switch_:
            rack_chain(t.switches[id.index].rack);
            break;
        case C::rack:
            coolant_chain(t.racks[id.index].cdu);
            power_chain(t.racks[id.index].busway);
            break;
        case C::cdu: {
            const Cdu& cdu = t.cdus[id.index];
            for (uint32_t r = cdu.racks.first; r < cdu.racks.end() && r - cdu.racks.first < 32; ++r)
                f(ObjectId{C::rack, r});
            plant_chain(cdu.plant);
            if (cdu.rack != no_index) power_chain(t.racks[cdu.rack].busway);
            break;
        }
        case C::power:
            power_chain(t.power[id.index].parent);
            break;
        case C::plant:
            plant_chain(t.plants[id.index].parent);
            break;
        default:
            break;
    }
}

// Whether trouble `a` at one part explains trouble `b` at a part that for_each_cause connects to it (or, same, at that
// part itself).
bool explains(ObjectId a, Signal a_signal, ObjectId b, Signal b_signal);

// How long after a cause its consequence may be noticed, and how much earlier than the cause's own event: carrier loss
// is seen at once, while that a switch does not answer takes some time-outs, and heat takes minutes.
struct Lag {
    int64_t early_ns, late_ns;
};
Lag lag_of(Signal cause, Signal consequence);

}  // namespace bv

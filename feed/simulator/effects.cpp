// From the list of active faults to symptoms: which objects are down, silent, in maintenance or impaired. Reads the
// faults and the cluster's graphs; rewrites World::effects whole, which is cheap (a megabyte of bytes) and only done
// when the list changes.
#include "feed/simulator/faults.h"

namespace bv::sim {
namespace {

// Health is spread along what hangs on what: node → GPUs and NICs → links → switches; busway → racks → nodes.
class Spread {
public:
    explicit Spread(World& world) : t_(*world.topology), e_(world.effects) {}

    void gpu(uint32_t i, Health health, bool dark, bool alive) {
        raise(e_.gpu_health, i, health);
        if (dark) e_.dark_gpus.push_back(i);
        if (!alive) e_.gpu_alive[i] = 0;
    }
    void node(uint32_t i, Health health) {
        raise(e_.node_health, i, health);
        if (health == Health::down || health == Health::critical || health == Health::maintenance)
            e_.node_usable[i] = 0;
    }
    // Powered off or crashed: nothing in it answers, and its links lose their carrier.
    void node_dark(uint32_t i, Health health) {
        node(i, health);
        e_.dark_nodes.push_back(i);
        e_.node_alive[i] = 0;
        const Node& n = t_.nodes[i];
        for (uint32_t g = n.gpus.first; g < n.gpus.end(); ++g) gpu(g, health, true, false);
        for (uint32_t c = n.nics.first; c < n.nics.end(); ++c) {
            raise(e_.nic_health, c, health);
            e_.dark_nics.push_back(c);
            e_.nic_alive[c] = 0;
            for (const uint32_t l : t_.links_of({ObjectClass::nic, c})) {
                link_down(l, health == Health::maintenance ? Health::maintenance : Health::down, false);
            }
        }
    }
    void node_service(uint32_t i) {
        node(i, Health::maintenance);
        const Node& n = t_.nodes[i];
        for (uint32_t g = n.gpus.first; g < n.gpus.end(); ++g) gpu(g, Health::maintenance, false, true);
        for (uint32_t c = n.nics.first; c < n.nics.end(); ++c) raise(e_.nic_health, c, Health::maintenance);
    }
    void link_down(uint32_t i, Health health, bool blame_nic) {
        raise(e_.link_health, i, health);
        e_.link_alive[i] = 0;
        for (const PortRef& port : {t_.links[i].a, t_.links[i].b}) {
            if (port.device == no_index) continue;
            if (port.is_switch) {
                if (health != Health::maintenance) ++e_.switch_ports_down[port.device];
            } else {
                e_.nic_alive[port.device] = 0;
                if (blame_nic) nic(port.device, Health::critical);
            }
        }
    }
    void nic(uint32_t i, Health health) {
        raise(e_.nic_health, i, health);
        if (t_.nics[i].node != no_index) raise(e_.node_health, t_.nics[i].node, Health::warning);
    }
    void switch_down(uint32_t i) {
        raise(e_.switch_health, i, Health::down);
        e_.dark_switches.push_back(i);
        e_.switch_alive[i] = 0;
        for (const uint32_t l : t_.links_of({ObjectClass::switch_, i})) link_down(l, Health::down, true);
    }
    void rack_dark(uint32_t r) {
        const Rack& rack = t_.racks[r];
        e_.rack_feed[r] = 0;
        e_.dark_racks.push_back(r);
        for (uint32_t n = rack.nodes.first; n < rack.nodes.end(); ++n) node_dark(n, Health::down);
        for (uint32_t s = rack.switches.first; s < rack.switches.end(); ++s) switch_down(s);
        if (rack.cdu != no_index && t_.cdus[rack.cdu].placement == CduPlacement::in_rack) cdu_dark(rack.cdu);
    }
    void cdu_dark(uint32_t i) {
        raise(e_.cdu_health, i, Health::down);
        e_.cdu_capacity[i] = 0;
        e_.dark_cdus.push_back(i);
    }
    static void raise(std::vector<uint8_t>& healths, uint32_t i, Health health) {
        healths[i] = static_cast<uint8_t>(worse(static_cast<Health>(healths[i]), health));
    }

private:
    const Topology& t_;
    Effects& e_;
};

void reset(const Topology& t, Effects& e) {
    const uint8_t ok = static_cast<uint8_t>(Health::ok);
    e.gpu_health.assign(t.gpu_nodes.size(), ok);
    e.node_health.assign(t.nodes.size(), ok);
    e.nic_health.assign(t.nics.size(), ok);
    e.switch_health.assign(t.switches.size(), ok);
    e.link_health.assign(t.links.size(), ok);
    e.cdu_health.assign(t.cdus.size(), ok);
    e.power_health.assign(t.power.size(), ok);
    e.gpu_alive.assign(t.gpu_nodes.size(), 1);
    e.gpu_cooling.assign(t.gpu_nodes.size(), 1);
    e.node_usable.assign(t.nodes.size(), 1);
    e.node_alive.assign(t.nodes.size(), 1);
    e.node_supplies.assign(t.nodes.size(), 4);
    e.switch_alive.assign(t.switches.size(), 1);
    e.switch_ports_down.assign(t.switches.size(), 0);
    e.nic_alive.assign(t.nics.size(), 1);
    e.link_alive.assign(t.links.size(), 1);
    e.cdu_capacity.assign(t.cdus.size(), 1);
    e.rack_feed.assign(t.racks.size(), 1);
    for (auto* dark :
         {&e.dark_gpus, &e.dark_nodes, &e.dark_nics, &e.dark_switches, &e.dark_cdus, &e.dark_power, &e.dark_racks}) {
        dark->clear();
    }
    e.failing_optics.clear();
    e.slow_gpus.clear();
    e.rack_leak.assign(t.racks.size(), 0);
    e.noisy_links.clear();
    e.noisy_gpus.clear();
}

// A GPU on the bench is in maintenance like the rest of its node: the alarm has been answered.
void spread_gpu(Spread& spread, const Topology& t, Effects& e, const Fault& fault) {
    if (fault.kind == FaultKind::slow_rank) {
        e.slow_gpus.emplace_back(fault.index, 0.70f);
        return;
    }
    const uint32_t gpu = fault.index, node = t.gpu_nodes[gpu];
    const auto show = [&](Health health, bool dark, bool alive) {
        spread.gpu(gpu, fault.on_bench ? Health::maintenance : health, dark, alive);
    };
    switch (fault.kind) {
        case FaultKind::gpu_row_remap:
            show(Health::warning, false, true);
            return;
        case FaultKind::memory_errors:
            show(Health::warning, false, true);
            e.noisy_gpus.push_back(gpu);
            return;
        case FaultKind::gpu_off_bus:
            show(Health::down, true, false);
            break;
        case FaultKind::gpu_gsp:
            show(Health::critical, true, true);
            break;
        case FaultKind::gpu_thermal_interface:
            show(Health::critical, false, true);
            e.gpu_cooling[gpu] = 3.5f;  // 30 °C + 680 W × 0.0875 K/W reaches the slowdown temperature
            break;
        default:
            show(Health::critical, false, true);
            break;
    }
    if (!fault.on_bench) {
        spread.node(node, Health::critical);
    } else if (fault.repair == Repair::board) {
        spread.node_dark(node, Health::maintenance);
    } else {
        spread.node_service(node);
    }
}

void spread_node(Spread& spread, const Topology& t, Effects& e, const Fault& fault) {
    if (fault.kind == FaultKind::node_power_supply) {
        spread.node(fault.index, Health::warning);
        e.node_supplies[fault.index] = 3;
    } else if (fault.kind == FaultKind::node_service) {
        spread.node_service(fault.index);
    } else if (fault.kind == FaultKind::noisy_node) {
        spread.node(fault.index, Health::warning);
    } else if (fault.kind == FaultKind::thermal_runaway) {
        const Seconds age = fault.stage * stage_seconds;
        if (age >= thermal_trip_seconds) return spread.node_dark(fault.index, Health::down);
        const IndexRange gpus = t.nodes[fault.index].gpus;
        for (uint32_t g = gpus.first; g < gpus.end(); ++g)
            e.gpu_cooling[g] = 1 + 3.0f * std::min(1.0f, static_cast<float>(age) / 60);
    } else {
        spread.node_dark(fault.index, fault.on_bench ? Health::maintenance : Health::down);
    }
}

void spread_link(Spread& spread, const Topology& t, Effects& e, const Fault& fault) {
    switch (fault.kind) {
        case FaultKind::optic_degrading: {
            const Seconds age = fault.stage * stage_seconds;
            // From −7 to where correction gives up, in 100 s.
            e.failing_optics.emplace_back(fault.index, -7.0f + 0.03f * static_cast<float>(std::min(age, 105.0)));
            if (age >= 50) Spread::raise(e.link_health, fault.index, Health::warning);
            if (age < optic_dead_seconds) break;
            spread.link_down(fault.index, Health::down, true);
            const PortRef& a = t.links[fault.index].a;
            if (!a.is_switch && t.nics[a.device].node != no_index) e.node_usable[t.nics[a.device].node] = 0;
            break;
        }
        case FaultKind::flapping_link:
            Spread::raise(e.link_health, fault.index, Health::warning);
            if (!t.links[fault.index].a.is_switch)
                Spread::raise(e.nic_health, t.links[fault.index].a.device, Health::warning);
            break;
        case FaultKind::link_errors:
            Spread::raise(e.link_health, fault.index, Health::warning);
            e.noisy_links.push_back(fault.index);
            break;
        case FaultKind::link_flap: {
            // Back within seconds: a warning, although nothing passes meanwhile.
            spread.link_down(fault.index, Health::warning, false);
            const PortRef& a = t.links[fault.index].a;
            if (!a.is_switch && a.device != no_index) Spread::raise(e.nic_health, a.device, Health::warning);
            break;
        }
        case FaultKind::link_down: {
            spread.link_down(fault.index, Health::down, true);
            const PortRef& a = t.links[fault.index].a;
            if (!a.is_switch && a.device != no_index && t.nics[a.device].node != no_index) {
                e.node_usable[t.nics[a.device].node] = 0;
            }
            break;
        }
        default:
            spread.link_down(fault.index, Health::down, false);
            break;
    }
}

void spread_switch(Spread& spread, const Topology& t, Effects& e, uint32_t index) {
    spread.switch_down(index);
    for (const uint32_t l : t.links_of({ObjectClass::switch_, index})) {
        const PortRef& a = t.links[l].a;
        if (!a.is_switch && a.device != no_index && t.nics[a.device].node != no_index) {
            e.node_usable[t.nics[a.device].node] = 0;
        }
    }
}

void spread_power(Spread& spread, const Topology& t, Effects& e, uint32_t index) {
    Spread::raise(e.power_health, index, Health::down);
    e.dark_power.push_back(index);
    for (uint32_t r = 0; r < t.racks.size(); ++r) {
        if (t.racks[r].busway == index) spread.rack_dark(r);
    }
}

}  // namespace

void rebuild_effects(World& world, const std::vector<Fault>& active) {
    const Topology& t = *world.topology;
    Effects& e = world.effects;
    reset(t, e);
    Spread spread(world);
    for (const Fault& fault : active) {
        switch (spec_of(fault.kind).object_class) {
            case ObjectClass::gpu:
                spread_gpu(spread, t, e, fault);
                break;
            case ObjectClass::node:
                spread_node(spread, t, e, fault);
                break;
            case ObjectClass::link:
                spread_link(spread, t, e, fault);
                break;
            case ObjectClass::switch_:
                spread_switch(spread, t, e, fault.index);
                break;
            case ObjectClass::power:
                spread_power(spread, t, e, fault.index);
                break;
            case ObjectClass::nic:
                spread.nic(fault.index, Health::down);
                e.dark_nics.push_back(fault.index);
                e.nic_alive[fault.index] = 0;
                if (t.nics[fault.index].node != no_index) e.node_usable[t.nics[fault.index].node] = 0;
                for (const uint32_t l : t.links_of({ObjectClass::nic, fault.index})) {
                    spread.link_down(l, Health::down, false);
                }
                break;
            case ObjectClass::cdu: {
                const bool lost = fault.kind == FaultKind::cdu_failure;
                Spread::raise(e.cdu_health, fault.index, lost ? Health::critical : Health::warning);
                // One of two pumps gives about 60 % of the flow; without both, a trickle by convection (assumed).
                e.cdu_capacity[fault.index] = std::min(e.cdu_capacity[fault.index], lost ? 0.04f : 0.62f);
                break;
            }
            case ObjectClass::rack: {
                const Seconds age = fault.stage * stage_seconds;
                e.rack_leak[fault.index] = age < 10 ? 0 : age < 30 ? 1 : 2;
                const uint32_t cdu = t.racks[fault.index].cdu;
                if (cdu == no_index) break;
                Spread::raise(e.cdu_health, cdu, age < 60 ? Health::warning : Health::critical);
                const float flow = std::max(0.05f, 1.0f - 0.011f * static_cast<float>(age));
                e.cdu_capacity[cdu] = std::min(e.cdu_capacity[cdu], flow);
                break;
            }
            default:
                break;
        }
    }
    for (uint32_t s = 0; s < t.switches.size(); ++s) {
        const uint16_t lost = e.switch_ports_down[s];
        if (lost > 0) Spread::raise(e.switch_health, s, lost >= 8 ? Health::critical : Health::warning);
    }
    ++e.version;
}

}  // namespace bv::sim

// What a fault says and whom it stops: its own event, the events of what hangs on it (a dead leaf is reported by the
// ports of 64 servers), the end of all of them after the repair, and the jobs that lose a node. Also where a planned
// fault strikes.
#include <fmt/format.h>

#include <cmath>

#include "feed/simulator/faults.h"

namespace bv::sim {
namespace {

bool is_link(FaultKind kind) {
    return kind == FaultKind::link_down || kind == FaultKind::link_flap || kind == FaultKind::fabric_link_down;
}

std::string subject_of(const Topology& t, ObjectId object) {
    const std::string path = t.path_of(object);
    if (object.object_class == ObjectClass::gpu) return "GPU " + path;
    if (object.object_class == ObjectClass::nic) return "NIC " + path;
    return path;
}

// Neighbours notice within the second in which it happens (assumed: port polling and carrier loss).
Seconds noticed_at(Seconds begin, uint64_t id) {
    return begin + (std::floor(begin) + 1 - begin) * (0.05 + 0.9 * unit(mix(id)));
}

}  // namespace

void Faults::announce(const Fault& fault, bool ended) {
    const FaultSpec& spec = spec_of(fault.kind);
    Event event;
    event.id = hash(world_.seed, uint64_t(Stream::fault_detail), uint64_t(fault.kind), fault.number) | 1;
    event.time_ns = world_.clock.ns(fault.begin);
    event.end_ns = ended ? world_.clock.ns(fault.end) : 0;
    event.severity = spec.severity;
    event.object = {spec.object_class, fault.index};
    event.code = spec.xid;
    event.kind = spec.event_kind;
    event.text = fmt::format(fmt::runtime(spec.text), subject_of(*world_.topology, event.object));
    const uint64_t id = event.id;
    world_.report(event);
    if (ended && is_link(fault.kind)) announce_link_up(event);
    announce_consequences(fault, ended, id);
}

// The work on a server: from when it is taken out until it is back. No alarm.
void Faults::announce_bench(const Fault& fault, bool ended) {
    const FaultSpec& spec = spec_of(fault.kind);
    const Topology& t = *world_.topology;
    const uint64_t cause = hash(world_.seed, uint64_t(Stream::fault_detail), uint64_t(fault.kind), fault.number) | 1;
    const ObjectId node{ObjectClass::node, node_of(fault)}, part{spec.object_class, fault.index};
    Event event;
    event.id = hash(cause, 2) | 1;
    event.time_ns = world_.clock.ns(fault.bench);
    event.end_ns = ended ? world_.clock.ns(fault.end) : 0;
    event.severity = Severity::info;
    event.object = node;
    event.kind = "maintenance";
    event.text = fault.kind == FaultKind::node_service
                     ? fmt::format(fmt::runtime(spec.text), t.path_of(node))
                     : fmt::format("Server {} is taken out of service to mend {}.", t.path_of(node),
                                   part == node ? "it" : subject_of(t, part));
    world_.report(std::move(event));
}

void Faults::announce_link_up(const Event& down) {
    Event event = down;
    event.id = hash(down.id, 1) | 1;
    event.time_ns = event.end_ns;
    event.severity = Severity::info;
    event.kind = "link_up";
    event.text = fmt::format("Link {} is up again.", world_.topology->path_of(down.object));
    world_.report(std::move(event));
}

void Faults::announce_consequences(const Fault& fault, bool ended, uint64_t cause) {
    const Topology& t = *world_.topology;
    const auto say = [&](ObjectId object, Severity severity, const char* kind, const char* text) {
        Event event;
        event.id = hash(cause, uint64_t(object.object_class), object.index) | 1;
        event.time_ns = world_.clock.ns(noticed_at(fault.begin, event.id));
        event.end_ns = ended ? std::max(world_.clock.ns(fault.end), event.time_ns) : 0;
        event.severity = severity;
        event.object = object;
        event.kind = kind;
        event.text = fmt::format(fmt::runtime(text), t.path_of(object));
        world_.report(std::move(event));
    };
    const auto links_of = [&](ObjectId device) {
        for (const uint32_t l : t.links_of(device)) {
            if (t.links[l].link_class != LinkClass::management) {
                say({ObjectClass::link, l}, Severity::critical, "link_down", "Link {} lost its carrier.");
            }
        }
    };
    switch (fault.kind) {
        case FaultKind::switch_leaf:
        case FaultKind::switch_fabric:
            links_of({ObjectClass::switch_, fault.index});
            break;
        case FaultKind::nic_failure:
            links_of({ObjectClass::nic, fault.index});
            break;
        case FaultKind::node_crash: {
            const IndexRange nics = t.nodes[fault.index].nics;
            for (uint32_t n = nics.first; n < nics.end(); ++n) links_of({ObjectClass::nic, n});
            break;
        }
        case FaultKind::busway_loss:
            for (uint32_t r = 0; r < t.racks.size(); ++r) {
                if (t.racks[r].busway != fault.index) continue;
                const IndexRange nodes = t.racks[r].nodes, switches = t.racks[r].switches;
                for (uint32_t n = nodes.first; n < nodes.end(); ++n) {
                    say({ObjectClass::node, n}, Severity::critical, "node_down", "Server {} does not answer.");
                }
                for (uint32_t s = switches.first; s < switches.end(); ++s) {
                    say({ObjectClass::switch_, s}, Severity::critical, "switch_down", "Switch {} does not answer.");
                }
            }
            break;
        default:
            break;
    }
}

void Faults::stop_jobs(const Fault& fault, const StopJob& stop_job) const {
    const Topology& t = *world_.topology;
    const auto nic = [&](uint32_t index) {
        if (index < t.nics.size() && t.nics[index].node != no_index) stop_job(t.nics[index].node, fault.begin);
    };
    switch (spec_of(fault.kind).object_class) {
        case ObjectClass::gpu:
            stop_job(t.gpu_nodes[fault.index], fault.begin);
            break;
        case ObjectClass::node:
            stop_job(fault.index, fault.begin);
            break;
        case ObjectClass::nic:
            nic(fault.index);
            break;
        case ObjectClass::link:
            if (!t.links[fault.index].a.is_switch) nic(t.links[fault.index].a.device);
            break;
        case ObjectClass::switch_:
            for (const uint32_t l : t.links_of({ObjectClass::switch_, fault.index})) {
                if (!t.links[l].a.is_switch) nic(t.links[l].a.device);
            }
            break;
        case ObjectClass::power: {
            const IndexRange racks = t.power[fault.index].racks;
            for (uint32_t r = racks.first; r < racks.end(); ++r) {
                for (uint32_t n = t.racks[r].nodes.first; n < t.racks[r].nodes.end(); ++n) stop_job(n, fault.begin);
            }
            break;
        }
        default:
            break;
    }
}

// A planned fault strikes the middle of the cluster: a GPU of a node about two fifths in, and what that node hangs on.
uint32_t Faults::planned_target(FaultKind kind) const {
    const Topology& t = *world_.topology;
    const auto& any = arrivals_[static_cast<size_t>(kind)];
    const uint32_t middle = any.count == 0        ? no_index
                            : any.targets.empty() ? any.count * 2 / 5
                                                  : any.targets[any.targets.size() * 2 / 5];
    uint32_t node = no_index;
    for (uint32_t n = static_cast<uint32_t>(t.nodes.size()) * 2 / 5; n < t.nodes.size() && node == no_index; ++n) {
        if (world_.node_slot[n] >= 0 && t.nodes[n].rack != no_index) node = n;
    }
    if (node == no_index) return middle;
    const Rack& rack = t.racks[t.nodes[node].rack];
    const auto uplink = [&]() -> uint32_t {
        for (uint32_t n = t.nodes[node].nics.first; n < t.nodes[node].nics.end(); ++n) {
            for (const uint32_t l : t.links_of({ObjectClass::nic, n})) {
                if (t.links[l].link_class == LinkClass::host) return l;
            }
        }
        return middle;
    };
    switch (spec_of(kind).object_class) {
        case ObjectClass::gpu: {
            const IndexRange gpus = t.nodes[node].gpus;
            return gpus.count == 0 ? no_index : gpus.first + std::min(3u, gpus.count - 1);
        }
        case ObjectClass::node:
            return node;
        case ObjectClass::link:
            return uplink();
        case ObjectClass::switch_: {
            if (t.links.empty()) return middle;
            const uint32_t link = uplink();
            if (kind != FaultKind::switch_leaf || link >= t.links.size() || !t.links[link].b.is_switch) return middle;
            return t.links[link].b.device;
        }
        case ObjectClass::cdu:
            return rack.cdu != no_index ? rack.cdu : middle;
        case ObjectClass::power:
            return rack.busway != no_index ? rack.busway : middle;
        default:
            return middle;
    }
}

}  // namespace bv::sim

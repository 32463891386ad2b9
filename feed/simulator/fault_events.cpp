// What a fault says and whom it stops: its own event, the events of what hangs on it (a dead leaf is reported by the
// ports of 64 servers), the end of all of them after the repair, and the jobs that lose a node. Also where a planned
// fault strikes.
#include <fmt/format.h>

#include <cmath>

#include "cluster/reach.h"
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

// How long until monitoring notices (assumed): carrier loss within a poll of the ports; that a thing does not answer
// after some time-outs; voltage with the next poll of the building's bus. What a driver or controller logs, at once.
Seconds notice_delay(std::string_view kind, uint64_t key) {
    const double u = unit(mix(key));
    if (kind == "link_down" || kind == "link_lost") return 0.05 + 1.4 * u;
    if (kind == "switch_down" || kind == "node_down") return 0.8 + 3.2 * u;
    if (kind == "nic_down" || kind == "power_lost") return 0.4 + 3.4 * u;
    return 0;
}
// And until the message is here, so that messages overtake each other (assumed).
Seconds transport_delay(uint64_t key) { return 0.6 * unit(hash(key, 17)); }

}  // namespace

void Faults::announce(const Fault& fault, bool ended) {
    const FaultSpec& spec = spec_of(fault.kind);
    Event event;
    event.id = hash(world_.seed, uint64_t(Stream::fault_detail), uint64_t(fault.kind), fault.number) | 1;
    const Seconds noticed = fault.begin + notice_delay(spec.event_kind, event.id);
    event.time_ns = world_.clock.ns(noticed);
    event.end_ns = ended ? std::max(world_.clock.ns(fault.end), event.time_ns + 1) : 0;
    event.severity = spec.severity;
    event.object = {spec.object_class, fault.index};
    event.code = spec.xid;
    event.kind = spec.event_kind;
    event.text = fmt::format(fmt::runtime(spec.text), subject_of(*world_.topology, event.object));
    const uint64_t id = event.id;
    world_.report(event, fault.truth, noticed + transport_delay(id));
    if (ended && is_link(fault.kind)) announce_link_up(event, fault.truth);
    announce_consequences(fault, ended, id);
}

void Faults::say(const Fault& fault, uint64_t what, ObjectId object, Severity severity, const char* kind, int32_t code,
                 const std::string& text, Seconds at, Seconds end) {
    Event event;
    event.id = hash(hash(world_.seed, uint64_t(Stream::fault_detail), uint64_t(fault.kind), fault.number), what,
                    uint64_t(object.object_class), object.index) |
               1;
    const Seconds noticed = at + notice_delay(kind, event.id);
    event.time_ns = world_.clock.ns(noticed);
    event.end_ns = end < 0 ? 0 : std::max(world_.clock.ns(end), event.time_ns);
    event.severity = severity;
    event.object = object;
    event.code = code;
    event.kind = kind;
    event.text = text;
    world_.report(std::move(event), fault.truth, noticed + transport_delay(what));
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
    world_.report(std::move(event), fault.truth);
}

void Faults::announce_link_up(const Event& down, uint32_t truth) {
    Event event = down;
    event.id = hash(down.id, 1) | 1;
    event.time_ns = event.end_ns;
    event.severity = Severity::info;
    event.kind = "link_up";
    event.text = fmt::format("Link {} is up again.", world_.topology->path_of(down.object));
    world_.report(std::move(event), truth);
}

void Faults::announce_consequences(const Fault& fault, bool ended, uint64_t cause) {
    const Topology& t = *world_.topology;
    const auto say = [&](ObjectId object, Severity severity, const char* kind, const char* text, int32_t code = 0) {
        Event event;
        event.id = hash(cause, uint64_t(object.object_class), object.index) | 1;
        const Seconds noticed = fault.begin + (code != 0 ? 0.3 + 3 * unit(event.id) : notice_delay(kind, event.id));
        event.time_ns = world_.clock.ns(noticed);
        event.end_ns = ended ? std::max(world_.clock.ns(fault.end), event.time_ns + 1) : 0;
        if (code != 0) event.end_ns = event.time_ns;  // logged once
        event.severity = severity;
        event.object = object;
        event.code = code;
        event.kind = kind;
        event.text = fmt::format(fmt::runtime(text), subject_of(t, object));
        if (code == 0 || !ended) world_.report(std::move(event), fault.truth, noticed + transport_delay(event.id));
    };
    const auto links_of = [&](ObjectId device) {
        for (const uint32_t l : t.links_of(device)) {
            if (t.links[l].link_class != LinkClass::management) {
                say({ObjectClass::link, l}, Severity::critical, "link_down", "Link {} lost its carrier.");
            }
        }
    };
    const auto nic_of = [&](uint32_t link) {
        const PortRef& a = t.links[link].a;
        if (!a.is_switch) say({ObjectClass::nic, a.device}, Severity::critical, "link_lost", "{} has no link.");
    };
    switch (fault.kind) {
        case FaultKind::link_down:
            nic_of(fault.index);
            break;
        case FaultKind::gpu_off_bus:
        case FaultKind::gpu_sram:
        case FaultKind::gpu_memory: {
            // The program is cleaned up on the other GPUs of the server.
            const IndexRange gpus = t.nodes[t.gpu_nodes[fault.index]].gpus;
            for (uint32_t g = gpus.first; g < gpus.end(); ++g) {
                if (g != fault.index)
                    say({ObjectClass::gpu, g}, Severity::warning, "xid", "The program on {} was cleaned up.", 45);
            }
            break;
        }
        case FaultKind::switch_leaf:
        case FaultKind::switch_fabric:
            for (const uint32_t l : t.links_of({ObjectClass::switch_, fault.index})) nic_of(l);
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

void Faults::stop_jobs(const Fault& fault, Seconds at, const StopJob& stop_job) const {
    const Topology& t = *world_.topology;
    const auto nic = [&](uint32_t index) {
        if (index < t.nics.size() && t.nics[index].node != no_index) stop_job(t.nics[index].node, at, fault.truth);
    };
    switch (spec_of(fault.kind).object_class) {
        case ObjectClass::gpu:
            stop_job(t.gpu_nodes[fault.index], at, fault.truth);
            break;
        case ObjectClass::node:
            stop_job(fault.index, at, fault.truth);
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
                const IndexRange nodes = t.racks[r].nodes;
                for (uint32_t n = nodes.first; n < nodes.end(); ++n) stop_job(n, at, fault.truth);
            }
            break;
        }
        default:
            break;
    }
}

// Anything that can have it and that a job needs, by the seed.
uint32_t Faults::random_target(FaultKind kind, uint64_t choice) const {
    const Topology& t = *world_.topology;
    const Arrivals& a = arrivals_[static_cast<size_t>(kind)];
    for (uint64_t attempt = 0; attempt < 64 && a.count > 0; ++attempt) {
        const auto k = static_cast<uint32_t>(hash(choice, attempt) % a.count);
        const uint32_t index = a.targets.empty() ? k : a.targets[k];
        const uint32_t node = bv::node_of(t, {spec_of(kind).object_class, index});
        const bool idle = node != no_index && (world_.node_slot[node] < 0 || !world_.effects.node_usable[node]);
        if (!idle && !already_broken(spec_of(kind).object_class, index)) return index;
    }
    return planned_target(kind);
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
        case ObjectClass::rack:
            return t.nodes[node].rack;
        case ObjectClass::cdu:
            return rack.cdu != no_index ? rack.cdu : middle;
        case ObjectClass::power:
            return rack.busway != no_index ? rack.busway : middle;
        default:
            return middle;
    }
}

}  // namespace bv::sim

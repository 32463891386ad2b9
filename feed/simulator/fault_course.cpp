// Faults that take their time: an optic whose errors rise until it drops out, a link that flaps, a leak, a server whose
// coolant is blocked, a node that complains of everything. What each looks like at which age; its symptoms in the
// metrics are in effects.cpp. Times and sizes are assumed.
#include <fmt/format.h>

#include "feed/simulator/faults.h"

namespace bv::sim {
namespace {

uint64_t detail_of(const World& world, const Fault& fault) {
    return hash(stream(world.seed, Stream::fault_detail), uint64_t(fault.kind), fault.number, 77);
}

}  // namespace

void Faults::follow(Fault& fault, const StopJob& stop_job) {
    const Seconds age = world_.clock.end() - fault.begin;
    const auto stage = static_cast<uint32_t>(std::max(0.0, age) / stage_seconds);
    if (stage != fault.stage) changed_ = true;
    fault.stage = stage;
    switch (fault.kind) {
        case FaultKind::optic_degrading:
            follow_optic(fault, stop_job);
            break;
        case FaultKind::flapping_link:
            follow_flaps(fault);
            break;
        case FaultKind::coolant_leak:
            follow_leak(fault);
            break;
        case FaultKind::thermal_runaway:
            follow_heat(fault, stop_job);
            break;
        case FaultKind::noisy_node:
            follow_noise(fault);
            break;
        default:
            break;
    }
}

void Faults::tell(const Fault& fault, uint64_t what, ObjectId object, Severity severity, const char* kind, int32_t code,
                  const std::string& text, Seconds age, Seconds length) {
    const Seconds at = fault.begin + age, over = length < 0 ? fault.end : std::min(at + length, fault.end);
    const Seconds before = world_.clock.begin(), now = world_.clock.end();
    if (at >= fault.end || at > now) return;
    if (at > before)
        say(fault, what, object, severity, kind, code, text, at, length == 0 ? at : over <= now ? over : -1);
    else if (length != 0 && over > before && over <= now)
        say(fault, what, object, severity, kind, code, text, at, over);
}

// Errors rise by the minute, the carrier is lost now and then, and after two minutes for good.
void Faults::follow_optic(Fault& fault, const StopJob& stop_job) {
    const Topology& t = *world_.topology;
    const uint64_t h = detail_of(world_, fault);
    const std::string lost = fmt::format("Link {} lost its carrier.", t.path_of({ObjectClass::link, fault.index}));
    for (uint64_t k = 0; k < 3; ++k) {
        const Seconds age = 55 + 20 * double(k) + 12 * unit(hash(h, k));
        tell(fault, k, {ObjectClass::link, fault.index}, Severity::warning, "link_flap", 0, lost, age, 3);
    }
    const Seconds dead = optic_dead_seconds;
    tell(fault, 8, {ObjectClass::link, fault.index}, Severity::critical, "link_down", 0, lost, dead, -1);
    const PortRef& a = t.links[fault.index].a;
    if (a.is_switch) return;
    tell(fault, 9, a.object(), Severity::critical, "link_lost", 0,
         fmt::format("NIC {} has no link.", t.path_of(a.object())), dead, -1);
    const Seconds at = fault.begin + dead;
    if (at > world_.clock.begin() && at <= world_.clock.end() && at < fault.end) stop_jobs(fault, at, stop_job);
}

// Down for some seconds, four times a minute; the NIC sees it too.
void Faults::follow_flaps(const Fault& fault) {
    const Topology& t = *world_.topology;
    const uint64_t h = detail_of(world_, fault);
    const PortRef& a = t.links[fault.index].a;
    const std::string lost = fmt::format("Link {} lost its carrier.", t.path_of({ObjectClass::link, fault.index}));
    for (uint64_t k = 0; double(k) * 16 < fault.end - fault.begin; ++k) {
        const Seconds age = double(k) * 16 + 12 * unit(hash(h, k)), length = 1.5 + 4 * unit(hash(h, k, 1));
        if (fault.begin + age + length < world_.clock.begin() - 10) continue;
        if (fault.begin + age > world_.clock.end()) break;
        tell(fault, 2 * k, {ObjectClass::link, fault.index}, Severity::warning, "link_flap", 0, lost, age, length);
        if (!a.is_switch && unit(hash(h, k, 2)) < 0.6f)
            tell(fault, 2 * k + 1, a.object(), Severity::warning, "link_lost", 0,
                 fmt::format("NIC {} has no link.", t.path_of(a.object())), age, length + 1);
    }
}

// Pressure falls first; the sensor under the rack gets wet; half of the racks have a building alarm on it.
void Faults::follow_leak(const Fault& fault) {
    const Topology& t = *world_.topology;
    const uint64_t h = detail_of(world_, fault);
    const uint32_t cdu = t.racks[fault.index].cdu;
    if (cdu != no_index) {
        tell(fault, 1, {ObjectClass::cdu, cdu}, Severity::warning, "pressure_low", 0,
             fmt::format("CDU {} has lost pressure.", t.path_of({ObjectClass::cdu, cdu})), 6 + 10 * unit(h), -1);
    }
    if (h % 2 == 0) {
        tell(fault, 2, {ObjectClass::rack, fault.index}, Severity::critical, "leak_detected", 0,
             fmt::format("The leak sensor of rack {} is wet.", t.path_of({ObjectClass::rack, fault.index})),
             32 + 14 * unit(mix(h)), -1);
    }
}

// The GPUs get hot, and after two to three minutes the server switches itself off.
void Faults::follow_heat(const Fault& fault, const StopJob& stop_job) {
    const Topology& t = *world_.topology;
    const Seconds trip = thermal_trip_seconds;
    tell(fault, 1, {ObjectClass::node, fault.index}, Severity::critical, "node_down", 0,
         fmt::format("Server {} does not answer.", t.path_of({ObjectClass::node, fault.index})), trip, -1);
    const IndexRange nics = t.nodes[fault.index].nics;
    for (uint32_t n = nics.first; n < nics.end(); ++n) {
        for (const uint32_t l : t.links_of({ObjectClass::nic, n})) {
            if (t.links[l].link_class == LinkClass::management) continue;
            tell(fault, 2, {ObjectClass::link, l}, Severity::critical, "link_down", 0,
                 fmt::format("Link {} lost its carrier.", t.path_of({ObjectClass::link, l})), trip, -1);
        }
    }
    const Seconds at = fault.begin + trip;
    if (at > world_.clock.begin() && at <= world_.clock.end() && at < fault.end) stop_jobs(fault, at, stop_job);
}

// Something else every ten seconds or so, from different parts of one server.
void Faults::follow_noise(const Fault& fault) {
    const Topology& t = *world_.topology;
    const uint64_t h = detail_of(world_, fault);
    const Node& node = t.nodes[fault.index];
    constexpr int32_t codes[] = {31, 94, 13, 63, 43, 74, 45, 92};
    for (uint64_t k = 0; double(k) * 9 < fault.end - fault.begin; ++k) {
        const Seconds age = double(k) * 9 + 8 * unit(hash(h, k));
        if (fault.begin + age < world_.clock.begin() - 20) continue;
        if (fault.begin + age > world_.clock.end()) break;
        const uint64_t what = hash(h, k, 3);
        if (what % 5 == 0 && node.nics.count > 0) {
            const ObjectId nic{ObjectClass::nic, node.nics.first + uint32_t((what >> 8) % node.nics.count)};
            const auto links = t.links_of(nic);
            if (links.empty()) continue;
            tell(fault, k, {ObjectClass::link, links[0]}, Severity::warning, "link_flap", 0,
                 fmt::format("Link {} lost its carrier.", t.path_of({ObjectClass::link, links[0]})), age, 0);
        } else if (node.gpus.count > 0) {
            const ObjectId gpu{ObjectClass::gpu, node.gpus.first + uint32_t((what >> 8) % node.gpus.count)};
            const int32_t code = codes[(what >> 20) % std::size(codes)];
            tell(fault, k, gpu, Severity::warning, "xid", code,
                 fmt::format("GPU {} reported XID {}.", t.path_of(gpu), code), age, 0);
        }
    }
}

}  // namespace bv::sim

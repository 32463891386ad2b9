// When things break and mend: one Poisson process per kind of fault over all objects that can have it, lognormal
// repairs, and the stationary population of what is already broken when a run begins. Events are written here, symptoms
// in effects.cpp.
#include "feed/simulator/faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "feed/simulator/repairs.h"

namespace bv::sim {
namespace {

constexpr double seconds_per_year = 365.0 * 86400.0;
constexpr Seconds never = std::numeric_limits<double>::infinity();

// How long until somebody takes the node out of service (assumed); a reset never does.
Seconds bench_delay(const FaultSpec& spec, Repair repair) {
    if (spec.kind == FaultKind::node_service) return 0;
    const bool in_node = spec.object_class == ObjectClass::gpu || spec.object_class == ObjectClass::node;
    if (!in_node || !spec.stops_job) return never;
    return repair == Repair::board ? 1800.0 : repair == Repair::swap ? 900.0 : never;
}

uint32_t poisson(uint64_t key, double mean) {
    uint32_t n = 0;
    for (double t = exponential(hash(key, n), 1.0); t < mean; t += exponential(hash(key, ++n), 1.0)) continue;
    return n;
}

}  // namespace

Faults::Faults(World& world, FaultPlan plan) : world_(world), plan_(std::move(plan)) {
    const Topology& t = *world.topology;
    world_.effects.gpu_xid.assign(t.gpu_nodes.size(), 0);
    for (size_t k = 0; k < fault_kind_count; ++k) prepare(spec_of(static_cast<FaultKind>(k)));
    if (plan_.population && plan_.rate > 0) {
        for (size_t k = 0; k < fault_kind_count; ++k) populate(spec_of(static_cast<FaultKind>(k)));
    }
    rebuild_effects(world_, active_);
}

void Faults::prepare(const FaultSpec& spec) {
    const Topology& t = *world_.topology;
    Arrivals& a = arrivals_[static_cast<size_t>(spec.kind)];
    a.count = t.count(spec.object_class);
    const auto only = [&](auto&& keep) {
        for (uint32_t i = 0; i < t.count(spec.object_class); ++i) {
            if (keep(i)) a.targets.push_back(i);
        }
        a.count = static_cast<uint32_t>(a.targets.size());
    };
    switch (spec.kind) {
        case FaultKind::link_down:
        case FaultKind::link_flap:
        case FaultKind::link_errors:
            only([&](uint32_t i) { return t.links[i].link_class == LinkClass::host; });
            break;
        case FaultKind::fabric_link_down:
            only([&](uint32_t i) {
                return t.links[i].link_class == LinkClass::leaf_spine || t.links[i].link_class == LinkClass::spine_core;
            });
            break;
        case FaultKind::switch_leaf:
            only([&](uint32_t i) { return t.switches[i].role == SwitchRole::leaf; });
            break;
        case FaultKind::switch_fabric:
            only([&](uint32_t i) {
                return t.switches[i].role == SwitchRole::spine || t.switches[i].role == SwitchRole::core;
            });
            break;
        case FaultKind::node_crash:
        case FaultKind::node_power_supply:
        case FaultKind::node_service:
        case FaultKind::thermal_runaway:
        case FaultKind::noisy_node:
            if (!t.gpu_nodes.empty()) only([&](uint32_t i) { return t.nodes[i].gpus.count > 0; });
            break;
        case FaultKind::optic_degrading:
        case FaultKind::flapping_link:
            only([&](uint32_t i) {
                return t.links[i].link_class == LinkClass::host || t.links[i].link_class == LinkClass::leaf_spine;
            });
            break;
        case FaultKind::coolant_leak:
            only([&](uint32_t i) { return t.racks[i].cdu != no_index && t.racks[i].gpus.count > 0; });
            break;
        case FaultKind::cdu_pump:
            break;
        case FaultKind::busway_loss:
            only([&](uint32_t i) { return t.power[i].kind == PowerKind::busway; });
            break;
        default:
            break;
    }
    a.per_second = plan_.rate * failures_per_year(plan_.preset, spec.kind) * a.count / seconds_per_year;
    a.next = a.per_second > 0 ? exponential(hash(stream(world_.seed, Stream::fault_arrival), uint64_t(spec.kind), 0),
                                            1.0 / a.per_second)
                              : never;
}

// An ordinary day finds things broken: as many as arrive within a mean repair, each met at a random point of a repair
// that is longer than most.
void Faults::populate(const FaultSpec& spec) {
    if (spec.kind == FaultKind::application_error) return;  // over as soon as it is said
    Arrivals& a = arrivals_[static_cast<size_t>(spec.kind)];
    for (uint32_t r = 0; r < 4; ++r) {
        const Repair repair = static_cast<Repair>(r);
        const RepairClass c = repair_class(repair, spec.kind);
        const double mean = a.per_second * spec.repair_shares[r] * c.mean() / plan_.repair_speed;
        const uint64_t key = hash(stream(world_.seed, Stream::fault_repair), uint64_t(spec.kind), 1'000'000 + r);
        uint32_t count = poisson(key, mean);
        // A few nodes are out for planned work on any day (assumed: one in 2,000).
        if (spec.kind == FaultKind::node_service && repair == Repair::swap && a.per_second > 0) count += a.count / 2000;
        for (uint32_t i = 0; i < count; ++i) {
            Fault fault{.kind = spec.kind, .repair = repair, .number = a.number++};
            fault.index = pick_target(spec, fault.number);
            const double z = normal_with_tails(hash(key, i, 7));
            const double whole = c.met_seconds(z) / plan_.repair_speed;
            fault.begin = -whole * unit_open(hash(key, i, 8));
            fault.end = fault.begin + whole;
            fault.bench = fault.begin + bench_delay(spec, repair) / plan_.repair_speed;
            if (fault.index != no_index && !already_broken(spec.object_class, fault.index) && !out_of_service(fault))
                begin(fault, nullptr);
        }
    }
}

// Lemon nodes fail more often than others (see presets.h).
uint32_t Faults::pick_target(const FaultSpec& spec, uint64_t number) const {
    const Arrivals& a = arrivals_[static_cast<size_t>(spec.kind)];
    if (a.count == 0) return no_index;
    const uint64_t h = hash(stream(world_.seed, Stream::fault_target), uint64_t(spec.kind), number);
    const auto& lemons = world_.traits.lemons;
    const bool in_node = spec.object_class == ObjectClass::gpu || spec.object_class == ObjectClass::node;
    if (in_node && !lemons.empty()) {
        const double share = double(lemons.size()) / std::max<size_t>(world_.topology->nodes.size(), 1);
        if (unit(mix(h)) < lemon_failures(share)) {
            const uint32_t node = lemons[(h >> 20) % lemons.size()];
            if (spec.object_class == ObjectClass::node) return node;
            const IndexRange gpus = world_.topology->nodes[node].gpus;
            return gpus.first + static_cast<uint32_t>((h >> 4) % gpus.count);
        }
    }
    const uint32_t k = static_cast<uint32_t>(h % a.count);
    return a.targets.empty() ? k : a.targets[k];
}

Seconds Faults::repair_seconds(const FaultSpec& spec, uint64_t number, Repair& repair) const {
    const uint64_t h = hash(stream(world_.seed, Stream::fault_repair), uint64_t(spec.kind), number);
    float at = unit(h);
    uint32_t r = 0;
    while (r < 3 && at >= spec.repair_shares[r]) at -= spec.repair_shares[r++];
    repair = static_cast<Repair>(r);
    const RepairClass c = repair_class(repair, spec.kind);
    return c.seconds(normal_with_tails(mix(h))) / plan_.repair_speed;
}

bool Faults::already_broken(ObjectClass object_class, uint32_t index) const {
    for (const Fault& f : active_) {
        if (f.index == index && spec_of(f.kind).object_class == object_class) return true;
    }
    return false;
}

void Faults::advance(const StopJob& stop_job) {
    const Seconds now = world_.clock.end();
    for (size_t i = 0; i < active_.size();) {
        Fault& fault = active_[i];
        if (fault.end <= now) {
            if (fault.on_bench)
                announce_bench(fault, true);
            else if (fault.kind < FaultKind::optic_degrading)
                announce(fault, true);
            else
                follow(fault, stop_job);
            world_.reports.end_fault(fault.truth, world_.clock.ns(fault.end));
            active_.erase(active_.begin() + static_cast<ptrdiff_t>(i));
            changed_ = true;
            continue;
        }
        ++i;
    }
    for (size_t i = 0; i < active_.size(); ++i) {
        if (!active_[i].on_bench && active_[i].bench <= now) take_to_bench(i), i = size_t(-1);
    }
    for (size_t k = 0; k < fault_kind_count; ++k) {
        Arrivals& a = arrivals_[k];
        const FaultSpec& spec = spec_of(static_cast<FaultKind>(k));
        while (a.next <= now) {
            Fault fault{.kind = spec.kind, .number = a.number++};
            fault.begin = a.next;
            fault.index = pick_target(spec, fault.number);
            fault.end = fault.begin + repair_seconds(spec, fault.number, fault.repair);
            fault.bench = fault.begin + bench_delay(spec, fault.repair) / plan_.repair_speed;
            if (fault.index != no_index && !already_broken(spec.object_class, fault.index) && !out_of_service(fault))
                begin(fault, &stop_job);
            a.next += exponential(hash(stream(world_.seed, Stream::fault_arrival), k, a.number), 1.0 / a.per_second);
        }
    }
    begin_planned(stop_job);
    for (Fault& fault : active_)
        if (fault.kind >= FaultKind::optic_degrading && fault.end > now) follow(fault, stop_job);
    if (changed_) rebuild_effects(world_, active_);
    changed_ = false;
}

void Faults::begin_planned(const StopJob& stop_job) {
    uint64_t number = 1u << 30;
    for (const auto& planned : plan_.planned) {
        const uint64_t choice = hash(stream(world_.seed, Stream::fault_target), number, uint64_t(planned.kind));
        Fault fault{.kind = planned.kind, .repair = Repair::reset, .number = number++};
        fault.begin = planned.at + (planned.anywhere ? 40.0 * unit(mix(choice)) : 0);
        if (fault.begin > world_.clock.end() || fault.begin <= world_.clock.begin()) continue;
        fault.index = planned.anywhere ? random_target(planned.kind, choice) : planned_target(planned.kind);
        fault.end = fault.begin + planned.duration;
        fault.bench = never;
        if (fault.index != no_index) begin(fault, &stop_job);
    }
}

void Faults::begin(Fault fault, const StopJob* stop_job) {
    const FaultSpec& spec = spec_of(fault.kind);
    fault.truth = world_.reports.begin_fault({.kind = std::string(name_of(fault.kind)),
                                              .object = {spec.object_class, fault.index},
                                              .begin_ns = world_.clock.ns(fault.begin),
                                              .planned = fault.number >= 1u << 30});
    if (spec.xid != 0 && fault.index < world_.effects.gpu_xid.size()) {
        world_.effects.gpu_xid[fault.index] = static_cast<uint16_t>(spec.xid);
    }
    if (fault.kind == FaultKind::application_error) {
        const bool exception = fault.number % 4 == 0;
        say(fault, 0, {spec.object_class, fault.index}, spec.severity, spec.event_kind, exception ? 13 : spec.xid,
            fmt::format(fmt::runtime(exception ? "A program on GPU {} met an exception."
                                               : "A program on GPU {} reached for memory that it has not."),
                        world_.topology->path_of({spec.object_class, fault.index})),
            fault.begin, fault.begin);
        world_.reports.end_fault(fault.truth, world_.clock.ns(fault.begin));
        return;
    }
    active_.push_back(fault);
    changed_ = true;
    if (fault.kind >= FaultKind::optic_degrading) return;
    if (fault.kind != FaultKind::node_service) announce(fault, false);
    if (fault.bench <= world_.clock.end()) take_to_bench(active_.size() - 1);
    if (stop_job && spec.stops_job) stop_jobs(fault, fault.begin, *stop_job);
}

// The server that a fault is in; no_index where it is in none.
uint32_t Faults::node_of(const Fault& fault) const {
    const Topology& t = *world_.topology;
    const auto of_nic = [&](uint32_t nic) { return nic < t.nics.size() ? t.nics[nic].node : no_index; };
    switch (spec_of(fault.kind).object_class) {
        case ObjectClass::gpu:
            return t.gpu_nodes[fault.index];
        case ObjectClass::node:
            return fault.index;
        case ObjectClass::nic:
            return of_nic(fault.index);
        case ObjectClass::link:
            return t.links[fault.index].a.is_switch ? no_index : of_nic(t.links[fault.index].a.device);
        default:
            return no_index;
    }
}

// What is taken out of service has no failures of its own, and no second crew.
bool Faults::out_of_service(const Fault& fault) const {
    const uint32_t node = node_of(fault);
    if (node == no_index) return false;
    return std::any_of(active_.begin(), active_.end(),
                       [&](const Fault& other) { return other.on_bench && node_of(other) == node; });
}

// The crew takes a server out: what went wrong is answered, with whatever else was wrong in it, and mended by the time
// it is back.
void Faults::take_to_bench(size_t index) {
    changed_ = true;
    active_[index].on_bench = true;
    const Fault taken = active_[index];
    const uint32_t node = node_of(taken);
    const auto answer = [&](Fault fault) {
        fault.end = std::max(taken.bench, fault.begin);
        announce(fault, true);
    };
    if (taken.kind != FaultKind::node_service) answer(taken);
    world_.reports.end_fault(taken.truth, world_.clock.ns(taken.bench));
    std::erase_if(active_, [&](const Fault& other) {
        const bool same =
            !other.on_bench && node != no_index && node_of(other) == node && other.kind < FaultKind::optic_degrading;
        if (same) answer(other), world_.reports.end_fault(other.truth, world_.clock.ns(taken.bench));
        return same;
    });
    announce_bench(taken, false);
}

}  // namespace bv::sim

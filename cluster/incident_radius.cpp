// How far an incident reaches and what it cost.
#include <algorithm>

#include "cluster/incidents.h"
#include "cluster/signals.h"

namespace bv {
namespace {

using C = ObjectClass;

constexpr uint32_t everything_below = 0xFFFFFFFFu;

// Whether a part with such an event is lost, and with it what hangs on it, or only impaired.
bool lost(const Event& event) {
    switch (signal_of(event)) {
        case Signal::power_loss:
        case Signal::device_down:
        case Signal::link_down:
        case Signal::gpu_lost:
        case Signal::gpu_error:
        case Signal::cooling_loss:
            return event.severity == Severity::critical;
        default:
            return false;
    }
}

double hours(int64_t ns) { return double(std::max<int64_t>(ns, 0)) / 3.6e12; }

}  // namespace

BlastRadius radius_of(const IncidentInput& input, const Incident& incident) {
    const Topology& t = input.topology;
    const Placement placement(t, input.jobs);
    Reach reach;
    bool root_lost = false, root_reported = false;
    for (const uint32_t m : incident.members) {
        const Event& event = input.events[m];
        if (event.object == incident.root) root_reported = true, root_lost = root_lost || lost(event);
    }
    // What is lost takes with it what hangs on it, the root first; what is only impaired stands for itself.
    const auto extend = [&](ObjectId from, uint32_t depth) {
        extend_reach(t, placement, {.from = from, .depth = depth, .losses_only = true}, reach);
    };
    if (root_lost || !root_reported) extend(incident.root, everything_below);
    for (const uint32_t m : incident.members)
        if (lost(input.events[m])) extend(input.events[m].object, everything_below);
    for (const uint32_t m : incident.members) extend(input.events[m].object, 0);
    extend(incident.root, 0);
    BlastRadius radius;
    for (const ObjectClass object_class : all_object_classes)
        radius.objects[size_t(object_class)] = reach.ranges(object_class);
    radius.gpus = reach.count(C::gpu);
    radius.nodes = reach.count(C::node);
    radius.jobs = reach.count(C::job);
    for (const IndexRange range : radius.objects[size_t(C::gpu)])
        for (uint32_t g = range.first; g < range.end(); ++g)
            radius.ranks += placement.job_of_node(t.gpu_nodes[g]) != no_index;
    radius.nominal_watts = double(radius.gpus) * t.gpu_tdp_watts;
    return radius;
}

IncidentCost cost_of(const IncidentInput& input, const Incident& incident, const BlastRadius& radius) {
    IncidentCost cost;
    const int64_t end_ns = incident.end_ns == 0 ? input.now_ns : incident.end_ns;
    bool any_lost = false;
    for (const uint32_t m : incident.members) {
        const Event& event = input.events[m];
        any_lost = any_lost || lost(event);
        if (signal_of(event) != Signal::job_stop || event.object.object_class != C::job) continue;
        const int64_t over_ns = event.end_ns == 0 || event.end_ns > input.now_ns ? input.now_ns : event.end_ns;
        ++cost.jobs_stopped;
        cost.restart_seconds += double(over_ns - event.time_ns) * 1e-9;
        cost.steps_lost += uint64_t(std::max(event.code, 0));
        for (const Job& job : input.jobs)
            if (job.slot == event.object.index && !job.id.empty())
                cost.gpu_hours += double(job.gpus) * hours(over_ns - event.time_ns);
    }
    if (any_lost) cost.gpu_hours += double(radius.gpus) * hours(end_ns - incident.begin_ns);
    return cost;
}

}  // namespace bv

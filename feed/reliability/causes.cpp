// From kinds of fault to causes of a stop: how many of each object a job stands on, and what else goes out with it.
#include "feed/reliability/causes.h"

#include <cmath>

#include "feed/simulator/repairs.h"

namespace bv::reliability {
namespace {

using sim::FaultKind;

// The unit of the reference cluster (reference-cluster.md 5): 8 GPUs a server, 64 servers at a leaf, 8 servers and one
// CDU a rack, 9 racks at a busway (A).
constexpr double gpus_per_server = 8, servers_per_leaf = 64, servers_per_rack = 8, racks_per_busway = 9;

// The row of [LL3]'s table that a kind of fault belongs to.
std::string_view cause_name(FaultKind kind) {
    switch (kind) {
        case FaultKind::gpu_off_bus:
        case FaultKind::gpu_nvlink:
            return "GPU";
        case FaultKind::gpu_memory:
            return "GPU memory";
        case FaultKind::gpu_sram:
            return "GPU SRAM";
        case FaultKind::gpu_gsp:
            return "GPU system processor";
        case FaultKind::gpu_thermal_interface:
            return "GPU cooling";
        case FaultKind::nic_failure:
            return "NIC";
        case FaultKind::link_down:
            return "link";
        case FaultKind::switch_leaf:
            return "leaf";
        case FaultKind::node_crash:
            return "server";
        case FaultKind::node_service:
            return "unplanned maintenance";
        case FaultKind::busway_loss:
            return "busway";
        default:
            return "other hardware";
    }
}

struct Exposure {
    double objects;
    uint32_t servers;  // that one of them takes out
};

Exposure exposure_of(const Setting& s, ObjectClass object_class) {
    switch (object_class) {
        case ObjectClass::gpu:
        case ObjectClass::nic:
            return {s.gpus, 1};
        case ObjectClass::link:
            return {s.links, 1};
        case ObjectClass::switch_:
            return {s.gpus / servers_per_leaf, uint32_t(servers_per_leaf)};
        case ObjectClass::power:
            return {s.servers() / (servers_per_rack * racks_per_busway), uint32_t(servers_per_rack * racks_per_busway)};
        case ObjectClass::cdu:
        case ObjectClass::rack:
            return {s.servers() / servers_per_rack, uint32_t(servers_per_rack)};
        default:
            return {s.gpus / gpus_per_server, 1};
    }
}

double per_year(const Setting& s, const sim::FaultSpec& spec) {
    if (spec.kind == FaultKind::link_down) return 1 / s.optics_mttf_years;
    const bool in_server = spec.object_class == ObjectClass::gpu || spec.object_class == ObjectClass::node;
    const double lemons = sim::lemon_failures(sim::lemon_share);
    // Without its lemons the job stands on ordinary nodes: their rate is the mean less the lemons' part.
    const double ordinary = s.lemons || !in_server ? 1 : (1 - lemons) / (1 - sim::lemon_share);
    return sim::failures_per_year(s.preset, spec.kind) * ordinary;
}

}  // namespace

double Cause::repair_seconds() const {
    double mean = 0;
    for (const RepairWay& way : ways) mean += way.share * way.median * std::exp(way.sigma * way.sigma / 2);
    return mean;
}

std::vector<Cause> causes_of(const Setting& s) {
    std::vector<Cause> causes;
    for (size_t k = 0; k < sim::fault_kind_count; ++k) {
        const sim::FaultSpec& spec = sim::spec_of(FaultKind(k));
        const Exposure exposure = exposure_of(s, spec.object_class);
        const double per_second = per_year(s, spec) * exposure.objects / seconds_per_year;
        if (!spec.stops_job || per_second <= 0) continue;
        Cause cause{cause_name(spec.kind), per_second, exposure.servers, {}};
        for (size_t r = 0; r < spec.repair_shares.size(); ++r) {
            if (spec.repair_shares[r] <= 0) continue;
            const sim::RepairClass repair = sim::repair_class(sim::Repair(r), spec.kind);
            cause.ways.push_back({double(spec.repair_shares[r]), repair.median, repair.sigma});
        }
        causes.push_back(std::move(cause));
    }
    if (!s.software) return causes;
    for (const sim::SoftwareCause& software : sim::software_causes(s.preset))
        causes.push_back({software.name, software.per_gpu_year * s.gpus / seconds_per_year, 0, {}});
    return causes;
}

double stops_per_second(const std::vector<Cause>& causes) {
    double sum = 0;
    for (const Cause& cause : causes) sum += cause.per_second;
    return sum;
}

}  // namespace bv::reliability

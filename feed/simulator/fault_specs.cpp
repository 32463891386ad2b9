// The table of faults: rates per component and year, repair classes, wording. One row per kind of fault.
#include "feed/simulator/faults.h"

namespace bv::sim {
namespace {

using K = FaultKind;
using C = ObjectClass;
using S = Severity;

// Rates: [LL3] is Llama 3's Table 5 (reference-cluster.md 3.1), its "faulty GPU" split here into XID 79 and 74 (split
// assumed); [HPN] is Alibaba HPN (3.4); [DELTA] is 3.3; A is assumed, no source. The repair shares (by itself, reset,
// swap, board) are assumed so that about 47 nodes are under repair, as in section 3.7.
// clang-format off
constexpr FaultSpec specs[fault_kind_count] = {
    // kind, class, per object and year, repair shares, stops the job, severity, XID, kind of event, sentence
    {K::gpu_off_bus, C::gpu, 0.0400, {0, 0.20f, 0.15f, 0.65f}, true, S::critical, 79, "xid",  // [LL3] of 6.11 %
     "{} has fallen off the bus."},
    {K::gpu_memory, C::gpu, 0.0297, {0, 0.35f, 0, 0.65f}, true, S::critical, 95, "xid",  // [LL3] HBM3
     "{} had a memory error that could not be contained."},
    {K::gpu_row_remap, C::gpu, 0.0910, {0, 1, 0, 0}, false, S::warning, 63, "xid",  // [DELTA] 92 % of 9.9 %
     "{} remapped a faulty row of its memory."},
    {K::gpu_sram, C::gpu, 0.0078, {0, 0.40f, 0, 0.60f}, true, S::critical, 48, "xid",  // [LL3] SRAM
     "{} had a double-bit memory error."},
    {K::gpu_gsp, C::gpu, 0.0070, {0, 0.90f, 0, 0.10f}, true, S::critical, 119, "xid",  // [LL3] GSP
     "The system processor of {} does not answer."},
    {K::gpu_nvlink, C::gpu, 0.0211, {0, 0.30f, 0.10f, 0.60f}, true, S::critical, 74, "xid",  // [LL3] of 6.11 %
     "{} lost an NVLink connection."},
    {K::gpu_thermal_interface, C::gpu, 0.0025, {0, 0, 0.30f, 0.70f}, true, S::critical, 0, "overheating",  // [LL3]
     "{} is not cooled well any more."},
    {K::nic_failure, C::nic, 0.0029, {0, 0.30f, 0.70f, 0}, true, S::critical, 0, "nic_down",  // [LL3] NIC
     "{} does not answer."},
    {K::link_down, C::link, 0.0144, {0, 0.30f, 0.70f, 0}, true, S::critical, 0, "link_down",  // [LL3] switch or cable
     "Link {} lost its carrier."},
    {K::link_flap, C::link, 18.25, {1, 0, 0, 0}, false, S::warning, 0, "link_flap",  // 0.05 per link and day (3.7, A)
     "Link {} lost its carrier."},
    {K::link_errors, C::link, 0.10, {0.30f, 0, 0.70f, 0}, false, S::warning, 0, "link_errors",  // A
     "Link {} has more bit errors than is normal."},
    {K::fabric_link_down, C::link, 0.0068, {0, 0.30f, 0.70f, 0}, false, S::critical, 0, "link_down",  // [HPN]
     "Link {} lost its carrier."},
    {K::switch_leaf, C::switch_, 0.0061, {0, 0.70f, 0.30f, 0}, true, S::critical, 0, "switch_down",  // [HPN]
     "Switch {} does not answer."},
    {K::switch_fabric, C::switch_, 0.0061, {0, 0.70f, 0.30f, 0}, false, S::critical, 0, "switch_down",  // [HPN]
     "Switch {} does not answer."},
    {K::node_crash, C::node, 0.0462, {0, 0.45f, 0.25f, 0.30f}, true, S::critical, 0, "node_down",  // [LL3] SSD, chassis,
     "Server {} does not answer."},                                                  // board, CPU, memory, lost power: 14
    {K::node_power_supply, C::node, 0.0099, {0, 0, 1, 0}, false, S::warning, 0, "power_supply",  // A: as often held by
                                                                                                 // the others as not
     "Server {} lost one of its power supplies."},
    {K::node_service, C::node, 0.106, {0, 0.50f, 0.50f, 0}, true, S::info, 0, "maintenance",  // [LL3] host maintenance
     "Server {} is taken out of service for maintenance."},
    {K::cdu_pump, C::cdu, 0.04, {0, 0, 1, 0}, false, S::warning, 0, "pump_failed",  // 2 % per pump (3.7, A)
     "CDU {} runs on one pump."},
    {K::cdu_failure, C::cdu, 0.002, {0, 0.50f, 0.50f, 0}, false, S::critical, 0, "cooling_lost",  // A
     "CDU {} has lost its flow; its racks are heating up."},
    {K::busway_loss, C::power, 0.0005, {0, 0.50f, 0.50f, 0}, true, S::critical, 0, "power_lost",  // A
     "Busway {} has no voltage; its racks are dark."},
    {K::memory_errors, C::gpu, 0.05, {0.50f, 0.50f, 0, 0}, false, S::warning, 92, "xid",  // A
     "{} corrects memory errors at a high rate."},
    // Only in scenarios; they say nothing by themselves, their courses do.
    {K::optic_degrading, C::link, 0, {0, 0, 1, 0}, false, S::critical, 0, "link_down", "Link {} lost its carrier."},
    {K::flapping_link, C::link, 0, {0, 0, 1, 0}, false, S::warning, 0, "link_flap", "Link {} lost its carrier."},
    {K::coolant_leak, C::rack, 0, {0, 0, 1, 0}, false, S::critical, 0, "leak_detected", "Rack {} leaks coolant."},
    {K::thermal_runaway, C::node, 0, {0, 0, 1, 0}, false, S::critical, 0, "node_down", "Server {} does not answer."},
    {K::slow_rank, C::gpu, 0, {0, 1, 0, 0}, false, S::warning, 0, "slow_rank", "{} is slow."},
    {K::noisy_node, C::node, 0, {0, 0, 0, 1}, false, S::warning, 0, "node_noisy", "Server {} is in trouble."},
    // Page faults and exceptions of programs: seven per GPU and year on Delta [DELTA]; most of them in small jobs, which
    // are not simulated: one in seven is assumed here, and none stops a job.
    {K::application_error, C::gpu, 1.0, {1, 0, 0, 0}, false, S::warning, 31, "xid",
     "A program on {} reached for memory that it has not."},
};
// clang-format on

}  // namespace

std::string_view name_of(FaultKind kind) {
    constexpr std::array<std::string_view, fault_kind_count> names{
        "gpu_off_bus",     "gpu_memory",   "gpu_row_remap", "double_bit_ecc",
        "gpu_gsp",         "gpu_nvlink",   "gpu_hot",       "nic",
        "link_down",       "flap",         "link_errors",   "fabric_link_down",
        "leaf_switch",     "spine_switch", "node_crash",    "node_power_supply",
        "node_service",    "cdu_pump",     "cdu_failure",   "busway",
        "memory_errors",   "optic",        "link_flap",     "coolant_leak",
        "thermal_runaway", "slow_rank",    "noisy_node",    "application_error"};
    return names[static_cast<size_t>(kind)];
}

const FaultSpec& spec_of(FaultKind kind) { return specs[static_cast<size_t>(kind)]; }

}  // namespace bv::sim

// What can be measured on GPUs, nodes, NICs, switches, links and jobs. Where a range or threshold comes from stands
// beside it: "dump" is an nvidia-smi -q dump of an 8-GPU HGX H100, "assumed" has no public source.
#include "cluster/metric_tables.h"

namespace bv::metric_tables {
namespace {

constexpr auto high = Direction::high_is_bad;
constexpr auto low = Direction::low_is_bad;
constexpr auto neutral = Direction::neutral;

constexpr Metric gpu_metrics[] = {
    health,
    // dump: idle 83-101 W, limit 700 W. A GPU may stand at its limit for weeks: power is never a fault by itself.
    // Successors reach 1.4 kW (GB300), so 3,276 W fit.
    watts("power_watts", "GPU power", 50, 750, none, none, 3276.7),
    // dump: most 87 °C in operation, slowdown at 89 °C; 41-50 °C in liquid-cooled training (arXiv 2507.16781).
    celsius("temp_celsius", "GPU temperature", 25, 90, 87, 89),
    // Limit 95 °C is usual for HBM3, not confirmed; the warning 5 K below is assumed.
    celsius("memory_temp_celsius", "HBM temperature", 25, 100, 90, 95),
    ratio("tensor_active_ratio", "Tensor cores active", none, none, neutral),
    ratio("gpu_util_ratio", "GPU busy", none, none, neutral),
    // dump: 345 MHz idle, 1,980 MHz most.
    {"sm_clock_hertz", "SM clock", "Hz", 0, 2.0e9f, none, none, neutral, Aggregate::mean, 5.0e4, 0.0},
    // 81,559 MiB on an H100, 288 GB on a GB300.
    {"memory_used_bytes", "Memory used", "B", 0, 8.6e10f, none, none, neutral, Aggregate::sum, 5.0e6, 0.0},
    // 900 GB/s on an H100 (18 links), 1.8 TB/s on a GB200.
    bytes_per_second("nvlink_bytes_per_second", "NVLink traffic", 9.0e11f, 3.2767e12),
    // Since the driver was loaded. Thresholds assumed: corrected errors are normal until there are very many.
    tally("ecc_corrected", "Corrected memory errors", 1000, 1000, 10000),
    // How much later than the fastest rank this GPU ended its step. Thresholds assumed against a step of 2 s.
    {"step_lateness_seconds", "Step lateness", "s", 0, 1, 0.3f, 1.0f, high, Aggregate::worst, 0.001, 0.0},
    // Last XID; a code. Its severity comes with the event, for the number stays after the fault is gone.
    {"xid", "Last XID", "", 0, 172, none, none, neutral, Aggregate::none, 1.0, 0.0},
    // Clock event reasons, the low 16 bits of DCGM field 112.
    {"throttle_reasons", "Clock event reasons", "", 0, 511, none, none, neutral, Aggregate::none, 1.0, 0.0},
};

constexpr Metric node_metrics[] = {
    health,
    // HGX H100: 10.2 kW rated, 8.48 kW measured at most (arXiv 2412.08602), about 2 kW idle (assumed). An NVL72 tray
    // has less.
    watts("power_watts", "Server power", 0, 10200, none, 10200, 32767),
    ratio("cpu_util_ratio", "CPU busy", none, none, neutral),
    {"memory_used_bytes", "Memory used", "B", 0, 2.0e12f, none, none, neutral, Aggregate::sum, 5.0e7, 0.0},
    celsius("cpu_temp_celsius", "CPU temperature", 25, 100, 90, 98),  // assumed
    celsius("inlet_celsius", "Air inlet", 10, 45, 35, 40),            // assumed, ASHRAE A2's 35 °C
    celsius("outlet_celsius", "Air outlet", 10, 65, 55, 60),          // assumed
    {"fan_rpm", "Fan speed", "rpm", 0, 20000, none, none, neutral, Aggregate::mean, 1.0, 0.0},
    // Power supplies that deliver; one lost of four is a warning (assumed).
    {"psu_ok_count", "Power supplies good", "", 0, 4, 3, 2, low, Aggregate::none, 1.0, 0.0},
};

constexpr Metric nic_metrics[] = {
    health,
    bytes_per_second("tx_bytes_per_second", "Sent", 5.0e10f, 1.31068e11),  // 400 Gb/s = 50 GB/s; 800 Gb/s fit
    bytes_per_second("rx_bytes_per_second", "Received", 5.0e10f, 1.31068e11),
    celsius("temp_celsius", "NIC temperature", 25, 110, 95, 105),        // assumed
    celsius("optic_temp_celsius", "Optic temperature", 20, 80, 70, 75),  // module case limit 70 °C
    tally("out_of_order_packets", "Packets out of order", 1000, none, none),
    tally("congestion_packets", "Congestion marks", 10000, none, none),
    tally("errors", "Errors", 100, 1, 100),  // assumed
};

constexpr Metric switch_metrics[] = {
    health,
    watts("power_watts", "Switch power", 0, 2200, none, none, 6553.4),  // SN5600 about 0.94 kW, not confirmed
    celsius("temp_celsius", "ASIC temperature", 25, 110, 95, 105),      // assumed
    bytes_per_second("tx_bytes_per_second", "Sent", 6.4e12f, 1.6e13),   // 51.2 Tb/s = 6.4 TB/s; 115 Tb/s fit
    bytes_per_second("rx_bytes_per_second", "Received", 6.4e12f, 1.6e13),
    ratio("buffer_ratio", "Buffer in use", 0.8f, 0.95f, high),  // assumed
    tally("errors", "Errors", 100, 10, 1000),                   // assumed
    tally("ports_down", "Ports down", 16, 1, 8),                // assumed
    {"fan_rpm", "Fan speed", "rpm", 0, 25000, none, none, neutral, Aggregate::mean, 1.0, 0.0},
};

constexpr Metric link_metrics[] = {
    health,
    bytes_per_second("tx_bytes_per_second", "Sent upward", 5.0e10f, 1.31068e11),
    bytes_per_second("rx_bytes_per_second", "Sent downward", 5.0e10f, 1.31068e11),
    // log10 of errors per bit before correction. PAM4 links live on their FEC: RS(544,514) gives up near 2.4e-4 = -3.6.
    {"bit_error_rate", "Bit errors before FEC (log10)", "log10", -12, -3, -5, -3.6f, high, Aggregate::worst, 0.0005,
     -20.0},
    tally("errors", "Uncorrected errors", 100, 1, 100),  // assumed
    // 0 down, 1 training, 2 up.
    {"state", "State", "", 0, 2, 1, 0, low, Aggregate::worst, 1.0, 0.0},
};

constexpr Metric job_metrics[] = {
    health,
    {"step_seconds", "Step time", "s", 0, 5, none, none, neutral, Aggregate::mean, 0.001, 0.0},
    // Share of GPU time that made progress that was kept; more than 0.9 in Llama 3's 54 days.
    ratio("goodput_ratio", "Goodput to date", 0.8f, 0.6f,
          low),  // 0.84 for 98,304 GPUs is what measured rates leave (derived)
    // Share of the peak FLOP/s; 0.38-0.43 for Llama 3 405B in BF16.
    ratio("model_flops_ratio", "Model FLOP/s utilisation", none, none, neutral),
    {"tokens_per_second", "Tokens", "1/s", 0, 5.0e7f, none, none, neutral, Aggregate::sum, 2000.0, 0.0},
    {"step_thousands", "Step, thousands", "", 0, 1000, none, none, neutral, Aggregate::none, 0.1, 0.0},
    watts("power_watts", "Power of its nodes", 0, 1.2e8f, none, none, 6.5534e8),
    {"checkpoint_age_seconds", "Since last checkpoint", "s", 0, 600, none, none, neutral, Aggregate::none, 1.0, 0.0},
};

}  // namespace

std::span<const Metric> gpu() { return gpu_metrics; }
std::span<const Metric> node() { return node_metrics; }
std::span<const Metric> nic() { return nic_metrics; }
std::span<const Metric> switch_() { return switch_metrics; }
std::span<const Metric> link() { return link_metrics; }
std::span<const Metric> job() { return job_metrics; }

}  // namespace bv::metric_tables

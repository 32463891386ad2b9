// Power, clocks, activity and temperatures of GPUs and nodes. Reads the shares of the jobs' phases, the traits and the
// effects; writes the gpu and node columns, measured.gpu_watts, gpu_celsius and node_watts.
#pragma once

#include "feed/simulator/world.h"

namespace bv::sim {

class Compute {
public:
    explicit Compute(World& world);
    // Power first (it heats), temperatures after the coolant is known, columns last.
    void measure_power();
    void measure_temperatures();
    void measure_columns();
    // Puts temperatures at their steady state, so that a run does not begin cold.
    void settle();

private:
    void find_targets();
    void measure_nodes();
    void measure_slow();

    World& world_;
    float scale_;                            // power of this GPU model relative to an H100's 700 W
    std::vector<float> node_watts_per_gpu_;  // mean power of a GPU at the node's phase mix
    std::vector<float> node_tensor_, node_busy_, node_clock_, node_nvlink_, node_active_;
    Channel power_, temp_, memory_temp_, tensor_, util_, clock_, memory_, nvlink_, corrected_, lateness_, xid_,
        throttle_;
    Channel node_power_, node_cpu_, node_memory_, node_cpu_temp_, node_inlet_, node_outlet_, node_fan_, node_psu_;
    std::vector<float> target_celsius_;  // [gpu] where its temperature tends to
    std::vector<uint16_t> corrected_count_;
    uint64_t slow_version_ = ~uint64_t{0};
};

}  // namespace bv::sim

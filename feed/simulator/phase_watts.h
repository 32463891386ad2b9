// What a GPU draws in each phase of a training step, and the server around it. Read by compute.cpp, which measures
// intervals, and swing.cpp, which looks within them.
#pragma once

#include "feed/simulator/jobs.h"

namespace bv::sim {

// Power of an H100 by phase, W (reference-cluster.md 4.3): compute 680, all-reduce 250–350, checkpoint 150–250, after a
// failure 100–130; idle 83–101 [SMI]. Other models scale by their power limit.
inline constexpr float compute_watts = 680, reduce_watts = 300, checkpoint_watts = 200, stalled_watts = 115,
                       idle_watts = 92;
inline constexpr float reference_tdp = 700;

// How busy CPUs, NICs and memory are, and what the rest of a server draws per GPU (CPUs, NICs, memory, fans, PSU
// losses): 8.4 kW measured in training and about 2 kW idle (4.2) leave 3.0 and 1.26 kW for eight GPUs.
inline constexpr float reduce_activity = 0.6f, checkpoint_activity = 0.2f;
inline constexpr float rest_idle_watts = 157.5f, rest_active_watts = 217.5f;

// Of a GPU and its part of the server.
constexpr float phase_watts(Phase phase) {
    switch (phase) {
        case Phase::compute:
            return compute_watts + rest_idle_watts + rest_active_watts;
        case Phase::reduce:
            return reduce_watts + rest_idle_watts + rest_active_watts * reduce_activity;
        case Phase::checkpoint:
            return checkpoint_watts + rest_idle_watts + rest_active_watts * checkpoint_activity;
        case Phase::stalled:
            return stalled_watts + rest_idle_watts;
        case Phase::idle:
            break;
    }
    return idle_watts + rest_idle_watts;
}

}  // namespace bv::sim

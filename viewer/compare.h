// Two times of a history side by side: what every object's value has changed by, and what changed most. Pure functions
// of two states. Absence on either side is no change of anything: it has no difference.
#pragma once

#include <cstdint>
#include <vector>

#include "cluster/state.h"

namespace bv {

// Of one metric, for every object of its class.
struct Comparison {
    MetricId metric;
    int64_t now_ns = 0, then_ns = 0;
    std::vector<float> now, then, difference;  // [index]; NaN without a value, and where either side has none
    float range = 0;                           // colours span -range to +range, in units; more is drawn as beyond
    uint32_t compared = 0, only_now = 0, only_then = 0, neither = 0;
    uint64_t version = 0;  // unique in the process: equal versions mean equal content
};

// now_time_ns and then_time_ns judge which values were stale: a stale value is none.
Comparison compare(const ClusterState& now, int64_t now_time_ns, const ClusterState& then, int64_t then_time_ns,
                   MetricId metric);

// Indices of what changed most, up or down; of equal ones the lower index first. Without what did not change.
std::vector<uint32_t> most_changed(const Comparison& comparison, size_t most);

}  // namespace bv

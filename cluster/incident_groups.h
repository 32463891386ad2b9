// From episodes to groups: each consequence hangs on one cause, what breaks together without saying so gets a cause
// that is concluded, and troubles of one part or one server close in time are one. The result depends only on the set
// of events, not on the order in which they came.
#pragma once

#include <vector>

#include "cluster/incident_episodes.h"
#include "cluster/reach.h"

namespace bv {

struct IncidentGroups {
    std::vector<uint32_t> parent;               // [episode] → the episode that explains it; no_index: a root
    std::vector<std::vector<uint32_t>> groups;  // episodes, by begin; groups by the begin of their first
};

// May add episodes (concluded causes).
IncidentGroups group_episodes(const Topology& topology, const Placement& placement, Episodes& episodes);

}  // namespace bv

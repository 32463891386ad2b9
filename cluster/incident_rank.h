// Who broke: the candidates for the root of one group of episodes, best first.
#pragma once

#include <span>
#include <vector>

#include "cluster/incident_groups.h"

namespace bv {

// At least one, at most five. subtree[e]: episodes that hang on e, itself among them.
std::vector<RootCandidate> rank_roots(const Topology& topology, const Placement& placement, const Episodes& episodes,
                                      const IncidentGroups& groups, std::span<const uint32_t> group,
                                      std::span<const uint32_t> subtree);
// Sizes of all subtrees.
std::vector<uint32_t> subtree_sizes(const Episodes& episodes, const IncidentGroups& groups);

}  // namespace bv

// Which switches a plan has and in which racks they stand.
#pragma once

#include "cluster/generate.h"

namespace bv {

// Racks of one hall's network rows.
struct NetworkRacks {
    uint32_t spine = 0, core = 0, frontend = 0;
};
NetworkRacks network_racks(const ClusterPlan& plan, uint32_t hall);

// All switches, into racks that stand already.
void generate_switches(const ClusterPlan& plan, Topology& topology, Generated& generated);

}  // namespace bv

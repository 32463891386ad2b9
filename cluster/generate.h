// Turns a plan into objects and cables. Three steps, because cables are made of indices that only stand after
// arrange(): objects, arrangement, cables.
#pragma once

#include "cluster/arrange.h"
#include "cluster/cluster_plan.h"

namespace bv {

// Where the generated objects are, by their numbers in the plan. Indices from before arrange() until moved() was
// called.
struct Generated {
    std::vector<uint32_t> gpu_nodes;      // [array * nodes per array + d]
    std::vector<uint32_t> service_nodes;  // [hall * service nodes per hall + i]
    std::vector<uint32_t> leafs;          // [(array * planes + q) * rails + r]
    std::vector<uint32_t> spines;         // [(pod * groups + g) * spines + s]
    std::vector<uint32_t> cores;          // [(g * spines + s) * cores per plane + c]
    std::vector<uint32_t> frontend_leafs, service_leafs, frontend_spines, frontend_cores;  // [array], [hall, i] each
    uint32_t service_leafs_per_hall = 0;
    void moved(const Arrangement& arrangement);
};

// Halls, rows, racks, nodes, NICs, switches and everything of power and cooling, with names and places.
Generated generate_objects(const ClusterPlan& plan, Topology& topology);
// All links of the plan, with lengths along the trays, and the parts that follow from them.
void generate_links(const ClusterPlan& plan, const Generated& generated, Topology& topology);

// Called by generate_objects, in this order.
void place_halls(const ClusterPlan& plan, Topology& topology);
void generate_power(const ClusterPlan& plan, Topology& topology);
void generate_cooling(const ClusterPlan& plan, Topology& topology);

// What the halls fill, metres.
struct SiteBounds {
    float west = 0, east = 0, south = 0, north = 0;
};
SiteBounds site_bounds(const Topology& topology);

}  // namespace bv

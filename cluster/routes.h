// The ways through the fabric between two network ends: every shortest path that adaptive routing may take. Reads a
// topology and, where given, the state of its links; writes nothing. Pure functions.
#pragma once

#include <cstdint>
#include <vector>

#include "cluster/object.h"
#include "cluster/topology.h"

namespace bv {

class ClusterState;

// All equal-cost shortest paths between two ends. A GPU stands for its NIC, a node for all of its compute NICs, rail by
// rail. Where two GPUs are on different rails and the source's node has a NIC on the other's rail, the way goes over
// NVLink to that NIC first, as NCCL does (PXN); inside one node there is no way over the fabric at all.
struct Routes {
    enum class Kind : uint8_t { none, same_node, fabric, unreachable } kind = Kind::none;
    ObjectId from, to;
    bool over_nvlink = false;      // the first hop is NVLink inside the source's node
    std::vector<uint32_t> links;   // on any path, each once, ascending
    std::vector<uint32_t> stages;  // switches on each path, stage by stage: how many equal ones; 1 leaf, 64 spines, …
    uint32_t hops = 0;             // links on each path
    double paths = 0;              // equal-cost paths of all rails together
    double open_paths = 0;         // of these, paths without a link that is down
    std::vector<uint32_t> down_links;  // links on some path that are down
};

// state may be null: then every link counts as open. About 2 ms for 100,352 GPUs, whatever lies between the two.
[[nodiscard]] Routes routes_between(const Topology& topology, ObjectId from, ObjectId to,
                                    const ClusterState* state = nullptr);

// Whether a route may begin or end there: GPU, NIC, node or switch.
[[nodiscard]] bool is_route_end(ObjectId id);
// The compute NIC that serves a GPU: NICs of a node are shared out among its GPUs in order; no_index without.
[[nodiscard]] uint32_t nic_of_gpu(const Topology& topology, uint32_t gpu);

}  // namespace bv

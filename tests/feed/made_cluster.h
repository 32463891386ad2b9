// Builds clusters for the simulator's tests in memory, so that those tests need no cluster file: halls × rows × racks ×
// nodes of eight GPUs with a rail-optimised two-tier fabric, a CDU in every rack and a power tree.
#pragma once

#include <memory>

#include "cluster/topology.h"

namespace bv::test {

struct Shape {
    uint32_t halls = 2, rows = 2, racks = 8, nodes = 8;  // racks per row, nodes per rack
    bool gpus = true, cooling = true, power = true;
};

std::shared_ptr<Topology> make_cluster(Shape shape);

}  // namespace bv::test

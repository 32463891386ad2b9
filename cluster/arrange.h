// Puts the objects of a cluster into the order that the model needs: rows by hall, racks by row, nodes and switches by
// rack.
#pragma once

#include <cstdint>
#include <vector>

#include "cluster/topology.h"

namespace bv {

// [old index] → new index; empty where nothing moved.
struct Arrangement {
    std::vector<uint32_t> rows, racks, nodes, nics, switches;
    static uint32_t moved(const std::vector<uint32_t>& map, uint32_t index) {
        return map.empty() || index == no_index ? index : map[index];
    }
};

// Sorts rows by hall; racks by row and slot; nodes by rack, racks that hold GPU nodes first; switches by rack. Equal
// keys keep their order. NICs follow their nodes. Must be called before links are made, whose ends are indices.
Arrangement arrange(Topology& topology);

}  // namespace bv

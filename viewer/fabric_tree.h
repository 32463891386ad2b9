// The fabric as a fat tree: a strip per tier, a block per group of switches or servers in the order of the building,
// and the links between two blocks as one ribbon. Reads a topology; writes nothing. Pure functions, no computed layout.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "viewer/fabric_matrix.h"

namespace bv {

enum class FabricTier : uint8_t { servers, leafs, spines, cores };
inline constexpr size_t fabric_tier_count = 4;
std::string_view words_of(FabricTier tier);

struct FabricTree {
    struct Block {
        FabricTier tier = FabricTier::servers;
        std::string name;
        uint32_t group = no_index;      // of FabricGroups; of cores none
        std::vector<ObjectId> objects;  // servers or switches
        float left = 0, width = 0;      // shares of the strip
    };
    struct Ribbon {
        uint32_t lower = 0, upper = 0;  // blocks
        uint32_t first = 0, count = 0;  // links[first .. first + count), never empty
        // Where it meets its blocks: middle and width, shares of the strip. As many slots as the block has ribbons
        // there.
        float lower_at = 0, lower_slot = 0, upper_at = 0, upper_slot = 0;
    };
    std::vector<Block> blocks;    // by tier, then place
    std::vector<Ribbon> ribbons;  // by lower block, then upper
    std::vector<uint32_t> links;
    std::array<bool, fabric_tier_count> has{};  // tiers with blocks
};

// Servers and switches of one group stand above each other; cores are a block per hall. Where there are very many
// groups neighbours share a block, so that there are never more than `most` in a strip.
FabricTree fabric_tree(const Topology& topology, const FabricGroups& groups, uint32_t most = 64);

}  // namespace bv

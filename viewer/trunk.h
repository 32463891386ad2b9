// Names for what links are shown by: a stretch of a tray, and which tiers and rails of the fabric are seen.
#pragma once

#include <cstdint>

#include "cluster/topology.h"

namespace bv {

inline constexpr uint32_t lane_count = 3;  // host and front end; leaf to spine; spine to core
[[nodiscard]] uint32_t lane_of(LinkClass link_class);

// A stretch of a tray, or the bridge between two halls, with the links of one lane that run through it.
struct TrunkRef {
    enum class Kind : uint8_t { none, row, hall, pair } kind = Kind::none;
    uint32_t lane = 0;
    uint32_t tray = 0;            // of its kind; for a pair its number
    uint32_t first = 0, end = 0;  // segments
    [[nodiscard]] bool valid() const { return kind != Kind::none; }
    bool operator==(const TrunkRef&) const = default;
};

// Which links are shown: tiers by class; of host and leaf–spine links one rail or all. Further up traffic of all rails
// shares the links.
struct LinkFilter {
    static constexpr uint8_t all_tiers = (1u << link_class_count) - 1;
    uint8_t tiers = all_tiers;  // bit per LinkClass
    int rail = -1;              // -1: all
    [[nodiscard]] bool all() const { return tiers == all_tiers && rail < 0; }
    [[nodiscard]] bool shows(LinkClass tier) const { return (tiers >> unsigned(tier) & 1) != 0; }
    [[nodiscard]] bool shows(const Link& link) const {
        const bool of_rail = link.link_class == LinkClass::host || link.link_class == LinkClass::leaf_spine;
        return shows(link.link_class) && (rail < 0 || !of_rail || link.rail == uint32_t(rail));
    }
    bool operator==(const LinkFilter&) const = default;
};

}  // namespace bv

// Where links run: along a tray over each row, along the main tray of each hall, and between halls. Links between the
// same two racks form a bundle; loads are summed over tray segments with difference arrays, so 300,000 links cost one
// pass over them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <glm/glm.hpp>

#include "cluster/state.h"
#include "viewer/trunk.h"

namespace bv {

// What runs through one segment of a tray. Also used as a difference, hence signed.
struct TrunkLoad {
    double bytes_per_second = 0, capacity = 0;  // of the busier direction
    double forth = 0, back = 0;                 // bytes per second towards the tray's end, and from it
    int32_t links = 0, warning = 0, critical = 0, down = 0, unknown = 0;
    void operator+=(const TrunkLoad& other);
    void operator-=(const TrunkLoad& other);
    [[nodiscard]] Health worst() const;
    [[nodiscard]] int32_t failing() const { return warning + critical + down; }
};

// A line with stops: stop i is where rack (or row) i joins, the last stop is where it leaves towards the next larger
// tray.
struct Tray {
    std::vector<glm::vec3> stops;
    uint32_t first_segment = 0;  // segment i runs from stop i to stop i + 1
    [[nodiscard]] uint32_t segments() const { return stops.empty() ? 0 : uint32_t(stops.size() - 1); }
};

struct FabricPlan {
    struct RackStop {
        uint32_t tray = no_index, stop = 0;
    };
    struct Bundle {
        uint32_t rack_a, rack_b, lane, first, count;
        double capacity;  // bytes per second, of all of them
    };                    // links order[first .. first + count)
    struct HallPair {
        uint32_t hall_a, hall_b;
    };

    std::vector<Tray> row_trays;       // one per row, then one per rack that stands in no row
    std::vector<Tray> hall_trays;      // one per hall, the last for racks that stand in no hall; empty without racks
    std::vector<RackStop> rack_stops;  // [rack]
    std::vector<uint32_t> tray_hall;   // [row tray] → hall tray
    std::vector<uint32_t> tray_stop;   // [row tray] → stop on the hall tray
    std::vector<HallPair>
        hall_pairs;  // bridges between neighbouring halls; further ones are reached over those between
    std::vector<Bundle> bundles;
    std::vector<uint32_t> order;        // links sorted by bundle
    std::vector<uint32_t> link_bundle;  // [link] → bundle, or no_index where an end stands nowhere
    uint32_t row_segments = 0, hall_segments = 0;

    FabricPlan() = default;
    explicit FabricPlan(const Topology& topology);

    // The way between two racks along trays, ends included.
    [[nodiscard]] std::vector<glm::vec3> route(uint32_t rack_a, uint32_t rack_b, uint32_t lane) const;
    // The halls passed on the way, both ends included; empty where there is no way.
    [[nodiscard]] std::vector<uint32_t> halls_between(uint32_t hall_a, uint32_t hall_b) const;
    [[nodiscard]] uint32_t pair_of(uint32_t hall_a, uint32_t hall_b) const;
    // Whether the links of a bundle run through a stretch, and all links that do.
    [[nodiscard]] bool runs_through(const Bundle& bundle, const TrunkRef& trunk) const;
    [[nodiscard]] std::vector<uint32_t> links_in(const TrunkRef& trunk) const;

private:
    void plan_trays(const Topology& topology);
    void plan_bridges();
    void plan_bundles(const Topology& topology);
    std::vector<uint32_t> next_hall_;  // [from * halls + to] → the next hall on the way, or no_index
};

// Lanes lie beside each other on a tray; metres from one to the next.
inline constexpr float row_lane_m = 0.16f, hall_lane_m = 0.45f;
// How far to the side of a tray's middle its lane lies, the same side whichever way the tray is walked.
glm::vec3 beside(glm::vec3 from, glm::vec3 to, uint32_t lane, float lane_m);

struct FabricLoads {
    std::vector<TrunkLoad> row, hall, pairs;  // [lane * segments + segment]
    std::vector<uint32_t> hot;                // links near their capacity, where they are few and so stand out
};
// Kept between calls, so that a million-GPU cluster does not ask the system for memory every second.
struct FabricScratch {
    std::vector<TrunkLoad> bundles, rows, halls;
};
void sum_loads(const ClusterState& state, const FabricPlan& plan, const LinkFilter& filter, FabricScratch& scratch,
               FabricLoads& loads);

}  // namespace bv

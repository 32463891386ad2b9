// From places read out of names to racks with coordinates: halls side by side, rows with aisles between them, racks
// side by side in their row, hosts and switches in rack units. What has no place stands in a row of its own,
// "unplaced".
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "feed/import/cluster_writer.h"
#include "feed/import/name_rule.h"

namespace bv {

// "a9" before "a10": runs of digits compare as numbers.
bool natural_less(std::string_view a, std::string_view b);

struct Spot {
    std::string rack;
    uint16_t unit = 0, height_units = 1;
    uint16_t bay = 0, bays = 1;  // bay 1..bays; 0: alone across the rack
};

// How racks look and are called. Names of racks and rows are texts with {hall}, {row} and {rack} in them; empty: "A08"
// of row A, rack 08.
struct FloorOptions {
    std::string rack_name, row_name;
    std::string hall_name;  // of the only hall
    float rack_width_m = 0.6f, rack_depth_m = 1.2f;
    float rack_height_m = 0;  // 0: that of 48 units
    float aisle_m = 1.8f;     // between the rows
};

struct FloorResult {
    std::vector<ExplicitHall> halls;
    std::vector<ExplicitRow> rows;
    std::vector<ExplicitRack> racks;
    std::vector<Spot> hosts, switches;  // [index as given to add]
};

class FloorPlan {
public:
    struct Item {
        std::string name;
        std::optional<NamePlace> place;
        bool is_switch = false;
        size_t index = 0;
    };
    // Indices of hosts and of switches run from 0 each.
    void add(const std::string& name, const std::optional<NamePlace>& place, bool is_switch, size_t index);
    [[nodiscard]] FloorResult arrange(const FloorOptions& options = {}) const;

private:
    std::vector<Item> items_;
};

}  // namespace bv

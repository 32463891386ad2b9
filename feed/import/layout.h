// From a table of things and their places (an inventory, a DCIM export, a trace that names locations) to a cluster. One
// row is one host or one rack; where it stands is read from columns, from its name by a rule, or given in metres.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "feed/import/cell_text.h"
#include "feed/import/cluster_writer.h"
#include "feed/import/findings.h"
#include "feed/import/floor_plan.h"

namespace bv {

struct LayoutOptions {
    std::string name = "layout", title, gpu_model;
    bool rows_are_racks = false;  // else hosts
    CellText thing;               // what a row is called; required
    CellText hall, row, rack, unit, slot, pod, gpus;
    CellText x, y, yaw;  // of the rack, metres and degrees
    uint32_t gpus_per_host = 0;
    std::vector<std::string> name_rules;  // tried before the built-in ones
    FloorOptions floor;
};

struct LayoutSummary {
    uint32_t files = 0;
    uint64_t lines = 0, rows = 0;
    uint32_t hosts = 0, gpus = 0, racks = 0, rack_rows = 0, halls = 0;
    uint64_t repeated = 0;  // rows that name a thing again
    uint32_t placed = 0, unplaced = 0;
    uint32_t without_position = 0;  // racks without coordinates in a hall where others have some
    std::vector<std::string> unplaced_names;
    Findings findings;
};

struct LayoutImport {
    ExplicitCluster cluster;
    LayoutSummary summary;
};

struct NamedText {
    std::string path, text;
};

// Throws std::invalid_argument for a wrong option, ImportError where nothing can be made of the tables.
LayoutImport import_layout(const std::vector<NamedText>& inputs, LayoutOptions options, char delimiter = 0);

}  // namespace bv

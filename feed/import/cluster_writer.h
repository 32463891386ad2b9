// An explicit cluster as an importer builds it, and its cluster file (docs/cluster-file.md, section 2). The text
// depends on nothing but the argument, so that the same input gives the same file, and with it the same topology hash.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/topology.h"

namespace bv {

struct ExplicitNic {
    std::string name;
    uint64_t guid = 0;
    uint8_t rail = 0;
    uint16_t ports = 1;
};

struct ExplicitNode {
    std::string name, rack;
    NodeRole role = NodeRole::gpu;
    uint16_t unit = 0, height_units = 1;
    uint16_t bay = 0, bays = 1;  // bay 1..bays of nodes side by side; 0: alone across the rack
    uint32_t gpus = 0;
    std::vector<ExplicitNic> nics;
};

struct ExplicitSwitch {
    std::string name, rack;
    SwitchRole role = SwitchRole::other;
    uint16_t unit = 0, height_units = 1, ports = 0, rail = 0, plane = 0;
    uint32_t pod = no_index;
    uint64_t guid = 0;
};

struct ExplicitRack {
    std::string name, row;
    RackRole role = RackRole::other;
    uint16_t slot = 0, units = 48;
    float x = 0, y = 0;  // metres, centre of the footprint
    float yaw_degrees = 0;
    float width = 0.6f, depth = 1.2f, height = 0;  // metres; height 0: from its units
    uint32_t pod = no_index;
};

struct ExplicitRow {
    std::string name, hall;
};

struct ExplicitHall {
    std::string name;
    float x = 0, y = 0, width = 0, depth = 0, height = 0;  // width 0: the loader lays it around its racks
};

// Ends by GUID: the only name of a device that does not repeat.
struct ExplicitCable {
    uint64_t lower = 0, upper = 0;
    uint16_t lower_port = 0, upper_port = 0;
    LinkClass link_class = LinkClass::host;
    double gigabits_per_second = 0;
    uint8_t rail = 0, plane = 0;
};

struct ExplicitCluster {
    std::string name, title, comment;  // comment: lines at the top of the file, without '#'
    uint32_t nvlink_domain = 0;        // 0: not said
    std::string gpu_model;             // empty: not said
    std::vector<Fact> facts;
    std::vector<ExplicitHall> halls;
    std::vector<ExplicitRow> rows;
    std::vector<ExplicitRack> racks;
    std::vector<ExplicitNode> nodes;
    std::vector<ExplicitSwitch> switches;
    std::vector<ExplicitCable> cables;
};

// A TOML basic string with its quotes.
std::string toml_string(std::string_view text);
std::string cluster_toml(const ExplicitCluster& cluster);

// Writes to a file beside it and renames, so that nobody ever reads half a file. Throws one sentence.
void write_file_whole(const std::filesystem::path& path, std::string_view text);

}  // namespace bv

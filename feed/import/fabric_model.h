// What a fabric is made of, once cables are checked: adapters grouped to hosts, switches with tiers, rails. Everything
// that the scan does not say is derived here by stated rules (docs/import.md) and counted in the summary.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "feed/import/fabric.h"
#include "feed/import/fabric_cluster.h"

namespace bv {

struct FabricAdapter {
    uint64_t guid = 0;
    std::string device;              // "mlx5_5", "HCA-6"; empty unknown
    std::optional<uint32_t> number;  // HCA-N counts from 1, mlx5_N from 0: this counts from 0
    uint32_t rail = 0;
    bool rail_known = false;  // from its own number, not from its neighbours
    bool aggregation = false;
};

struct FabricHost {
    std::string name;
    bool named = true;  // the host set its name; else it is named after the GUID
    NodeRole role = NodeRole::gpu;
    std::vector<uint64_t> adapters;
    uint32_t gpus = 0;
    uint64_t home_switch = 0;  // aggregation nodes: the switch that they are part of
};

struct FabricSwitch {
    uint64_t guid = 0;
    std::string name;
    SwitchRole role = SwitchRole::other;
    uint32_t host_cables = 0;
    std::vector<uint64_t> neighbours;    // switches, one per cable
    std::map<uint32_t, uint32_t> rails;  // rail → adapters on it
};

struct FabricModel {
    std::vector<Cable> cables;
    std::map<uint64_t, FabricAdapter> adapters;  // by GUID, routers too
    std::map<uint64_t, FabricSwitch> switches;   // by GUID
    std::vector<FabricHost> hosts;
};

// Fills in what it guessed, dropped and found wrong. Throws ImportError where there is no cable at all.
FabricModel build_fabric_model(const Fabric& fabric, const FabricImportOptions& options, ImportSummary& summary);

// 0 leaf, 1 spine or unknown, 2 core.
int tier(SwitchRole role);
// The rail of most of its adapters; 0 where it has none.
uint32_t rail_of(const FabricSwitch& it);

}  // namespace bv

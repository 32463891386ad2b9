// From a discovered fabric to a cluster: who is a host, which tier a switch is of, on which rail an adapter sits, and
// where everything stands. Everything that is not in the scan is guessed by a stated rule, counted and reported
// (docs/import.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "feed/import/cluster_writer.h"
#include "feed/import/fabric.h"
#include "feed/import/name_rule.h"

namespace bv {

struct FabricImportOptions {
    std::string name = "fabric", title;
    std::string gpu_model;
    std::vector<std::string> name_rules;    // tried before the defaults
    std::optional<uint32_t> gpus_per_host;  // empty: one for each adapter of a compute host
};

// What was read, guessed and dropped. The vectors hold one sentence each.
struct ImportSummary {
    uint32_t files = 0, lines = 0, ignored_lines = 0;
    uint32_t switches = 0, leaves = 0, spines = 0, cores = 0, other_switches = 0;
    uint32_t adapters = 0, aggregation_nodes = 0, routers = 0;
    uint32_t cables = 0, host_cables = 0, switch_cables = 0;
    uint32_t compute_hosts = 0, other_hosts = 0, gpus = 0;
    uint32_t halls = 0, rows = 0, racks = 0;
    uint32_t placed = 0, unplaced = 0;  // hosts and switches, without aggregation nodes
    uint32_t names_lost = 0;            // adapters whose host name was lost, each a host of its own
    uint32_t duplicate_names = 0;       // adapters of one name that cannot be of one host
    uint32_t mentioned_only = 0;        // devices without a block of their own
    uint32_t unknown_rates = 0;         // cables
    std::vector<std::string> one_sided, conflicts, lone_devices, guesses, dropped;
    std::vector<std::string> unplaced_names;
};

struct FabricImport {
    ExplicitCluster cluster;
    ImportSummary summary;
};

// Throws std::invalid_argument for a wrong name rule, ImportError where there is no cable at all.
FabricImport import_fabric(const Fabric& fabric, const FabricImportOptions& options);

}  // namespace bv

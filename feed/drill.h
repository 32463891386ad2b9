// Whether incidents find what broke: simulated clusters with faults whose truth is known, through the real wire format
// and the real grouping. Reads a topology and options; returns figures per kind of fault.
//
// The grouping sees only what was encoded, sent and decoded. The truth stays in this process and is compared
// afterwards.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cluster/topology.h"

namespace bv {

struct DrillOptions {
    uint64_t seed = 1;
    uint32_t runs = 100;
    int seconds = 300;    // simulated, each run
    uint32_t faults = 0;  // at once: 1 or 2; 0: every third run has two
    std::string kind;     // only this kind; empty: all in turn
    double loss = 0;      // share of events that never arrive
};

// Of one kind of fault, or of all.
struct DrillScore {
    uint32_t injected = 0, found = 0;  // found: some incident holds an event of it
    uint32_t root_first = 0, root_top3 = 0;
    uint32_t one_incident = 0;  // exactly one
    DrillScore& operator+=(const DrillScore& more);
};

struct DrillReport {
    std::map<std::string, DrillScore> kinds;
    DrillScore total;
    uint32_t runs = 0, incidents = 0;
    uint32_t duplicates = 0, baseless = 0;  // a second incident of one fault; none of whose events is of any fault
    double hours = 0;                       // simulated
    double grouping_ms_max = 0;
    std::vector<std::string> misses;  // one line for each fault whose root was not first
    [[nodiscard]] double false_per_hour() const { return hours > 0 ? (duplicates + baseless) / hours : 0; }
};

// Kinds that are injected, in the order in which they take turns.
std::vector<std::string> drill_kinds();
// progress(run) after every run; false ends the drill.
DrillReport run_drill(const std::shared_ptr<const Topology>& topology, const DrillOptions& options,
                      const std::function<bool(uint32_t)>& progress = {});

}  // namespace bv

// The order of the event list, and what is folded in it. Reads the state; writes lines. A second's events come from one
// cause more often than not: the worst and most upstream stands on top, and what it took with it is one line.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "cluster/state.h"

namespace bv {

struct EventLine {
    uint32_t event = 0;   // index into state.events; of a fold its first
    uint32_t count = 1;   // events in the fold, 1: no fold
    uint32_t open = 0;    // of them not over
    bool member = false;  // stands under an unfolded fold
    ObjectId around;      // of a fold: what they have in common
    uint64_t fold = 0;    // names the fold, stays the same while events come and go
};

// Newest second first. Within a second: worst health first (health_of), then plant, power, CDU, switch, rack, node,
// NIC, GPU, link. Three or more of one kind around one thing are a fold; `unfolded` shows the members of those.
std::vector<EventLine> event_lines(const ClusterState& state, const std::vector<uint32_t>& events,
                                   const std::set<uint64_t>& unfolded);

// "link_down" → "Link down", "xid" 79 → "XID 79".
std::string title_of(const Event& event);
// "64 × NIC down", of a fold.
std::string title_of(const ClusterState& state, const EventLine& line);
// "at H1-P1-A1-leaf3 · 64 open", "in H1-P1-A1-R3 · over".
std::string place_of(const ClusterState& state, const EventLine& line);

}  // namespace bv

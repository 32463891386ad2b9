// Alarms on metrics: what no device says by itself (a late rank, an optic whose errors rise, a hot GPU, a wet sensor)
// becomes an event like any other when a value has been beyond its limit for some time, and ends when it has been back
// for some time. Reads states in order of time; writes events of the source "watch".
//
// Grouping is a function of events alone. Whoever records runs the watch and records what it says, so that a replay has
// the same events without looking at the values before the cursor.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "cluster/state.h"

namespace bv {

class Watch {
public:
    inline static constexpr const char* source = "watch";

    // Looks at the state once for each new time_ns and appends what begins and what ends.
    void observe(const ClusterState& state, std::vector<Event>& out);

private:
    struct Seen {
        int64_t since_ns = 0;  // beyond the limit since
        int64_t back_ns = 0;   // within it again since; 0: still beyond
        uint64_t event = 0;    // 0: not said yet
    };
    void observe_rule(const ClusterState& state, size_t rule, std::vector<Event>& out);
    void observe_jobs(const ClusterState& state, std::vector<Event>& out);
    void note(const ClusterState& state, size_t rule, uint32_t index, bool beyond, bool within,
              std::vector<Event>& out);
    void say(const ClusterState& state, size_t rule, uint32_t index, const Seen& seen, int64_t end_ns,
             std::vector<Event>& out) const;

    int64_t time_ns_ = 0;
    std::unordered_map<uint64_t, Seen> seen_;     // by rule and index: what is beyond its limit
    std::vector<uint32_t> beyond_;                // of one rule, ascending
    std::vector<std::vector<uint32_t>> watched_;  // [rule] → indices in seen_, ascending
    std::vector<double> usual_step_;              // [job] seconds
};

}  // namespace bv

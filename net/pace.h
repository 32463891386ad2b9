// How fast a source's clock runs against the local one, from the ticks heard lately: a simulation may run at any speed,
// and a clock may be hours off. Turns the source's times and intervals into local ones, by which freshness is judged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "cluster/state.h"

namespace bv {

class Pace {
public:
    // A tick of this time got here at that time. Any number of messages may have the same time.
    void hear(int64_t time_ns, int64_t heard_ns);
    // What a tick of this interval means when it got here then. An interval lasts as long as such intervals lasted
    // lately, and no less than the longest wait between two ticks.
    [[nodiscard]] Arrival arrival(int64_t interval_ns, int64_t heard_ns) const;
    // Local time per time of the source.
    [[nodiscard]] double slowness() const;

private:
    struct Step {
        int64_t source_ns, local_ns;
    };
    std::deque<Step> steps_;
    int64_t newest_ns_ = 0, newest_heard_ns_ = 0;
};

}  // namespace bv

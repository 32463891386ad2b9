// How far the power of the site swings within an interval. All GPUs of a job step together, so that their power falls
// by half several times a minute, or altogether when the job stops: less than a tick shows, and more than a grid likes.
// Reads the jobs' timelines; looks every 20 ms.
#pragma once

#include <vector>

#include "feed/simulator/jobs.h"

namespace bv::sim {

struct Swing {
    double low_watts = 0, high_watts = 0;  // against the interval's mean, at the utility
    double ramp_watts_per_second = 0;      // the steepest change over 100 ms, up or down
};

class Swings {
public:
    Swings(const World& world, const Jobs& jobs) : world_(world), jobs_(jobs) {}
    Swing measure();

private:
    const World& world_;
    const Jobs& jobs_;
    std::vector<double> watts_;  // by instant
};

}  // namespace bv::sim

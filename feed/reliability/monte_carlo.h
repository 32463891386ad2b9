// The same job, played: parts break one after the other, servers go to be mended and come back, the job stops,
// restarts, waits. Reads a setting; the same seed gives the same runs. Answers what the closed forms answer, with how
// sure it is.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "feed/reliability/analytic.h"

namespace bv::reliability {

struct Estimate {
    double mean = 0, error = 0;  // error: standard error of the mean over the runs
};

struct ShareEstimates {
    Estimate compute, checkpoint, lost, restart, waiting;
};

struct CauseCount {
    std::string_view name;
    double expected_per_day = 0, per_day = 0;
};

struct MonteCarlo {
    uint32_t runs = 0;
    std::vector<double> first_failure_seconds;  // of each run, in its order
    Estimate first_failure;                     // seconds
    double first_failure_median_seconds = 0;    // of many runs near the law's, since they mirror each other about it
    Estimate stops_per_day;
    std::vector<uint32_t> stops;  // of each run, while the machine is `days` old at most
    std::vector<CauseCount> causes;
    Estimate servers_out;
    ShareEstimates shares;
};
// told: how many runs are done, after each.
using Told = std::function<void(uint32_t runs)>;
MonteCarlo play(const Setting& setting, uint32_t runs, uint64_t seed, const Told& told = {});

}  // namespace bv::reliability

// What stops a job, how often, and how many servers it takes away for how long. Reads a setting and the simulator's
// tables of faults (feed/simulator/fault_specs.cpp) and software (presets.cpp): there are no other rates.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "feed/reliability/setting.h"

namespace bv::reliability {

inline constexpr double seconds_per_year = 365.0 * 86400.0;

struct RepairWay {
    double share;          // of the failures
    double median, sigma;  // of the lognormal, seconds
};

struct Cause {
    std::string_view name;                        // as in the table of [LL3]: several kinds of fault may be one cause
    double per_second = 0;                        // over all objects of the job
    uint32_t servers = 0;                         // that are out of service meanwhile; 0: software
    std::vector<RepairWay> ways;                  // empty: nothing is repaired
    [[nodiscard]] double repair_seconds() const;  // mean
};

// Every cause of the setting with a rate above nothing.
std::vector<Cause> causes_of(const Setting& setting);
double stops_per_second(const std::vector<Cause>& causes);

}  // namespace bv::reliability

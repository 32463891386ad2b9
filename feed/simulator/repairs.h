// How long a repair takes. Three lognormal classes of reference-cluster.md 3.7 (lognormal after [LANL]): reset or
// reboot, swap of an optic, cable, PSU or NIC, board or RMA; and what mends itself. Pure functions.
#pragma once

#include <cmath>

#include "feed/simulator/faults.h"

namespace bv::sim {

struct RepairClass {
    double median, sigma;  // seconds; deviation of the logarithm
    [[nodiscard]] double mean() const { return median * std::exp(sigma * sigma / 2); }
    [[nodiscard]] double seconds(double z) const { return median * std::exp(sigma * z); }
    // Of a repair that is met while it lasts: long ones are met more often (length-biased sampling of the lognormal).
    [[nodiscard]] double met_seconds(double z) const { return median * std::exp(sigma * (sigma + z)); }
};

// Reset 10 min median; swap 2.2 h mean; board or RMA 2 d mean (spreads assumed). "self" is a carrier that comes back by
// itself within seconds, or an error burst (assumed).
inline RepairClass repair_class(Repair repair, FaultKind kind) {
    switch (repair) {
        case Repair::self:
            return kind == FaultKind::link_flap ? RepairClass{5, 0.6} : RepairClass{900, 0.6};
        case Repair::reset:
            return {600, 0.6};
        case Repair::swap:
            return {2.2 * 3600 * std::exp(-0.7 * 0.7 / 2), 0.7};
        case Repair::board:
            return {48 * 3600 * std::exp(-0.8 * 0.8 / 2), 0.8};
    }
    return {600, 0.6};
}

}  // namespace bv::sim

// What the machine of a setting draws, evaporates and costs in full training, each figure by one formula of
// reference-cluster.md 4.2 and 4.4. Reads a setting; pure functions.
#pragma once

#include <string_view>
#include <vector>

#include "feed/reliability/setting.h"

namespace bv::reliability {

struct SiteModel {
    double gpus = 0;       // of the job and its spares
    double gpu_watts = 0;  // chips alone, at their limit: never the power of the site
    double server_watts = 0, fabric_watts = 0, other_watts = 0, it_watts = 0;
    double site_watts = 0, site_watts_low = 0, site_watts_high = 0;  // at the setting's PUE, at 1.20 and 1.25
    double fabric_links = 0;
    double heat_watts = 0;  // that the cooling carries off
    double water_litres_per_second = 0, water_gallons_per_day = 0;
    double water_gallons_per_day_all_evaporative = 0;
    double wue_litres_per_kwh = 0;
    double power_dollars_per_hour = 0, machine_dollars_per_hour = 0;
};
SiteModel site_of(const Setting& setting);

// How each figure comes about, for reports: name of the figure, formula, assumptions.
struct Formula {
    std::string_view figure, formula, assumptions;
};
const std::vector<Formula>& site_formulas();

}  // namespace bv::reliability

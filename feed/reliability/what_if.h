// The report of a what-if: a base and a changed setting, reckoned and played side by side. Reads settings; writes text
// or JSON.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "feed/reliability/analytic.h"
#include "feed/reliability/monte_carlo.h"
#include "feed/reliability/site_model.h"

namespace bv::reliability {

struct Answer {
    Setting setting;
    Analytic analytic;
    MonteCarlo played;
    SiteModel site;
    // Kept steps times the length of a step in a fabric that does not block, per time: played and exact.
    Estimate goodput;
    double goodput_analytic = 0;
};
Answer answer(const Setting& setting, uint32_t runs, uint64_t seed, const Told& told = {});

struct WhatIf {
    uint64_t seed = 1;
    Answer base, changed;
    std::vector<std::string> set;  // KEY=VALUE by which they differ
};
// One JSON object: the figures of the changed setting, those of the base under "base", and what was set.
std::string what_if_json(const WhatIf& what_if);
std::string what_if_text(const WhatIf& what_if);

}  // namespace bv::reliability

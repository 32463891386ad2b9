// Incidents in words.
#pragma once

#include <string>

#include "cluster/incidents.h"

namespace bv {

// "Switch H1-P2-A3-L4 does not answer", "Link … flaps: 7 times": one line without a full stop.
std::string title_of(const IncidentInput& input, const Incident& incident);

}  // namespace bv

// Health from thresholds, for objects whose health nobody publishes.
#pragma once

#include <cstdint>
#include <span>

#include "cluster/metrics.h"

namespace bv {

struct Column;

// Writes the health of `count` objects from `first` on into out: the worst that any metric with thresholds says,
// no_data where none has data. columns: [MetricIndex] of the class.
void derive_health_run(ObjectClass object_class, std::span<const Column> columns, uint32_t first, uint32_t count,
                       uint16_t* out);

// Does any value of this metric say something about health?
bool has_thresholds(const Metric& metric);

}  // namespace bv

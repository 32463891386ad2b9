// Steps of a simulator that are published as one: the last values, the events and jobs of all.
#pragma once

#include <vector>

#include "cluster/state.h"

namespace bv {

class JoinedSteps {
public:
    void begin();
    void add(const TelemetryBatch& step);
    // Of the steps since begin(), that far apart from the batch before. Valid until the next step of the simulator.
    const TelemetryBatch& batch(int64_t interval_ns);

private:
    TelemetryBatch joined_;
};

}  // namespace bv

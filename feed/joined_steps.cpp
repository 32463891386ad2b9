// Joins the steps of a simulator; see joined_steps.h.
#include "feed/joined_steps.h"

namespace bv {

void JoinedSteps::begin() {
    joined_.events.clear();
    joined_.jobs.clear();
}

void JoinedSteps::add(const TelemetryBatch& step) {
    joined_.time_ns = step.time_ns;
    joined_.columns = step.columns;
    joined_.events.insert(joined_.events.end(), step.events.begin(), step.events.end());
    joined_.jobs.insert(joined_.jobs.end(), step.jobs.begin(), step.jobs.end());
}

const TelemetryBatch& JoinedSteps::batch(int64_t interval_ns) {
    joined_.interval_ns = interval_ns;
    return joined_;
}

}  // namespace bv

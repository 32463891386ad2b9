// Where the time of a training job goes. One stretch between two stops is accounted here exactly; the closed forms
// (analytic.cpp) are the means of this over exponential stretches, the simulation (monte_carlo.cpp) is its sum.
//
// After a stop the job is down for `down` seconds; a stop meanwhile begins that anew. Then it computes `steps` steps of
// `step` seconds, is held for `stall` seconds by a checkpoint (or by copying its state to peers), and so on. A stop
// loses what was computed since the last finished checkpoint, or, where peers keep every step in memory, the step that
// was running.
#pragma once

#include "feed/reliability/setting.h"

namespace bv::reliability {

// Seconds, or shares of the time: what was computed and kept, checkpoints, what was computed and lost, down after a
// stop, and waiting because more servers are out than there are spares. They sum to the whole.
struct TimeShares {
    double compute = 0, checkpoint = 0, lost = 0, restart = 0, waiting = 0;
    [[nodiscard]] double sum() const { return compute + checkpoint + lost + restart + waiting; }
    TimeShares& operator+=(const TimeShares& more);
    [[nodiscard]] TimeShares operator*(double factor) const;
};

struct Rhythm {
    double step, steps, stall, down;  // seconds, but steps
    bool keeps_every_step;
    [[nodiscard]] double interval() const { return step * steps; }
};
Rhythm rhythm_of(const Setting& setting);

// What becomes of `seconds` between two stops.
TimeShares account(const Rhythm& rhythm, double seconds);

// How much longer a step takes than in a fabric that does not block, where the islands are joined with 7:1
// (reference-cluster.md 5.2 C). 15 % of a step is exposed all-reduce (4.3 A). Rings that know the islands exchange a
// summed shard between them; rings that do not send three quarters of their traffic through the narrow place (D).
double step_stretch(const Setting& setting);

}  // namespace bv::reliability

// The training jobs: who runs where, the phases of their steps through time, and what they do when something dies.
// Reads World::effects.node_usable; writes World::node_slot, measured.node_share, job events and the job columns.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "feed/simulator/presets.h"
#include "feed/simulator/world.h"

namespace bv::sim {

enum class Phase : uint8_t { compute, reduce, checkpoint, stalled, idle };

// A stretch of a job's life in one phase. level: share of the nodes at work in a compute phase (ramps after a restart).
struct Segment {
    Seconds begin = 0, end = 0;
    Phase phase = Phase::idle;
    float level = 1;
};

// How a scenario treats jobs.
struct JobPlan {
    Preset preset = Preset::measured;
    double software_rate = 1;          // times the preset's rate of software failures
    Seconds checkpoint_at = -1;        // forces one then; -1: only every 100 steps
    Seconds detect = -1, reload = -1;  // after a failure: until it is noticed, until the first step; -1: the preset's
};

struct TrainingJob {
    Job described;
    std::vector<uint32_t> nodes;            // ascending
    std::vector<Segment> timeline;          // what is known of now and the near future, in order
    std::array<Share, phase_count> shares;  // of the present interval, by phase offset
    double step_seconds = 2, checkpoint_seconds = 8, last_step_seconds = 2;
    uint64_t step = 0, checkpoint_step = 0;
    Seconds checkpoint_done = 0, restarting_until = -1, stopped_at = -1;
    double kept_seconds = 0, wall_seconds = 0;  // for goodput
    double slowdown = 1;                        // the slowest node against the rest
    uint64_t interruptions = 0;
    Seconds next_software_failure = 0;
    bool forced_checkpoint_done = false;  // that of the plan
    uint32_t spares_due = 0;              // 1: broken nodes are to be replaced when the reload begins
    Event interruption;
    uint32_t fault = no_fault;  // what stopped it last
};

class Jobs {
public:
    Jobs(World& world, JobPlan plan);
    // A component of `node` died at `at`: the whole job stops within 300 ms (reference-cluster.md 4.3).
    void stop(uint32_t node, Seconds at, uint32_t fault);
    void advance();
    void measure();
    void settle();                         // shares at their mean over steps, before the first interval
    [[nodiscard]] double goodput() const;  // of all GPUs in jobs
    [[nodiscard]] const std::vector<TrainingJob>& running() const { return jobs_; }

private:
    void place();
    void claim_channels();
    void interrupt(TrainingJob& job, Seconds at, uint32_t fault);
    void replace_broken_nodes(TrainingJob& job);
    [[nodiscard]] Seconds until_software_failure(uint64_t key, double gpus) const;
    void extend(TrainingJob& job, Seconds until);
    void add_step(TrainingJob& job);
    void share_out();
    void integrate(TrainingJob& job);
    void describe(TrainingJob& job);
    [[nodiscard]] double usual_goodput(const TrainingJob& job, double gpus) const;
    void announce(TrainingJob& job);

    World& world_;
    JobPlan plan_;
    std::vector<TrainingJob> jobs_;
    Channel health_, step_seconds_, goodput_, flops_, tokens_, step_thousands_, power_, checkpoint_age_;
};

}  // namespace bv::sim

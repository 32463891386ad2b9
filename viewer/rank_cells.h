// The ranks of a job as cells: how many neighbours share one where there are too many to be seen. Reads a topology and
// a job's ranks; writes nothing. Pure functions.
#pragma once

#include <cstdint>

#include "cluster/ranks.h"
#include "cluster/state.h"

namespace bv {

// A column per data-parallel replica, a row per pipeline stage; a cell holds the tensor-parallel ranks of that place.
// Where there are more replicas than columns, a cell also holds its neighbours to the right.
struct RankCells {
    uint32_t data_step = 1, pipeline_step = 1;
    uint32_t columns = 0, rows = 0;
    [[nodiscard]] IndexRange replicas(uint32_t column, const RankGrid& grid) const;
    [[nodiscard]] IndexRange stages(uint32_t row, const RankGrid& grid) const;
};
[[nodiscard]] RankCells rank_cells(const RankGrid& grid, uint32_t most_columns, uint32_t most_rows);

// What a set of ranks shows.
struct RankSum {
    uint32_t ranks = 0, heard = 0;  // heard: with a lateness that is not stale
    double latest_seconds = -1;     // < 0: no lateness is known
    uint32_t latest_gpu = no_index, worst_gpu = no_index;
    Health worst = Health::ok;  // of the GPUs' health; unknown only where nothing is known of any of them
    double value_sum = 0;       // of the colouring metric, over `valued` ranks
    uint32_t valued = 0;
};

// Reads GPU columns once for many cells. Silent (never heard of, or stale) GPUs are unknown and have no values.
class RankReader {
public:
    RankReader(const ClusterState& state, int64_t now_ns, MetricIndex colored_by = health_metric);
    void add(RankSum& sum, uint32_t gpu) const;
    [[nodiscard]] RankSum sum(const RankGrid& grid, IndexRange replicas, IndexRange stages, IndexRange tensors) const;
    [[nodiscard]] bool silent(uint32_t gpu) const { return !silent_.empty() && silent_[gpu]; }
    [[nodiscard]] double lateness(uint32_t gpu) const;  // NaN: not known

private:
    const std::vector<uint16_t>*health_, *lateness_, *colored_;
    const Metric *lateness_metric_, *colored_metric_;
    std::vector<uint8_t> silent_;  // [gpu]; empty: none
};

// The latest ranks of a job, latest first: those at or above the lateness that is worth a warning, at most `most`.
struct Straggler {
    uint32_t gpu = no_index, rank = no_index;
    double seconds = 0;
};
struct Stragglers {
    std::vector<Straggler> latest;
    uint32_t late = 0;   // ranks at or above that lateness
    uint32_t heard = 0;  // ranks whose lateness is known
};
[[nodiscard]] Stragglers stragglers_of(const RankGrid& grid, const RankReader& reader, size_t most);

}  // namespace bv

// GPU columns → cells of ranks; see rank_cells.h.
#include "viewer/rank_cells.h"

#include <algorithm>
#include <cmath>

namespace bv {

namespace {

uint32_t divided_up(uint32_t a, uint32_t b) { return (a + b - 1) / std::max(1u, b); }

IndexRange part(uint32_t place, uint32_t step, uint32_t count) {
    const uint32_t first = place * step;
    return {first, first < count ? std::min(step, count - first) : 0};
}

constexpr std::string_view lateness_name = "step_lateness_seconds";

}  // namespace

IndexRange RankCells::replicas(uint32_t column, const RankGrid& grid) const {
    return part(column, data_step, grid.data);
}
IndexRange RankCells::stages(uint32_t row, const RankGrid& grid) const {
    return part(row, pipeline_step, grid.pipeline);
}

RankCells rank_cells(const RankGrid& grid, uint32_t most_columns, uint32_t most_rows) {
    RankCells cells;
    if (grid.empty()) return cells;
    cells.data_step = std::max(1u, divided_up(grid.data, most_columns));
    cells.pipeline_step = std::max(1u, divided_up(grid.pipeline, most_rows));
    cells.columns = divided_up(grid.data, cells.data_step);
    cells.rows = divided_up(grid.pipeline, cells.pipeline_step);
    return cells;
}

RankReader::RankReader(const ClusterState& state, int64_t now_ns, MetricIndex colored_by) {
    const auto& columns = state.classes[size_t(ObjectClass::gpu)].columns;
    const auto metrics = metrics_of(ObjectClass::gpu);
    const MetricIndex late = find_metric(ObjectClass::gpu, lateness_name).value();
    health_ = &columns[health_metric].values, lateness_ = &columns[late].values;
    colored_ = &columns[colored_by].values;
    lateness_metric_ = &metrics[late], colored_metric_ = &metrics[colored_by];
    for (const auto& run : state.freshness(ObjectClass::gpu, now_ns)) {
        if (run.heard && !run.stale) continue;
        silent_.resize(state.topology().gpu_nodes.size(), 0);
        std::fill_n(silent_.begin() + run.first, run.count, uint8_t(1));
    }
}

double RankReader::lateness(uint32_t gpu) const {
    return silent(gpu) ? std::nan("") : dequantise(*lateness_metric_, (*lateness_)[gpu]);
}

void RankReader::add(RankSum& sum, uint32_t gpu) const {
    const uint16_t raw = (*health_)[gpu];
    const Health health = silent(gpu) || raw >= health_count ? Health::unknown : Health(raw);
    // One silent rank among others that are well does not make the cell unknown.
    const auto rank_of = [](Health h) { return h == Health::unknown ? -1 : badness(h); };
    if (sum.ranks == 0 || rank_of(health) > rank_of(sum.worst)) sum.worst = health, sum.worst_gpu = gpu;
    ++sum.ranks;
    if (const double late = lateness(gpu); !std::isnan(late)) {
        ++sum.heard;
        if (late > sum.latest_seconds) sum.latest_seconds = late, sum.latest_gpu = gpu;
    }
    const uint16_t value = (*colored_)[gpu];
    if (silent(gpu) || value == no_data) return;
    sum.value_sum += dequantise(*colored_metric_, value);
    ++sum.valued;
}

RankSum RankReader::sum(const RankGrid& grid, IndexRange replicas, IndexRange stages, IndexRange tensors) const {
    RankSum sum;
    for (uint32_t d = replicas.first; d < replicas.end(); ++d)
        for (uint32_t p = stages.first; p < stages.end(); ++p)
            for (uint32_t t = tensors.first; t < tensors.end(); ++t) add(sum, grid.gpus[grid.rank({t, p, d})]);
    return sum;
}

Stragglers stragglers_of(const RankGrid& grid, const RankReader& reader, size_t most) {
    const Metric& m = metrics_of(ObjectClass::gpu)[find_metric(ObjectClass::gpu, lateness_name).value()];
    Stragglers out;
    for (uint32_t rank = 0; rank < grid.gpus.size(); ++rank) {
        const double seconds = reader.lateness(grid.gpus[rank]);
        if (std::isnan(seconds)) continue;
        ++out.heard;
        if (seconds < double(m.warning)) continue;
        ++out.late;
        out.latest.push_back({grid.gpus[rank], rank, seconds});
    }
    const auto shown = out.latest.begin() + std::ptrdiff_t(std::min(most, out.latest.size()));
    std::partial_sort(out.latest.begin(), shown, out.latest.end(), [](const Straggler& a, const Straggler& b) {
        return a.seconds != b.seconds ? a.seconds > b.seconds : a.rank < b.rank;
    });
    out.latest.erase(shown, out.latest.end());
    return out;
}

}  // namespace bv

// A job's nodes → ranks; see ranks.h.
#include "cluster/ranks.h"

namespace bv {

RankGrid rank_grid(const Topology& topology, const Job& job) {
    RankGrid grid;
    uint32_t per_node = 0;
    for (const IndexRange& range : job.nodes)
        for (uint32_t n = range.first; n < range.end() && n < topology.nodes.size(); ++n) {
            const IndexRange gpus = topology.nodes[n].gpus;
            if (per_node == 0) per_node = gpus.count;
            for (uint32_t g = gpus.first; g < gpus.end(); ++g) grid.gpus.push_back(g);
        }
    if (grid.gpus.empty()) return grid;
    const uint64_t product = uint64_t(job.tensor_parallel) * job.pipeline_parallel * job.data_parallel;
    grid.stated = product > 0 && product <= grid.gpus.size();
    grid.tensor = grid.stated ? job.tensor_parallel : per_node;
    grid.pipeline = grid.stated ? job.pipeline_parallel : 1;
    grid.data = grid.stated ? job.data_parallel : uint32_t(grid.gpus.size() / per_node);
    return grid;
}

}  // namespace bv

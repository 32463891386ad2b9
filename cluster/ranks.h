// Which rank of a job runs on which GPU. Reads a topology and a job; writes nothing. The rule is the protocol's
// (docs/protocol.md): ranks count along the job's GPUs in the order of its node list, tensor-parallel fastest, then
// pipeline, then data.
#pragma once

#include <cstdint>
#include <vector>

#include "cluster/event.h"
#include "cluster/topology.h"

namespace bv {

struct RankPlace {
    uint32_t tensor = 0, pipeline = 0, data = 0;
    bool operator==(const RankPlace&) const = default;
};

struct RankGrid {
    uint32_t tensor = 0, pipeline = 0, data = 0;  // how many of each; 0 where the job has no GPUs
    bool stated = false;         // the job says so; else every server is a data-parallel replica of its own
    std::vector<uint32_t> gpus;  // [rank] → GPU; ranks beyond tensor × pipeline × data belong to no replica

    [[nodiscard]] bool empty() const { return tensor == 0; }
    [[nodiscard]] uint32_t ranks() const { return tensor * pipeline * data; }
    [[nodiscard]] RankPlace place(uint32_t rank) const {
        return {rank % tensor, rank / tensor % pipeline, rank / tensor / pipeline};
    }
    [[nodiscard]] uint32_t rank(const RankPlace& p) const {
        return (p.data * pipeline + p.pipeline) * tensor + p.tensor;
    }
};

// Sizes whose product is more than the job's GPUs are not believed.
[[nodiscard]] RankGrid rank_grid(const Topology& topology, const Job& job);

}  // namespace bv

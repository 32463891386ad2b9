// Ranks: the protocol's rule, cells that hold every rank once, and who is late.
#include "viewer/rank_cells.h"

#include <doctest/doctest.h>

#include <set>

#include "tests/viewer/packed.h"

using namespace bv;
using namespace bv::test;

namespace {

Job job_of(std::vector<IndexRange> nodes, uint32_t tensor, uint32_t pipeline, uint32_t data) {
    Job job;
    job.id.assign(1, '1'), job.state = JobState::running, job.nodes = std::move(nodes);
    job.tensor_parallel = tensor, job.pipeline_parallel = pipeline, job.data_parallel = data;
    return job;
}

}  // namespace

TEST_CASE("ranks count along the nodes, tensor first, then pipeline, then data") {
    const auto t = array_512();
    const RankGrid grid = rank_grid(*t, job_of({{2, 4}, {10, 4}}, 4, 2, 8));
    REQUIRE(grid.stated);
    CHECK(grid.ranks() == 64);
    CHECK(grid.gpus.front() == t->nodes[2].gpus.first);
    CHECK(grid.gpus[32] == t->nodes[10].gpus.first);
    CHECK(grid.place(0) == RankPlace{0, 0, 0});
    CHECK(grid.place(3) == RankPlace{3, 0, 0});
    CHECK(grid.place(4) == RankPlace{0, 1, 0});
    CHECK(grid.place(8) == RankPlace{0, 0, 1});
    for (uint32_t r = 0; r < grid.ranks(); ++r) CHECK(grid.rank(grid.place(r)) == r);
}

TEST_CASE("a job that says nothing, or too much, has a replica per server; one without GPUs has no ranks") {
    const auto t = array_512();
    for (const Job& job :
         {job_of({{0, 8}}, 0, 0, 0), job_of({{0, 8}}, 8, 16, 768), job_of({{0, 8}}, 0xFFFFFFFF, 0xFFFFFFFF, 2)}) {
        const RankGrid grid = rank_grid(*t, job);
        CHECK_FALSE(grid.stated);
        CHECK(grid.tensor == 8);
        CHECK(grid.pipeline == 1);
        CHECK(grid.data == 8);
    }
    CHECK(rank_grid(*t, job_of({}, 8, 1, 1)).empty());
    CHECK(rank_grid(*t, job_of({{900'000, 5}}, 8, 1, 1)).empty());
}

TEST_CASE("every rank is in exactly one cell, however few there are") {
    RankGrid grid;
    grid.tensor = 8, grid.pipeline = 16, grid.data = 768;
    for (const auto& [columns, rows] : {std::pair{200u, 16u}, {768u, 16u}, {7u, 3u}, {1u, 1u}, {5000u, 5000u}}) {
        const RankCells cells = rank_cells(grid, columns, rows);
        CHECK(cells.columns <= columns);
        CHECK(cells.rows <= rows);
        uint32_t replicas = 0, stages = 0;
        for (uint32_t c = 0; c < cells.columns; ++c) {
            CHECK(cells.replicas(c, grid).first == replicas);
            replicas += cells.replicas(c, grid).count;
        }
        for (uint32_t r = 0; r < cells.rows; ++r) stages += cells.stages(r, grid).count;
        CHECK(replicas == 768);
        CHECK(stages == 16);
    }
    CHECK(rank_cells(RankGrid{}, 10, 10).columns == 0);
}

TEST_CASE("stragglers are those at the warning or above, latest first, and silence is not lateness") {
    const auto t = array_512();
    ClusterState state = healthy_state(t);
    const RankGrid grid = rank_grid(*t, job_of({{0, 64}}, 8, 4, 16));
    const auto late = [&] { return stragglers_of(grid, RankReader(state, test_time_ns), 2); };
    CHECK(late().heard == 0);
    CHECK(late().latest.empty());
    set_raw(state, ObjectClass::gpu, find_metric(ObjectClass::gpu, "step_lateness_seconds").value(), 0, 512, 10);
    for (const auto& [gpu, seconds] : {std::pair{17u, 0.4}, {300u, 1.5}, {301u, 0.29}, {40u, 0.9}})
        set_value(state, {ObjectClass::gpu, gpu}, "step_lateness_seconds", seconds);
    const Stragglers found = late();
    CHECK(found.heard == 512);
    CHECK(found.late == 3);
    REQUIRE(found.latest.size() == 2);
    CHECK(found.latest[0].gpu == 300);
    CHECK(found.latest[0].rank == 300);
    CHECK(found.latest[1].gpu == 40);
    const RankReader reader(state, test_time_ns);
    const RankSum sum = reader.sum(grid, {9, 1}, {0, grid.pipeline}, {0, grid.tensor});
    CHECK(sum.ranks == 32);
    CHECK(sum.latest_gpu == 300);
    CHECK(sum.latest_seconds == doctest::Approx(1.5));
    // A minute later nothing has been heard: nobody is late, everything is unknown.
    const RankReader later(state, test_time_ns + 60 * test_interval_ns);
    CHECK(stragglers_of(grid, later, 2).heard == 0);
    CHECK(later.sum(grid, {9, 1}, {0, 1}, {0, 1}).worst == Health::unknown);
}

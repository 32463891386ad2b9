// A recording of the simulated array-512, made in this process as fast as it goes.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <vector>

#include <doctest/doctest.h>

#include "feed/simulator.h"
#include "net/recorder.h"
#include "net/recording.h"

namespace bv::test {

struct Recorded {
    std::filesystem::path folder, file;
    LoadedCluster cluster = load_cluster("array-512");
    Simulator simulator{cluster.topology, {.seed = 7}};
    std::vector<int64_t> times;

    explicit Recorded(int ticks) {
        std::string name = (std::filesystem::temp_directory_path() / "bvr-view-XXXXXX").string();
        folder = ::mkdtemp(name.data());
        file = folder / "run.bvr";
        record(ticks);
    }
    ~Recorded() { std::filesystem::remove_all(folder); }
    Recorded(const Recorded&) = delete;
    Recorded& operator=(const Recorded&) = delete;

    // skip: ticks that nobody heard before it.
    void record(int ticks, int skip = 0) {
        Recorder recorder(file, cluster, {.wait = true});
        for (int i = 0; i < skip; ++i) simulator.step();
        for (int i = 0; i < ticks; ++i) {
            const TelemetryBatch& batch = simulator.step();
            recorder.record("sim", batch);
            times.push_back(batch.time_ns);
        }
        recorder.flush();
        REQUIRE(recorder.status().problem == "");
    }
};

}  // namespace bv::test

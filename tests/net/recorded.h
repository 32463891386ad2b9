// A recording of a simulated cluster in a folder of its own, for tests, and what the state was after every tick.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "feed/simulator.h"
#include "net/recorder.h"
#include "net/recording.h"

namespace bv::test {

class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "bvr-XXXXXX").string();
        path = ::mkdtemp(name.data());
    }
    ~Folder() { std::filesystem::remove_all(path); }
    std::filesystem::path path;
};

struct Recorded {
    Folder folder;
    std::filesystem::path file = folder.path / "run.bvr";
    LoadedCluster cluster = load_cluster("array-512");
    Simulator simulator{cluster.topology, {.seed = 7, .scenario = "storm"}};
    ClusterState state{cluster.topology};
    std::vector<int64_t> times;
    std::vector<uint64_t> hashes;

    void record(Recorder& recorder, int ticks) {
        for (int i = 0; i < ticks; ++i) {
            TelemetryBatch batch = simulator.step();
            for (Event& event : batch.events) event.source = "sim";
            recorder.record("sim", batch);
            REQUIRE(state.apply(batch, 0));
            times.push_back(batch.time_ns);
            hashes.push_back(state.hash());
        }
        recorder.flush();
        CHECK(recorder.status().problem == "");
        CHECK(recorder.status().lost_ticks == 0);
    }
    void record(int ticks) {
        Recorder recorder(file, cluster, {.wait = true});
        record(recorder, ticks);
    }
};

inline void flip(const std::filesystem::path& file, size_t at, uint8_t bits) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(std::streamoff(at));
    const char byte = char(stream.get() ^ bits);
    stream.seekp(std::streamoff(at));
    stream.put(byte);
}

}  // namespace bv::test

// Live telemetry recorded as it is heard: over real sockets, every tick of the publisher comes back out of the file.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <thread>

#include <doctest/doctest.h>

#include "feed/simulator.h"
#include "net/publisher.h"
#include "net/recording.h"
#include "net/subscriber.h"

using namespace bv;

TEST_CASE("what a subscriber hears is recorded tick by tick") {
    std::string folder = (std::filesystem::temp_directory_path() / "bvr-XXXXXX").string();
    REQUIRE(::mkdtemp(folder.data()));
    const std::filesystem::path file = std::filesystem::path(folder) / "live.bvr";
    const LoadedCluster cluster = load_cluster("array-512");
    Simulator simulator(cluster.topology, {.seed = 3, .scenario = "storm"});
    std::map<int64_t, uint64_t> truth;
    ClusterState expected(cluster.topology);
    int64_t last_ns = 0;
    {
        PublisherOptions options;
        options.source = "sim";
        options.bind = "tcp://127.0.0.1:*";
        Publisher publisher(cluster, options);
        Subscriber subscriber({.endpoints = {publisher.endpoint()}, .open_recorder = [&](const LoadedCluster& known) {
                                   return std::make_unique<Recorder>(file, known);
                               }});
        for (int tick = 0; tick < 60; ++tick) {
            TelemetryBatch batch = simulator.step();
            for (Event& event : batch.events) event.source = "sim";
            publisher.publish(batch);
            REQUIRE(expected.apply(batch, 0));
            truth[batch.time_ns] = expected.hash();
            last_ns = batch.time_ns;
            publisher.serve_until(std::chrono::steady_clock::now() + std::chrono::milliseconds(30));
        }
        for (int i = 0; i < 200 && subscriber.recorder_status().end_ns < last_ns; ++i) {
            publisher.serve_until(std::chrono::steady_clock::now() + std::chrono::milliseconds(20));
            (void)subscriber.latest();
        }
        CHECK(subscriber.recorder_status().problem == "");
        CHECK(subscriber.recorder_status().lost_ticks == 0);
        CHECK(subscriber.recorder_status().late_ticks == 0);
    }
    Recording recording(file);
    const RecordingInfo info = recording.info();
    CHECK(info.end_ns == last_ns);
    CHECK(recording.gaps(0, last_ns).empty());
    size_t checked = 0;
    ClusterState state;
    for (const auto& [time_ns, hash] : truth) {
        if (time_ns < info.begin_ns) continue;  // before the subscriber was there
        recording.seek(time_ns, state);
        CHECK(state.hash() == hash);
        ++checked;
    }
    CHECK(checked > 40);
    CHECK(recording.damage().rows == 0);
    std::filesystem::remove_all(folder);
}

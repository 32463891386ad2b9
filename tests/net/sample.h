// What the tests of this folder share: a small cluster, telemetry that is a pure function of seed and step, publishers
// and viewers that run beside the test, and waiting with a generous limit.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "net/codec.h"
#include "net/publisher.h"
#include "net/subscriber.h"

namespace bv::test {

// docs/examples/small.toml: 64 GPUs, 8 nodes, 5 racks, 8 links. `nodes` more than 8 makes a larger one of the same
// kind.
LoadedCluster small_cluster(uint32_t nodes = 8);
// The same machine under another hash.
LoadedCluster other_cluster();

inline constexpr int64_t start_ns = 1'767'225'600'000'000'000;  // 2026-01-01T00:00:00Z

// The telemetry of some GPUs and nodes at one step. Owns what the batch points to.
struct Sample {
    TelemetryBatch batch;
    std::vector<std::vector<uint16_t>> values;
};
struct SampleOptions {
    IndexRange gpus, nodes;
    int64_t interval_ns = 50'000'000;
};
SampleOptions everything(const Topology& topology);
// Noisy but smooth: about half of the values change with every step.
Sample sample_at(uint64_t step, const SampleOptions& options);
uint16_t temperature_at(uint64_t step, uint32_t gpu);
MetricId gpu_temperature();

// True as soon as `happened` is; false after the limit.
bool wait_until(const std::function<bool()>& happened, std::chrono::milliseconds limit = std::chrono::seconds(20));

// An endpoint of this kind that nobody uses: "tcp", "ipc" or "inproc".
std::string free_endpoint(const std::string& kind);
// A tcp endpoint with a fixed number, for publishers that come back at the same place; its snapshot port is free too.
std::string free_tcp_port();

// A publisher on a thread of its own that sends samples until it is destroyed.
class Feeder {
public:
    Feeder(LoadedCluster cluster, PublisherOptions options, SampleOptions samples);
    Feeder(LoadedCluster cluster, PublisherOptions options);
    ~Feeder();
    [[nodiscard]] const std::string& endpoint() const { return endpoint_; }
    // Also sent with the next batch.
    void send(Event event);
    void send(Job job);
    // Stops talking at all, and goes on.
    void pause(bool paused) { paused_ = paused; }
    [[nodiscard]] uint64_t steps() const { return steps_; }
    [[nodiscard]] uint64_t snapshots_served() const { return snapshots_; }

private:
    void run();
    Publisher publisher_;
    SampleOptions samples_;
    std::string endpoint_;
    std::mutex mutex_;
    std::vector<Event> events_;
    std::vector<Job> jobs_;
    std::atomic<bool> stop_{false}, paused_{false};
    std::atomic<uint64_t> steps_{0}, snapshots_{0};
    std::thread thread_;
};

// Whether the GPU temperatures that the state holds are exactly those of one step, whichever.
bool consistent(const ClusterState& state, IndexRange gpus);
const SourceStatus* source_named(const std::vector<SourceStatus>& sources, const std::string& name);

}  // namespace bv::test

// Receives telemetry from any number of endpoints on its own thread, drained always, and hands the newest state to the
// reader through a triple buffer: the reader never waits for the network, the network never waits for the reader.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cluster/state.h"
#include "net/cluster_library.h"
#include "net/recorder.h"

namespace bv {

struct CurveClient {
    std::string public_key, secret_key, server_key;  // Z85; empty: no encryption
};

struct SubscriberOptions {
    std::vector<std::string> endpoints;    // tcp://host:port, ipc://path, inproc://name
    std::optional<LoadedCluster> cluster;  // known beforehand; else asked from the sources
    bool insecure = false;
    CurveClient curve;
    // Called on the ingest thread when the cluster is known, and again when it changes: who records what is heard.
    // Empty: nobody. What it throws is in recorder_status().
    std::function<std::unique_ptr<Recorder>(const LoadedCluster&)> open_recorder;
    std::function<void()> on_change;  // called on the ingest thread when newer state can be read; must not block
};

class Subscriber {
public:
    // Throws one sentence: bad endpoint, not allowed without encryption.
    explicit Subscriber(SubscriberOptions options);
    ~Subscriber();
    Subscriber(const Subscriber&) = delete;
    Subscriber& operator=(const Subscriber&) = delete;

    // Newest complete state. Empty (state.empty()) until a topology is known. Valid until the next call. One reader
    // thread. Throws what ended the ingest thread, if anything did.
    const ClusterState& latest();
    // State of the sources even before there is a topology.
    [[nodiscard]] std::vector<SourceStatus> sources() const;
    [[nodiscard]] std::string topology_text() const;
    // An empty path: not recording.
    [[nodiscard]] RecorderStatus recorder_status() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace bv

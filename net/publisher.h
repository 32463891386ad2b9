// Sends telemetry: one PUB socket for the streams and one ROUTER for snapshots. Used by everything that feeds.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cluster/state.h"
#include "net/cluster_library.h"

namespace bv {

struct CurveServer {
    std::string public_key, secret_key;            // Z85; empty: no encryption
    std::vector<std::string> allowed_client_keys;  // Z85; empty: any client
};

struct PublisherOptions {
    std::string source = "sim";  // source id: [a-z0-9_.-]{1,64}
    std::string bind;            // tcp://, ipc://, inproc://; port * picks a free one
    std::string snapshot_bind;   // empty: bind's port + 1 (tcp), bind + ".snapshot" (ipc, inproc)
    std::array<std::vector<IndexRange>, object_class_count> owned;  // empty: everything
    std::chrono::milliseconds heartbeat{500};
    std::chrono::milliseconds topology_repeat{5000};
    bool compress = true;
    bool delta = true;
    bool snapshots = true;
    uint32_t keyframe_every = 0;        // ticks between full ones; 0: 60 with snapshots, 10 without
    size_t message_bytes = 512u << 10;  // ticks are split into messages of about this size
    bool insecure = false;              // allow a bind beyond loopback without CURVE
    CurveServer curve;
};

class Publisher {
public:
    // Throws one sentence: bad endpoint, address in use, not allowed without encryption.
    Publisher(LoadedCluster cluster, PublisherOptions options);
    ~Publisher();
    Publisher(Publisher&&) noexcept;
    Publisher& operator=(Publisher&&) noexcept;

    // Sends the batch in messages of about 512 KiB; waits a little (at most a quarter of its interval, at most 200 ms)
    // for viewers that lag, then drops for those. Throws std::out_of_range where a column does not fit the topology.
    void publish(const TelemetryBatch& batch);
    // Answers snapshot requests and sends heartbeats until the deadline. Never blocks longer.
    void serve_until(std::chrono::steady_clock::time_point deadline);

    [[nodiscard]] const std::string& endpoint() const;  // with the real port
    [[nodiscard]] const std::string& snapshot_endpoint() const;
    [[nodiscard]] uint64_t bytes_sent() const;
    [[nodiscard]] uint64_t snapshots_served() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace bv

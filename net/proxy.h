// Where many publishers and many viewers meet: forwards every message once, and answers snapshot and topology requests
// from what it has heard, so that a late viewer costs the publishers nothing.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "net/publisher.h"
#include "net/subscriber.h"

namespace bv {

struct ProxyOptions {
    std::vector<std::string> connect;      // publishers, or other proxies
    std::string bind;                      // for viewers
    std::string snapshot_bind;             // empty: bind's port + 1, or bind + ".snapshot"
    std::optional<LoadedCluster> cluster;  // known beforehand; else asked from the publishers
    bool insecure = false;                 // allow both sides to leave this machine without encryption
    CurveServer curve_server;              // towards viewers
    CurveClient curve_client;              // towards publishers
    // Called once when viewers can connect, with the real endpoints.
    std::function<void(const std::string& endpoint, const std::string& snapshot_endpoint)> on_ready;
};

// Runs until stop is set (noticed within 200 ms). Throws one sentence where it cannot start.
void run_proxy(const ProxyOptions& options, const std::atomic<bool>& stop);

}  // namespace bv

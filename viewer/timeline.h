// The cursor on the telemetry, and the only way to read state. Behind it stands a live subscription or an embedded
// simulator; for pictures and films of a simulated source it steps the simulator itself, so that the same options give
// the same picture.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cluster/state.h"

namespace bv {

struct TimelineOptions {
    std::vector<std::string> sources;  // "sim:…", "tcp://…", "ipc://…"; empty: sim:reference-100k
    std::string cluster;               // cluster file for live sources; empty: asked from the source
    bool lockstep = false;             // headless with a simulated source: step on demand, deterministic
    bool insecure = false;
    std::string curve_server_key, curve_client_file;
    std::function<void()> on_change;  // newer state can be read; called on another thread
};

// A short history of the values of the objects that are watched (the selection), for sparklines.
struct Sparkline {
    std::vector<float> values;  // oldest first, NaN where there was no data
    int64_t end_ns = 0, interval_ns = 0;
    // Ticks that passed between two frames were applied but not seen here: up to ten of them are bridged by a straight
    // line. A longer silence is a hole.
    void add(float value, int64_t time_ns, int64_t tick_ns);
};

class Timeline {
public:
    // Throws one sentence: unknown source, unreadable cluster.
    explicit Timeline(TimelineOptions options);
    ~Timeline();

    // Moves the cursor. Live: to the newest state. Lockstep: steps the simulator up to `seconds` after its start.
    void advance();
    void advance_to(double seconds);

    // Empty until a topology is known.
    [[nodiscard]] const ClusterState& state() const;
    [[nodiscard]] bool live() const;
    [[nodiscard]] int64_t start_ns() const;  // of a simulated source in lockstep; 0 else
    // The time by which staleness is judged: the local clock for live sources, the cursor in lockstep.
    [[nodiscard]] int64_t now_ns() const;
    // The same instant by the clock of the sources, to compare with the times that they say.
    [[nodiscard]] int64_t source_now_ns() const;
    // Somebody speaks, and everything that the sources own has been heard at least once.
    [[nodiscard]] bool complete() const;
    [[nodiscard]] std::vector<SourceStatus> sources() const;

    // Values of one metric of one object over the last minutes; recorded for the watched object only.
    void watch(ObjectId id);
    [[nodiscard]] const Sparkline& sparkline(MetricIndex metric) const;
    [[nodiscard]] const Sparkline& site_power() const;  // always recorded

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace bv

// A deterministic cluster: the same topology, options and number of steps give the same telemetry, bit for bit.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "cluster/state.h"

namespace bv {

struct SimulatorOptions {
    uint64_t seed = 1;
    std::string scenario = "training";             // see scenarios()
    std::string preset = "measured";               // by which rates things fail; see presets()
    int64_t start_ns = 1'767'225'600'000'000'000;  // 2026-01-01T00:00:00Z: fixed, so that runs compare
    int64_t interval_ns = 1'000'000'000;           // 1 Hz
};

class Simulator {
public:
    // Throws one sentence for an unknown scenario or preset.
    Simulator(std::shared_ptr<const Topology> topology, SimulatorOptions options);
    ~Simulator();
    Simulator(Simulator&&) noexcept;

    // Advances one interval and returns everything that is measured then. Valid until the next step.
    const TelemetryBatch& step();
    // Advances one interval whose values nobody will see, for half the price. What comes after is the same; its events
    // and jobs are in the next step's batch.
    void pass();
    [[nodiscard]] int64_t time_ns() const;

    static std::vector<std::string> scenarios();
    static std::vector<std::string> presets();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace bv

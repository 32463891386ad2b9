// A deterministic cluster: the same topology, options and number of steps give the same telemetry, bit for bit.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cluster/state.h"

namespace bv {

struct SimulatorOptions {
    uint64_t seed = 1;
    std::string scenario = "training";             // see scenarios()
    std::string preset = "measured";               // by which rates things fail; see presets()
    int64_t start_ns = 1'767'225'600'000'000'000;  // 2026-01-01T00:00:00Z: fixed, so that runs compare
    int64_t interval_ns = 1'000'000'000;           // 1 Hz
    bool keep_truth = false;                       // for drills: remember what really happened; see truth()
};

// What really was wrong. Never part of a batch: nothing of it travels.
struct InjectedFault {
    std::string kind;
    ObjectId object;
    int64_t begin_ns = 0, end_ns = 0;  // end 0: still going on
    bool planned = false;              // by the scenario; else one of the background
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

    // Only with keep_truth: all faults so far, and which of them an event that was sent came of (nothing: of none).
    [[nodiscard]] const std::vector<InjectedFault>& truth() const;
    [[nodiscard]] std::optional<uint32_t> truth_of(uint64_t event_id) const;

    // Names that stand alone, and the kinds of fault; scenarios may be joined: "optic+busway+noise".
    static std::vector<std::string> scenarios();
    static std::vector<std::string> presets();
    // One sentence where it is none; else empty.
    static std::string problem_of(const std::string& scenario);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace bv

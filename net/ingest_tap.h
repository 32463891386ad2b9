// Hands what an ingest hears to a Recorder: whole ticks of every source, events, jobs, and the gaps between. Lives on
// the ingest thread; reads the state that the ingest writes.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cluster/state.h"
#include "net/recorder.h"

namespace bv {

class IngestTap {
public:
    using Clock = std::chrono::steady_clock;
    explicit IngestTap(std::unique_ptr<Recorder> recorder) : recorder_(std::move(recorder)) {}

    // A tick message of this time is about to be applied: if it begins a new tick, the one before is whole.
    void before_tick(const ClusterState& state, uint16_t source, int64_t time_ns);
    // A snapshot was applied: all that it brought and that is not recorded yet.
    void after_snapshot(const ClusterState& state, uint16_t source);
    void heard(const ClusterState& state, uint16_t source, const std::vector<Event>& events,
               const std::vector<Job>& jobs);
    // What this source said is interrupted: from its last tick to its next one nothing is known.
    void interrupted(const ClusterState& state, uint16_t source, std::string_view reason);
    // Ticks whose last message came a while ago are whole.
    void flush_idle(const ClusterState& state, Clock::time_point now);
    void flush(const ClusterState& state);
    [[nodiscard]] std::optional<Clock::time_point> next_due() const;

    [[nodiscard]] RecorderStatus status() const { return recorder_->status(); }

private:
    struct Source {
        std::optional<int64_t> open_ns;  // tick whose messages are coming in
        Clock::time_point last_message{};
        int64_t recorded_ns = 0;
        std::optional<int64_t> gap_since_ns;
        std::string gap_reason;
    };
    Source& source(uint16_t index);
    void close_tick(const ClusterState& state, uint16_t index, Source& source);
    void record(const ClusterState& state, uint16_t index, Source& source, int64_t time_ns);

    std::unique_ptr<Recorder> recorder_;
    std::vector<Source> sources_;
    TelemetryBatch batch_;
};

}  // namespace bv

// The cursor on the telemetry, and the only way to read state. Behind it stands a live subscription or an embedded
// simulator with the history that is recorded beside it, or a recording that is replayed; for pictures and films of a
// simulated source it steps the simulator itself, so that the same options give the same picture.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cluster/state.h"
#include "net/recording.h"
#include "viewer/cursor.h"
#include "viewer/history_file.h"
#include "viewer/history_reader.h"
#include "viewer/sparkline.h"

namespace bv {

struct TimelineOptions {
    std::vector<std::string> sources;  // "sim:…", "tcp://…", "ipc://…", "FILE.bvr"; empty: sim:reference-100k
    std::string cluster;               // cluster file for live sources; empty: asked from the source
    bool lockstep = false;             // headless with a simulated source: step on demand, deterministic
    bool insecure = false;
    std::string curve_server_key, curve_client_file;
    HistoryOptions history;  // beside live sources
    std::string at;          // where a recording is read first, see time_from() of cluster/time_text.h; empty: its end
    bool wait = true;  // plots are read before the frame that shows them goes on; false: they come when they are ready
    std::function<void()> on_change;  // newer state can be read; called on another thread
};

class Timeline {
public:
    // Throws one sentence: unknown source, unreadable cluster.
    explicit Timeline(TimelineOptions options);
    ~Timeline();

    // Moves the cursor dt seconds of the wall clock on and reads the state there: the newest where it is live, else
    // what was recorded. Sets what the cursor cannot be: live in a file, in the past where nothing is recorded.
    void advance(Cursor& cursor, double dt);
    // The newest of live sources, or where a recording stands.
    void advance();
    // Lockstep: steps the simulator up to `seconds` after its start.
    void advance_to(double seconds);

    // Empty until a topology is known.
    [[nodiscard]] const ClusterState& state() const;
    [[nodiscard]] bool live() const;         // the state is the newest of live sources
    [[nodiscard]] bool at_head() const;      // nothing newer is known: live, or a simulator that is stepped
    [[nodiscard]] bool replay() const;       // a file is read
    [[nodiscard]] int64_t start_ns() const;  // of a simulated source in lockstep; 0 else
    // The time by which staleness is judged: the local clock for live sources, else the cursor.
    [[nodiscard]] int64_t now_ns() const;
    // The same instant by the clock of the sources, to compare with the times that they say.
    [[nodiscard]] int64_t source_now_ns() const;
    [[nodiscard]] int64_t head_ns() const;  // the same, of the newest, wherever the cursor stands
    // Somebody speaks, and everything that the sources own has been heard at least once.
    [[nodiscard]] bool complete() const;
    [[nodiscard]] std::vector<SourceStatus> sources() const;

    // What can be gone back to: the replayed file or the history beside live sources; empty where there is none (yet).
    [[nodiscard]] std::filesystem::path recording_path() const;
    [[nodiscard]] TimeRange recorded() const;  // as it stands now
    // For questions that are answered at once (next_event …) on this thread; null where nothing is recorded.
    [[nodiscard]] Recording* recording() const;
    // A stretch of it for the timeline, in that many columns; null until it is read. What comes may be of a question
    // before; its range says so.
    [[nodiscard]] std::shared_ptr<const HistoryStrip> strip(TimeRange range, size_t columns) const;
    void recording_changed() const;                       // by another hand, as a bookmark
    [[nodiscard]] RecorderStatus recorder() const;  // of the history; an empty path: none
    // One sentence while no history is recorded although one is wanted, or a recording cannot be read; else empty.
    [[nodiscard]] std::string history_problem() const;

    // Values of one metric of one object over the last minutes before the cursor; of the watched object only.
    void watch(ObjectId id);
    [[nodiscard]] const Sparkline& sparkline(MetricIndex metric) const;
    [[nodiscard]] const Sparkline& site_power() const;  // always

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace bv

// The recording behind the cursor: the state at a time, its ends, and the reader for plots. Reads a file, which may be
// growing; ingest never notices.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>

#include "cluster/state.h"
#include "net/recording.h"
#include "viewer/cursor.h"
#include "viewer/history_reader.h"

namespace bv {

class Past {
public:
    // known: the cluster whose topology is shared with live sources, if any. Throws one sentence.
    Past(std::filesystem::path path, const LoadedCluster* known, bool wait, std::function<void()> on_answer);

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    // The state at a time; a seek, where it could be another than at the last call.
    const ClusterState& at(int64_t time_ns, const TimeRange& recorded);
    [[nodiscard]] const ClusterState& state() const { return state_; }
    // The ends as they stand in the file, looked at again every other second.
    [[nodiscard]] TimeRange recorded();
    // Whether the ends are others than at the last call.
    [[nodiscard]] bool grows(const TimeRange& recorded);

    Recording recording;
    HistoryReader reader;

private:
    std::filesystem::path path_;
    ClusterState state_;
    int64_t read_ns_ = 0;  // time of state_, for good; 0: none
    TimeRange recorded_, grown_;
    std::chrono::steady_clock::time_point looked_{};
};

}  // namespace bv

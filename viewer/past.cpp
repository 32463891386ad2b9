// Seeks in the recording behind the cursor, see past.h.
#include "viewer/past.h"

#include <utility>

namespace bv {

namespace {

// What is this far behind the head of a growing recording has been written by every source.
constexpr int64_t settled_ns = 10'000'000'000;
constexpr auto between_looks = std::chrono::seconds(2);

}  // namespace

Past::Past(std::filesystem::path path, const LoadedCluster* known, bool wait, std::function<void()> on_answer)
    : recording(path, known),
      reader(path, recording.cluster(), wait, std::move(on_answer)),
      path_(std::move(path)),
      state_(recording.cluster().topology) {}

const ClusterState& Past::at(int64_t time_ns, const TimeRange& recorded) {
    if (time_ns == read_ns_) return state_;
    recording.seek(time_ns, state_);
    read_ns_ = time_ns < recorded.end_ns - settled_ns ? time_ns : 0;
    return state_;
}

TimeRange Past::recorded() {
    const auto now = std::chrono::steady_clock::now();
    if (looked_ == std::chrono::steady_clock::time_point{} || now - looked_ > between_looks) {
        looked_ = now;
        const RecordingInfo info = recording.info();
        recorded_ = {info.begin_ns, info.end_ns};
    }
    return recorded_;
}

bool Past::grows(const TimeRange& recorded) { return std::exchange(grown_, recorded) != recorded; }

}  // namespace bv

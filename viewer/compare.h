// Two times of a history side by side: what every object's value has changed by, and what changed most. Pure functions
// of two states. Absence on either side is no change of anything: it has no difference.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cluster/state.h"

namespace bv {

class Recording;

// Of one metric, for every object of its class.
struct Comparison {
    MetricId metric;
    int64_t now_ns = 0, then_ns = 0;
    std::vector<float> now, then, difference;  // [index]; NaN without a value, and where either side has none
    float range = 0;                           // colours span -range to +range, in units; more is drawn as beyond
    uint32_t compared = 0, only_now = 0, only_then = 0, neither = 0;
    uint64_t version = 0;  // unique in the process: equal versions mean equal content
};

// now_time_ns and then_time_ns judge which values were stale: a stale value is none.
Comparison compare(const ClusterState& now, int64_t now_time_ns, const ClusterState& then, int64_t then_time_ns,
                   MetricId metric);

// Indices of what changed most, up or down; of equal ones the lower index first. Without what did not change.
std::vector<uint32_t> most_changed(const Comparison& comparison, size_t most);

// The state at the time that is compared with, and the comparison with it, each made anew only when it would differ.
class Reference {
public:
    Reference();
    ~Reference();

    // Brings the state to that time; false, with `problem` set to one sentence, where it cannot be read.
    bool seek(const std::filesystem::path& recording, int64_t then_ns);
    // Nothing where there is no recording, or no time in it. Sets `problem` to one sentence where it cannot be read.
    const Comparison* compare_with(const std::filesystem::path& recording, int64_t then_ns, const ClusterState& now,
                                   int64_t now_time_ns, MetricId metric);
    [[nodiscard]] const ClusterState& state() const { return state_; }
    [[nodiscard]] const Comparison* newest() const { return comparison_ ? &*comparison_ : nullptr; }
    void clear() { comparison_.reset(); }
    std::string problem;

private:
    std::filesystem::path path_;
    std::unique_ptr<Recording> recording_;
    ClusterState state_;
    std::optional<int64_t> sought_ns_;
    std::optional<Comparison> comparison_;
    uint64_t now_version_ = 0;
    int64_t judged_half_second_ = 0;
};

}  // namespace bv

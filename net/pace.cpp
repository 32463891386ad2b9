// How fast a source's clock runs against the local one; see pace.h. Reads and writes memory only.
#include "net/pace.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace bv {

namespace {

constexpr size_t kept_steps = 8, enough_steps = 3;
constexpr int64_t clock_set_back_ns = 60'000'000'000;  // older than this is no straggler
// Until the pace is known: a source that runs slowly must not look stale between its first ticks.
constexpr int64_t least_unmeasured_ns = 1'000'000'000;
constexpr double most_local_ns = 9e18;

int64_t saturated(double ns) { return int64_t(std::clamp(ns, 0.0, most_local_ns)); }

}  // namespace

void Pace::hear(int64_t time_ns, int64_t heard_ns) {
    if (newest_heard_ns_ != 0 && time_ns <= newest_ns_ && newest_ns_ - time_ns < clock_set_back_ns) return;
    if (newest_heard_ns_ != 0 && time_ns > newest_ns_) {
        steps_.push_back({time_ns - newest_ns_, std::max<int64_t>(0, heard_ns - newest_heard_ns_)});
        if (steps_.size() > kept_steps) steps_.pop_front();
    }
    newest_ns_ = time_ns;
    newest_heard_ns_ = heard_ns;
}

// The median, so that one clock that was set or one stall does not count.
double Pace::slowness() const {
    if (steps_.size() < enough_steps) return 1;
    std::vector<double> ratios;
    for (const Step& step : steps_) ratios.push_back(double(step.local_ns) / double(step.source_ns));
    const auto middle = ratios.begin() + std::ptrdiff_t(ratios.size() / 2);
    std::nth_element(ratios.begin(), middle, ratios.end());
    // As good as real time: what differs is the network's jitter.
    return *middle > 0.8 && *middle < 1.25 ? 1 : *middle;
}

Arrival Pace::arrival(int64_t interval_ns, int64_t heard_ns) const {
    int64_t longest = steps_.size() < enough_steps ? least_unmeasured_ns : 0;
    for (const Step& step : steps_) longest = std::max(longest, step.local_ns);
    return {heard_ns, std::max(longest, saturated(double(interval_ns) * slowness()))};
}

}  // namespace bv

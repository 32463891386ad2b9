// The power of all jobs at instants 20 ms apart: nodes of a phase offset together, each following its job's timeline.
#include "feed/simulator/swing.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "feed/simulator/facility.h"
#include "feed/simulator/phase_watts.h"

namespace bv::sim {
namespace {

// As fine as the nodes' phases lie apart (±20 ms, reference-cluster.md 4.3); ramps over 100 ms, since supplies hold
// some of it up for tens of milliseconds (A). Of a very long interval the last five minutes are looked at.
constexpr double instant_seconds = 0.02, longest_seconds = 300;
constexpr size_t ramp_instants = 5;

float watts_of(const Segment& s) {
    return s.level * phase_watts(s.phase) + (1 - s.level) * phase_watts(Phase::stalled);
}

// Adds what `gpus` GPUs that are `offset` seconds late draw at each instant.
void add(const std::vector<Segment>& timeline, double offset, float gpus, Seconds begin, std::vector<double>& watts) {
    auto at = timeline.begin();
    for (size_t k = 0; k < watts.size(); ++k) {
        const Seconds time = begin + instant_seconds * double(k) - offset;
        while (at != timeline.end() && at->end <= time) ++at;
        const bool within = at != timeline.end() && at->begin <= time;
        watts[k] += double(gpus * (within ? watts_of(*at) : phase_watts(Phase::idle)));
    }
}

// A watt at a rack is this much at the utility; the cooling does not follow within a second.
double at_utility() {
    return 1 / (efficiency(PowerKind::busway) * efficiency(PowerKind::ups) * efficiency(PowerKind::substation) *
                efficiency(PowerKind::utility));
}

}  // namespace

Swing Swings::measure() {
    const Topology& t = *world_.topology;
    const double seconds = std::min(world_.clock.interval(), longest_seconds);
    const size_t inside = std::max<size_t>(1, size_t(std::lround(seconds / instant_seconds)));
    // A little before the interval too, for a ramp that ends in it.
    watts_.assign(inside + ramp_instants, 0.0);
    const Seconds begin = world_.clock.end() - instant_seconds * double(watts_.size() - 1);
    for (const TrainingJob& job : jobs_.running()) {
        std::array<float, phase_count> gpus{};
        for (const uint32_t n : job.nodes)
            gpus[world_.traits.node_phase[n]] += float(t.nodes[n].gpus.count) * world_.effects.node_alive[n];
        for (uint32_t bin = 0; bin < phase_count; ++bin)
            if (gpus[bin] > 0) add(job.timeline, phase_offset(bin), gpus[bin], begin, watts_);
    }
    const double scale = (t.gpu_tdp_watts > 0 ? t.gpu_tdp_watts / reference_tdp : 1.0) * at_utility();
    const auto first = watts_.begin() + ptrdiff_t(ramp_instants);
    double mean = 0;
    for (auto w = first; w != watts_.end(); ++w) mean += *w / double(inside);
    const auto [low, high] = std::minmax_element(first, watts_.end());
    Swing swing{(*low - mean) * scale, (*high - mean) * scale, 0};
    for (size_t k = ramp_instants; k < watts_.size(); ++k)
        swing.ramp_watts_per_second =
            std::max(swing.ramp_watts_per_second, std::abs(watts_[k] - watts_[k - ramp_instants]) * scale /
                                                      (instant_seconds * double(ramp_instants)));
    return swing;
}

}  // namespace bv::sim

// The account of one stretch between two stops. Pure functions.
#include "feed/reliability/accounting.h"

#include <algorithm>
#include <cmath>

namespace bv::reliability {
namespace {

// Variant C [SA]: islands of 24,576 GPUs, an eighth of whose traffic fits between them. A model's replica is TP 8 × PP
// 16 (reference-cluster.md 0.6).
constexpr double island_gpus = 24576, oversubscription = 7, gpus_per_replica = 128;
constexpr double reduce_share = 0.15;  // of a step (4.3 A)

}  // namespace

TimeShares& TimeShares::operator+=(const TimeShares& more) {
    compute += more.compute, checkpoint += more.checkpoint, lost += more.lost, restart += more.restart;
    waiting += more.waiting;
    return *this;
}

TimeShares TimeShares::operator*(double factor) const {
    return {compute * factor, checkpoint * factor, lost * factor, restart * factor, waiting * factor};
}

double step_stretch(const Setting& s) {
    const double islands = std::ceil(s.gpus / island_gpus);
    if (s.fabric == FabricShape::single || islands < 2) return 1;
    const double outside = 1 - 1 / islands;
    // In an island as many GPUs hold the same shard as there are replicas in it; each sends its part of the sum.
    const double replicas = std::max(1.0, island_gpus / gpus_per_replica);
    const double reduce = s.placement == Placement::aware ? 1 + outside * oversubscription / replicas
                                                          : std::max(1.0, outside * oversubscription);
    return 1 + reduce_share * (reduce - 1);
}

Rhythm rhythm_of(const Setting& s) {
    return {s.step_seconds * step_stretch(s), s.checkpoint_interval_steps, s.stall_seconds(), s.down_seconds(),
            s.recovery == Recovery::memory};
}

TimeShares account(const Rhythm& r, double seconds) {
    TimeShares t;
    t.restart = std::min(seconds, r.down);
    const double up = seconds - t.restart;
    if (up <= 0) return t;
    const double period = r.interval() + r.stall, whole = std::floor(up / period), rest = up - whole * period;
    const double computed = std::min(rest, r.interval());
    const double kept = r.keeps_every_step ? std::floor(computed / r.step) * r.step : 0;
    t.compute = whole * r.interval() + kept;
    t.lost = computed - kept;
    t.checkpoint = whole * r.stall + (rest - computed);
    return t;
}

}  // namespace bv::reliability

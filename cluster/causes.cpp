// The table of what follows from what. One row per kind of cause; a consequence that no row names is a fault of its
// own.
#include "cluster/causes.h"

#include <initializer_list>

namespace bv {
namespace {

using S = Signal;
using C = ObjectClass;

constexpr int64_t second = 1'000'000'000;

constexpr uint32_t set_of(std::initializer_list<Signal> signals) {
    uint32_t bits = 0;
    for (const Signal signal : signals) bits |= 1u << uint32_t(signal);
    return bits;
}
constexpr bool holds(uint32_t set, Signal signal) { return (set >> uint32_t(signal) & 1u) != 0; }

constexpr uint32_t link_trouble = set_of({S::link_down, S::link_flap, S::link_errors});
constexpr uint32_t gpu_trouble = set_of({S::gpu_lost, S::gpu_error, S::app_error});
constexpr uint32_t dark =
    link_trouble | gpu_trouble |
    set_of({S::device_down, S::cooling_loss, S::cooling_degraded, S::power_degraded, S::power_loss});
// Heat comes first: a GPU that fails or lags for want of cooling has been hot itself.
constexpr uint32_t warm = set_of({S::hot, S::device_down, S::cooling_loss});
constexpr uint32_t scorched = set_of({S::slow, S::gpu_error, S::gpu_lost});

}  // namespace

bool explains(ObjectId a, Signal a_signal, ObjectId b, Signal b_signal) {
    const bool same = a == b;
    switch (a_signal) {
        case S::power_loss:
            return holds(dark, b_signal) && !(same && b_signal == S::power_loss);
        case S::leak:
            return holds(warm, b_signal) || b_signal == S::cooling_degraded || (!same && b_signal == S::leak);
        case S::cooling_loss:
        case S::cooling_degraded:
            if (b_signal == S::cooling_degraded) return !same || a_signal == S::cooling_loss;
            // What cools a rack does not cool the switch at the far end of its links.
            return holds(warm, b_signal) && b.object_class != C::switch_ && !(same && b_signal == a_signal) &&
                   !(b.object_class == C::cdu && b_signal == S::cooling_loss && !same && a.object_class == C::cdu);
        case S::device_down:
            if (a.object_class == C::switch_ || a.object_class == C::nic)
                return holds(link_trouble, b_signal) && (b.object_class == C::link || b.object_class == C::nic);
            if (a.object_class == C::node)
                return holds(link_trouble | gpu_trouble, b_signal) ||
                       (b_signal == S::device_down && b.object_class == C::nic);
            return a.object_class == C::rack && holds(dark, b_signal);
        case S::link_errors:
            return holds(set_of({S::link_down, S::link_flap}), b_signal);
        case S::link_flap:
            return b_signal == S::link_down || (!same && b_signal == S::link_flap);
        case S::link_down:
            return !same && holds(set_of({S::link_down, S::link_flap}), b_signal) && b.object_class == C::nic;
        case S::gpu_lost:
            return (same && b_signal == S::gpu_error) || b_signal == S::app_error ||
                   (!same && a.object_class == C::gpu && b.object_class == C::gpu && b_signal == S::gpu_error);
        case S::gpu_error:
            return b_signal == S::app_error || (same && (b_signal == S::gpu_note || b_signal == S::gpu_lost));
        case S::hot:
            if (same) return holds(scorched, b_signal);
            return (a.object_class == C::rack || (a.object_class == C::node && b.object_class == C::gpu)) &&
                   b.object_class != C::rack && holds(warm, b_signal);
        case S::power_degraded:
            return same && b_signal == S::device_down;
        default:
            return false;
    }
}

Lag lag_of(Signal cause, Signal consequence) {
    switch (cause) {
        case S::cooling_loss:
        case S::cooling_degraded:
        case S::leak:
            return {60 * second, 1200 * second};
        case S::hot:
            return {60 * second, 900 * second};
        case S::link_errors:
            return {30 * second, 600 * second};
        case S::power_degraded:
            return {10 * second, 600 * second};
        case S::link_flap:
            return {10 * second, 300 * second};
        default:
            return {20 * second, consequence == S::hot ? 600 * second : 60 * second};
    }
}

}  // namespace bv

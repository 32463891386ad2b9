// Maps event kinds, which are open words, to signals. A kind that is not listed is judged by its ending and class.
#include "cluster/signals.h"

#include <algorithm>
#include <array>

#include "cluster/xid_catalogue.h"

namespace bv {
namespace {

struct Word {
    std::string_view kind;
    Signal signal;
};
constexpr std::array words{
    Word{"bit_errors", Signal::link_errors},
    Word{"cooling_lost", Signal::cooling_loss},
    Word{"flow_low", Signal::cooling_degraded},
    Word{"job_interrupted", Signal::job_stop},
    Word{"job_slow", Signal::slow},
    Word{"leak_detected", Signal::leak},
    Word{"link_down", Signal::link_down},
    Word{"link_errors", Signal::link_errors},
    Word{"link_flap", Signal::link_flap},
    Word{"link_lost", Signal::link_down},
    Word{"overheating", Signal::hot},
    Word{"power_lost", Signal::power_loss},
    Word{"power_supply", Signal::power_degraded},
    Word{"pressure_low", Signal::cooling_degraded},
    Word{"pump_failed", Signal::cooling_degraded},
    Word{"slow_rank", Signal::slow},
};

Signal signal_of_xid(int32_t code) {
    if (code == 79 || code == 167) return Signal::gpu_lost;
    const Xid xid = xid_of(code);
    if (xid.origin == XidOrigin::application || xid.follows) return Signal::app_error;
    return xid.origin == XidOrigin::note ? Signal::gpu_note : Signal::gpu_error;
}

constexpr std::array<float, signal_count> weights{0.60f, 0.40f, 0.55f, 0.50f, 0.62f, 0.15f, 0.50f, 0.25f, 0.30f,
                                                  0.45f, 0.55f, 0.50f, 0.30f, 0.10f, 0.10f, 0.00f, 0.20f};

}  // namespace

Signal signal_of(const Event& event) {
    if (event.kind == "xid") return signal_of_xid(event.code);
    for (const Word& word : words)
        if (word.kind == event.kind) return word.signal;
    return event.kind.ends_with("_down") ? Signal::device_down : Signal::other;
}

IncidentOrigin origin_of(Signal signal) {
    switch (signal) {
        case Signal::power_loss:
        case Signal::power_degraded:
            return IncidentOrigin::power;
        case Signal::cooling_loss:
        case Signal::cooling_degraded:
        case Signal::leak:
        case Signal::hot:
            return IncidentOrigin::cooling;
        case Signal::link_down:
        case Signal::link_flap:
        case Signal::link_errors:
            return IncidentOrigin::fabric;
        case Signal::slow:
            return IncidentOrigin::performance;
        case Signal::app_error:
            return IncidentOrigin::application;
        case Signal::job_stop:
            return IncidentOrigin::job;
        default:
            return IncidentOrigin::hardware;
    }
}

float weight_of(Signal signal) { return weights[size_t(signal)]; }

}  // namespace bv

// What an event says, apart from its wording: the few kinds of trouble that the grouping of incidents reasons about.
#pragma once

#include <cstdint>

#include "cluster/event.h"
#include "cluster/incident.h"

namespace bv {

enum class Signal : uint8_t {
    power_loss,        // gear or a rack without voltage
    power_degraded,    // a supply or a feed that is not redundant any more
    cooling_loss,      // no flow
    cooling_degraded,  // one pump, low flow
    leak,
    hot,          // over its temperature
    device_down,  // a switch, node or NIC does not answer
    link_down,    // a link, or a NIC or port that lost its link
    link_flap,
    link_errors,  // many bit errors
    gpu_lost,     // off the bus
    gpu_error,    // hardware or firmware error of a GPU
    gpu_note,     // a remapped row, corrected errors: nothing is lost yet
    app_error,    // an XID that the program caused, or that follows from another error
    slow,         // a late rank, a slow job
    job_stop,
    other
};
inline constexpr size_t signal_count = 17;

Signal signal_of(const Event& event);
IncidentOrigin origin_of(Signal signal);
// How much an event of this kind speaks for its object being the root, 0..1: a leak is a cause, a late rank a symptom.
float weight_of(Signal signal);

}  // namespace bv

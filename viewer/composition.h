// Views that are composed for the shape of the room they are seen in, and composed anew when that shape changes: a site
// that fills the hall does not fit half of it. Reads the topology and the view's viewport, writes its camera.
#pragma once

#include <string_view>

#include "cluster/topology.h"
#include "viewer/view.h"

namespace bv {

[[nodiscard]] float aspect_of(const View& view);  // width / height of the viewport

// Goes to a named view or to a good look at one object; 0 seconds: jumps. Throws as named_view() does.
void look_at(View& view, const Topology& topology, std::string_view name, float seconds);
void look_at(View& view, const Topology& topology, ObjectId id, float seconds);

// Composes what was last gone to anew where the viewport has another shape since, and nobody has moved the camera.
void keep_composed(View& view, const Topology& topology, float seconds);

}  // namespace bv

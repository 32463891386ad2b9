// Remembers what was composed and for which shape; see composition.h.
#include "viewer/composition.h"

#include <algorithm>

namespace bv {

namespace {

// A band above the hall, or a few pixels of a window, are no other shape.
constexpr float other_shape = 1.3f;

void compose(View& view, const Topology& topology, Composed composed, float seconds) {
    composed.aspect = aspect_of(view);
    composed.pose = composed.object.valid() ? view_of(topology, composed.object, composed.aspect)
                                            : named_view(topology, composed.name, composed.aspect);
    if (seconds > 0)
        view.camera.move_to(composed.pose, seconds);
    else
        view.camera.jump(composed.pose);
    view.composed = std::move(composed);
}

}  // namespace

float aspect_of(const View& view) { return view.viewport_width / std::max(1.0f, view.viewport_height); }

void look_at(View& view, const Topology& topology, std::string_view name, float seconds) {
    compose(view, topology, {.name = std::string(name)}, seconds);
}

void look_at(View& view, const Topology& topology, ObjectId id, float seconds) {
    compose(view, topology, {.object = id}, seconds);
}

void keep_composed(View& view, const Topology& topology, float seconds) {
    const Composed& composed = view.composed;
    const float change = aspect_of(view) / std::max(composed.aspect, 1e-3f);
    if (composed.aspect <= 0 || (change < other_shape && change > 1 / other_shape)) return;
    if (view.camera.destination() == composed.pose) compose(view, topology, composed, seconds);
}

}  // namespace bv

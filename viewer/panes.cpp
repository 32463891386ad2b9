// Divides the hall among the times that are compared; see panes.h.
#include "viewer/panes.h"

#include <algorithm>
#include <cmath>

namespace bv {

std::vector<Pane> panes_of(const View& view) {
    if (view.splits()) return {{.then = true}, {.aside = view.split_aside}};
    if (!view.comparing.on || view.comparing.mode != Comparing::Mode::swipe) return {{}};
    const float width = std::max(1.0f, view.viewport_width);
    const float cut = std::clamp(std::floor(view.comparing.divider * width) / width, 0.0f, 1.0f);
    return {{.then = true, .to = cut}, {.from = cut}};
}

std::optional<Pane> pane_at(const View& view, float x, float y) {
    if (y < view.viewport_y || y >= view.viewport_y + view.viewport_height) return {};
    for (const Pane& pane : panes_of(view)) {
        const float left = view.viewport_x + pane.aside;
        if (x >= left + pane.from * view.viewport_width && x < left + pane.to * view.viewport_width) return pane;
    }
    return {};
}

}  // namespace bv

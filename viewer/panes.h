// Which times the hall shows and where: one, or both of two that are compared. Reads the View and nothing else.
#pragma once

#include <optional>
#include <vector>

#include "viewer/view.h"

namespace bv {

// One time of the hall. The camera is the same in all of them and fills a rectangle as large as the view's viewport.
struct Pane {
    bool then = false;       // the time that is compared with, not the cursor's
    float aside = 0;         // pixels that its rectangle lies right of the view's viewport
    float from = 0, to = 1;  // which part of the rectangle's width is seen, as shares
};

// From left to right; what they show fills the hall but for the line between the halves of a split.
std::vector<Pane> panes_of(const View& view);
// The pane that shows a pixel of the window; nothing outside the hall.
std::optional<Pane> pane_at(const View& view, float x, float y);

}  // namespace bv

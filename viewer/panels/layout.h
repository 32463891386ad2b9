// Where every panel lies in the window, in pixels. Nothing overlaps: the hall gets what the others leave.
#pragma once

#include "viewer/panels/panels.h"
#include "viewer/panels/pen.h"

namespace bv {

struct Layout {
    Rect window, top, left, right, bottom, hall;
    float edge = 0;  // width of the frame around everything while another time than the newest is shown
    Rect time;       // the band above the hall that says so; empty else
};
Layout layout_of(const View& view);
// The search field in the top bar; the search box opens under it.
Rect search_field_rect(const Layout& layout, float scale);

// The panel of the sources, in the upper right of the hall.
Rect feed_rect(const Layout& layout, float scale, size_t sources);

Rect frame_stats_rect(const UiContext& ui, const Layout& layout);
Rect history_rect(const View& view, const Layout& layout);
Rect fabric_views_rect(const View& view, const Layout& layout);
Rect comparison_rect(const UiContext& ui, const Layout& layout);
// Whether one of these is open and lies there: legend and compass give way.
bool is_covered(const UiContext& ui, const Layout& layout, const Rect& rect);

// Over the hall while there is nothing to show: what is missing and how to get it.
void draw_waiting(const UiContext& ui);
void draw_toasts(const UiContext& ui);
// Around everything and above the hall, while another time than the newest is shown.
void draw_time_band(const UiContext& ui);
// The timeline below, where something is recorded.
void draw_timeline(const UiContext& ui);
}  // namespace bv

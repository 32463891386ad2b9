// Parts of the inspector. Each draws from `flow.y` downwards and moves it.
#pragma once

#include <string_view>

#include "viewer/panels/memory.h"
#include "viewer/panels/panels.h"
#include "viewer/panels/pen.h"

namespace bv {

// Where the next thing goes, in the scrolling part of the inspector.
struct Flow {
    float x = 0, y = 0, w = 0;
    Rect take(float height) {
        const Rect out{x, y, w, height};
        y += height;
        return out;
    }
};

// A heading that folds; false when folded.
bool begin_section(const UiContext& ui, const Pen& pen, Flow& flow, const char* title, std::string_view note = {});
// Label left, value right, 24 px. A click on a link (target valid) selects it.
void fact_row(const UiContext& ui, const Pen& pen, Flow& flow, std::string_view label, std::string_view value,
              ObjectId target = {});

// A line that does something when it is clicked; its key at the right.
bool action_row(const Pen& pen, Flow& flow, const char* id, std::string_view text, std::string_view key);

void draw_header(const UiContext& ui, const Pen& pen, Flow& flow, ObjectId id);
void draw_key_numbers(const UiContext& ui, const Pen& pen, Flow& flow, ObjectId id);
void draw_plots(const UiContext& ui, const Pen& pen, Flow& flow, ObjectId id);
void draw_metrics(const UiContext& ui, const Pen& pen, Flow& flow, ObjectId id);
void draw_contents(const UiContext& ui, const Pen& pen, Flow& flow, ObjectId id);
void draw_links(const UiContext& ui, const Pen& pen, Flow& flow, ObjectId id);
// One link as seen from one of its ends: health, port, the other end, what this end sends.
void draw_link_row(const UiContext& ui, const Pen& pen, const Rect& row, uint32_t index, ObjectId from);
// The ways through the fabric that are shown, or how to get them.
void draw_routes(const UiContext& ui, const Pen& pen, Flow& flow, ObjectId id);
// A stretch of tray: what runs through it, its links, the worst first.
void draw_trunk(const UiContext& ui, const Pen& pen, Flow& flow, const TrunkRef& trunk);
// The latest ranks of a job, and ways to see all of them.
void draw_stragglers(const UiContext& ui, const Pen& pen, Flow& flow, ObjectId id);
void draw_placement(const UiContext& ui, const Pen& pen, Flow& flow, ObjectId id);
void draw_object_events(const UiContext& ui, const Pen& pen, Flow& flow, ObjectId id);
void draw_raw(const UiContext& ui, const Pen& pen, Flow& flow, ObjectId id);
// Shown while nothing is selected: the site as a whole.
void draw_overview(const UiContext& ui, const Pen& pen, Flow& flow);

}  // namespace bv

// What the lists on the left share. Each draws into UiContext::memory.list_rect.
#pragma once

#include "viewer/panels/panels.h"
#include "viewer/panels/pen.h"

namespace bv {

// A text where a list is empty: what would be here, and how to get it.
void draw_empty(const Pen& pen, const Rect& rect, std::string_view what, std::string_view how);
// A small choice above a list; true when clicked.
bool draw_chip(const Pen& pen, const char* id, float x, float mid_y, std::string_view text, bool chosen, float& width);
bool fold_button(const UiContext& ui, const Pen& pen, const char* id, const Rect& rect, bool points_left);
// One event in two lines: mark, object, time; text.
void draw_event_row(const UiContext& ui, const Pen& pen, const Rect& row, const Event& event, bool with_object);

}  // namespace bv

// What keys and buttons do to the cursor: stop, play, step, jump. Asks the recording, writes the View's cursor.
#pragma once

#include <string>

#include "viewer/keys.h"
#include "viewer/timeline.h"
#include "viewer/view.h"

namespace bv {

struct PanelMemory;

// One action of time; false where it is none.
bool perform_time(Action action, const Timeline& timeline, View& view, PanelMemory& memory);
// What was typed: RFC 3339 or an offset. Empty: done; else what was expected.
std::string jump_to(std::string_view text, const Timeline& timeline, View& view);
// Enter and Esc while a time is being typed: goes there or says what was expected; types no more.
void enter_time(const Timeline& timeline, View& view, PanelMemory& memory);
// Shows this stretch of time in the timeline, within what makes sense: a second to twenty years. Where it reaches the
// head of live telemetry it goes on with it.
void show_times(View& view, TimeRange range, const Timeline& timeline);
// The stretch that is shown now.
TimeRange shown_times(const View& view, const Timeline& timeline);

}  // namespace bv

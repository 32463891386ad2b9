// Where plots, moments and comparisons get their times from, and where they put the cursor.
#pragma once

#include <filesystem>

#include "viewer/panels/panels.h"

namespace bv {

// The recording that is shown or that live telemetry goes into; empty where nothing is recorded.
std::filesystem::path recording_of(const UiContext& ui);
int64_t cursor_ns(const UiContext& ui);  // where the cursor stands; at the head, the newest instant
void put_cursor(const UiContext& ui, int64_t time_ns);

// What a plot spans. Live it ends at the cursor; else `kept` stays as long as the cursor is in it. Ends on whole
// columns, so that the same columns are asked for until one has passed.
TimeRange plot_span(const UiContext& ui, PlotRange range, uint32_t columns, TimeRange& kept);
std::string_view name_of(PlotRange range);

}  // namespace bv

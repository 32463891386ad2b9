// Times of plots; see times.h. Reads the timeline and the cursor, writes the cursor.
#include "viewer/panels/times.h"

#include <algorithm>
#include <array>

#include "viewer/transport.h"

namespace bv {

namespace {

constexpr int64_t second_ns = 1'000'000'000;

int64_t length_of(PlotRange range) {
    switch (range) {
        case PlotRange::five_minutes:
            return 300 * second_ns;
        case PlotRange::hour:
            return 3600 * second_ns;
        case PlotRange::day:
            return 86'400 * second_ns;
        default:
            return 0;
    }
}

TimeRange on_whole_columns(TimeRange span, uint32_t columns) {
    const int64_t column = std::max<int64_t>(span.length_ns() / std::max(1u, columns), 1);
    const int64_t end = (span.end_ns / column + 1) * column;
    return {end - span.length_ns(), end};
}

}  // namespace

std::string_view name_of(PlotRange range) {
    constexpr std::array<std::string_view, 5> names{"5 min", "1 h", "24 h", "all", "timeline"};
    return names[size_t(range)];
}

TimeRange plot_span(const UiContext& ui, PlotRange range, uint32_t columns, TimeRange& kept) {
    const TimeRange recorded = ui.timeline.recorded();
    if (range == PlotRange::timeline) return kept = on_whole_columns(shown_times(ui.view, ui.timeline), columns);
    if (range == PlotRange::all)
        return kept = on_whole_columns({recorded.begin_ns, std::max(recorded.end_ns, recorded.begin_ns + second_ns)},
                                       columns);
    const int64_t length = length_of(range), cursor = cursor_ns(ui);
    if (ui.timeline.at_head()) return kept = on_whole_columns({cursor - length, cursor}, columns);
    if (kept.length_ns() == length && kept.contains(cursor)) return kept;
    // The cursor at three quarters: what led to it matters more than what came of it.
    const int64_t end = std::min(std::max(recorded.end_ns, cursor), cursor + length / 4);
    return kept = on_whole_columns({end - length, end}, columns);
}

std::filesystem::path recording_of(const UiContext& ui) { return ui.timeline.recording_path(); }

int64_t cursor_ns(const UiContext& ui) { return ui.timeline.at_head() ? ui.state.time_ns : ui.timeline.now_ns(); }

void put_cursor(const UiContext& ui, int64_t time_ns) {
    ui.view.cursor.playing = false;
    stand_at(ui.view.cursor, time_ns, ui.timeline.recorded());
}

}  // namespace bv

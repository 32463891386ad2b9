// See transport.h.
#include "viewer/transport.h"

#include <algorithm>
#include <cmath>

#include "cluster/time_text.h"
#include "viewer/panels/memory.h"

namespace bv {

namespace {

constexpr int64_t second_ns = 1'000'000'000, hour_ns = 3600 * second_ns, longest_ns = 20 * 366 * 24 * hour_ns;

int64_t shown_ns(const Timeline& timeline) {
    const TimeRange recorded = timeline.recorded();
    return timeline.at_head() ? std::min(timeline.state().time_ns, recorded.end_ns) : timeline.now_ns();
}

void go_live(const Timeline& timeline, View& view) {
    view.cursor.playing = false;
    if (timeline.replay())
        stand_at(view.cursor, timeline.recorded().end_ns, timeline.recorded());
    else
        view.cursor.live = true;
}

void play(const Timeline& timeline, View& view, bool backwards) {
    Cursor& cursor = view.cursor;
    const bool turns = (cursor.speed < 0) != backwards;
    cursor.speed = (backwards ? -1 : 1) * std::abs(cursor.speed);
    if (cursor.live) {
        stand_at(cursor, shown_ns(timeline), timeline.recorded());
        cursor.playing = backwards;
        return;
    }
    cursor.playing = turns || !cursor.playing;
    // At its end a recording is played from its begin.
    if (cursor.playing && cursor.replay && !backwards && cursor.time_ns >= timeline.recorded().end_ns)
        cursor.time_ns = timeline.recorded().begin_ns;
}

// To what was found; forth from the last of it, back to live.
void step(const std::optional<int64_t>& found, bool forward, const Timeline& timeline, View& view) {
    view.cursor.playing = false;
    if (found && *found <= timeline.recorded().end_ns)
        stand_at(view.cursor, *found, timeline.recorded());
    else if (forward)
        go_live(timeline, view);
}

void zoom_times(double factor, const Timeline& timeline, View& view) {
    const TimeRange now = shown_times(view, timeline);
    const int64_t around = now.contains(shown_ns(timeline)) ? shown_ns(timeline) : now.begin_ns + now.length_ns() / 2;
    const auto scaled = [&](int64_t t) { return around + int64_t(double(t - around) * factor); };
    show_times(view, {scaled(now.begin_ns), scaled(now.end_ns)}, timeline);
}

void move_times(double share, const Timeline& timeline, View& view) {
    const TimeRange now = shown_times(view, timeline);
    const auto by = int64_t(double(now.length_ns()) * share);
    show_times(view, {now.begin_ns + by, now.end_ns + by}, timeline);
}

void change_loop(const Timeline& timeline, View& view) {
    if (view.cursor.loop)
        view.cursor.loop.reset();
    else
        view.cursor.loop = shown_times(view, timeline);
}

bool is_of_time(Action action) { return action >= Action::play && action <= Action::times_forward; }

}  // namespace

TimeRange shown_times(const View& view, const Timeline& timeline) {
    const int64_t head = timeline.head_ns();
    if (view.shown_times.end_ns == 0 && view.shown_times.begin_ns < 0) return {head + view.shown_times.begin_ns, head};
    if (!view.shown_times.empty()) return view.shown_times;
    const TimeRange recorded = timeline.recorded();
    const int64_t length = recorded.length_ns();
    if (timeline.replay()) {
        const int64_t margin = std::max(length / 60, second_ns);
        return {recorded.begin_ns - margin, recorded.end_ns + margin};
    }
    return {head - std::clamp(length, 300 * second_ns, hour_ns), head};
}

void show_times(View& view, TimeRange range, const Timeline& timeline) {
    const int64_t length = std::clamp(range.length_ns(), second_ns, longest_ns);
    if (!timeline.replay() && range.end_ns >= timeline.head_ns())
        view.shown_times = {-length, 0};
    else
        view.shown_times = {range.begin_ns, range.begin_ns + length};
}

std::string jump_to(std::string_view text, const Timeline& timeline, View& view) {
    const TimeRange recorded = timeline.recorded();
    const auto time_ns = time_from(text, recorded.begin_ns, recorded.end_ns);
    if (!time_ns) return "a time is 2026-01-01T14:03:00Z, +90s from the begin, -5m from the end, begin or end";
    if (!recorded.contains(*time_ns))
        return "nothing is recorded then: it is " + utc_text(recorded.begin_ns) + " to " + utc_text(recorded.end_ns);
    view.cursor.playing = false;
    stand_at(view.cursor, *time_ns, recorded);
    const TimeRange shown = shown_times(view, timeline);
    if (!shown.contains(*time_ns))
        show_times(view, {*time_ns - shown.length_ns() / 2, *time_ns + shown.length_ns() / 2}, timeline);
    return {};
}

void enter_time(const Timeline& timeline, View& view, PanelMemory& memory) {
    const std::string expected = jump_to(memory.jump_text.data(), timeline, view);
    memory.jump_open = memory.jump_focus = !expected.empty();
    if (memory.jump_open) show_toast(memory, "No such time: " + expected + ".");
}

bool perform_time(Action action, const Timeline& timeline, View& view, PanelMemory& memory) {
    if (!is_of_time(action)) return false;
    Recording* recording = timeline.recording();
    if (!recording || timeline.recorded().empty()) {
        const std::string problem = timeline.history_problem();
        show_toast(memory, problem.empty() ? "Nothing is recorded that could be gone back to." : problem);
        return true;
    }
    const int64_t now = shown_ns(timeline);
    switch (action) {
        case Action::play:
        case Action::play_back:
            play(timeline, view, action == Action::play_back);
            break;
        case Action::slower:
        case Action::faster:
            change_speed(view.cursor, action == Action::faster);
            break;
        case Action::tick_back:
        case Action::tick_forward:
            if (!timeline.at_head() || action == Action::tick_back)
                step(recording->next_tick(now, action == Action::tick_forward), action == Action::tick_forward,
                     timeline, view);
            break;
        case Action::previous_event:
            step(recording->next_event(now, false, Severity::info), false, timeline, view);
            break;
        case Action::next_event:
            step(recording->next_event(now, true, Severity::info), true, timeline, view);
            break;
        case Action::previous_critical:
            step(recording->next_event(now, false, Severity::critical), false, timeline, view);
            break;
        case Action::next_critical:
            step(recording->next_event(now, true, Severity::critical), true, timeline, view);
            break;
        case Action::go_live:
            go_live(timeline, view);
            break;
        case Action::go_to_time:
            memory.jump_open = memory.jump_focus = true;
            memory.jump_text.fill(0);
            view.bottom_folded = view.panels_hidden = false;
            break;
        case Action::loop:
            change_loop(timeline, view);
            break;
        case Action::times_in:
        case Action::times_out:
            zoom_times(action == Action::times_in ? 0.5 : 2.0, timeline, view);
            break;
        default:
            move_times(action == Action::times_back ? -0.5 : 0.5, timeline, view);
    }
    return true;
}

}  // namespace bv

// That the picture is not of now: a frame around the window and a band above the hall, paper white on the dark theme
// and ink on the light one, which no severity is; hatched where the sources have fallen silent. Reads: the cursor.
// Writes: the cursor (a click on the band goes back).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/panels/layout.h"
#include "viewer/panels/memory.h"
#include "viewer/transport.h"

namespace bv {
namespace {

// "3 min 12 s": two units, for people who read it from afar.
std::string span_words(double seconds) {
    const auto s = int64_t(std::llround(std::max(0.0, seconds)));
    if (s < 60) return fmt::format("{} s", s);
    if (s < 3600) return fmt::format("{} min {} s", s / 60, s % 60);
    if (s < 86400) return fmt::format("{} h {} min", s / 3600, s / 60 % 60);
    return fmt::format("{} d {} h", s / 86400, s / 3600 % 24);
}

void ground(const Pen& pen, const Rect& rect, bool hatched) {
    pen.fill(rect, pen.colors.text);
    if (hatched) pen.hatch(rect, with_alpha(pen.colors.ground, 0.28f), 8);
}

void draw_edge(const UiContext& ui, const Layout& layout) {
    const Rect& w = layout.window;
    ImGui::SetNextWindowPos(w.min());
    ImGui::SetNextWindowSize({w.w, w.h});
    ImGui::Begin("##edge", nullptr,
                 ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoInputs | ImGuiWindowFlags_NoSavedSettings |
                     ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoFocusOnAppearing |
                     ImGuiWindowFlags_NoBringToFrontOnFocus);
    const Pen pen(ui.view);
    const float e = layout.edge;
    for (const Rect& side : {Rect{w.x, w.y, w.w, e}, Rect{w.x, w.bottom() - e, w.w, e}, Rect{w.x, w.y, e, w.h},
                             Rect{w.right() - e, w.y, e, w.h}})
        ground(pen, side, ui.view.silent);
    ImGui::End();
}

std::string playing_words(const Cursor& cursor) {
    if (!cursor.playing) return "paused";
    return fmt::format("playing {}{:g}×", cursor.speed < 0 ? "back " : "", std::abs(cursor.speed));
}

// Since when nothing is heard.
void draw_silence(const UiContext& ui, const Pen& pen, const Rect& band) {
    const Rgba ink = pen.colors.ground;
    const std::string words = span_words(double(ui.timeline.source_now_ns() - ui.state.time_ns) * 1e-9) + " old";
    // Letters stand on plain ground, not on hatching.
    const float word = pen.width(Type::display, "NOT LIVE"), age = pen.width(Type::display, words);
    pen.fill({band.x + pen.px(8), band.y, word + age + pen.px(48), band.h}, pen.colors.text);
    pen.text(band.x + pen.px(16), band.mid_y(), Type::display, ink, "NOT LIVE");
    pen.text(band.x + pen.px(40) + word, band.mid_y(), Type::display, ink, words);
    const std::string_view why = "No source speaks any more";
    const float room = pen.width(Type::title, why) + pen.px(16);
    if (word + age + room + pen.px(80) > band.w) return;
    pen.fill({band.right() - room - pen.px(8), band.y, room, band.h}, pen.colors.text);
    pen.text_right(band.right() - pen.px(16), band.mid_y(), Type::title, ink, why);
}

}  // namespace

void draw_time_band(const UiContext& ui) {
    if (ui.timeline.at_head() && !ui.view.silent) return;
    const Layout layout = layout_of(ui.view);
    if (layout.time.h <= 0) return;
    draw_edge(ui, layout);
    begin_region(ui.view, "##time", layout.time);
    const Pen pen(ui.view);
    const Rect& band = layout.time;
    const Rgba ink = pen.colors.ground;
    ground(pen, band, ui.view.silent);
    if (ui.view.silent) {
        draw_silence(ui, pen, band);
        end_region();
        return;
    }
    const int64_t now = ui.timeline.now_ns();
    const bool replay = ui.timeline.replay();
    float x = band.x + pen.px(16);
    const std::string_view word = replay ? "REPLAY" : "NOT LIVE";
    pen.text(x, band.mid_y(), Type::display, ink, word);
    x += pen.width(Type::display, word) + pen.px(24);
    // In months and years it is the day that matters.
    const bool long_ago = ui.timeline.recorded().length_ns() > 60 * 86'400'000'000'000;
    const std::string clock = clock_time(now), date = date_time(now).substr(0, 10);
    const std::string &large = long_ago ? date : clock, &small = long_ago ? clock : date;
    pen.text(x, band.mid_y(), Type::display, ink, large);
    x += pen.width(Type::display, large) + pen.px(12);
    pen.text(x, band.mid_y() - pen.px(9), Type::small, ink, small + " UTC");
    pen.text(x, band.mid_y() + pen.px(9), Type::small, ink, playing_words(ui.view.cursor));
    x += pen.px(104);
    const float room = band.right() - pen.px(16) - x;
    const std::string right = replay ? ui.timeline.recording_path().filename().string()
                                     : span_words(double(ui.timeline.head_ns() - now) * 1e-9) + " behind";
    if (!replay && room > pen.px(120)) {
        pen.text_right(band.right() - pen.px(16), band.mid_y() - pen.px(7), Type::title, ink, right);
        pen.text_right(band.right() - pen.px(16), band.mid_y() + pen.px(13), Type::small, ink, "End: back to live");
    } else if (room > pen.px(60)) {
        const std::string name = pen.name_cut(Type::strong, right, room);
        pen.text_right(band.right() - pen.px(16), band.mid_y(), Type::strong, ink, name);
    }
    const Touch over = touch("back-to-live", band);
    if (over.clicked && !replay) perform_time(Action::go_live, ui.timeline, ui.view, ui.memory);
    end_region();
}

}  // namespace bv

// The table of keys. Reads nothing, writes nothing; see keys.h.
#include "viewer/keys.h"

#include <array>

namespace bv {

namespace {

constexpr std::string_view look = "Looking around", find = "Finding things", time = "Time", color = "Colour and layers",
                           past = "The past", panels = "Panels and window";

constexpr auto bindings = std::to_array<KeyBinding>({
    {Action::none, 0, false, false, "left drag", "turn around the centre (orbit) or look around (fly, walk)", look},
    {Action::none, 0, false, false, "right drag", "move across the floor", look},
    {Action::none, 0, false, false, "wheel", "closer to or further from what is under the pointer", look},
    {Action::none, 0, false, false, "W A S D", "move; E up, Q down; hold Shift to go faster", look},
    {Action::camera_mode, 'M', false, false, "M", "next way to move: orbit, fly, walk", look},
    {Action::view_overview, '1', false, false, "1", "the whole site", look},
    {Action::view_overview, key_home, false, false, "Home", "the whole site", look},
    {Action::view_hall, '2', false, false, "2", "the hall of the selection, at eye level", look},
    {Action::view_row, '3', false, false, "3", "the row of the selection", look},
    {Action::view_rack, '4', false, false, "4", "the rack of the selection, frontal", look},
    {Action::view_gpu, '5', false, false, "5", "the selected GPU", look},
    {Action::view_fabric, '6', false, false, "6", "the fabric from above", look},
    {Action::zoom_to_selection, 'F', false, false, "F", "go to the selection", look},
    {Action::zoom_to_selection, key_enter, false, false, "Enter", "go to the selection", look},

    {Action::search, '/', false, false, "/", "search names, or filter: temp_celsius > 80 and hall = 2", find},
    {Action::palette, 'P', true, false, "Ctrl+P", "all commands", find},
    {Action::next_trouble, 'N', false, false, "N", "select the next thing in trouble, worst first", find},
    {Action::none, 0, false, false, "click", "select; click the ground to select the hall", find},
    {Action::none, 0, false, false, "double click", "select and go there", find},
    {Action::none, 0, false, false, "Ctrl+click", "the ways through the fabric from the selection to what is clicked",
     find},
    {Action::route, 'Y', false, false, "Y", "the ways from the selection to what is selected next; end that", find},
    {Action::brush, 'F', false, true, "Shift+F", "light the selection and what belongs to it, dim the rest; end that",
     find},
    {Action::parent, key_up, false, false, "Up", "select what contains the selection", find},
    {Action::back, key_backspace, false, false, "Backspace", "back to the selection before", find},
    {Action::close, key_escape, false, false, "Esc", "close what is open, else select nothing", find},

    {Action::play, ' ', false, false, "Space", "stop the picture here; play, pause", time},
    {Action::play_back, ' ', false, true, "Shift+Space", "play backwards, pause", time},
    {Action::slower, '[', false, false, "[", "slower, down to 0.1 times", time},
    {Action::faster, ']', false, false, "]", "faster, up to 10,000 times", time},
    {Action::tick_back, key_left, false, false, "Left", "one tick back", time},
    {Action::tick_forward, key_right, false, false, "Right", "one tick forth", time},
    {Action::previous_event, ',', false, false, ",", "the event before", time},
    {Action::next_event, '.', false, false, ".", "the next event", time},
    {Action::previous_critical, ',', false, true, "Shift+,", "the critical event before", time},
    {Action::next_critical, '.', false, true, "Shift+.", "the next critical event", time},
    {Action::go_live, key_end, false, false, "End", "back to live; of a recording, to its end", time},
    {Action::go_to_time, 'G', true, false, "Ctrl+G", "go to a time: 2026-01-01T14:03:00Z, +90s, -5m", time},
    {Action::loop, 'X', false, false, "X", "play what the timeline shows again and again; end that", time},
    {Action::times_in, '=', false, false, "=", "the timeline shows less time", time},
    {Action::times_out, '-', false, false, "-", "the timeline shows more time", time},
    {Action::times_back, key_left, true, false, "Ctrl+Left", "the timeline shows earlier times", time},
    {Action::times_forward, key_right, true, false, "Ctrl+Right", "the timeline shows later times", time},
    {Action::none, 0, false, false, "drag", "on the timeline: go there; with Shift: choose what is played again", time},
    {Action::none, 0, false, false, "wheel", "on the timeline: more or less time; right drag: other times", time},

    {Action::next_metric, 'C', false, false, "C", "colour GPUs by the next metric", color},
    {Action::previous_metric, 'C', false, true, "Shift+C", "colour GPUs by the metric before", color},
    {Action::color_health, 'H', false, false, "H", "colour by health", color},
    {Action::color_job, 'J', false, false, "J", "colour by job", color},
    {Action::color_rail, 'R', false, false, "R", "colour by rail", color},
    {Action::color_age, 'G', false, false, "G", "colour by age of the data", color},
    {Action::trunks, 'L', false, false, "L", "links on, off", color},
    {Action::beacons, 'U', false, false, "U", "marks of trouble on, off", color},
    {Action::signs, 'I', false, false, "I", "lettering in the hall on, off", color},
    {Action::all_boxes, 'O', false, false, "O", "draw every GPU as its own box, for comparison", color},
    {Action::theme, 'T', false, false, "T", "dark or light", color},

    {Action::plots, 'P', false, false, "P", "plots of the selection over the hall", past},
    {Action::compare, 'V', false, false, "V", "compare with another time", past},
    {Action::compare_as, 'V', false, true, "Shift+V", "next way to compare: difference, swipe, split", past},
    {Action::moment, 'B', false, false, "B", "name this moment: time, view and a note", past},
    {Action::moments, 'B', true, false, "Ctrl+B", "the list of named moments", past},
    {Action::copy_link, 'L', true, false, "Ctrl+L", "copy a link to this view", past},

    {Action::help, '/', false, true, "?", "this help", panels},
    {Action::help, key_f1, false, false, "F1", "this help", panels},
    {Action::hide_panels, key_tab, false, false, "Tab", "hide or show all panels", panels},
    {Action::legend, 'K', false, false, "K", "legend", panels},
    {Action::fabric_views, key_f2, false, false, "F2", "leaf × spine matrix, fat tree and ranks over the hall", panels},
    {Action::frame_stats, key_f3, false, false, "F3", "frame statistics", panels},
    {Action::feed_status, key_f4, false, false, "F4", "sources of telemetry", panels},
    {Action::tour, key_f5, false, false, "F5", "go on with the tour, stop it", panels},
    {Action::scale_up, '=', true, false, "Ctrl+=", "larger panels and lettering", panels},
    {Action::scale_down, '-', true, false, "Ctrl+-", "smaller panels and lettering", panels},
    {Action::full_screen, key_f11, false, false, "F11", "full screen", panels},
    {Action::dump_state, key_f12, false, false, "F12", "save a picture and what the panels show, in the current folder",
     panels},
    {Action::quit, 'Q', true, false, "Ctrl+Q", "quit", panels},
});

}  // namespace

std::span<const KeyBinding> key_bindings() { return bindings; }

std::optional<Action> action_for(int key, bool ctrl, bool shift) {
    if (key == 0) return {};
    for (const KeyBinding& binding : bindings)
        if (binding.key == key && binding.ctrl == ctrl && binding.shift == shift) return binding.action;
    return {};
}

}  // namespace bv

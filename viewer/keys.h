// The one table of keys and mouse gestures: input.cpp acts on it and the help panel prints it, so that they cannot
// disagree.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace bv {

enum class Action : uint8_t {
    none,  // a line of help for something that is held or dragged, see input.cpp
    help,
    search,
    palette,
    hide_panels,
    legend,
    frame_stats,
    feed_status,
    close,
    view_overview,
    view_hall,
    view_row,
    view_rack,
    view_gpu,
    view_fabric,
    zoom_to_selection,
    camera_mode,
    back,
    parent,
    next_trouble,
    next_metric,
    previous_metric,
    color_health,
    color_job,
    color_rail,
    color_age,
    theme,
    play,
    play_back,
    slower,
    faster,
    tick_back,
    tick_forward,
    previous_event,
    next_event,
    previous_critical,
    next_critical,
    go_live,
    go_to_time,
    loop,
    times_in,
    times_out,
    times_back,
    times_forward,
    trunks,
    route,
    tour,
    beacons,
    signs,
    all_boxes,
    scale_up,
    scale_down,
    full_screen,
    dump_state,
    plots,
    fabric_views,
    brush,
    compare,
    compare_as,
    moment,
    moments,
    copy_link,
    quit
};

// Keys that are letters, digits or punctuation are their ASCII code (upper case); the others are named here.
enum SpecialKey : int {
    key_escape = 256,
    key_enter,
    key_tab,
    key_backspace,
    key_home,
    key_up,
    key_down,
    key_left,
    key_right,
    key_end,
    key_f1,
    key_f2,
    key_f3,
    key_f4,
    key_f5,
    key_f11 = key_f1 + 10,
    key_f12
};

struct KeyBinding {
    Action action = Action::none;
    int key = 0;  // 0: not a single key (mouse, held keys)
    bool ctrl = false, shift = false;
    std::string_view keys;   // as printed: "Ctrl+P"
    std::string_view text;   // what it does
    std::string_view group;  // heading in the help
};

std::span<const KeyBinding> key_bindings();
// The action of a key that was pressed; nothing where it has none.
std::optional<Action> action_for(int key, bool ctrl, bool shift);

}  // namespace bv

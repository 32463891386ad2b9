// Moments that people want to find again: a name and a note for a time and a view of it.
#pragma once

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "net/recording.h"

namespace bv {

struct UiContext;

struct Moments {
    std::vector<Bookmark> all;  // oldest first
    std::filesystem::path of;
    std::chrono::steady_clock::time_point read;
    std::string problem;  // one sentence where they cannot be read

    // What is being named.
    Bookmark draft;  // id 0: a new one
    std::array<char, 128> name{};
    std::array<char, 512> note{};
    bool was_open = false;
    // Keys of the dialog come from the window: ImGui misses those that go down and up within one frame.
    bool entered = false, next_field = false;
    bool at_note = false;
};

// Reads them anew once a second at most, because colleagues name moments too.
void update_moments(const UiContext& ui);
void draw_moments(const UiContext& ui);        // the list on the left
void draw_moment_dialog(const UiContext& ui);  // while view.moment_open
// The link to what is seen now.
std::string link_of(const UiContext& ui);
// Goes where a link leads; a message says why it could not.
void go_to_link(const UiContext& ui, const std::string& text);
// Puts the link to what is seen on the clipboard.
void copy_link(const UiContext& ui);
// The cursor to its time, and the view to what its link says.
void go_to_moment(const UiContext& ui, const Bookmark& bookmark);

}  // namespace bv

// Named moments: the list, the dialog that names one, links on the clipboard. Reads: bookmarks of the recording.
// Writes: bookmarks, and the whole view when somebody goes to one.
#include "viewer/panels/moments.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "viewer/link.h"
#include "viewer/panels/layout.h"
#include "viewer/panels/lists.h"
#include "viewer/panels/memory.h"
#include "viewer/panels/times.h"

namespace bv {
namespace {

constexpr auto read_again_after = std::chrono::seconds(1);

template <size_t N>
void put_text(std::array<char, N>& buffer, std::string_view text) {
    buffer.fill(0);
    std::memcpy(buffer.data(), text.data(), std::min(text.size(), N - 1));
}

// Runs what writes to the recording; a message says why it could not.
template <typename Write>
bool attempt(const UiContext& ui, Write write) {
    try {
        write();
        ui.memory.moments.read = {};
        ui.timeline.recording_changed();
        return true;
    } catch (const std::exception& error) {
        show_toast(ui.memory, error.what());
        return false;
    }
}

void save(const UiContext& ui) {
    Moments& moments = ui.memory.moments;
    Bookmark bookmark = moments.draft;
    const int64_t old = std::exchange(bookmark.id, 0);
    bookmark.name = moments.name.data();
    bookmark.note = moments.note.data();
    if (bookmark.name.empty()) bookmark.name = date_time(bookmark.time_ns);
    const auto file = recording_of(ui);
    const bool saved = attempt(ui, [&] {
        add_bookmark(file, bookmark);
        if (old) remove_bookmark(file, old);
    });
    if (!saved) return;
    ui.view.moment_open = false;
    ui.view.left_tab = View::LeftTab::moments;
    ui.view.left_folded = false;
    update_moments(ui);
}

void begin_draft(const UiContext& ui) {
    Moments& moments = ui.memory.moments;
    moments.was_open = true;
    if (moments.draft.id) return;  // one that is there is named anew
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    moments.draft.time_ns = cursor_ns(ui);
    moments.draft.created_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
    moments.draft.link = link_of(ui);
    put_text(moments.name, "");
    put_text(moments.note, "");
}

// A field with its label above; true when Enter was pressed in it.
bool draw_field(const Pen& pen, const Rect& field, const char* id, const char* prompt, char* text, size_t size,
                bool focus) {
    pen.fill(field, pen.colors.raised, 4);
    pen.frame(field, pen.colors.line, 4);
    ImGui::SetCursorScreenPos({field.x + pen.px(8), field.y});
    ImGui::SetNextItemWidth(field.w - pen.px(16));
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {0, std::floor((field.h - ImGui::GetFontSize()) * 0.5f)});
    ImGui::PushStyleColor(ImGuiCol_FrameBg, ImVec4(0, 0, 0, 0));
    if (focus) ImGui::SetKeyboardFocusHere();
    const bool enter = ImGui::InputTextWithHint(id, prompt, text, size, ImGuiInputTextFlags_EnterReturnsTrue);
    ImGui::PopStyleColor();
    ImGui::PopStyleVar();
    return enter;
}

bool draw_button(const Pen& pen, const char* id, const Rect& box, std::string_view text, bool primary) {
    const Touch over = touch(id, box);
    const Rgba fill = primary ? pen.colors.accent : pen.colors.raised;
    pen.fill(box, over.hovered ? mix(fill, pen.colors.text, 0.15f) : fill, 4);
    pen.text_centre(box.x + box.w * 0.5f, box.mid_y(), Type::small, primary ? pen.colors.on_accent : pen.colors.text,
                    text);
    return over.clicked;
}

void edit(const UiContext& ui, const Bookmark& bookmark) {
    Moments& moments = ui.memory.moments;
    moments.draft = bookmark;
    put_text(moments.name, bookmark.name);
    put_text(moments.note, bookmark.note);
    ui.view.moment_open = true;
}

// Words at the right of a row that act on it, while the pointer is on it; returns the width used.
float draw_actions(const UiContext& ui, const Pen& pen, const Rect& row, const Bookmark& bookmark) {
    float right = row.right() - pen.px(8), width = 0;
    const auto action = [&](const char* id, const char* text) {
        right -= pen.width(Type::small, text) + pen.px(16);
        return draw_chip(pen, id, right, row.y + pen.px(14), text, false, width);
    };
    if (action("delete", "Delete")) attempt(ui, [&] { remove_bookmark(recording_of(ui), bookmark.id); });
    if (action("rename", "Rename")) edit(ui, bookmark);
    if (action("link", "Link")) {
        ImGui::SetClipboardText(bookmark.link.c_str());
        show_toast(ui.memory, fmt::format("The link to “{}” is on the clipboard.", bookmark.name), Health::ok);
    }
    return row.right() - right;
}

void draw_moment(const UiContext& ui, const Pen& pen, const Rect& row, const Bookmark& bookmark) {
    const bool hovered = ImGui::IsWindowHovered() && ImGui::IsMouseHoveringRect(row.min(), row.max());
    if (hovered) pen.fill(row, pen.colors.raised);
    // Drawn first: what comes later lies under it for clicks.
    const float used = hovered ? draw_actions(ui, pen, row, bookmark) : 0;
    const Touch over = touch("moment", row);
    const float x = row.x + pen.px(26), room = row.w - pen.px(38), flag = row.x + pen.px(13);
    pen.draw->AddTriangleFilled({flag, row.y + pen.px(10)}, {flag + pen.px(7), row.y + pen.px(14)},
                                {flag, row.y + pen.px(18)}, pen.colors.accent);
    pen.text_fit(x, row.y + pen.px(14), room - used, Type::body, pen.colors.text, bookmark.name);
    std::string second = date_time(bookmark.time_ns);
    if (!bookmark.note.empty()) second += " · " + bookmark.note;
    pen.text_fit(x, row.y + pen.px(32), room, Type::small, pen.colors.muted, second);
    if (over.hovered) hint(ui.view, bookmark.note.empty() ? "Click to go there." : bookmark.note);
    if (over.clicked) go_to_moment(ui, bookmark);
}

}  // namespace

void go_to_moment(const UiContext& ui, const Bookmark& bookmark) {
    put_cursor(ui, bookmark.time_ns);
    if (!bookmark.link.empty()) go_to_link(ui, bookmark.link);
}

std::string link_of(const UiContext& ui) { return write_link(link_to(ui.view, ui.state.topology(), cursor_ns(ui))); }

void copy_link(const UiContext& ui) {
    ui.view.wants_link = false;
    if (ui.state.empty()) return show_toast(ui.memory, "There is nothing to link to before a cluster is known.");
    ImGui::SetClipboardText(link_of(ui).c_str());
    show_toast(ui.memory, "The link to this view is on the clipboard: belvedere FILE.bvr 'LINK' opens it.", Health::ok);
}

void go_to_link(const UiContext& ui, const std::string& text) {
    try {
        const ViewLink link = parse_link(text);
        follow_link(link, ui.state.topology(), ui.view, 1.1f);
        if (link.time_ns) put_cursor(ui, *link.time_ns);
    } catch (const std::exception& error) {
        std::string sentence = error.what();
        if (!sentence.empty() && sentence[0] >= 'a' && sentence[0] <= 'z') sentence[0] = char(sentence[0] - 32);
        show_toast(ui.memory, sentence + ".");
    }
}

void update_moments(const UiContext& ui) {
    Moments& moments = ui.memory.moments;
    const auto now = std::chrono::steady_clock::now();
    const auto file = recording_of(ui);
    if (file == moments.of && now - moments.read < read_again_after) return;
    moments.of = file;
    moments.read = now;
    moments.all.clear();
    moments.problem.clear();
    try {
        if (!file.empty()) moments.all = bookmarks_of(file);
    } catch (const std::exception& error) {
        moments.problem = error.what();
    }
}

void draw_moments(const UiContext& ui) {
    const Rect all = ui.memory.list_rect;
    const Moments& moments = ui.memory.moments;
    const Pen outer(ui.view);
    update_moments(ui);
    if (moments.all.empty()) {
        if (!moments.problem.empty())
            draw_empty(outer, all, "Moments cannot be read", moments.problem);
        else if (recording_of(ui).empty())
            draw_empty(outer, all, "Nothing is recorded",
                       "Moments are kept in the recording: open one with belvedere FILE.bvr.");
        else
            draw_empty(outer, all, "No moments yet",
                       "B names this one: its time, the camera, the selection, filter and colours, and a note.");
        return;
    }
    begin_scroll("##moments", all);
    const Pen pen(ui.view);
    const float top = ImGui::GetCursorScreenPos().y, height = pen.px(46);
    Rect row{all.x, top, all.w, height};
    const std::vector<Bookmark> listed = moments.all;  // a click may change them
    for (const Bookmark& bookmark : listed) {
        ImGui::PushID(int(bookmark.id));
        draw_moment(ui, pen, row, bookmark);
        ImGui::PopID();
        row.y += height;
    }
    ImGui::SetCursorScreenPos({all.x, top});
    ImGui::Dummy({1, row.y - top});
    end_scroll();
}

void draw_moment_dialog(const UiContext& ui) {
    Moments& moments = ui.memory.moments;
    if (!ui.view.moment_open || ui.state.empty()) {
        ui.view.moment_open = false;
        if (std::exchange(moments.was_open, false)) moments.draft = {};
        moments.entered = moments.next_field = moments.at_note = false;
        return;
    }
    if (recording_of(ui).empty()) {
        ui.view.moment_open = false;
        return show_toast(ui.memory, "Moments are kept in the recording, and nothing is recorded here.");
    }
    const bool appears = !moments.was_open, moves = std::exchange(moments.next_field, false);
    if (appears) begin_draft(ui);
    if (moves) moments.at_note = !moments.at_note;
    const Rect hall = layout_of(ui.view).hall;
    const float s = ui.view.ui_scale, width = std::min(std::floor(440 * s), hall.w - std::floor(32 * s));
    const Rect box{std::floor(hall.x + (hall.w - width) * 0.5f), std::floor(hall.y + hall.h * 0.22f), width,
                   std::floor(190 * s)};
    ImGui::SetNextWindowFocus();
    const Pen pen = begin_popup(ui.view, "##moment", box, moments.draft.id ? "Rename the moment" : "Name this moment",
                                ui.view.moment_open);
    const float x = box.x + pen.px(16), room = box.w - pen.px(32);
    const std::string at = date_time(moments.draft.time_ns);
    pen.text(x, box.y + pen.px(42), Type::small, pen.colors.muted, at);
    const bool named = draw_field(pen, {x, box.y + pen.px(58), room, pen.px(32)}, "##name", "name", moments.name.data(),
                                  moments.name.size(), appears || (moves && !moments.at_note));
    const bool noted =
        draw_field(pen, {x, box.y + pen.px(98), room, pen.px(32)}, "##note", "note for whoever looks next",
                   moments.note.data(), moments.note.size(), moves && moments.at_note);
    const Rect ok{box.right() - pen.px(16 + 88), box.bottom() - pen.px(44), pen.px(88), pen.px(28)};
    const Rect no{ok.x - pen.px(88 + 8), ok.y, pen.px(88), ok.h};
    const bool saved = draw_button(pen, "save", ok, "Save", true);
    if (draw_button(pen, "cancel", no, "Cancel", false)) ui.view.moment_open = false;
    end_region();
    if (named || noted || saved || std::exchange(moments.entered, false)) save(ui);
}

}  // namespace bv

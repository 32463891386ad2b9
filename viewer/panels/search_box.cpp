// The search box under the top bar's field, and the palette of commands. Plain words search names; an expression
// filters the hall. Reads: topology, jobs, key table. Writes: selection, filter, the command that was chosen.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "viewer/keys.h"
#include "viewer/link.h"
#include "viewer/panels/layout.h"
#include "viewer/panels/lists.h"
#include "viewer/panels/memory.h"

namespace bv {
namespace {

// Words search; what compares or says "not" or "stale" filters.
bool is_expression(std::string_view text) {
    if (text.find_first_of("=<>~") != std::string_view::npos) return true;
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text == "stale" || text.starts_with("not ") || text.starts_with("stale ") || text.starts_with("(");
}

bool contains_words(std::string_view text, std::string_view words) {
    std::string low(text), wanted(words);
    for (std::string* s : {&low, &wanted})
        for (char& c : *s) c = char(std::tolower(static_cast<unsigned char>(c)));
    for (size_t at = 0; at < wanted.size();) {
        const size_t end = std::min(wanted.find(' ', at), wanted.size());
        if (low.find(wanted.substr(at, end - at)) == std::string::npos) return false;
        at = end + 1;
    }
    return true;
}

void close(const UiContext& ui, PanelMemory& memory) {
    ui.view.search_open = ui.view.palette_open = false;
    memory.search_was_open = false;
    memory.search_text[0] = 0;
    memory.searched.clear();
    memory.hits.clear();
    memory.hit = 0;
}

void search_again(const UiContext& ui, PanelMemory& memory, std::string_view text) {
    if (memory.searched == text) return;
    memory.searched = text;
    memory.hit = 0;
    memory.hits.clear();
    if (ui.state.empty()) return;
    const auto begin = std::chrono::steady_clock::now();
    if (!text.empty())
        for (const Job& job : ui.state.jobs)
            if (!job.id.empty() && memory.hits.size() < 8 && contains_words(job.name + " " + job.id, text))
                memory.hits.push_back({{ObjectClass::job, job.slot}, 500, job.name.empty() ? job.id : job.name, {}});
    for (SearchHit& hit : search(ui.state.topology(), text, 60)) memory.hits.push_back(std::move(hit));
    memory.search_ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

// Parses what was typed; how many objects it matches, counted at most twice a second.
std::optional<Filter> try_filter(const UiContext& ui, PanelMemory& memory, std::string_view text) {
    memory.filter_error.clear();
    try {
        Filter filter = Filter::parse(text);
        const int64_t now = ui.timeline.now_ns();
        if (memory.counted_filter != text || std::abs(now - memory.counted_at_ns) > 500'000'000) {
            memory.counted_filter = text;
            memory.counted_at_ns = now;
            std::vector<uint8_t> matches;
            for (const ObjectClass c : all_object_classes) {
                filter.match(ui.state, c, now, matches);
                memory.filter_matches[size_t(c)] = uint32_t(std::count(matches.begin(), matches.end(), 1));
            }
        }
        return filter;
    } catch (const std::invalid_argument& error) {
        memory.filter_error = error.what();
        return {};
    }
}

std::string matches_text(const PanelMemory& memory) {
    std::string out;
    for (const ObjectClass c : {ObjectClass::gpu, ObjectClass::node, ObjectClass::rack, ObjectClass::switch_,
                                ObjectClass::link, ObjectClass::nic, ObjectClass::cdu, ObjectClass::power,
                                ObjectClass::hall, ObjectClass::row, ObjectClass::plant, ObjectClass::job}) {
        const uint32_t n = memory.filter_matches[size_t(c)];
        if (n > 0) out += (out.empty() ? "" : ", ") + grouped(n) + " " + std::string(class_label(c, n != 1));
    }
    return out.empty() ? "nothing matches right now" : out;
}

// The text field itself; true when Enter was pressed.
bool draw_field(const Pen& pen, const Rect& field, const char* prompt, PanelMemory& memory) {
    pen.fill(field, pen.colors.raised, 4);
    pen.frame(field, pen.colors.accent, 4);
    pen.lens(field.x + pen.px(14), field.mid_y(), 6, pen.colors.text);
    ImGui::SetCursorScreenPos({field.x + pen.px(28), field.y});
    ImGui::SetNextItemWidth(field.w - pen.px(36));
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {0, std::floor((field.h - ImGui::GetFontSize()) * 0.5f)});
    ImGui::PushStyleColor(ImGuiCol_FrameBg, ImVec4(0, 0, 0, 0));
    if (memory.search_focus) ImGui::SetKeyboardFocusHere();
    memory.search_focus = false;
    ImGui::InputTextWithHint("##text", prompt, memory.search_text.data(), memory.search_text.size(),
                             ImGuiInputTextFlags_AutoSelectAll);
    ImGui::PopStyleColor();
    ImGui::PopStyleVar();
    return std::exchange(memory.search_entered, false);
}

// What was found, with the matched letters bright.
void draw_hit(const UiContext& ui, const Pen& pen, const Rect& row, const SearchHit& hit, bool chosen) {
    if (chosen) pen.fill(row, pen.colors.raised);
    if (chosen) pen.fill({row.x, row.y, pen.px(2), row.h}, pen.colors.accent);
    const Shown shown = shown_health(ui.state, hit.id, ui.timeline.now_ns());
    pen.health_mark(row.x + pen.px(18), row.mid_y(), 4.5f,
                    shown.heard && !shown.stale ? shown.health : Health::unknown);
    const std::string_view kind = class_label(hit.id.object_class, false);
    pen.text_right(row.right() - pen.px(12), row.mid_y(), Type::small, pen.colors.hint, kind);
    const float room = row.w - pen.px(56) - pen.width(Type::small, kind);
    float x = row.x + pen.px(32);
    if (pen.width(Type::body, hit.path) > room || hit.positions.empty()) {
        pen.text_fit(x, row.mid_y(), room, Type::body, pen.colors.text, hit.path, true);
        return;
    }
    for (size_t i = 0; i < hit.path.size();) {
        const bool lit = std::binary_search(hit.positions.begin(), hit.positions.end(), uint16_t(i));
        size_t end = i + 1;
        while (end < hit.path.size() &&
               std::binary_search(hit.positions.begin(), hit.positions.end(), uint16_t(end)) == lit)
            ++end;
        const std::string_view part = std::string_view(hit.path).substr(i, end - i);
        pen.text(x, row.mid_y(), Type::body, lit ? pen.colors.accent : pen.colors.text, part);
        x += pen.width(Type::body, part);
        i = end;
    }
}

void move_with_arrows(int& chosen, int count) {
    if (ImGui::IsKeyPressed(ImGui::GetIO().KeyMap[ImGuiKey_DownArrow])) ++chosen;
    if (ImGui::IsKeyPressed(ImGui::GetIO().KeyMap[ImGuiKey_UpArrow])) --chosen;
    chosen = std::clamp(chosen, 0, std::max(0, count - 1));
}

// Scrolls so that the chosen row of a list is in view.
void keep_in_view(int chosen, float row_height, float height) {
    const float top = float(chosen) * row_height, scroll = ImGui::GetScrollY();
    if (top < scroll) ImGui::SetScrollY(top);
    if (top + row_height > scroll + height) ImGui::SetScrollY(top + row_height - height);
}

void draw_hits(const UiContext& ui, const Rect& body, PanelMemory& memory, bool enter) {
    const Pen outer(ui.view);
    if (memory.hits.empty()) {
        draw_empty(
            outer, body, memory.searched.empty() ? "Find anything by name" : "No name matches",
            memory.searched.empty()
                ? "Part of a name is enough: r07 n4 gpu3, leaf 12, a job. An expression filters the hall: temp_celsius "
                  "> 80 and hall = 2, health >= critical, stale, job = none."
                : "Try fewer letters. Names look like the signs in the hall; numbers may be left without their zeros.");
        return;
    }
    move_with_arrows(memory.hit, int(memory.hits.size()));
    if (enter) {
        const ObjectId id = memory.hits[size_t(memory.hit)].id;
        close(ui, memory);
        go_to(ui, id);
        return;
    }
    ObjectId clicked;
    begin_scroll("##hits", body);
    const Pen pen(ui.view);
    const float height = pen.px(28);
    keep_in_view(memory.hit, height, body.h);
    const float top = ImGui::GetCursorScreenPos().y;
    for (size_t i = 0; i < memory.hits.size(); ++i) {
        const Rect row{body.x, top + height * float(i), body.w, height};
        if (row.bottom() < body.y || row.y > body.bottom()) continue;
        const Touch over = touch(int64_t(i), row);
        draw_hit(ui, pen, row, memory.hits[i], int(i) == memory.hit || over.hovered);
        if (over.hovered) ui.view.hovered = memory.hits[i].id;
        if (over.clicked) clicked = memory.hits[i].id;
    }
    ImGui::SetCursorScreenPos({body.x, top});
    ImGui::Dummy({1, height * float(memory.hits.size())});
    end_scroll();
    if (clicked.valid()) {
        close(ui, memory);
        go_to(ui, clicked);
    }
}

// The place of the error under the text: a caret where the message says.
void draw_filter(const UiContext& ui, const Pen& pen, const Rect& body, std::string_view text, PanelMemory& memory,
                 bool enter) {
    std::optional<Filter> filter = try_filter(ui, memory, text);
    const float x = body.x + pen.px(16), room = body.w - pen.px(32);
    if (!filter) {
        size_t at = 0;
        if (memory.filter_error.starts_with("at "))
            at = size_t(std::max(1, std::atoi(memory.filter_error.c_str() + 3))) - 1;
        const std::string shown = text.size() > 48 ? std::string(text.substr(0, 48)) : std::string(text);
        pen.text_fit(x, body.y + pen.px(20), room, Type::mono, pen.colors.muted, shown);
        const float mark = x + pen.width(Type::mono, shown.substr(0, std::min(at, shown.size())));
        pen.draw->AddTriangleFilled({mark + pen.px(4), body.y + pen.px(28)}, {mark + pen.px(8), body.y + pen.px(35)},
                                    {mark, body.y + pen.px(35)}, pen.colors.warning);
        pen.text_wrapped(x, body.y + pen.px(40), room, Type::small, health_text_color(pen.colors, Health::warning),
                         memory.filter_error);
        return;
    }
    pen.text(x, body.y + pen.px(20), Type::strong, pen.colors.text, "Show only");
    pen.text_wrapped(x, body.y + pen.px(34), room, Type::small, pen.colors.muted, matches_text(memory));
    pen.text(x, body.bottom() - pen.px(18), Type::small, pen.colors.hint,
             "Enter keeps it, Esc leaves everything as it was");
    if (!enter) return;
    ui.view.filter = std::move(*filter);
    ui.view.filter_text = text;
    close(ui, memory);
}

// A link that somebody sent: what it shows, or what is wrong with it.
void draw_link(const UiContext& ui, const Pen& pen, const Rect& body, const std::string& text, PanelMemory& memory,
               bool enter) {
    const float x = body.x + pen.px(16), room = body.w - pen.px(32);
    try {
        const ViewLink link = parse_link(text);
        pen.text(x, body.y + pen.px(20), Type::strong, pen.colors.text, "Open the view of this link");
        std::string what = link.time_ns ? date_time(*link.time_ns) : "the time that is shown";
        if (link.selected && !ui.state.empty() && ui.state.topology().contains(*link.selected))
            what += " · " + ui.state.topology().path_of(*link.selected);
        pen.text_fit(x, body.y + pen.px(44), room, Type::small, pen.colors.muted, what);
        pen.text(x, body.bottom() - pen.px(18), Type::small, pen.colors.hint, "Enter goes there");
        if (!enter || ui.state.empty()) return;
        go_to_link(ui, text);
        close(ui, memory);
    } catch (const std::runtime_error& error) {
        pen.text_wrapped(x, body.y + pen.px(12), room, Type::small, health_text_color(pen.colors, Health::warning),
                         error.what());
    }
}

// Every command once, whatever number of keys it has.
std::vector<const KeyBinding*> commands_for(std::string_view text) {
    std::vector<const KeyBinding*> out;
    for (const KeyBinding& binding : key_bindings()) {
        if (binding.action == Action::none || binding.action == Action::palette || !contains_words(binding.text, text))
            continue;
        if (std::none_of(out.begin(), out.end(), [&](const KeyBinding* b) { return b->action == binding.action; }))
            out.push_back(&binding);
    }
    return out;
}

void draw_palette(const UiContext& ui, const Rect& body, std::string_view text, PanelMemory& memory, bool enter) {
    const std::vector<const KeyBinding*> commands = commands_for(text);
    if (memory.searched != text) memory.hit = 0;
    memory.searched = text;
    if (commands.empty()) {
        draw_empty(Pen(ui.view), body, "No such command", "Every command has a key too: press ? for the table.");
        return;
    }
    move_with_arrows(memory.hit, int(commands.size()));
    std::optional<Action> chosen;
    if (enter) chosen = commands[size_t(memory.hit)]->action;
    begin_scroll("##commands", body);
    const Pen pen(ui.view);
    const float height = pen.px(28), top = ImGui::GetCursorScreenPos().y;
    keep_in_view(memory.hit, height, body.h);
    for (size_t i = 0; i < commands.size(); ++i) {
        const Rect row{body.x, top + height * float(i), body.w, height};
        const Touch over = touch(int64_t(i), row);
        const bool lit = int(i) == memory.hit;
        if (lit || over.hovered) pen.fill(row, pen.colors.raised);
        if (lit) pen.fill({row.x, row.y, pen.px(2), row.h}, pen.colors.accent);
        pen.text_right(row.right() - pen.px(16), row.mid_y(), Type::small, pen.colors.hint, commands[i]->keys);
        pen.text_fit(row.x + pen.px(16), row.mid_y(), row.w - pen.px(100), Type::body, pen.colors.text,
                     commands[i]->text);
        if (over.clicked) chosen = commands[i]->action;
    }
    ImGui::SetCursorScreenPos({body.x, top});
    ImGui::Dummy({1, height * float(commands.size())});
    end_scroll();
    if (!chosen) return;
    close(ui, memory);
    memory.command = chosen;
}

}  // namespace

std::optional<Action> take_command(PanelMemory& memory) {
    std::optional<Action> out;
    std::swap(out, memory.command);
    return out;
}

void draw_search(const UiContext& ui) {
    PanelMemory& memory = ui.memory;
    const Layout layout = layout_of(ui.view);
    const float s = ui.view.ui_scale;
    const auto px = [s](float v) { return std::floor(v * s + 0.5f); };
    const bool palette_mode = ui.view.palette_open && !ui.view.search_open;
    if (!memory.search_was_open) {
        memory.search_was_open = memory.search_focus = true;
        memory.search_entered = false;
        // An open filter can be edited.
        std::snprintf(memory.search_text.data(), memory.search_text.size(), "%s",
                      palette_mode ? "" : ui.view.filter_text.c_str());
    }
    const Rect window = layout.window;
    const float width = std::min(px(560), window.w - px(32));
    // As tall as what it has to say.
    const std::string_view typed(memory.search_text.data());
    const float wanted = palette_mode ? 64.f + 28.f * float(std::clamp<size_t>(commands_for(typed).size(), 3, 14))
                         : is_expression(typed) || typed.starts_with(link_scheme) ? 176.f
                         : typed.empty() || memory.hits.empty()
                             ? 148.f
                             : 64.f + 28.f * float(std::min<size_t>(memory.hits.size(), 14));
    const float height = std::min(px(wanted), window.h - px(64));
    const float right =
        palette_mode ? window.x + (window.w + width) * 0.5f : std::min(window.right() - px(8), window.right() - px(40));
    const Rect box{std::floor(right - width), px(palette_mode ? 64 : 4), width, height};
    begin_region(ui.view, "##search", box);
    const Pen pen(ui.view);
    pen.frame(box, pen.colors.line);
    const Rect field{box.x + pen.px(8), box.y + pen.px(8), box.w - pen.px(16), pen.px(32)};
    const bool enter = draw_field(
        pen, field, palette_mode ? "Command" : "Search names, or filter: temp_celsius > 80 and hall = 2", memory);
    const std::string text(memory.search_text.data());
    const Rect body{box.x + 1, field.bottom() + pen.px(8), box.w - 2, box.h - field.h - pen.px(20)};
    if (palette_mode) {
        draw_palette(ui, body, text, memory, enter);
    } else if (text.starts_with(link_scheme)) {
        draw_link(ui, pen, body, text, memory, enter);
    } else if (is_expression(text)) {
        draw_filter(ui, pen, body, text, memory, enter);
    } else if (enter && text.empty()) {
        ui.view.filter = {};
        ui.view.filter_text.clear();
        close(ui, memory);
    } else {
        search_again(ui, memory, text);
        draw_hits(ui, body, memory, enter);
    }
    if (ImGui::IsKeyPressed(ImGui::GetIO().KeyMap[ImGuiKey_Escape])) close(ui, memory);
    if (ImGui::IsMouseClicked(ImGuiMouseButton_Left) && !ImGui::IsMouseHoveringRect(box.min(), box.max(), false))
        close(ui, memory);
    end_region();
}

}  // namespace bv

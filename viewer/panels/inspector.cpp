// The right side: everything about the selection, or about the site while nothing is selected. Reads: state, topology,
// sparklines. Writes: the selection, what colours the hall.
#include "viewer/panels/inspector.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "viewer/panels/incidents.h"
#include "viewer/panels/layout.h"
#include "viewer/panels/lists.h"

namespace bv {
namespace {

// From the site down to the object itself.
std::vector<ObjectId> path_to(const Topology& t, ObjectId id) {
    std::vector<ObjectId> out;
    for (ObjectId at = id; at.valid() && out.size() < 8; at = t.parent(at)) out.push_back(at);
    std::reverse(out.begin(), out.end());
    return out;
}

void draw_breadcrumb(const UiContext& ui, const Pen& pen, Flow& flow, ObjectId id) {
    const Topology& t = ui.state.topology();
    std::vector<ObjectId> path = path_to(t, id);
    path.pop_back();
    if (path.empty()) return;
    const Rect line = flow.take(pen.px(20));
    float x = line.x + pen.px(12);
    for (size_t i = 0; i < path.size(); ++i) {
        const std::string name = path[i].object_class == ObjectClass::site ? "site" : short_name(t, path[i]);
        const float width = std::min(pen.width(Type::small, name), line.right() - pen.px(12) - x);
        if (width <= pen.px(8)) break;
        const Touch over = touch(int64_t(i) + 500, {x, line.y, width, line.h});
        pen.text_fit(x, line.mid_y(), width + 1, Type::small, over.hovered ? pen.colors.accent : pen.colors.muted,
                     name);
        if (over.clicked) ui.view.select(path[i]);
        if (over.hovered) hint(ui.view, std::string(name_of(path[i].object_class)) + " " + t.name_of(path[i]));
        x += width + pen.px(6);
        pen.text(x, line.mid_y(), Type::small, pen.colors.hint, "/");
        x += pen.px(10);
    }
}

// A site is as well known as its sources are: without a live one nothing is, and with some missing it isn't healthy.
void site_of_sources(const Digest& digest, Health& mark, std::string& sentence) {
    const std::string feed = feed_sentence(digest);
    if (feed.empty()) return;
    if (digest.sources_live == 0) {
        mark = Health::unknown;
        sentence = feed;
        return;
    }
    if (mark == Health::ok) {
        mark = Health::warning;
        sentence = feed;
        return;
    }
    sentence += " " + feed;
}

}  // namespace

bool begin_section(const UiContext& ui, const Pen& pen, Flow& flow, const char* title, std::string_view note) {
    pen.line_h(flow.x, flow.x + flow.w, flow.y + pen.px(4), pen.colors.line);
    flow.y += pen.px(5);
    PanelMemory& memory = ui.memory;
    bool open = !memory.folded.contains(title);
    const bool was = open;
    section(pen, title, flow.take(pen.px(32)), title, note, open);
    if (open != was) {
        if (open)
            memory.folded.erase(title);
        else
            memory.folded.insert(title);
    }
    return open;
}

void fact_row(const UiContext& ui, const Pen& pen, Flow& flow, std::string_view label, std::string_view value,
              ObjectId target) {
    const Rect row = flow.take(pen.px(24));
    const bool link = target.valid();
    bool hovered = false;
    if (link) {
        ImGui::PushID(int(row.y - flow.y) + int(target.object_class));
        const Touch over = touch(label.empty() ? "fact" : std::string(label).c_str(), row);
        ImGui::PopID();
        hovered = over.hovered;
        if (hovered) {
            pen.fill(row, pen.colors.raised);
            ui.view.hovered = target;
        }
        if (over.double_clicked)
            go_to(ui, target);
        else if (over.clicked)
            ui.view.select(target);
    }
    const float label_width = pen.width(Type::small, label);
    pen.text(row.x + pen.px(12), row.mid_y(), Type::small, pen.colors.muted, label);
    const float room = row.w - label_width - pen.px(36);
    const float width = std::min(room, pen.width(Type::body, value));
    pen.text_fit(row.right() - pen.px(12) - width, row.mid_y(), width + 1, Type::body,
                 hovered ? pen.colors.accent : pen.colors.text, value, true);
}

bool action_row(const Pen& pen, Flow& flow, const char* id, std::string_view text, std::string_view key) {
    const Rect row = flow.take(pen.px(28));
    const Touch over = touch(id, row);
    if (over.hovered) pen.fill(row, pen.colors.raised);
    pen.text_fit(row.x + pen.px(12), row.mid_y(), row.w - pen.px(60), Type::body, pen.colors.accent, text);
    pen.text_right(row.right() - pen.px(12), row.mid_y(), Type::small, pen.colors.hint, key);
    return over.clicked;
}

void draw_header(const UiContext& ui, const Pen& pen, Flow& flow, ObjectId id) {
    const Topology& t = ui.state.topology();
    const int64_t now = ui.timeline.now_ns();
    const Rect kind = flow.take(pen.px(28));
    pen.text_fit(kind.x + pen.px(12), kind.mid_y() + pen.px(2), kind.w - pen.px(90), Type::small, pen.colors.hint,
                 class_title(t, id));
    const Rect title = flow.take(pen.px(28));
    std::string name = t.path_of(id);
    if (id.object_class == ObjectClass::job)
        if (const Job* job = job_in_slot(ui.state, id.index)) name = job->name.empty() ? job->id : job->name;
    if (id.object_class == ObjectClass::site) name = t.title.empty() ? t.name : t.title;
    pen.text_fit(title.x + pen.px(12), title.mid_y(), title.w - pen.px(24), Type::title, pen.colors.text, name,
                 id.object_class == ObjectClass::link);
    draw_breadcrumb(ui, pen, flow, id);
    flow.y += pen.px(8);

    const Shown shown = shown_health(ui.state, id, now);
    const Health own = shown.heard && !shown.stale ? shown.health : Health::unknown, worst = worst_at(ui, id);
    // A healthy container with trouble inside says so, and looks like it.
    Health mark = badness(worst) > badness(own) && in_trouble(worst) ? worst : own;
    std::string sentence = health_sentence(ui.state, id, now);
    if (const std::string inside = trouble_sentence(ui.memory.digest, id); !inside.empty())
        sentence = own == Health::ok ? inside : sentence + " " + inside;
    if (id.object_class == ObjectClass::site) site_of_sources(ui.memory.digest, mark, sentence);
    pen.health_mark(flow.x + pen.px(20), flow.y + pen.px(9), 6, mark);
    flow.y += pen.text_wrapped(flow.x + pen.px(36), flow.y, flow.w - pen.px(48), Type::body,
                               health_text_color(pen.colors, mark), sentence);
    flow.y += pen.px(8);
}

void draw_key_numbers(const UiContext& ui, const Pen& pen, Flow& flow, ObjectId id) {
    const auto metrics = metrics_of(id.object_class);
    const Rect all = flow.take(pen.px(68));
    const float each = (all.w - pen.px(24)) / 3;
    const std::array<MetricIndex, 3> keys = key_metrics(id.object_class);
    const bool stale = ui.state.stale(id, ui.timeline.now_ns());
    for (size_t i = 0; i < 3; ++i) {
        if (keys[i] == health_metric) continue;
        const Metric& m = metrics[keys[i]];
        const double value = ui.state.value(id, keys[i]);
        const Quantity q = quantity(m, value);
        const float x = all.x + pen.px(12) + each * float(i);
        const Health by_value = health_by_thresholds(m, value);
        const Rgba color = std::isnan(value) || stale ? pen.colors.hint
                           : by_value == Health::ok   ? pen.colors.text
                                                      : health_text_color(pen.colors, by_value);
        const float unit = q.unit.empty() ? 0 : pen.width(Type::body, q.unit) + pen.px(4);
        const Type type = std::isnan(value)                                              ? Type::title
                          : pen.width(Type::display, q.value) + unit <= each - pen.px(8) ? Type::display
                                                                                         : Type::title;
        pen.quantity_left(x, all.y + pen.px(22), type, color, q);
        pen.text_fit(x, all.y + pen.px(50), each - pen.px(4), Type::small, pen.colors.muted, m.label);
        if (stale)
            pen.hatch({x, all.y + pen.px(37), each - pen.px(16), pen.px(5)}, with_alpha(pen.colors.hint, 0.7f), 4);
        const Touch over = touch(int64_t(i) + 700, {x, all.y, each, all.h});
        if (over.hovered) hint(ui.view, fmt::format("{}: {}", m.label, exact(m, value)));
    }
    flow.y += pen.px(4);
}

void draw_inspector(const UiContext& ui) {
    const Layout layout = layout_of(ui.view);
    const Rect all = layout.right;
    begin_docked("##right", all);
    const Pen outer(ui.view);
    outer.line_v(all.x, all.y, all.bottom(), outer.colors.line);
    if (ui.view.right_folded) {
        if (fold_button(ui, outer, "unfold", {all.x, all.y, all.w, outer.px(36)}, true)) ui.view.right_folded = false;
        end_region();
        return;
    }
    const ObjectId id = ui.view.selected;
    const bool known = !ui.state.empty() && ui.state.topology().contains(id);
    begin_scroll(known ? "##inspector" : "##overview", {all.x + 1, all.y, all.w - 1, all.h});
    const Pen pen(ui.view);
    Flow flow{all.x + 1, ImGui::GetCursorScreenPos().y, all.w - 1 - pen.px(8)};
    const float top = flow.y;
    // Fold button first: what is drawn later lies under it for clicks.
    if (fold_button(ui, pen, "fold", {flow.x + flow.w - pen.px(24), flow.y, pen.px(24), pen.px(28)}, false))
        ui.view.right_folded = true;
    if (!known && ui.view.trunk.valid() && ui.layout) {
        draw_trunk(ui, pen, flow, ui.view.trunk);
    } else if (!known) {
        draw_overview(ui, pen, flow);
    } else {
        draw_header(ui, pen, flow, id);
        draw_incident(ui, pen, flow, id);
        draw_key_numbers(ui, pen, flow, id);
        draw_routes(ui, pen, flow, id);
        draw_stragglers(ui, pen, flow, id);
        draw_plots(ui, pen, flow, id);
        draw_contents(ui, pen, flow, id);
        draw_metrics(ui, pen, flow, id);
        draw_links(ui, pen, flow, id);
        draw_placement(ui, pen, flow, id);
        draw_object_events(ui, pen, flow, id);
        draw_raw(ui, pen, flow, id);
    }
    flow.y += pen.px(16);
    ImGui::SetCursorScreenPos({flow.x, top});
    ImGui::Dummy({1, flow.y - top});
    end_scroll();
    end_region();
}

}  // namespace bv

// The site as a whole: what is there, what is wrong, what it draws, and where its numbers come from. Reads: digest,
// site metrics, facts of the topology. Writes: the selection, the health filter.
#include <fmt/format.h>

#include <cmath>

#include "feed/simulator/presets.h"
#include "viewer/panels/inspector.h"
#include "viewer/panels/lists.h"

namespace bv {
namespace {

// One class in one line: its count, and a bar of healths in which only trouble has colour.
void draw_class_row(const UiContext& ui, const Pen& pen, const Rect& row, ObjectClass c, const Digest& digest) {
    const auto& counts = digest.counts[size_t(c)];
    const uint32_t total = ui.state.topology().count(c);
    const Touch over = touch(int64_t(c) + 3000, row);
    if (over.hovered) {
        pen.fill(row, pen.colors.raised);
        begin_hint(ui.view);
        const Pen tip(ui.view);
        for (size_t h = 0; h < health_count; ++h)
            if (counts[h]) hint_row(tip, tip.px(180), title_of_health(Health(h)), {grouped(counts[h]), ""});
        end_hint();
    }
    const float x = row.x + pen.px(12);
    pen.text(x, row.mid_y(), Type::body, pen.colors.muted, class_label(c, true));
    pen.text_right(x + pen.px(128), row.mid_y(), Type::body, pen.colors.text, grouped(total));
    float right = row.right() - pen.px(4);
    for (const Health h : {Health::unknown, Health::maintenance, Health::warning, Health::critical, Health::down}) {
        if (counts[size_t(h)] == 0) continue;
        const std::string n = short_count(counts[size_t(h)]);
        pen.text_right(right, row.mid_y(), Type::small, health_text_color(pen.colors, h), n);
        right -= pen.width(Type::small, n) + pen.px(10);
        pen.health_mark(right, row.mid_y(), 4, h);
        right -= pen.px(12);
    }
    if (counts[size_t(Health::ok)] == total)
        pen.text_right(right, row.mid_y(), Type::small, pen.colors.hint, "all healthy");
}

std::string provenance_note(const Fact& fact) {
    return std::string(name_of(fact.provenance)) + (fact.source.empty() ? "" : " · " + fact.source);
}

void draw_fact(const Pen& pen, Flow& flow, const Fact& fact) {
    const float x = flow.x + pen.px(12), width = flow.w - pen.px(16);
    flow.y +=
        pen.text_wrapped(x, flow.y + pen.px(4), width, Type::small, pen.colors.text, fact.subject + ": " + fact.text) +
        pen.px(4);
    const Rect note = flow.take(pen.px(16));
    pen.text_fit(x, note.mid_y(), width, Type::small, pen.colors.hint, provenance_note(fact));
    flow.y += pen.px(6);
}

// By which rates the simulator breaks things, and what it assumes.
void draw_preset(const UiContext& ui, const Pen& pen, Flow& flow, const std::string& simulation) {
    if (simulation.empty() || !begin_section(ui, pen, flow, "How it is simulated", "")) return;
    const float x = flow.x + pen.px(12), width = flow.w - pen.px(16);
    flow.y += pen.text_wrapped(x, flow.y + pen.px(4), width, Type::small, pen.colors.text, simulation) + pen.px(10);
    for (const sim::Preset preset : {sim::Preset::measured, sim::Preset::video_2024}) {
        if (sim::describe(preset).name != sim::preset_name_in(simulation)) continue;
        for (const sim::PresetNote& note : sim::describe(preset).notes)
            draw_fact(pen, flow,
                      {std::string(note.subject), std::string(note.text), note.provenance, std::string(note.source)});
    }
}

}  // namespace

void draw_overview(const UiContext& ui, const Pen& pen, Flow& flow) {
    if (ui.state.empty()) {
        draw_empty(pen, {flow.x, flow.y, flow.w, pen.px(200)}, "Nothing to inspect yet",
                   "Once a source has told its cluster, the site stands here, and whatever you click: its health, "
                   "numbers, links and events.");
        return;
    }
    const Topology& t = ui.state.topology();
    const ObjectId site{ObjectClass::site, 0};
    const Digest& digest = ui.memory.digest;
    draw_header(ui, pen, flow, site);
    draw_key_numbers(ui, pen, flow, site);
    if (begin_section(ui, pen, flow, "What is there"))
        for (const ObjectClass c : all_object_classes)
            if (c != ObjectClass::site && c != ObjectClass::job && t.count(c) > 0)
                draw_class_row(ui, pen, flow.take(pen.px(24)), c, digest);
    draw_metrics(ui, pen, flow, site);
    draw_preset(ui, pen, flow, digest.simulation);
    if (!t.facts.empty() && begin_section(ui, pen, flow, "Where this comes from", t.synthetic ? "synthetic" : ""))
        for (const Fact& fact : t.facts) draw_fact(pen, flow, fact);
    const Rect row = flow.take(pen.px(40));
    pen.text_fit(row.x + pen.px(12), row.mid_y(), row.w - pen.px(24), Type::small, pen.colors.hint,
                 "Click anything in the hall or in a list to see it here.");
}

}  // namespace bv

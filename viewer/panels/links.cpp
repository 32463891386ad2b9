// Links in the inspector: those of the selection, the facts of one. Reads: topology, state. Writes: the selection.
#include <fmt/format.h>

#include <algorithm>

#include "cluster/routes.h"
#include "viewer/panels/inspector.h"
#include "viewer/panels/lists.h"

namespace bv {

void draw_link_row(const UiContext& ui, const Pen& pen, const Rect& row, uint32_t index, ObjectId from) {
    const Topology& t = ui.state.topology();
    const Link& link = t.links[index];
    const ObjectId id{ObjectClass::link, index};
    const bool from_a = link.a.object() == from;
    const PortRef& here = from_a ? link.a : link.b;
    const PortRef& peer = from_a ? link.b : link.a;
    const Touch over = touch(int64_t(index) + 10'000, row);
    if (over.hovered) {
        pen.fill(row, pen.colors.raised);
        ui.view.hovered = id;
        hint(ui.view, fmt::format("{}, {}: {}{}. Click for the link, double click for its other end.", t.path_of(id),
                                  words_of(link.link_class), words_of(link.medium),
                                  link.length_m > 0 ? fmt::format(", {:.0f} m", double(link.length_m)) : ""));
    }
    if (over.double_clicked)
        go_to(ui, peer.object());
    else if (over.clicked)
        ui.view.select(id);
    const Shown shown = shown_health(ui.state, id, ui.timeline.now_ns());
    pen.health_mark(row.x + pen.px(18), row.mid_y(), 4.5f,
                    shown.heard && !shown.stale ? shown.health : Health::unknown);
    pen.text_right(row.x + pen.px(56), row.mid_y(), Type::mono, pen.colors.hint, std::to_string(here.port));
    const float bar = pen.px(56);
    pen.text_fit(row.x + pen.px(64), row.mid_y(), row.w - pen.px(80) - bar, Type::body, pen.colors.text,
                 t.path_of(peer.object()), true);
    const auto tx = find_metric(ObjectClass::link, from_a ? "tx_bytes_per_second" : "rx_bytes_per_second");
    if (!tx) return;
    Metric m = metrics_of(ObjectClass::link)[*tx];
    if (link.capacity_bytes_per_second > 0) m.display_max = link.capacity_bytes_per_second;
    draw_bar(pen, {row.right() - pen.px(4) - bar, row.mid_y() - pen.px(3), bar, pen.px(6)}, m, ui.state.value(id, *tx),
             pen.colors.plot);
}

namespace {

void draw_link_facts(const UiContext& ui, const Pen& pen, Flow& flow, ObjectId id) {
    const Topology& t = ui.state.topology();
    const Link& link = t.links[id.index];
    if (!begin_section(ui, pen, flow, "Ends")) return;
    fact_row(ui, pen, flow, fmt::format("port {}", link.a.port), t.path_of(link.a.object()), link.a.object());
    fact_row(ui, pen, flow, fmt::format("port {} ", link.b.port), t.path_of(link.b.object()), link.b.object());
    const bool compute = link.link_class == LinkClass::host || link.link_class == LinkClass::leaf_spine;
    if (t.rails > 1 && compute) fact_row(ui, pen, flow, "rail", fmt::format("{} (of 0 to {})", link.rail, t.rails - 1));
    if (t.planes > 1 && compute)
        fact_row(ui, pen, flow, "plane", fmt::format("{} (of 0 to {})", link.plane, t.planes - 1));
    fact_row(ui, pen, flow, "cable",
             std::string(words_of(link.medium)) +
                 (link.length_m > 0 ? fmt::format(", {:.0f} m", double(link.length_m)) : ""));
    if (link.capacity_bytes_per_second > 0)
        fact_row(ui, pen, flow, "capacity",
                 quantity(double(link.capacity_bytes_per_second), "B/s").text() + " each way");
}

std::vector<uint32_t> links_shown(const Topology& t, ObjectId id) {
    std::vector<uint32_t> out;
    const auto add = [&](ObjectId end) {
        for (const uint32_t link : t.links_of(end)) out.push_back(link);
    };
    if (id.object_class == ObjectClass::switch_ || id.object_class == ObjectClass::nic) add(id);
    if (id.object_class == ObjectClass::node)
        for (uint32_t i = t.nodes[id.index].nics.first; i < t.nodes[id.index].nics.end(); ++i)
            add({ObjectClass::nic, i});
    if (id.object_class == ObjectClass::gpu) {
        // Its way into the fabric.
        if (const uint32_t nic = nic_of_gpu(t, id.index); nic != no_index) add({ObjectClass::nic, nic});
    }
    return out;
}

ObjectId end_inside(const Topology& t, uint32_t link, ObjectId id) {
    if (id.object_class == ObjectClass::switch_ || id.object_class == ObjectClass::nic) return id;
    return t.links[link].a.object();
}

}  // namespace

void draw_links(const UiContext& ui, const Pen& pen, Flow& flow, ObjectId id) {
    if (id.object_class == ObjectClass::link) return draw_link_facts(ui, pen, flow, id);
    const std::vector<uint32_t> links = links_shown(ui.state.topology(), id);
    if (links.empty()) return;
    if (!begin_section(ui, pen, flow, "Links", grouped(int64_t(links.size())))) return;
    // Only rows in view are worked out: a switch has up to 128.
    const float height = pen.px(24);
    const Rect clip{flow.x, ImGui::GetWindowPos().y, flow.w, ImGui::GetWindowHeight()};
    for (const uint32_t link : links) {
        const Rect row = flow.take(height);
        if (row.bottom() > clip.y && row.y < clip.bottom())
            draw_link_row(ui, pen, row, link, end_inside(ui.state.topology(), link, id));
    }
}

}  // namespace bv

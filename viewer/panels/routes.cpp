// The ways through the fabric between two ends, in words. Reads: the routes that the hall shows. Writes: the selection.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/panels/inspector.h"
#include "viewer/panels/lists.h"
#include "viewer/scene_layout.h"

namespace bv {
namespace {

// "1 → 64 → 896 → 64 → 1"
std::string stages_of(const Routes& routes) {
    std::string out;
    for (const uint32_t switches : routes.stages)
        if (switches > 0) out += fmt::format("{}{}", out.empty() ? "" : " → ", grouped(switches));
    return out;
}

void draw_busiest(const UiContext& ui, const Pen& pen, Flow& flow, const Routes& routes) {
    const MetricIndex tx = find_metric(ObjectClass::link, "tx_bytes_per_second").value(),
                      rx = find_metric(ObjectClass::link, "rx_bytes_per_second").value();
    uint32_t busiest = no_index;
    double most = -1;
    for (const uint32_t link : routes.links) {
        const double capacity = double(ui.state.topology().links[link].capacity_bytes_per_second);
        for (const MetricIndex m : {tx, rx})
            if (const double load = ui.state.value({ObjectClass::link, link}, m) / capacity; load > most)
                most = load, busiest = link;
    }
    if (busiest == no_index) return;
    fact_row(ui, pen, flow, fmt::format("busiest, {:.0f} %", most * 100),
             list_name(ui.state.topology(), {ObjectClass::link, busiest}), {ObjectClass::link, busiest});
}

void draw_ways(const UiContext& ui, const Pen& pen, Flow& flow, const Routes& routes) {
    const auto sentence = [&](Rgba color, std::string_view text) {
        flow.y +=
            pen.text_wrapped(flow.x + pen.px(12), flow.y + pen.px(4), flow.w - pen.px(24), Type::small, color, text) +
            pen.px(8);
    };
    const Topology& t = ui.state.topology();
    fact_row(ui, pen, flow, "from", t.path_of(routes.from), routes.from);
    fact_row(ui, pen, flow, "to", t.path_of(routes.to), routes.to);
    if (routes.kind == Routes::Kind::same_node)
        return sentence(pen.colors.muted, "Both are in one server: they talk over NVLink, not over the fabric.");
    if (routes.kind == Routes::Kind::unreachable)
        return sentence(health_text_color(pen.colors, Health::warning), "No cables lead from one to the other.");
    fact_row(ui, pen, flow, "each way", fmt::format("{} links, {} switches", routes.hops, routes.hops - 1));
    fact_row(ui, pen, flow, "equal-cost ways", grouped(int64_t(routes.paths)));
    fact_row(ui, pen, flow, "switches by stage", stages_of(routes));
    if (routes.over_nvlink)
        sentence(pen.colors.muted,
                 "They are on different rails: the first hop is NVLink to the NIC on the other's rail.");
    if (!routes.down_links.empty())
        sentence(
            health_text_color(pen.colors, routes.open_paths > 0 ? Health::warning : Health::critical),
            routes.open_paths > 0
                ? fmt::format("{} of {} ways are open: {} on the way {} down.", grouped(int64_t(routes.open_paths)),
                              grouped(int64_t(routes.paths)), grouped(int64_t(routes.down_links.size())),
                              routes.down_links.size() == 1 ? "link is" : "links are")
                : "No way is open: every one of them has a link that is down.");
    draw_busiest(ui, pen, flow, routes);
    for (size_t i = 0; i < std::min<size_t>(routes.down_links.size(), 6); ++i) {
        const ObjectId id{ObjectClass::link, routes.down_links[i]};
        fact_row(ui, pen, flow, "down", list_name(t, id), id);
    }
}

}  // namespace

void draw_routes(const UiContext& ui, const Pen& pen, Flow& flow, ObjectId id) {
    if (!ui.layout) return;
    if (!ui.view.route_from.valid()) {
        if (is_route_end(id) && action_row(pen, flow, "route", "Ways through the fabric from here", "Y"))
            ui.view.toggle_route();
        return;
    }
    if (!begin_section(ui, pen, flow, "Ways through the fabric")) return;
    const Routes& routes = ui.layout->impl().cache.routes;
    if (id == ui.view.route_from || routes.kind == Routes::Kind::none || routes.to != id) {
        fact_row(ui, pen, flow, "from", ui.state.topology().path_of(ui.view.route_from), ui.view.route_from);
        flow.y += pen.text_wrapped(flow.x + pen.px(12), flow.y + pen.px(4), flow.w - pen.px(24), Type::small,
                                   pen.colors.muted, "Select the other end: a GPU, NIC, server or switch.") +
                  pen.px(8);
    } else {
        draw_ways(ui, pen, flow, routes);
    }
    if (action_row(pen, flow, "no route", "Show no ways any more", "Esc")) ui.view.route_from = {};
}

}  // namespace bv

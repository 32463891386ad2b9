// What is in a trunk: under the pointer in short, opened in the inspector in full. Reads: the sums over trays, link
// columns. Writes: the selection.
#include "viewer/panels/trunk.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "viewer/panels/inspector.h"
#include "viewer/panels/lists.h"
#include "viewer/scene_layout.h"

namespace bv {
namespace {

constexpr size_t most_listed = 200;

std::string hall_name(const Topology& t, uint32_t tray) {
    return tray < t.halls.size() ? t.name_of({ObjectClass::hall, tray}) : "outside the halls";
}

double busier(const UiContext& ui, uint32_t link) {
    const ObjectId id{ObjectClass::link, link};
    const double tx = ui.state.value(id, find_metric(ObjectClass::link, "tx_bytes_per_second").value());
    const double rx = ui.state.value(id, find_metric(ObjectClass::link, "rx_bytes_per_second").value());
    return std::max(tx > 0 ? tx : 0.0, rx > 0 ? rx : 0.0);
}

// The worst first, then the busiest; ranked anew when the state has moved on.
const std::vector<uint32_t>& ranked_links(const UiContext& ui, const TrunkRef& trunk) {
    PanelMemory& memory = ui.memory;
    if (memory.opened == trunk && memory.opened_time_ns == ui.state.time_ns) return memory.ranked_links;
    memory.opened = trunk;
    memory.opened_time_ns = ui.state.time_ns;
    std::vector<uint32_t>& links = memory.ranked_links;
    links = ui.layout->impl().fabric.links_in(trunk);
    const size_t shown = std::min(links.size(), most_listed);
    std::partial_sort(links.begin(), links.begin() + std::ptrdiff_t(shown), links.end(), [&](uint32_t a, uint32_t b) {
        const int bad_a = badness(ui.state.health({ObjectClass::link, a})),
                  bad_b = badness(ui.state.health({ObjectClass::link, b}));
        if (bad_a != bad_b) return bad_a > bad_b;
        const double load_a = busier(ui, a), load_b = busier(ui, b);
        return load_a != load_b ? load_a > load_b : a < b;
    });
    return links;
}

Quantity percent(double part, double whole) {
    return whole > 0 ? Quantity{fmt::format("{:.0f}", 100 * part / whole), "%"} : Quantity{"–", ""};
}

}  // namespace

std::string name_of(const UiContext& ui, const TrunkRef& trunk) {
    const Topology& t = ui.state.topology();
    const FabricPlan& plan = ui.layout->impl().fabric;
    if (trunk.kind == TrunkRef::Kind::pair) {
        const FabricPlan::HallPair& pair = plan.hall_pairs[trunk.tray];
        return hall_name(t, pair.hall_a) + " to " + hall_name(t, pair.hall_b);
    }
    if (trunk.kind == TrunkRef::Kind::hall) return "Main tray of " + hall_name(t, trunk.tray);
    if (trunk.tray < t.rows.size()) return "Tray over " + t.name_of({ObjectClass::row, trunk.tray});
    for (uint32_t rack = 0; rack < plan.rack_stops.size(); ++rack)
        if (plan.rack_stops[rack].tray == trunk.tray) return "Tray over " + t.name_of({ObjectClass::rack, rack});
    return "Tray";
}

std::string_view words_of_lane(uint32_t lane) {
    constexpr std::array<std::string_view, lane_count> words{"server links", "leaf to spine", "spine to core"};
    return words[std::min<uint32_t>(lane, lane_count - 1)];
}

std::string trunk_sentence(const TrunkLoad& load) {
    const std::string links = grouped(load.links);
    if (load.links == 0) return "No link that is shown runs here.";
    if (load.unknown == load.links) return fmt::format("Nothing is heard of its {} links.", links);
    const std::string silent = load.unknown > 0 ? fmt::format(" Nothing is heard of {}.", grouped(load.unknown)) : "";
    if (load.failing() == 0)
        return (load.unknown > 0 ? fmt::format("{} of {} links are well.", grouped(load.links - load.unknown), links)
                                 : fmt::format("All {} links are well.", links)) +
               silent;
    std::string kinds;
    for (const auto& [count, word] :
         {std::pair{load.down, "down"}, std::pair{load.critical, "critical"}, std::pair{load.warning, "warning"}})
        if (count > 0) kinds += fmt::format("{}{} {}", kinds.empty() ? "" : ", ", grouped(count), word);
    return fmt::format("{} of {} links are in trouble: {}.{}", grouped(load.failing()), links, kinds, silent);
}

void draw_trunk_tooltip(const UiContext& ui, const TrunkRef& trunk) {
    const TrunkLoad load = load_of(ui.layout->impl(), trunk);
    begin_hint(ui.view);
    const Pen pen(ui.view);
    const float width = pen.px(260);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const Health worst = load.worst();
    pen.health_mark(at.x + pen.px(6), at.y + pen.px(11), 5, worst);
    pen.text_fit(at.x + pen.px(20), at.y + pen.px(11), width - pen.px(20), Type::strong, pen.colors.text,
                 name_of(ui, trunk), true);
    pen.text_fit(at.x + pen.px(20), at.y + pen.px(29), width - pen.px(20), Type::small, pen.colors.hint,
                 fmt::format("Trunk · {}", words_of_lane(trunk.lane)));
    ImGui::Dummy({width, pen.px(40)});
    hint_row(pen, width, "Load", quantity(load.bytes_per_second, "B/s"));
    hint_row(pen, width, "Utilisation", percent(load.bytes_per_second, load.capacity));
    const ImVec2 end = ImGui::GetCursorScreenPos();
    const float used = pen.text_wrapped(end.x, end.y + pen.px(4), width, Type::small,
                                        worst == Health::ok ? pen.colors.muted : health_text_color(pen.colors, worst),
                                        trunk_sentence(load) + " Click opens it.");
    ImGui::Dummy({width, used + pen.px(4)});
    end_hint();
}

void draw_trunk(const UiContext& ui, const Pen& pen, Flow& flow, const TrunkRef& trunk) {
    const TrunkLoad load = load_of(ui.layout->impl(), trunk);
    const Rect kind = flow.take(pen.px(28));
    pen.text_fit(kind.x + pen.px(12), kind.mid_y() + pen.px(2), kind.w - pen.px(90), Type::small, pen.colors.hint,
                 fmt::format("Trunk · {}", words_of_lane(trunk.lane)));
    const Rect title = flow.take(pen.px(28));
    pen.text_fit(title.x + pen.px(12), title.mid_y(), title.w - pen.px(24), Type::title, pen.colors.text,
                 name_of(ui, trunk), true);
    flow.y += pen.px(8);
    const Health worst = load.worst();
    pen.health_mark(flow.x + pen.px(20), flow.y + pen.px(9), 6, worst);
    flow.y += pen.text_wrapped(flow.x + pen.px(36), flow.y, flow.w - pen.px(48), Type::body,
                               health_text_color(pen.colors, worst), trunk_sentence(load)) +
              pen.px(8);
    const Quantity numbers[] = {quantity(load.bytes_per_second, "B/s"),
                                percent(load.bytes_per_second, load.capacity),
                                {grouped(load.links), ""}};
    constexpr const char* labels[] = {"Load", "Utilisation", "Links"};
    const Rect all = flow.take(pen.px(68));
    const float each = (all.w - pen.px(24)) / 3;
    for (int i = 0; i < 3; ++i) {
        const float x = all.x + pen.px(12) + each * float(i);
        pen.quantity_left(x, all.y + pen.px(22), Type::title, pen.colors.text, numbers[i]);
        pen.text_fit(x, all.y + pen.px(50), each - pen.px(4), Type::small, pen.colors.muted, labels[i]);
    }
    if (begin_section(ui, pen, flow, "Load")) {
        const bool pair = trunk.kind == TrunkRef::Kind::pair;
        fact_row(ui, pen, flow, pair ? "that way" : "away from the racks", quantity(load.forth, "B/s").text());
        fact_row(ui, pen, flow, pair ? "the other way" : "towards the racks", quantity(load.back, "B/s").text());
        fact_row(ui, pen, flow, "capacity", quantity(load.capacity, "B/s").text() + " each way");
    }
    const std::vector<uint32_t>& links = ranked_links(ui, trunk);
    if (!begin_section(ui, pen, flow, "Links, worst first", grouped(int64_t(links.size())))) return;
    const Rect clip{flow.x, ImGui::GetWindowPos().y, flow.w, ImGui::GetWindowHeight()};
    for (size_t i = 0; i < std::min(links.size(), most_listed); ++i) {
        const Rect row = flow.take(pen.px(24));
        if (row.bottom() > clip.y && row.y < clip.bottom())
            draw_link_row(ui, pen, row, links[i], ui.state.topology().links[links[i]].a.object());
    }
    if (links.size() > most_listed) {
        const Rect row = flow.take(pen.px(24));
        pen.text(row.x + pen.px(12), row.mid_y(), Type::small, pen.colors.hint,
                 fmt::format("and {} more", grouped(int64_t(links.size() - most_listed))));
    }
}

}  // namespace bv

// The list of incidents, and one of them in the inspector: root, evidence, what it takes down, what it cost. Reads: the
// incidents of the state. Writes: the selection.
#include "viewer/panels/incidents.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "viewer/panels/inspector.h"
#include "viewer/panels/layout.h"
#include "viewer/panels/lists.h"

namespace bv {
namespace {

// "+129 · for 3 min": how many events more, how often, how long.
std::string second_line(const UiContext& ui, const Incident& incident) {
    std::string out;
    if (incident.children > 0) out = fmt::format("+{}", short_count(incident.children));
    if (incident.root_events > 1) out += fmt::format("{}{}×", out.empty() ? "" : " · ", grouped(incident.root_events));
    const bool closed = incident.state == IncidentState::closed;
    const double lasted_s = double((closed ? incident.end_ns : ui.state.time_ns) - incident.begin_ns) * 1e-9;
    return out + fmt::format("{}{}", out.empty() ? "" : " · ", (closed ? "over after " : "for ") + duration(lasted_s));
}

// What happened, without the name of what it happened to: that stands above it.
std::string what_happened(const UiContext& ui, const Incident& incident) {
    const std::string name =
        ui.state.topology().contains(incident.root) ? ui.state.topology().path_of(incident.root) : std::string();
    const size_t at = name.empty() ? std::string::npos : incident.title.find(name);
    if (at == std::string::npos) return incident.title;
    std::string rest = incident.title.substr(at + name.size());
    rest.erase(0, std::min(rest.find_first_not_of(" :,"), rest.size()));
    if (rest.empty()) return incident.title;
    rest[0] = char(std::toupper(static_cast<unsigned char>(rest[0])));
    return rest;
}

void draw_row(const UiContext& ui, const Pen& pen, const Rect& row, const Incident& incident, int number) {
    const Touch over = touch(number, row);
    const bool chosen = ui.view.incident == incident.id && ui.view.selected == incident.root;
    if (over.hovered || chosen) pen.fill(row, pen.colors.raised);
    if (chosen) pen.fill({row.x, row.y, pen.px(2), row.h}, pen.colors.accent);
    const bool closed = incident.state == IncidentState::closed;
    const float x = row.x + pen.px(32), right = row.right() - pen.px(12);
    const float first = row.y + pen.px(14), second = row.y + pen.px(31);
    pen.health_mark(row.x + pen.px(18), first, 5, health_of_incident(ui, incident));
    const std::string when = recent_time(ui.state.time_ns, incident.begin_ns);
    pen.text_right(right, first, Type::small, pen.colors.hint, when);
    pen.text_fit(
        x, first, right - pen.width(Type::small, when) - pen.px(8) - x, Type::body,
        closed ? pen.colors.muted : pen.colors.text,
        ui.state.topology().contains(incident.root) ? list_name(ui.state.topology(), incident.root) : incident.title,
        true);
    const std::string more = second_line(ui, incident);
    pen.text_right(right, second, Type::small, pen.colors.hint, more);
    pen.text_fit(x, second, right - pen.width(Type::small, more) - pen.px(8) - x, Type::small,
                 closed ? pen.colors.hint : pen.colors.muted, what_happened(ui, incident));
    if (over.hovered) {
        ui.view.hovered = incident.root;
        hint(ui.view, incident.title + ". Click for its evidence, double click to go there.");
    }
    if (over.double_clicked) go_to(ui, incident.root);
    if (over.clicked || over.double_clicked) choose_incident(ui, incident);
}

const Incident* chosen_incident(const UiContext& ui, ObjectId selected) {
    for (const Incident& incident : ui.memory.incidents.list())
        if (incident.id == ui.view.incident && incident.root == selected) return &incident;
    // Who comes from elsewhere sees the incident that goes on there.
    for (const Incident& incident : ui.memory.incidents.list())
        if (incident.root == selected && incident.state != IncidentState::closed) return &incident;
    return nullptr;
}

void draw_radius(const UiContext& ui, const Pen& pen, Flow& flow, const Incidents::Details& details) {
    const BlastRadius& radius = details.radius;
    const auto fact = [&](std::string_view label, uint32_t count) {
        if (count > 0) fact_row(ui, pen, flow, label, grouped(count));
    };
    fact("GPUs concerned", radius.gpus);
    fact("servers", radius.nodes);
    fact("ranks", radius.ranks);
    fact("jobs", radius.jobs);
    if (radius.nominal_watts > 0)
        fact_row(ui, pen, flow, "power of these GPUs", quantity(radius.nominal_watts, "W").text());
    const IncidentCost& cost = details.cost;
    if (cost.gpu_hours > 0) fact_row(ui, pen, flow, "cost so far", fmt::format("{:.1f} GPU hours", cost.gpu_hours));
    fact("jobs stopped", cost.jobs_stopped);
    if (cost.steps_lost > 0) fact_row(ui, pen, flow, "steps lost", grouped(int64_t(cost.steps_lost)));
}

}  // namespace

// What is down is told apart from what only suffers.
Health health_of_incident(const UiContext& ui, const Incident& incident) {
    if (incident.severity == Severity::info) return Health::ok;
    const bool open = incident.state != IncidentState::closed;
    const Health now =
        open && ui.state.topology().contains(incident.root) ? ui.state.health(incident.root) : Health::ok;
    if (now == Health::down) return now;
    return incident.severity == Severity::critical ? Health::critical : Health::warning;
}

// Root and radius are lit, everything else steps back.
void choose_incident(const UiContext& ui, const Incident& incident) {
    ui.view.select(incident.root);
    ui.view.incident = incident.id;
    ui.view.brush = brush_of(ui.state.topology(), ui.memory.incidents.details(ui.state, incident).radius, incident.root,
                             "incident at " + list_name(ui.state.topology(), incident.root));
}

void draw_incidents(const UiContext& ui) {
    const Rect all = ui.memory.list_rect;
    const Pen outer(ui.view);
    const std::vector<Incident>& list = ui.memory.incidents.list();
    if (ui.state.empty() || list.empty())
        return draw_empty(outer, all, ui.state.empty() ? "No incidents yet" : "No incidents",
                          ui.state.empty()
                              ? "They are worked out of events; a cluster has to be known first."
                              : "Events that belong together are one incident: what broke first, what it took "
                                "down, what it costs.");
    begin_scroll("##incidents", all);
    const Pen pen(ui.view);
    const float height = pen.px(44);
    ImGuiListClipper clipper;
    clipper.Begin(int(list.size()), height);
    while (clipper.Step())
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
            const ImVec2 at = ImGui::GetCursorScreenPos();
            draw_row(ui, pen, {all.x, at.y, all.w, height}, list[size_t(i)], i);
            ImGui::SetCursorScreenPos({at.x, at.y + height});
        }
    end_scroll();
}

void draw_incident(const UiContext& ui, const Pen& pen, Flow& flow, ObjectId id) {
    const Incident* incident = chosen_incident(ui, id);
    if (!incident) return;
    const std::string note = incident->state == IncidentState::closed ? "over" : std::string(name_of(incident->state));
    if (!begin_section(ui, pen, flow, "Incident", note)) return;
    const auto paragraph = [&](Rgba color, std::string_view text) {
        flow.y +=
            pen.text_wrapped(flow.x + pen.px(12), flow.y + pen.px(2), flow.w - pen.px(24), Type::small, color, text) +
            pen.px(5);
    };
    const Incidents::Details& details = ui.memory.incidents.details(ui.state, *incident);
    for (const std::string& line : details.evidence) paragraph(pen.colors.text, line);
    flow.y += pen.px(4);
    draw_radius(ui, pen, flow, details);
    // Others are named where they are nearly as good.
    const float least = incident->candidates.empty() ? 0 : incident->candidates.front().score / 2;
    if (incident->candidates.size() > 1 && incident->candidates[1].score >= least) {
        paragraph(pen.colors.hint, "It may also be");
        for (size_t i = 1; i < incident->candidates.size(); ++i) {
            const RootCandidate& candidate = incident->candidates[i];
            if (candidate.score < least) break;  // best first
            fact_row(ui, pen, flow, candidate.why.empty() ? "explains less" : candidate.why,
                     list_name(ui.state.topology(), candidate.object), candidate.object);
        }
    }
}

uint32_t open_incidents(const PanelMemory& memory) {
    uint32_t open = 0;
    for (const Incident& incident : memory.incidents.list())
        open += incident.state == IncidentState::open && incident.severity != Severity::info ? 1 : 0;
    return open;
}

}  // namespace bv

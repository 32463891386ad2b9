// Groups → incidents: root, state, order. Titles and evidence are in incident_words.cpp, radius and cost in
// incident_radius.cpp.
#include "cluster/incidents.h"

#include <algorithm>
#include <functional>
#include <tuple>

#include "cluster/incident_rank.h"
#include "cluster/incident_words.h"

namespace bv {
namespace {

// An incident is closed when all its events have been over for this long: what flaps does not open and close.
constexpr int64_t settle_ns = 60'000'000'000;

constexpr std::array<std::string_view, 4> state_names{"open", "acknowledged", "shelved", "closed"};
constexpr std::array<std::string_view, 7> origin_names{"hardware",    "fabric",      "power", "cooling",
                                                       "performance", "application", "job"};

// FNV-1a, so that the id is the same on every machine.
uint64_t hash_of(const EventKey& key) {
    uint64_t h = 0xCBF29CE484222325ull;
    const auto add = [&](uint8_t byte) { h = (h ^ byte) * 0x100000001B3ull; };
    for (const char c : key.source) add(uint8_t(c));
    for (int i = 0; i < 8; ++i) add(uint8_t(key.id >> (8 * i)));
    return h;
}

void apply_acts(const IncidentInput& input, Incident& incident) {
    if (input.acts.empty()) return;
    const auto belongs = [&](const EventKey& key) {
        if (key == incident.first) return true;
        return std::any_of(incident.members.begin(), incident.members.end(), [&](uint32_t m) {
            return input.events[m].id == key.id && input.events[m].source == key.source;
        });
    };
    for (const IncidentAct& act : input.acts) {
        if (act.time_ns > input.now_ns || !belongs(act.event)) continue;
        switch (act.kind) {
            case IncidentAct::Kind::acknowledge:
                incident.state = IncidentState::acknowledged;
                incident.acknowledged_by = act.operator_name;
                break;
            case IncidentAct::Kind::shelve:
                incident.shelved_until_ns = act.until_ns;
                break;
            case IncidentAct::Kind::reopen:
                incident.state = IncidentState::open;
                incident.shelved_until_ns = 0;
                break;
            case IncidentAct::Kind::note:
                break;
        }
    }
    if (incident.shelved_until_ns > input.now_ns) incident.state = IncidentState::shelved;
}

Incident incident_of(const IncidentInput& input, const Episodes& episodes, std::span<const uint32_t> group,
                     std::vector<RootCandidate> candidates) {
    Incident incident;
    incident.candidates = std::move(candidates);
    incident.root = incident.candidates.front().object;
    incident.begin_ns = still_going_on;
    bool open = false;
    Severity worst_open = Severity::info, worst = Severity::info;
    float weightiest = -1;
    for (const uint32_t i : group) {
        const Episode& e = episodes.list[i];
        incident.begin_ns = std::min(incident.begin_ns, e.begin_ns);
        incident.last_ns = std::max(incident.last_ns, e.last_ns);
        worst = std::max(worst, e.severity);
        if (e.end_ns == still_going_on) {
            open = true;
            worst_open = std::max(worst_open, e.severity);
        } else {
            incident.end_ns = std::max(incident.end_ns, e.end_ns);
        }
        (e.object == incident.root ? incident.root_events : incident.children) += e.count;
        const float weight = weight_of(e.signal) + (e.object == incident.root ? 1.0f : 0.0f);
        if (weight > weightiest) weightiest = weight, incident.origin = origin_of(e.signal);
    }
    if (open) incident.end_ns = 0;
    incident.severity = open ? worst_open : worst;
    if (!open && incident.end_ns + settle_ns <= input.now_ns) incident.state = IncidentState::closed;
    return incident;
}

auto order_of(const Incident& i) { return std::tuple(int(i.state), -int(i.severity), -i.begin_ns, i.id); }

}  // namespace

std::string_view name_of(IncidentState state) { return state_names[size_t(state)]; }
std::string_view name_of(IncidentOrigin origin) { return origin_names[size_t(origin)]; }

std::vector<Incident> find_incidents(const IncidentInput& input) {
    Episodes episodes(input.topology, input.events, input.now_ns);
    const Placement placement(input.topology, input.jobs);
    const IncidentGroups groups = group_episodes(input.topology, placement, episodes);
    const std::vector<uint32_t> subtree = subtree_sizes(episodes, groups);
    std::vector<uint32_t> group_of(episodes.list.size());
    std::vector<Incident> incidents;
    for (const auto& group : groups.groups) {
        for (const uint32_t e : group) group_of[e] = uint32_t(incidents.size());
        incidents.push_back(incident_of(input, episodes, group,
                                        rank_roots(input.topology, placement, episodes, groups, group, subtree)));
    }
    for (uint32_t i = 0; i < input.events.size(); ++i)
        if (episodes.of_event[i] != no_index) incidents[group_of[episodes.of_event[i]]].members.push_back(i);
    for (Incident& incident : incidents) {
        const Event& first = input.events[incident.members.front()];
        incident.first = {first.source, first.id};
        incident.id = hash_of(incident.first);
        incident.title = title_of(input, incident);
        if (incident.state != IncidentState::closed) apply_acts(input, incident);
    }
    std::sort(incidents.begin(), incidents.end(),
              [](const Incident& a, const Incident& b) { return order_of(a) < order_of(b); });
    return incidents;
}

void Incidents::set_acts(std::vector<IncidentAct> acts) {
    acts_ = std::move(acts);
    ++acts_version_;
}

bool Incidents::update(const ClusterState& state) {
    if (state.empty()) {
        const bool had = !list_.empty();
        list_.clear(), details_.clear();
        events_version_ = 0;
        return had;
    }
    const bool same = state.events_version == events_version_ && state.jobs_version == jobs_version_ &&
                      acts_seen_ == acts_version_ && state.time_ns >= now_ns_ && state.time_ns < next_change_ns_;
    now_ns_ = state.time_ns;
    if (same) return false;
    events_version_ = state.events_version, jobs_version_ = state.jobs_version, acts_seen_ = acts_version_;
    list_ = find_incidents({state.topology(), state.events, state.jobs, acts_, now_ns_});
    details_.clear();
    // What will change by itself: events that begin or end after now, incidents that settle, shelving that runs out.
    next_change_ns_ = still_going_on;
    const auto change_at = [&](int64_t ns) {
        if (ns > now_ns_) next_change_ns_ = std::min(next_change_ns_, ns);
    };
    for (const Event& event : state.events) change_at(event.time_ns), change_at(event.end_ns);
    for (const Incident& incident : list_) {
        if (incident.end_ns != 0) change_at(incident.end_ns + settle_ns);
        change_at(incident.shelved_until_ns);
    }
    for (const IncidentAct& act : acts_) change_at(act.time_ns);
    return true;
}

const Incidents::Details& Incidents::details(const ClusterState& state, const Incident& incident) {
    for (const auto& [id, known] : details_)
        if (id == incident.id) return *known;
    const IncidentInput input{state.topology(), state.events, state.jobs, acts_, now_ns_};
    auto made = std::make_unique<Details>();
    made->evidence = evidence_of(input, incident);
    made->radius = radius_of(input, incident);
    made->cost = cost_of(input, incident, made->radius);
    details_.emplace_back(incident.id, std::move(made));
    return *details_.back().second;
}

}  // namespace bv

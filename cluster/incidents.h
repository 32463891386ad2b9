// From storms of events to a short list: a pure function of the events that have begun by the cursor's time, where jobs
// run, and what operators did. Whoever has the same state at the same time has the same incidents, live, replayed or
// after a seek, in whatever order the events arrived. docs/incidents.md explains the rules.
#pragma once

#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cluster/incident.h"
#include "cluster/reach.h"
#include "cluster/state.h"

namespace bv {

struct IncidentInput {
    const Topology& topology;
    const std::deque<Event>& events;  // in order of time, source and id, as ClusterState keeps them
    std::span<const Job> jobs;
    std::span<const IncidentAct> acts;
    int64_t now_ns = 0;
};

// Open ones first, then acknowledged, shelved, closed; within these the worst and then the newest first.
std::vector<Incident> find_incidents(const IncidentInput& input);

// Why this is the root, line by line: what it said, what its children said and when, what it means, what to do.
std::vector<std::string> evidence_of(const IncidentInput& input, const Incident& incident);
// What hangs on the root, where the root is lost, and whatever an event of the incident is about.
BlastRadius radius_of(const IncidentInput& input, const Incident& incident);
IncidentCost cost_of(const IncidentInput& input, const Incident& incident, const BlastRadius& radius);

// The incidents of a state, made again only when its events, jobs or the acts changed, or something began or ended by
// itself; with evidence, radius and cost of those that are asked for.
class Incidents {
public:
    // True where the list is another than before.
    bool update(const ClusterState& state);
    void set_acts(std::vector<IncidentAct> acts);
    [[nodiscard]] const std::vector<Incident>& list() const { return list_; }
    [[nodiscard]] const std::vector<IncidentAct>& acts() const { return acts_; }

    struct Details {
        std::vector<std::string> evidence;
        BlastRadius radius;
        IncidentCost cost;
    };
    // Of one of the list; of the state of the last update. Valid until the next.
    const Details& details(const ClusterState& state, const Incident& incident);

private:
    std::vector<Incident> list_;
    std::vector<IncidentAct> acts_;
    std::vector<std::pair<uint64_t, std::unique_ptr<Details>>> details_;  // by incident id
    uint64_t events_version_ = 0, jobs_version_ = 0, acts_version_ = 1, acts_seen_ = 0;
    int64_t now_ns_ = 0, next_change_ns_ = 0;
};

}  // namespace bv

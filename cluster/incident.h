// Incidents: what a storm of events comes down to. A plain record for panels, the hall and recordings; made by
// find_incidents() in cluster/incidents.h.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/event.h"
#include "cluster/object.h"

namespace bv {

enum class IncidentState : uint8_t { open, acknowledged, shelved, closed };
std::string_view name_of(IncidentState state);

// What kind of thing went wrong, by the root's events.
enum class IncidentOrigin : uint8_t { hardware, fabric, power, cooling, performance, application, job };
std::string_view name_of(IncidentOrigin origin);

// An event is known by its source and id; acts of operators refer to incidents by one of their events, which stays
// the same whatever else turns out to belong to the incident.
struct EventKey {
    std::string source;
    uint64_t id = 0;
    auto operator<=>(const EventKey&) const = default;
};

// What an operator did. Kept with the history, so that a replay shows it.
struct IncidentAct {
    enum class Kind : uint8_t { acknowledge, shelve, reopen, note } kind = Kind::acknowledge;
    EventKey event;        // Incident::first of the incident that was meant
    int64_t time_ns = 0;   // when it was done: an act later than the cursor has not happened yet
    int64_t until_ns = 0;  // of shelve: when it is over
    std::string operator_name, text;
};

// One answer to "what is it that broke?".
struct RootCandidate {
    ObjectId object;
    float score = 0;
    uint32_t explains = 0;  // parts with alarms that are this one or hang on it
    bool reported = false;  // has an event of its own; else concluded from what hangs on it
    std::string why;        // half a sentence
};

struct Incident {
    uint64_t id = 0;  // a hash of `first`: the same in every replay; another only if an earlier event arrives late
    EventKey first;   // the earliest event
    IncidentState state = IncidentState::open;
    IncidentOrigin origin = IncidentOrigin::hardware;
    Severity severity = Severity::warning;  // worst of its events that are open, or of all when it is closed
    ObjectId root;
    std::string title;     // one line: "Switch H1-P2-A3-L4 does not answer"
    int64_t begin_ns = 0;  // earliest event
    int64_t last_ns = 0;   // latest begin of an event
    int64_t end_ns = 0;    // when the last was over; 0 while one is open
    int64_t shelved_until_ns = 0;
    std::string acknowledged_by;
    uint32_t root_events = 0;               // events of the root itself; more than one: it chatters
    uint32_t children = 0;                  // all other events
    std::vector<RootCandidate> candidates;  // best first; the first is the root; at most five
    std::vector<uint32_t> members;          // positions in the events that were given, in order of time
};

// What an incident takes down or impairs: sets by class, and what they come to.
struct BlastRadius {
    std::array<std::vector<IndexRange>, object_class_count> objects;
    uint32_t gpus = 0, nodes = 0, ranks = 0, jobs = 0;  // ranks: those GPUs that run in a job
    double nominal_watts = 0;                           // GPUs times their power limit
};

struct IncidentCost {
    double gpu_hours = 0;        // GPUs lost, and GPUs of stopped jobs while they did not run
    double restart_seconds = 0;  // of the jobs that stopped, added up
    uint64_t steps_lost = 0;     // rolled back to the last checkpoint, as far as jobs said so
    uint32_t jobs_stopped = 0;
};

}  // namespace bv

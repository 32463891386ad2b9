// Events and jobs: what happened and what runs, as opposed to the columns of state.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cluster/object.h"

namespace bv {

enum class Severity : uint8_t { info, warning, critical };
std::string_view name_of(Severity severity);

// One event. An event with the same source and id replaces the earlier one (that is how it ends).
struct Event {
    uint64_t id = 0;      // unique within its source
    int64_t time_ns = 0;  // UTC, when it began
    int64_t end_ns = 0;   // 0: still going on, or has no duration
    Severity severity = Severity::info;
    ObjectId object;
    int32_t code = 0;    // XID for kind "xid"; 0 none
    std::string kind;    // "xid", "link_down", "link_up", "node_down", "job_start", …: snake_case
    std::string source;  // publisher's source id
    std::string text;    // one sentence for people
};

// The health that an event means for its object while it lasts: `down` where it says that the object is gone (…_down,
// power_lost, XID 79: off the bus), else as bad as its severity. An info event means none: ok, or maintenance where it
// says so.
Health health_of(const Event& event);

enum class JobState : uint8_t { pending, running, restarting, completed, failed };
std::string_view name_of(JobState state);

// One job in a job slot; the slot is the job's object index.
struct Job {
    uint32_t slot = 0;
    JobState state = JobState::pending;
    std::string id, name, user, partition;
    int64_t submit_ns = 0, start_ns = 0, end_ns = 0;
    std::vector<IndexRange> nodes;  // node indices, ascending, not overlapping
    uint32_t gpus = 0;
    uint32_t tensor_parallel = 0, pipeline_parallel = 0, data_parallel = 0;  // 0 unknown
};

}  // namespace bv

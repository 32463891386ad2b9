// Alarms: the events that say that something is wrong, with repeats of one trouble at one part joined, so that a source
// that chatters is one line with a count. What the grouping of incidents works on.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <limits>
#include <vector>

#include "cluster/event.h"
#include "cluster/signals.h"
#include "cluster/topology.h"

namespace bv {

inline constexpr int64_t still_going_on = std::numeric_limits<int64_t>::max();
// Trouble of one kind at one part within this time is one trouble; so is trouble of any kind within one server.
inline constexpr int64_t chatter_ns = 600'000'000'000;

struct Episode {
    ObjectId object;
    Signal signal = Signal::other;
    Severity severity = Severity::warning;
    int32_t code = 0;                               // of the first event
    uint32_t node = no_index;                       // the server that the object is in
    uint32_t first_event = 0;                       // position in the events
    uint32_t count = 1;                             // events
    int64_t begin_ns = 0, last_ns = 0, end_ns = 0;  // last: begin of the newest; end: still_going_on while open
    bool concluded = false;                         // no event of its own: concluded from what hangs on it
};

class Episodes {
public:
    // Reads what has begun by now. Info events, events of no object and of what is out of service are left out.
    Episodes(const Topology& topology, const std::deque<Event>& events, int64_t now_ns);

    std::vector<Episode> list;       // by begin
    std::vector<uint32_t> of_event;  // [event] → episode; no_index: no alarm
    // Episodes at one object, newest first, as a chain through next_at; no_index ends it.
    [[nodiscard]] uint32_t newest_at(ObjectId id) const {
        const auto& heads = heads_[size_t(id.object_class)];
        return id.index < heads.size() ? heads[id.index] : no_index;
    }
    [[nodiscard]] uint32_t next_at(uint32_t episode) const { return next_[episode]; }
    uint32_t add(Episode episode);

private:
    void take(uint32_t event, const Event& e);
    void find_service(const std::deque<Event>& events);
    [[nodiscard]] bool in_service(uint32_t node, int64_t at_ns) const;

    struct Service {
        uint32_t node;
        int64_t begin_ns, end_ns;
    };
    const Topology& t_;
    const int64_t now_ns_;
    std::array<std::vector<uint32_t>, object_class_count> heads_;
    std::vector<uint32_t> next_;
    std::vector<Service> service_;  // by node
};

}  // namespace bv

// Joins events into episodes in one pass in order of time.
#include "cluster/incident_episodes.h"

#include <algorithm>

#include "cluster/reach.h"

namespace bv {

Episodes::Episodes(const Topology& topology, const std::deque<Event>& events, int64_t now_ns)
    : t_(topology), now_ns_(now_ns) {
    of_event.assign(events.size(), no_index);
    for (const ObjectClass object_class : all_object_classes)
        heads_[size_t(object_class)].assign(topology.count(object_class), no_index);
    find_service(events);
    for (uint32_t i = 0; i < events.size(); ++i) take(i, events[i]);
}

void Episodes::find_service(const std::deque<Event>& events) {
    for (const Event& event : events)
        if (event.kind == "maintenance" && event.severity == Severity::info)
            if (const uint32_t node = node_of(t_, event.object); node != no_index)
                service_.push_back({node, event.time_ns, event.end_ns == 0 ? still_going_on : event.end_ns});
    std::sort(service_.begin(), service_.end(), [](const Service& a, const Service& b) { return a.node < b.node; });
}

bool Episodes::in_service(uint32_t node, int64_t at_ns) const {
    auto s = std::lower_bound(service_.begin(), service_.end(), node,
                              [](const Service& a, uint32_t wanted) { return a.node < wanted; });
    for (; s != service_.end() && s->node == node; ++s)
        if (s->begin_ns <= at_ns && at_ns < s->end_ns) return true;
    return false;
}

void Episodes::take(uint32_t event, const Event& e) {
    if (e.severity == Severity::info || !t_.contains(e.object) || e.time_ns > now_ns_) return;
    const uint32_t node = node_of(t_, e.object);
    if (node != no_index && !service_.empty() && in_service(node, e.time_ns)) return;
    Episode episode{.object = e.object, .signal = signal_of(e), .severity = e.severity, .code = e.code, .node = node};
    episode.first_event = event;
    episode.begin_ns = episode.last_ns = e.time_ns;
    // What is said to be over later than now is not over.
    episode.end_ns = e.end_ns == 0 || e.end_ns > now_ns_ ? still_going_on : e.end_ns;
    // Every stop of a job has a cause of its own.
    const bool joins = e.object.object_class != ObjectClass::job;
    for (uint32_t known = joins ? newest_at(e.object) : no_index; known != no_index; known = next_[known]) {
        Episode& earlier = list[known];
        if (earlier.signal != episode.signal) continue;
        const int64_t until = earlier.end_ns == still_going_on ? earlier.last_ns : earlier.end_ns;
        if (e.time_ns > until + chatter_ns) break;
        ++earlier.count;
        earlier.severity = std::max(earlier.severity, episode.severity);
        earlier.last_ns = std::max(earlier.last_ns, episode.last_ns);
        earlier.end_ns = std::max(earlier.end_ns, episode.end_ns);
        of_event[event] = known;
        return;
    }
    of_event[event] = add(episode);
}

uint32_t Episodes::add(Episode episode) {
    const auto index = uint32_t(list.size());
    uint32_t& head = heads_[size_t(episode.object.object_class)][episode.object.index];
    next_.push_back(head);
    head = index;
    list.push_back(episode);
    return index;
}

}  // namespace bv

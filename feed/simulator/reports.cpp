// Numbers events as they are sent. Serial numbers say in what order things were noticed, which their times say too.
#include "feed/simulator/reports.h"

#include <algorithm>

namespace bv::sim {

void Reports::say(Event event, int64_t due_ns, uint32_t fault) {
    const auto waiting =
        std::find_if(pending_.begin(), pending_.end(), [&](const Pending& p) { return p.event.id == event.id; });
    if (waiting != pending_.end()) {
        // Not noticed yet: if it is over before it would be, nobody hears of it.
        if (event.end_ns != 0 && event.end_ns < waiting->due_ns && event.end_ns != event.time_ns) {
            pending_.erase(waiting);
            return;
        }
        waiting->event = std::move(event);
        return;
    }
    pending_.push_back({due_ns, std::move(event), fault});
}

void Reports::send(int64_t now_ns, std::vector<Event>& out) {
    // In the order in which they are due; of those due at once, as they were said.
    std::stable_sort(pending_.begin(), pending_.end(),
                     [](const Pending& a, const Pending& b) { return a.due_ns < b.due_ns; });
    size_t sent = 0;
    while (sent < pending_.size() && pending_[sent].due_ns <= now_ns) {
        send(pending_[sent].event, pending_[sent].fault, out);
        ++sent;
    }
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<ptrdiff_t>(sent));
}

void Reports::send(const Event& event, uint32_t fault, std::vector<Event>& out) {
    const auto [known, fresh] = numbers_.try_emplace(event.id, last_number_ + 1);
    if (fresh) ++last_number_;
    Event numbered = event;
    numbered.id = known->second;
    if (keep_ && fault != no_fault) fault_of_[numbered.id] = fault;
    if (event.end_ns != 0) numbers_.erase(known);
    out.push_back(std::move(numbered));
}

uint32_t Reports::begin_fault(InjectedFault fault) {
    if (!keep_) return no_fault;
    truth_.push_back(std::move(fault));
    return static_cast<uint32_t>(truth_.size() - 1);
}

void Reports::end_fault(uint32_t fault, int64_t end_ns) {
    if (fault < truth_.size()) truth_[fault].end_ns = end_ns;
}

uint32_t Reports::fault_of(uint64_t event_id) const {
    const auto known = fault_of_.find(event_id);
    return known == fault_of_.end() ? no_fault : known->second;
}

}  // namespace bv::sim

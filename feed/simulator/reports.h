// What monitoring says about what happens, and when it says it. Reads the events that the parts of the simulator make,
// under names of their own; writes them out when they have been noticed, under serial numbers, as an alarm system that
// knows nothing of causes would. What really happened is kept beside it for drills, in this process only.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "cluster/event.h"
#include "feed/simulator.h"

namespace bv::sim {

// No fault: an event of ordinary life.
inline constexpr uint32_t no_fault = 0xFFFFFFFFu;

class Reports {
public:
    // event.id is the simulator's own key of what happens; the same key again ends or changes it. It is sent once the
    // clock has reached due_ns; what is over before it was noticed is never sent.
    void say(Event event, int64_t due_ns, uint32_t fault);
    // Moves what is due by now into `out`.
    void send(int64_t now_ns, std::vector<Event>& out);

    void keep_truth(bool keep) { keep_ = keep; }
    uint32_t begin_fault(InjectedFault fault);  // no_fault where nothing is kept
    void end_fault(uint32_t fault, int64_t end_ns);
    [[nodiscard]] const std::vector<InjectedFault>& truth() const { return truth_; }
    [[nodiscard]] uint32_t fault_of(uint64_t event_id) const;

private:
    struct Pending {
        int64_t due_ns;
        Event event;
        uint32_t fault;
    };
    void send(const Event& event, uint32_t fault, std::vector<Event>& out);

    std::vector<Pending> pending_;                    // in the order in which it was said
    std::unordered_map<uint64_t, uint64_t> numbers_;  // key → serial number, of what is going on
    uint64_t last_number_ = 0;
    bool keep_ = false;
    std::vector<InjectedFault> truth_;
    std::unordered_map<uint64_t, uint32_t> fault_of_;  // serial number → fault
};

}  // namespace bv::sim

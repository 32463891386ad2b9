// What hangs on what: the objects upstream and downstream of any object over placement, fabric, power, coolant and
// jobs. Reads the topology and where jobs run; returns how many steps away every reached object is. One query over a
// million GPUs takes less than a frame.
//
// Downstream is what suffers when the object fails: power gear → gear below it → racks → nodes and switches → GPUs and
// NICs → jobs; plant → CDU → racks; switch → its links → the switches and NICs below. Upstream is what the object
// needs.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "cluster/event.h"
#include "cluster/topology.h"

namespace bv {

// Which job runs where. Built from the jobs at the cursor; pending, completed and failed jobs run nowhere.
class Placement {
public:
    Placement() = default;
    Placement(const Topology& topology, std::span<const Job> jobs);
    [[nodiscard]] uint32_t job_of_node(uint32_t node) const {
        return node < job_of_node_.size() ? job_of_node_[node] : no_index;
    }
    [[nodiscard]] std::span<const IndexRange> nodes_of(uint32_t job) const {
        return job < nodes_.size() ? std::span<const IndexRange>(nodes_[job]) : std::span<const IndexRange>();
    }

private:
    std::vector<uint32_t> job_of_node_;
    std::vector<std::vector<IndexRange>> nodes_;  // by slot
};

// The server that a part is in (node, GPU, NIC, link between a NIC and a switch); no_index where it is in none.
uint32_t node_of(const Topology& topology, ObjectId id);
// The GPUs that send over a NIC: those of its rail where there is one NIC for each or several; none for a front-end
// NIC.
IndexRange gpus_of_nic(const Topology& topology, uint32_t nic);

namespace reach {
// Over which graphs a query goes; a set of bits.
enum Via : uint8_t { placement = 1, fabric = 2, power = 4, coolant = 8, jobs = 16, everything = 31 };
}  // namespace reach

struct ReachQuery {
    ObjectId from;
    bool upstream = false;
    uint8_t via = reach::everything;
    uint32_t depth = 0xFFFFFFFFu;  // steps at most
    // What has several ways to go (a leaf over its spines) survives the loss of one: a link then reaches the NIC at its
    // lower end and no switch. False: everything that could feel it.
    bool losses_only = false;
};

inline constexpr uint8_t not_reached = 0xFF;

struct Reach {
    ObjectId from;
    // [class][index] → steps from `from`, at most 254; not_reached. Empty: nothing of the class.
    std::array<std::vector<uint8_t>, object_class_count> steps;
    std::array<uint32_t, object_class_count> counts{};  // reached, `from` among them
    [[nodiscard]] bool holds(ObjectId id) const {
        const auto& s = steps[size_t(id.object_class)];
        return id.index < s.size() && s[id.index] != not_reached;
    }
    [[nodiscard]] uint32_t count(ObjectClass object_class) const { return counts[size_t(object_class)]; }
    // The objects of a class as ranges, ascending.
    [[nodiscard]] std::vector<IndexRange> ranges(ObjectClass object_class) const;
};

Reach find_reach(const Topology& topology, const Placement& placement, const ReachQuery& query);
// Adds what `query` reaches to `reach`: the union over several objects. What is reached is not looked into again, so
// queries without a limit of depth come before those with one.
void extend_reach(const Topology& topology, const Placement& placement, const ReachQuery& query, Reach& reach);

}  // namespace bv

// A set of objects that somebody dragged over: lit in every view of the cluster, while everything else is dimmed. Reads
// a topology; writes nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cluster/incident.h"
#include "cluster/object_set.h"

namespace bv {

struct Job;

struct Brush {
    std::string what;                      // "64 links of H1-P2"
    std::vector<ObjectId> objects;         // as dragged over
    std::shared_ptr<const ObjectSet> lit;  // with what belongs to them, see lit_with(); null: nothing is brushed
    uint64_t version = 0;                  // unique in the process; 0: nothing is brushed
    [[nodiscard]] bool on() const { return lit != nullptr; }
};

// The objects, and what stands for them elsewhere: a GPU with its server, NIC, cables and leaf; a link with both ends
// and the GPUs at them; a switch with its links, a leaf also with the GPUs that hang on it; everything inside a
// container; a job with its servers. Jobs may be empty.
ObjectSet lit_with(const Topology& topology, std::span<const ObjectId> objects, std::span<const Job> jobs = {});
Brush brush_of(const Topology& topology, std::vector<ObjectId> objects, std::string what,
               std::span<const Job> jobs = {});
// What an incident takes down, with its root.
Brush brush_of(const Topology& topology, const BlastRadius& radius, ObjectId root, std::string what);

}  // namespace bv

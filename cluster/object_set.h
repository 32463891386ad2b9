// Some objects of a cluster: what a filter, a cut or an export keeps.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "cluster/object.h"
#include "cluster/topology.h"

namespace bv {

class ObjectSet {
public:
    explicit ObjectSet(const Topology& topology);  // empty

    void add(ObjectId id);
    void add(ObjectClass object_class);  // all of it
    void add_all();
    // These objects, everything inside them, the links that end there, and what they stand in (rack, row, hall, site);
    // of the racks that they stand in or hold also what cools and feeds them, up to plant and utility. Inside a CDU or
    // a busway are the racks that it serves.
    void add_trees(std::span<const ObjectId> roots);

    [[nodiscard]] bool contains(ObjectId id) const;
    [[nodiscard]] bool whole(ObjectClass object_class) const;
    // Maximal runs of kept objects within a range.
    [[nodiscard]] std::vector<IndexRange> runs(ObjectClass object_class, IndexRange within) const;

private:
    void add_inside(ObjectSet& inside) const;
    void add_above(ObjectId id);
    void add_supply(uint32_t rack);

    const Topology* topology_;
    std::array<std::vector<bool>, object_class_count> has_;
};

}  // namespace bv

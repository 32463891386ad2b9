// The explicit tables of a cluster file: named objects and one line per cable.
#pragma once

#include <vector>

#include "cluster/arrange.h"
#include "cluster/toml_section.h"

namespace bv {

// What must be remembered of explicit objects until they are in order.
struct ExplicitObjects {
    uint32_t first_hall = 0;
    bool any = false;
    std::vector<bool> hall_placed, hall_sized;  // [hall - first_hall]
    std::vector<bool> rack_placed;              // [rack], before arrange(); empty without explicit racks
    uint32_t first_rack = 0;
};

// Reads [[hall]] [[row]] [[rack]] [[node]] [[switch]] [[power]] [[plant]] [[cdu]] behind what is there already.
ExplicitObjects read_explicit_objects(Section& file, Topology& topology);

// Gives a place to explicit racks and halls that came without one. After arrange().
void lay_out_explicit(const ExplicitObjects& objects, const Arrangement& arrangement, Section& file,
                      Topology& topology);

// Reads [[cables]]. After arrange(). Returns the line of each cable read, in order.
std::vector<Line> read_cables(Section& file, Topology& topology);

}  // namespace bv

// What people call things: "gpu:1234", "hall:2", "rack:H1-P1-A1-R1", "H1-P1-A1-R1-N4/gpu3". One way to read it for
// --camera and --select.
#pragma once

#include <stdexcept>
#include <string_view>

#include "cluster/topology.h"

namespace bv {

// class:name, class:index (from 0; halls go by the number in their name) or a name or path alone. Throws one sentence
// that says what there is.
ObjectId object_named(const Topology& topology, std::string_view text);

}  // namespace bv

// Which objects a cut or an export of a recording keeps, by names as people give them.
#pragma once

#include <span>
#include <string>

#include "cluster/object_set.h"
#include "net/sqlite.h"

namespace bv {

// `CLASS`, `NAME`, `CLASS:NAME`, or `job:ID` with the id or name of a job in the recording: its slot and the nodes that
// it ever ran on. A job slot is kept with any of its nodes: where in [begin_ns, end_ns] a job of that slot used one. No
// names: everything. Throws one sentence for a name that there is not.
ObjectSet choose_objects(Database& recording, const Topology& topology, std::span<const std::string> names,
                         int64_t begin_ns, int64_t end_ns);

}  // namespace bv

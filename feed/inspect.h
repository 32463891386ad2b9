// What a cluster file or a recording holds, counted: for checks as JSON, for people as a table.
#pragma once

#include <string>

#include "net/cluster_library.h"
#include "net/recording_totals.h"

namespace bv {

// One JSON object: name, title, synthetic, hash (16 hex digits), objects per class, links per class, fabric_links
// (host, leaf_spine and spine_core together), racks, nodes, switches and NICs by role, parts, gpu_links, pods, arrays
// and so on.
std::string inspect_cluster_json(const LoadedCluster& cluster);

// The same for a terminal, several lines, with the facts and where they come from.
std::string inspect_cluster_text(const LoadedCluster& cluster);

// The same of a recording: objects, links, events, jobs, time_begin, time_end, sources, ticks, samples, bytes,
// bytes_per_sample, gaps.
std::string inspect_recording_json(const RecordingTotals& totals);
std::string inspect_recording_text(const RecordingTotals& totals);

}  // namespace bv

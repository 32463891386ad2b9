// Reads a cluster file (TOML; docs/cluster-file.md) into a Topology: generative, explicit, or both.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "cluster/topology.h"

namespace bv {

// what() is one sentence: "FILE:LINE: expected …, found …".
struct ClusterFileError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// `text` is the file's content, `path` is only for messages. Throws ClusterFileError.
Topology parse_cluster(std::string_view text, std::string_view path);

}  // namespace bv

// Finds and reads cluster files: by path, or by name in the assets folder ("reference-100k").
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "cluster/topology.h"

namespace bv {

struct LoadedCluster {
    std::shared_ptr<const Topology> topology;
    std::string text;  // the file as it is, for the wire
};

// $BELVEDERE_ASSETS, else beside the program (build tree or install prefix), else the source tree. Throws with one
// sentence.
std::filesystem::path assets_folder();

// Throws std::runtime_error with one sentence (names what exists) or ClusterFileError.
LoadedCluster load_cluster(const std::string& name_or_path);
// From a text that came over the wire.
LoadedCluster load_cluster_text(std::string text, const std::string& origin);
// First 8 bytes of SHA-256, big-endian.
uint64_t cluster_hash(std::string_view text);

}  // namespace bv

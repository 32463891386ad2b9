// The shipped clusters, each loaded once for all tests of the program.
#pragma once

#include <map>
#include <string>

#include "net/cluster_library.h"

namespace bv::test {

inline const Topology& shipped(const std::string& name) {
    static std::map<std::string, LoadedCluster> loaded;
    const auto found = loaded.find(name);
    return *(found != loaded.end() ? found->second : loaded.emplace(name, load_cluster(name)).first->second).topology;
}

inline const char* const shipped_names[] = {"reference-100k", "array-512", "nvl72-8k", "million", "drill-768"};

}  // namespace bv::test

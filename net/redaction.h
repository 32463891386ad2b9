// Neutral names in place of real ones: what a recording may show outside while its figures stay as they are. The same
// name always gets the same neutral one.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "cluster/event.h"
#include "net/cluster_library.h"

namespace bv {

// The same cluster with neutral names: objects, indices, places and cables stay, GUIDs and facts go. Throws one
// sentence where it grows too large for a recording.
LoadedCluster redacted_cluster(const Topology& topology);

class Redaction {
public:
    explicit Redaction(const LoadedCluster& cluster) : cluster_(redacted_cluster(*cluster.topology)) {}

    [[nodiscard]] const LoadedCluster& cluster() const { return cluster_; }
    std::string source(std::string_view name) { return neutral("source", name); }
    Event event(const Event& event);
    Job job(const Job& job);

private:
    std::string neutral(const std::string& kind, std::string_view name);  // "user-3"; empty stays empty

    LoadedCluster cluster_;
    std::map<std::pair<std::string, std::string>, size_t> numbers_;
    std::map<std::string, size_t> counts_;  // per kind
};

}  // namespace bv

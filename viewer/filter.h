// The filter expression: temp_celsius > 80 and hall = 2, health = critical or class = switch, name ~ "r07".
// Grammar in docs/operating.md. Also fuzzy search over names.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/state.h"

namespace bv {

class Filter {
public:
    Filter() = default;
    // Throws std::invalid_argument with one sentence that names the place of the error: "at 14: …".
    static Filter parse(std::string_view text);
    [[nodiscard]] bool empty() const { return !root_; }
    // One bool per object of the class: does it match? All true for an empty filter. Objects of other classes than a
    // metric's take part through what they contain or stand in: a GPU has its hall, rack, job; a rack matches by its
    // own values only.
    void match(const ClusterState& state, ObjectClass object_class, int64_t now_ns, std::vector<uint8_t>& out) const;

    struct Node;

private:
    std::shared_ptr<const Node> root_;
};

struct SearchHit {
    ObjectId id;
    int score = 0;                    // higher is better
    std::string path;                 // what is shown
    std::vector<uint16_t> positions;  // matched characters in path
};
// Fuzzy subsequence match over names and paths of every object (links by their ends); best first, at most `limit`.
std::vector<SearchHit> search(const Topology& topology, std::string_view query, size_t limit);

}  // namespace bv

// The fabric as a matrix: which leafs and spines belong together, and which links lie in which cell. Reads a topology
// and, for what the cells show, link columns; writes nothing else. Pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "cluster/state.h"
#include "viewer/matrix_window.h"

namespace bv {

// Leafs and spines that are cabled with each other or share a pod number: a pod, where there are pods.
struct FabricGroup {
    std::string name;                     // "H1-P2": what the names of all its switches begin with, else "Group 3"
    std::vector<uint32_t> leafs, spines;  // switches, ascending
};

struct FabricGroups {
    std::vector<FabricGroup> groups;       // in the order of their first switch
    std::vector<uint32_t> group, as_leaf,  // [switch] → group; place among its leafs, among its spines; no_index:
        as_spine;                          // none
    std::vector<uint32_t> links;           // leaf to spine, all of them
    FabricGroups() = default;
    explicit FabricGroups(const Topology& topology);
    [[nodiscard]] bool has_spines() const;
};

// Cells of links. Where there would be too many cells, each stands for row_step × column_step neighbours.
struct FabricMatrix {
    struct Cell {
        uint32_t row = 0, column = 0;   // as shown
        uint32_t first = 0, count = 0;  // links[first .. first + count), never empty
    };
    uint32_t group = no_index;                 // no_index: a row per group
    uint32_t row_count = 0, column_count = 0;  // before folding, inside the window
    uint32_t row_step = 1, column_step = 1;
    uint32_t rows = 0, columns = 0;  // as shown
    MatrixWindow window;
    std::vector<Cell> cells;  // by row, then column
    std::vector<uint32_t> links;
    std::vector<uint32_t> at;  // [row * columns + column] → cell, or no_index where there is no link

    [[nodiscard]] bool folded() const { return row_step > 1 || column_step > 1; }
    // Leafs (or groups) and spines that a shown row or column stands for, as places in the group.
    [[nodiscard]] IndexRange places_of_row(uint32_t row) const;
    [[nodiscard]] IndexRange places_of_column(uint32_t column) const;
};

inline constexpr uint32_t most_cells = 4096;  // 0.14 µs a triangle on a software device: half a millisecond

// A row per group, a column per spine; its links are those down to leafs and up to cores.
FabricMatrix matrix_of_groups(const Topology& topology, const FabricGroups& groups, uint32_t most = most_cells);
// A row per leaf, a column per spine of one group. Parallel links share a cell.
FabricMatrix matrix_of_group(const Topology& topology, const FabricGroups& groups, uint32_t group,
                             MatrixWindow window = {}, uint32_t most = most_cells);

// What a cell shows: all its links together.
struct LinkSum {
    std::array<uint32_t, health_count> count{};  // by health; what is stale counts as unknown
    uint32_t links = 0;
    double bytes_per_second = 0, capacity = 0;  // of the busier direction
    uint32_t worst_link = no_index;             // the first of the worst
    [[nodiscard]] Health worst() const;         // unknown only where nothing is known of any of them
    [[nodiscard]] float utilisation() const;    // 0 to 1
};

// Link columns, and which links are stale, read once for many cells.
class LinkReader {
public:
    LinkReader(const ClusterState& state, int64_t now_ns);
    [[nodiscard]] Health health(uint32_t link) const;
    void add(LinkSum& sum, uint32_t link) const;
    // Of links a .. b, in order.
    [[nodiscard]] LinkSum sum(const uint32_t* first, const uint32_t* end) const;

private:
    const ClusterState& state_;
    const std::vector<uint16_t>*health_, *tx_, *rx_;
    MetricIndex tx_index_, rx_index_;
    std::vector<uint8_t> silent_;  // [link] never heard of or stale; empty: none
};

}  // namespace bv

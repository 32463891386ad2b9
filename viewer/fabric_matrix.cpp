// Leafs, spines and their links → groups and cells; see fabric_matrix.h.
#include "viewer/fabric_matrix.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <string_view>

#include <fmt/format.h>

namespace bv {

namespace {

// Sets of switches that only ever grow together.
class Unions {
public:
    explicit Unions(size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), 0u); }
    uint32_t find(uint32_t i) {
        while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
        return i;
    }
    void join(uint32_t a, uint32_t b) {
        a = find(a), b = find(b);
        parent_[std::max(a, b)] = std::min(a, b);
    }

private:
    std::vector<uint32_t> parent_;
};

std::string group_name(const Topology& t, const FabricGroup& group, size_t number) {
    std::optional<std::string_view> shared;
    const auto& names = t.names[size_t(ObjectClass::switch_)];
    for (const auto* switches : {&group.leafs, &group.spines})
        for (const uint32_t s : *switches) {
            const std::string_view name = names[s];
            if (!shared) shared = name;
            const auto differ = std::mismatch(shared->begin(), shared->end(), name.begin(), name.end());
            shared = shared->substr(0, size_t(differ.first - shared->begin()));
        }
    const size_t dash = shared ? shared->rfind('-') : std::string_view::npos;
    if (dash == std::string_view::npos || dash == 0) return fmt::format("Group {}", number);
    return std::string(shared->substr(0, dash));
}

uint32_t divided_up(uint32_t a, uint32_t b) { return (a + b - 1) / b; }

// Links with their place before folding → cells.
struct PlacedLink {
    uint32_t row, column, link;
};

void fill_cells(FabricMatrix& matrix, std::vector<PlacedLink> placed, uint32_t most) {
    matrix.row_step = matrix.column_step = 1;
    const auto cells = [&] {
        return uint64_t(divided_up(matrix.row_count, matrix.row_step)) *
               divided_up(matrix.column_count, matrix.column_step);
    };
    while (cells() > most) {
        const bool wide = matrix.column_count / matrix.column_step >= matrix.row_count / matrix.row_step;
        ++(wide ? matrix.column_step : matrix.row_step);
    }
    matrix.rows = divided_up(matrix.row_count, matrix.row_step);
    matrix.columns = divided_up(matrix.column_count, matrix.column_step);
    for (PlacedLink& p : placed) p.row /= matrix.row_step, p.column /= matrix.column_step;
    std::stable_sort(placed.begin(), placed.end(), [](const PlacedLink& a, const PlacedLink& b) {
        return a.row != b.row ? a.row < b.row : a.column < b.column;
    });
    matrix.at.assign(size_t(matrix.rows) * matrix.columns, no_index);
    for (const PlacedLink& p : placed) {
        uint32_t& cell = matrix.at[size_t(p.row) * matrix.columns + p.column];
        if (cell == no_index) {
            cell = uint32_t(matrix.cells.size());
            matrix.cells.push_back({p.row, p.column, uint32_t(matrix.links.size()), 0});
        }
        ++matrix.cells[cell].count;
        matrix.links.push_back(p.link);
    }
}

IndexRange places(uint32_t shown, uint32_t step, uint32_t count, uint32_t first) {
    const uint32_t begin = shown * step;
    return {first + begin, begin < count ? std::min(step, count - begin) : 0};
}

}  // namespace

FabricGroups::FabricGroups(const Topology& t) {
    const size_t count = t.switches.size();
    std::vector<uint8_t> is_leaf(count), is_spine(count);
    Unions unions(count);
    for (uint32_t s = 0; s < count; ++s) {
        is_leaf[s] = t.switches[s].role == SwitchRole::leaf;
        is_spine[s] = t.switches[s].role == SwitchRole::spine;
    }
    for (uint32_t l = 0; l < t.links.size(); ++l) {
        const Link& link = t.links[l];
        if (link.link_class != LinkClass::leaf_spine || !link.a.is_switch || !link.b.is_switch) continue;
        links.push_back(l);
        is_leaf[link.a.device] = is_spine[link.b.device] = 1;
        unions.join(link.a.device, link.b.device);
    }
    std::vector<uint32_t> of_pod;
    for (uint32_t s = 0; s < count; ++s) {
        const uint32_t pod = t.switches[s].pod;
        if ((!is_leaf[s] && !is_spine[s]) || pod == no_index) continue;
        if (pod >= of_pod.size()) of_pod.resize(pod + 1, no_index);
        if (of_pod[pod] == no_index) of_pod[pod] = s;
        unions.join(s, of_pod[pod]);
    }
    group.assign(count, no_index), as_leaf = as_spine = group;
    std::vector<uint32_t> of_root(count, no_index);
    for (uint32_t s = 0; s < count; ++s) {
        if (!is_leaf[s] && !is_spine[s]) continue;
        uint32_t& g = of_root[unions.find(s)];
        if (g == no_index) g = uint32_t(groups.size()), groups.emplace_back();
        group[s] = g;
        if (is_leaf[s]) as_leaf[s] = uint32_t(groups[g].leafs.size()), groups[g].leafs.push_back(s);
        if (is_spine[s]) as_spine[s] = uint32_t(groups[g].spines.size()), groups[g].spines.push_back(s);
    }
    // Names that do not tell groups apart get their number.
    for (size_t g = 0; g < groups.size(); ++g) {
        groups[g].name = group_name(t, groups[g], g + 1);
        const auto same = [&](const FabricGroup& other) { return other.name == groups[g].name; };
        if (std::any_of(groups.begin(), groups.begin() + std::ptrdiff_t(g), same))
            groups[g].name += fmt::format(" {}", g + 1);
    }
}

bool FabricGroups::has_spines() const { return !links.empty(); }

IndexRange FabricMatrix::places_of_row(uint32_t row) const { return places(row, row_step, row_count, window.row); }
IndexRange FabricMatrix::places_of_column(uint32_t column) const {
    return places(column, column_step, column_count, window.column);
}

FabricMatrix matrix_of_groups(const Topology& t, const FabricGroups& groups, uint32_t most) {
    FabricMatrix matrix;
    matrix.row_count = uint32_t(groups.groups.size());
    for (const FabricGroup& group : groups.groups)
        matrix.column_count = std::max(matrix.column_count, uint32_t(group.spines.size()));
    std::vector<PlacedLink> placed;
    for (uint32_t l = 0; l < t.links.size(); ++l) {
        const Link& link = t.links[l];
        const bool down = link.link_class == LinkClass::leaf_spine, up = link.link_class == LinkClass::spine_core;
        const PortRef& spine = down ? link.b : link.a;
        if ((!down && !up) || !spine.is_switch || groups.as_spine[spine.device] == no_index) continue;
        placed.push_back({groups.group[spine.device], groups.as_spine[spine.device], l});
    }
    fill_cells(matrix, std::move(placed), most);
    return matrix;
}

FabricMatrix matrix_of_group(const Topology& t, const FabricGroups& groups, uint32_t group, MatrixWindow window,
                             uint32_t most) {
    FabricMatrix matrix;
    matrix.group = group;
    const FabricGroup& of = groups.groups.at(group);
    if (window.all()) window = {0, uint32_t(of.leafs.size()), 0, uint32_t(of.spines.size())};
    matrix.window = window;
    matrix.row_count = window.rows, matrix.column_count = window.columns;
    std::vector<PlacedLink> placed;
    for (const uint32_t l : groups.links) {
        const Link& link = t.links[l];
        if (groups.group[link.b.device] != group) continue;
        const uint32_t row = groups.as_leaf[link.a.device] - window.row,
                       column = groups.as_spine[link.b.device] - window.column;
        if (row < window.rows && column < window.columns) placed.push_back({row, column, l});
    }
    fill_cells(matrix, std::move(placed), most);
    return matrix;
}

Health LinkSum::worst() const {
    for (const Health h : {Health::down, Health::critical, Health::warning, Health::maintenance})
        if (count[size_t(h)] > 0) return h;
    return links == 0 || count[size_t(Health::unknown)] == links ? Health::unknown : Health::ok;
}

float LinkSum::utilisation() const {
    return capacity > 0 ? std::clamp(float(bytes_per_second / capacity), 0.0f, 1.0f) : 0.0f;
}

LinkReader::LinkReader(const ClusterState& state, int64_t now_ns)
    : state_(state),
      tx_index_(find_metric(ObjectClass::link, "tx_bytes_per_second").value()),
      rx_index_(find_metric(ObjectClass::link, "rx_bytes_per_second").value()) {
    const auto& columns = state.classes[size_t(ObjectClass::link)].columns;
    health_ = &columns[health_metric].values, tx_ = &columns[tx_index_].values, rx_ = &columns[rx_index_].values;
    for (const auto& run : state.freshness(ObjectClass::link, now_ns)) {
        if (run.heard && !run.stale) continue;
        silent_.resize(state.topology().links.size(), 0);
        std::fill_n(silent_.begin() + run.first, run.count, uint8_t(1));
    }
}

Health LinkReader::health(uint32_t link) const {
    const uint16_t raw = (*health_)[link];
    if ((!silent_.empty() && silent_[link]) || raw >= health_count) return Health::unknown;
    return Health(raw);
}

void LinkReader::add(LinkSum& sum, uint32_t link) const {
    const Health now = health(link);
    if (sum.links == 0 || badness(now) > badness(health(sum.worst_link))) sum.worst_link = link;
    ++sum.count[size_t(now)];
    ++sum.links;
    const auto metrics = metrics_of(ObjectClass::link);
    const auto value = [&](const std::vector<uint16_t>& column, MetricIndex m) {
        return column[link] == no_data ? 0.0 : dequantise(metrics[m], column[link]);
    };
    sum.bytes_per_second += std::max(value(*tx_, tx_index_), value(*rx_, rx_index_));
    sum.capacity += double(state_.topology().links[link].capacity_bytes_per_second);
}

LinkSum LinkReader::sum(const uint32_t* first, const uint32_t* end) const {
    LinkSum sum;
    for (; first != end; ++first) add(sum, *first);
    return sum;
}

}  // namespace bv

// Groups and links → blocks and ribbons; see fabric_tree.h.
#include "viewer/fabric_tree.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace bv {

namespace {

class Planter {
public:
    Planter(const Topology& t, const FabricGroups& groups, uint32_t most)
        : t_(t),
          groups_(groups),
          step_(std::max<uint32_t>(1, (uint32_t(groups.groups.size()) + most - 1) / std::max(1u, most))),
          switch_block_(t.switches.size(), no_index),
          node_block_(t.nodes.size(), no_index) {}

    FabricTree plant() {
        const auto columns = (uint32_t(groups_.groups.size()) + step_ - 1) / step_;
        add_servers(columns);
        add_switches(
            columns, FabricTier::leafs, [](const FabricGroup& g) -> auto& { return g.leafs; });
        add_switches(
            columns, FabricTier::spines, [](const FabricGroup& g) -> auto& { return g.spines; });
        add_cores();
        add_ribbons();
        place_ribbons();
        return std::move(tree_);
    }

private:
    std::string column_name(uint32_t column) const {
        const uint32_t first = column * step_,
                       last = std::min((column + 1) * step_, uint32_t(groups_.groups.size())) - 1;
        const std::string& name = groups_.groups[first].name;
        return first == last ? name : name + " to " + groups_.groups[last].name;
    }

    uint32_t add_block(FabricTier tier, std::string name, uint32_t group, float left, float width) {
        tree_.has[size_t(tier)] = true;
        tree_.blocks.push_back({tier, std::move(name), group, {}, left, width});
        return uint32_t(tree_.blocks.size() - 1);
    }
    uint32_t add_column(FabricTier tier, uint32_t column, uint32_t columns) {
        return add_block(tier, column_name(column), step_ == 1 ? column : no_index, float(column) / float(columns),
                         1.0f / float(columns));
    }

    // A server belongs to the group of the first leaf that it hangs on.
    void add_servers(uint32_t columns) {
        std::vector<uint32_t> block_of(columns, no_index);
        for (uint32_t c = 0; c < columns; ++c) block_of[c] = add_column(FabricTier::servers, c, columns);
        for (const Link& link : t_.links) {
            if (link.link_class != LinkClass::host || link.a.is_switch || !link.b.is_switch) continue;
            const uint32_t node = t_.nics[link.a.device].node, group = groups_.group[link.b.device];
            if (node == no_index || group == no_index || node_block_[node] != no_index) continue;
            node_block_[node] = block_of[group / step_];
            tree_.blocks[node_block_[node]].objects.push_back({ObjectClass::node, node});
        }
    }

    template <typename Switches>
    void add_switches(uint32_t columns, FabricTier tier, Switches switches) {
        for (uint32_t c = 0; c < columns; ++c) {
            const uint32_t end = std::min((c + 1) * step_, uint32_t(groups_.groups.size()));
            size_t count = 0;
            for (uint32_t g = c * step_; g < end; ++g) count += switches(groups_.groups[g]).size();
            if (count == 0) continue;
            const uint32_t block = add_column(tier, c, columns);
            for (uint32_t g = c * step_; g < end; ++g)
                for (const uint32_t s : switches(groups_.groups[g])) add_switch(block, s);
        }
    }
    void add_switch(uint32_t block, uint32_t s) {
        if (switch_block_[s] != no_index) return;  // a leaf that is a spine of others too
        switch_block_[s] = block;
        tree_.blocks[block].objects.push_back({ObjectClass::switch_, s});
    }

    void add_cores() {
        std::map<uint32_t, std::vector<uint32_t>> by_hall;
        for (uint32_t s = 0; s < t_.switches.size(); ++s)
            if (t_.switches[s].role == SwitchRole::core)
                by_hall[t_.switches[s].rack == no_index ? no_index : t_.racks[t_.switches[s].rack].hall].push_back(s);
        uint32_t place = 0;
        for (const auto& [hall, cores] : by_hall) {
            const float width = 1.0f / float(by_hall.size());
            const std::string name = hall == no_index ? "cores" : t_.name_of({ObjectClass::hall, hall});
            const uint32_t block = add_block(FabricTier::cores, name, no_index, width * float(place++), width);
            for (const uint32_t s : cores) add_switch(block, s);
        }
    }

    [[nodiscard]] uint32_t block_of(const PortRef& end) const {
        if (end.is_switch) return switch_block_[end.device];
        const uint32_t node = t_.nics[end.device].node;
        return node == no_index ? no_index : node_block_[node];
    }

    void add_ribbons() {
        std::map<std::pair<uint32_t, uint32_t>, std::vector<uint32_t>> bundles;
        for (uint32_t l = 0; l < t_.links.size(); ++l) {
            const Link& link = t_.links[l];
            if (link.link_class > LinkClass::spine_core) continue;
            const uint32_t lower = block_of(link.a), upper = block_of(link.b);
            if (lower != no_index && upper != no_index && lower != upper) bundles[{lower, upper}].push_back(l);
        }
        for (const auto& [ends, links] : bundles) {
            tree_.ribbons.push_back({ends.first, ends.second, uint32_t(tree_.links.size()), uint32_t(links.size())});
            tree_.links.insert(tree_.links.end(), links.begin(), links.end());
        }
    }

    // Ribbons of a block stand side by side on its edge, in the order of their other ends.
    void place_ribbons() {
        const size_t count = tree_.blocks.size();
        std::vector<uint32_t> up(count), down(count), next_up(count), next_down(count);
        for (const auto& r : tree_.ribbons) ++up[r.lower], ++down[r.upper];
        for (auto& r : tree_.ribbons) {
            const FabricTree::Block &lower = tree_.blocks[r.lower], &upper = tree_.blocks[r.upper];
            r.lower_slot = lower.width / float(up[r.lower]);
            r.upper_slot = upper.width / float(down[r.upper]);
            r.lower_at = lower.left + r.lower_slot * (float(next_up[r.lower]++) + 0.5f);
            r.upper_at = upper.left + r.upper_slot * (float(next_down[r.upper]++) + 0.5f);
        }
    }

    const Topology& t_;
    const FabricGroups& groups_;
    uint32_t step_;  // groups that share a block
    std::vector<uint32_t> switch_block_, node_block_;
    FabricTree tree_;
};

}  // namespace

std::string_view words_of(FabricTier tier) {
    constexpr std::array<std::string_view, fabric_tier_count> words{"servers", "leafs", "spines", "cores"};
    return words[size_t(tier)];
}

FabricTree fabric_tree(const Topology& topology, const FabricGroups& groups, uint32_t most) {
    return Planter(topology, groups, most).plant();
}

}  // namespace bv

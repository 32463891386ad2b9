// Matrix and fat tree: every link is in exactly one cell, whatever the fabric, and a cell shows its worst link.
#include "viewer/fabric_matrix.h"

#include <doctest/doctest.h>

#include <numeric>
#include <set>

#include "tests/viewer/packed.h"
#include "viewer/fabric_tree.h"

using namespace bv;
using namespace bv::test;

namespace {

std::shared_ptr<const Topology> shipped(const char* name) { return load_cluster(name).topology; }

std::vector<uint32_t> links_of_class(const Topology& t, LinkClass link_class) {
    std::vector<uint32_t> out;
    for (uint32_t l = 0; l < t.links.size(); ++l)
        if (t.links[l].link_class == link_class) out.push_back(l);
    return out;
}

// Cells lie where `at` says, hold all links once, and no link is in two.
void check_cells(const FabricMatrix& m) {
    CHECK(m.cells.size() <= most_cells);
    CHECK(m.at.size() == size_t(m.rows) * m.columns);
    uint32_t next = 0;
    for (uint32_t i = 0; i < m.cells.size(); ++i) {
        const FabricMatrix::Cell& c = m.cells[i];
        REQUIRE(c.row < m.rows);
        REQUIRE(c.column < m.columns);
        CHECK(m.at[size_t(c.row) * m.columns + c.column] == i);
        CHECK(c.first == next);
        CHECK(c.count > 0);
        next += c.count;
    }
    CHECK(next == m.links.size());
    CHECK(std::set<uint32_t>(m.links.begin(), m.links.end()).size() == m.links.size());
}

// A switch fabric without pods, halls or names that say anything.
Topology bare_fabric(uint32_t leafs, uint32_t spines) {
    Topology t;
    t.names[size_t(ObjectClass::site)] = {"site"};
    for (uint32_t s = 0; s < leafs + spines; ++s) {
        Switch sw;
        sw.role = s < leafs ? SwitchRole::leaf : SwitchRole::spine;
        t.switches.push_back(sw);
        t.names[size_t(ObjectClass::switch_)].push_back("switch" + std::to_string(s));
    }
    for (uint32_t l = 0; l < leafs; ++l)
        for (uint32_t s = 0; s < spines; ++s) {
            Link link;
            link.a = {l, uint16_t(s), true}, link.b = {leafs + s, uint16_t(l), true};
            link.link_class = LinkClass::leaf_spine;
            t.links.push_back(link);
        }
    return t;
}

}  // namespace

TEST_CASE("every leaf-spine link of a shipped cluster is in exactly one cell of its pod and of the whole") {
    for (const char* name : {"array-512", "nvl72-8k", "reference-100k", "million"}) {
        CAPTURE(name);
        const auto topology = shipped(name);
        const FabricGroups groups(*topology);
        const std::vector<uint32_t> all = links_of_class(*topology, LinkClass::leaf_spine);
        CHECK(groups.links == all);
        CHECK(groups.groups.size() == std::max(1u, topology->pods));
        const FabricMatrix whole = matrix_of_groups(*topology, groups);
        check_cells(whole);
        CHECK(whole.links.size() == all.size() + links_of_class(*topology, LinkClass::spine_core).size());
        size_t in_pods = 0;
        for (uint32_t g = 0; g < groups.groups.size(); ++g) {
            const FabricMatrix pod = matrix_of_group(*topology, groups, g);
            if (g < 2) check_cells(pod);
            in_pods += pod.links.size();
        }
        CHECK(in_pods == all.size());
    }
}

TEST_CASE("the reference cluster has 28 pods of 64 spines, and a pod 56 leafs, none of them folded") {
    const auto topology = shipped("reference-100k");
    const FabricGroups groups(*topology);
    CHECK(groups.groups.front().name == "H1-P1");
    CHECK(groups.groups.back().name == "H4-P7");
    const FabricMatrix whole = matrix_of_groups(*topology, groups);
    CHECK(whole.rows == 28);
    CHECK(whole.columns == 64);
    CHECK_FALSE(whole.folded());
    const FabricMatrix pod = matrix_of_group(*topology, groups, 3);
    CHECK(pod.rows == 56);
    CHECK(pod.columns == 64);
    CHECK_FALSE(pod.folded());
    for (const FabricMatrix::Cell& c : pod.cells)
        for (uint32_t i = c.first; i < c.first + c.count; ++i) {
            const Link& link = topology->links[pod.links[i]];
            REQUIRE(groups.groups[3].leafs[pod.places_of_row(c.row).first] == link.a.device);
            REQUIRE(groups.groups[3].spines[pod.places_of_column(c.column).first] == link.b.device);
        }
}

TEST_CASE("where cells would be too many neighbours share one, and a window opens them") {
    const auto topology = std::make_shared<Topology>(bare_fabric(150, 130));
    topology->finish();
    const FabricGroups groups(*topology);
    REQUIRE(groups.groups.size() == 1);
    CHECK(groups.groups.front().name == "Group 1");
    const FabricMatrix folded = matrix_of_group(*topology, groups, 0);
    check_cells(folded);
    CHECK(folded.folded());
    CHECK(folded.links.size() == 150 * 130);
    uint32_t rows = 0;
    for (uint32_t r = 0; r < folded.rows; ++r) rows += folded.places_of_row(r).count;
    CHECK(rows == 150);
    const FabricMatrix part = matrix_of_group(*topology, groups, 0, {100, 50, 90, 40});
    check_cells(part);
    CHECK_FALSE(part.folded());
    CHECK(part.links.size() == 50 * 40);
    CHECK(topology->links[part.links.front()].a.device == 100);
    CHECK(topology->links[part.links.front()].b.device == 150 + 90);
}

TEST_CASE("leafs without spines, and no fabric at all") {
    Topology lone = bare_fabric(4, 0);
    lone.finish();
    const FabricGroups leafs(lone);
    CHECK_FALSE(leafs.has_spines());
    CHECK(leafs.groups.size() == 4);
    CHECK(matrix_of_groups(lone, leafs).cells.empty());
    const FabricGroups none{Topology{}};
    CHECK(none.groups.empty());
    CHECK(matrix_of_groups(Topology{}, none).cells.empty());
    CHECK(fabric_tree(Topology{}, none).blocks.empty());
}

TEST_CASE("a cell shows the worst of its links, and is unknown only where nothing is known") {
    const auto topology = shipped("nvl72-8k");
    ClusterState state = healthy_state(topology);
    const FabricGroups groups(*topology);
    const FabricMatrix m = matrix_of_group(*topology, groups, 0);
    REQUIRE(m.cells.size() > 1);
    const std::vector<uint32_t> links(m.links.begin() + m.cells[0].first,
                                      m.links.begin() + m.cells[0].first + m.cells[0].count);
    const auto sum = [&](int64_t now_ns) {
        return LinkReader(state, now_ns).sum(links.data(), links.data() + links.size());
    };
    CHECK(sum(test_time_ns).worst() == Health::ok);
    CHECK(sum(test_time_ns).links == links.size());
    set_health(state, {ObjectClass::link, links.back()}, Health::critical);
    CHECK(sum(test_time_ns).worst() == Health::critical);
    CHECK(sum(test_time_ns).worst_link == links.back());
    CHECK(sum(test_time_ns + 60 * test_interval_ns).worst() == Health::unknown);
    const LinkSum never = LinkReader(ClusterState(topology), test_time_ns).sum(links.data(), links.data() + 1);
    CHECK(never.worst() == Health::unknown);
    CHECK(never.bytes_per_second == 0);
}

TEST_CASE("the fat tree holds every cable between its tiers once, and blocks stand in order") {
    for (const char* name : {"array-512", "nvl72-8k", "reference-100k", "million"}) {
        CAPTURE(name);
        const auto topology = shipped(name);
        const FabricTree tree = fabric_tree(*topology, FabricGroups(*topology));
        size_t expected = 0;
        for (const LinkClass c : {LinkClass::host, LinkClass::leaf_spine, LinkClass::spine_core})
            expected += links_of_class(*topology, c).size();
        CHECK(tree.links.size() == expected);
        CHECK(std::set<uint32_t>(tree.links.begin(), tree.links.end()).size() == expected);
        CHECK(tree.ribbons.size() < 1000);
        std::array<float, fabric_tier_count> right{};
        for (const FabricTree::Block& block : tree.blocks) {
            CHECK(block.left == doctest::Approx(right[size_t(block.tier)]));
            right[size_t(block.tier)] = block.left + block.width;
            CHECK_FALSE(block.objects.empty());
        }
        for (const FabricTree::Ribbon& ribbon : tree.ribbons) {
            CHECK(tree.blocks[ribbon.lower].tier < tree.blocks[ribbon.upper].tier);
            const FabricTree::Block& lower = tree.blocks[ribbon.lower];
            CHECK(ribbon.lower_at >= lower.left);
            CHECK(ribbon.lower_at <= lower.left + lower.width);
        }
    }
}

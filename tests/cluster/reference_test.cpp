// The reference cluster against its closed table and its port map, both written out here a second time.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/cluster/shipped.h"

namespace bv {
namespace {

const Topology& reference() { return test::shipped("reference-100k"); }

template <typename Item, typename Role>
size_t count(const std::vector<Item>& items, Role Item::*role, Role which) {
    return size_t(std::count_if(items.begin(), items.end(), [&](const Item& item) { return item.*role == which; }));
}

TEST_CASE("reference-100k is the closed table") {
    const Topology& t = reference();
    CHECK(t.count(ObjectClass::site) == 1);
    CHECK(t.halls.size() == 4);
    CHECK(t.pods == 28);
    CHECK(t.arrays == 196);
    CHECK(t.racks.size() == 2000);
    CHECK(t.nodes.size() == 12544 + 1536 + 512);
    CHECK(t.count(ObjectClass::gpu) == 100352);
    CHECK(t.cdus.size() == 1568);
    CHECK(t.rails == 8);
    CHECK(t.nvlink_domain == 8);
    CHECK(t.synthetic);
    CHECK(t.gpu_tdp_watts == 700);

    CHECK(count(t.racks, &Rack::role, RackRole::gpu) == 1568);
    CHECK(count(t.racks, &Rack::role, RackRole::leaf) == 196);
    CHECK(count(t.racks, &Rack::role, RackRole::spine) == 112);
    CHECK(count(t.racks, &Rack::role, RackRole::core) == 56);
    CHECK(count(t.racks, &Rack::role, RackRole::frontend) == 4);
    CHECK(count(t.racks, &Rack::role, RackRole::storage) == 48);
    CHECK(count(t.racks, &Rack::role, RackRole::cpu) == 16);

    CHECK(count(t.nodes, &Node::role, NodeRole::gpu) == 12544);
    CHECK(count(t.nodes, &Node::role, NodeRole::storage) == 1536);
    CHECK(count(t.nodes, &Node::role, NodeRole::cpu) == 512);

    CHECK(count(t.nics, &Nic::role, NicRole::compute) == 100352);
    CHECK(count(t.nics, &Nic::role, NicRole::frontend) == 12544 + 2048);

    CHECK(count(t.switches, &Switch::role, SwitchRole::leaf) == 1568);
    CHECK(count(t.switches, &Switch::role, SwitchRole::spine) == 1792);
    CHECK(count(t.switches, &Switch::role, SwitchRole::core) == 896);
    CHECK(count(t.switches, &Switch::role, SwitchRole::frontend_leaf) == 196);
    CHECK(count(t.switches, &Switch::role, SwitchRole::service_leaf) == 32);
    CHECK(count(t.switches, &Switch::role, SwitchRole::frontend_spine) == 64);
    CHECK(count(t.switches, &Switch::role, SwitchRole::frontend_core) == 16);
    CHECK(count(t.switches, &Switch::role, SwitchRole::management) == 2000);

    CHECK(count(t.links, &Link::link_class, LinkClass::host) == 100352);
    CHECK(count(t.links, &Link::link_class, LinkClass::leaf_spine) == 100352);
    CHECK(count(t.links, &Link::link_class, LinkClass::spine_core) == 100352);
    CHECK(count(t.links, &Link::link_class, LinkClass::frontend) == 12544 + 2048 + 3136 + 1024 + 1024);
    CHECK(count(t.links, &Link::link_class, LinkClass::management) == 12544 + 2048);

    const std::map<std::string, uint64_t> parts{
        {"cpu", 25088},     {"pcie_switch", 50176}, {"nvswitch", 50176},       {"psu", 50176},     {"pump", 3136},
        {"optics", 351232}, {"optics_nic", 100352}, {"optics_switch", 250880}, {"nvlink", 1806336}};
    CHECK(t.parts == parts);
}

TEST_CASE("every hall of reference-100k holds the same") {
    const Topology& t = reference();
    for (uint32_t h = 0; h < 4; ++h) {
        CHECK(t.halls[h].racks.count == 500);
        CHECK(t.halls[h].rows.count == 8);
        CHECK(t.gpus_in({ObjectClass::hall, h}) == IndexRange{h * 25088, 25088});
        CHECK(t.nodes_in({ObjectClass::hall, h}) == IndexRange{h * 3136, 3136});
    }
    CHECK(t.gpus_in({ObjectClass::site, 0}) == IndexRange{0, 100352});
}

TEST_CASE("GPUs and GPU nodes of reference-100k come first and count through arrays") {
    const Topology& t = reference();
    for (uint32_t g = 0; g < 100352; ++g) REQUIRE(t.gpu_nodes[g] == g / 8);
    for (uint32_t n = 0; n < 12544; ++n) {
        REQUIRE(t.nodes[n].role == NodeRole::gpu);
        REQUIRE(t.racks[t.nodes[n].rack].array == n / 64);
        REQUIRE(t.racks[t.nodes[n].rack].pod == n / 448);
        REQUIRE(t.nodes[n].nics == IndexRange{n * 9, 9});
    }
    for (uint32_t n = 12544; n < t.nodes.size(); ++n) REQUIRE(t.nodes[n].role != NodeRole::gpu);
}

// Switches by what they are, not by name or index: leafs of an array in rail order, spines of a pod and cores in plane
// order.
struct Fabric {
    std::map<std::pair<uint32_t, uint32_t>, uint32_t> leaf, spine;  // (array, rail), (pod, plane)
    std::map<std::pair<uint32_t, uint32_t>, uint32_t> core;         // (plane, number among its plane)
};

Fabric sort_switches(const Topology& t) {
    Fabric fabric;
    std::map<uint32_t, uint32_t> cores_of_plane;
    for (uint32_t s = 0; s < t.switches.size(); ++s) {
        const Switch& sw = t.switches[s];
        if (sw.role == SwitchRole::leaf) fabric.leaf[{t.racks[sw.rack].array, sw.rail}] = s;
        if (sw.role == SwitchRole::spine) fabric.spine[{sw.pod, sw.plane}] = s;
        if (sw.role == SwitchRole::core) fabric.core[{sw.plane, cores_of_plane[sw.plane]++}] = s;
    }
    return fabric;
}

TEST_CASE("reference-100k is cabled by the port map") {
    const Topology& t = reference();
    const Fabric fabric = sort_switches(t);
    REQUIRE(fabric.leaf.size() == 1568);
    REQUIRE(fabric.spine.size() == 1792);
    REQUIRE(fabric.core.size() == 896);
    // What stands at the other end of each (switch, port).
    std::map<std::pair<uint32_t, uint16_t>, PortRef> above, below;
    for (const Link& link : t.links) {
        if (link.link_class > LinkClass::spine_core) continue;
        if (link.a.is_switch) above[{link.a.device, link.a.port}] = link.b;
        below[{link.b.device, link.b.port}] = link.a;
    }
    uint64_t checked = 0;
    for (uint32_t a = 0; a < 196; ++a)
        for (uint32_t r = 0; r < 8; ++r) {
            const uint32_t leaf = fabric.leaf.at({a, r});
            for (uint16_t d = 0; d < 64; ++d, ++checked) {
                const PortRef nic = below.at({leaf, d});
                REQUIRE(!nic.is_switch);
                REQUIRE(nic.device == (a * 64 + d) * 9 + r);
                REQUIRE(t.nics[nic.device].rail == r);
                REQUIRE(t.nodes[a * 64 + d].rack ==
                        t.nodes[a * 64].rack + d / 8 + (d / 8 >= 4));  // leaf rack in the middle
            }
            for (uint16_t s = 0; s < 64; ++s, ++checked) {
                const PortRef spine = above.at({leaf, uint16_t(64 + s)});
                REQUIRE(spine.device == fabric.spine.at({a / 7, s}));
                REQUIRE(spine.port == 8 * (a % 7) + r);
            }
        }
    for (uint32_t p = 0; p < 28; ++p)
        for (uint32_t s = 0; s < 64; ++s)
            for (uint32_t c = 0; c < 14; ++c)
                for (uint32_t k = 0; k < 4; ++k, ++checked) {
                    const PortRef core = above.at({fabric.spine.at({p, s}), uint16_t(56 + 4 * c + k)});
                    REQUIRE(core.device == fabric.core.at({s, c}));
                    REQUIRE(core.port == 4 * p + k);
                }
    CHECK(checked == 301056);
}

TEST_CASE("no port of reference-100k is used twice") {
    std::set<std::tuple<bool, uint32_t, uint16_t>> used;
    for (const Link& link : reference().links)
        for (const PortRef& end : {link.a, link.b}) REQUIRE(used.insert({end.is_switch, end.device, end.port}).second);
    CHECK(used.size() == 2 * 335424);
}

TEST_CASE("front-end switches of reference-100k use the ports they should") {
    const Topology& t = reference();
    std::map<SwitchRole, std::set<size_t>> used;
    for (uint32_t s = 0; s < t.switches.size(); ++s)
        used[t.switches[s].role].insert(t.links_of({ObjectClass::switch_, s}).size());
    CHECK(used[SwitchRole::leaf] == std::set<size_t>{128});
    CHECK(used[SwitchRole::spine] == std::set<size_t>{112});
    CHECK(used[SwitchRole::core] == std::set<size_t>{112});
    CHECK(used[SwitchRole::frontend_leaf] == std::set<size_t>{80});
    CHECK(used[SwitchRole::service_leaf] == std::set<size_t>{96});
    CHECK(used[SwitchRole::frontend_spine] == std::set<size_t>{49 + 16 + 16});
    CHECK(used[SwitchRole::frontend_core] == std::set<size_t>{64});
}

TEST_CASE("power and coolant of reference-100k reach every GPU rack") {
    const Topology& t = reference();
    for (const Rack& rack : t.racks) {
        REQUIRE(rack.busway != no_index);
        uint32_t at = rack.busway;
        std::set<PowerKind> kinds;
        for (int steps = 0; at != no_index && steps < 10; ++steps, at = t.power[at].parent)
            kinds.insert(t.power[at].kind);
        REQUIRE(kinds ==
                std::set<PowerKind>{PowerKind::busway, PowerKind::ups, PowerKind::substation, PowerKind::utility});
        if (rack.role != RackRole::gpu) continue;
        REQUIRE(rack.cdu != no_index);
        REQUIRE(t.cdus[rack.cdu].racks.count == 1);
        const uint32_t loop = t.cdus[rack.cdu].plant;
        REQUIRE(t.plants[loop].kind == PlantKind::loop);
        REQUIRE(t.plants[loop].hall == rack.hall);
        REQUIRE(t.plants[t.plants[loop].parent].kind == PlantKind::plant);
    }
    for (uint32_t p = 0; p < t.power.size(); ++p)
        if (t.power[p].kind != PowerKind::busway) CHECK(t.power[p].racks.count == 0);
}

TEST_CASE("every sourced fact of a shipped cluster names its source") {
    for (const char* name : test::shipped_names) {
        const Topology& t = test::shipped(name);
        CHECK(!t.facts.empty());
        CHECK(t.synthetic);
        for (const Fact& fact : t.facts) {
            CHECK(!fact.text.empty());
            if (fact.provenance == Provenance::sourced) CHECK(!fact.source.empty());
        }
    }
}

TEST_CASE("the topology hash is the start of the file's SHA-256") {
    CHECK(cluster_hash("") == 0xe3b0c44298fc1c14ull);
    CHECK(cluster_hash("abc") == 0xba7816bf8f01cfeaull);
    const LoadedCluster array = load_cluster("array-512");
    CHECK(array.topology->hash == cluster_hash(array.text));
    CHECK(array.topology->hash != reference().hash);
}

TEST_CASE("an unknown cluster name says which there are") {
    try {
        (void)load_cluster("reference-100");
        FAIL("loaded");
    } catch (const std::runtime_error& error) {
        const std::string what = error.what();
        CHECK(what.find("reference-100k") != std::string::npos);
        CHECK(what.find("million") != std::string::npos);
    }
    CHECK_THROWS_AS((void)load_cluster("/no/such/file.toml"), std::runtime_error);
}

}  // namespace
}  // namespace bv

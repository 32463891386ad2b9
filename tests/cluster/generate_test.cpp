// Generated clusters other than the reference one: the other shipped ones, and small ones that each turn one screw.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "cluster/cluster_file.h"
#include "tests/cluster/shipped.h"

namespace bv {
namespace {

size_t links(const Topology& t, LinkClass link_class) {
    return size_t(
        std::count_if(t.links.begin(), t.links.end(), [&](const Link& l) { return l.link_class == link_class; }));
}
size_t switches(const Topology& t, SwitchRole role) {
    return size_t(std::count_if(t.switches.begin(), t.switches.end(), [&](const Switch& s) { return s.role == role; }));
}

// Two pods of two arrays of two racks of two nodes: small, with all three tiers.
std::string small(const std::string& fabric, const std::string& rest = "") {
    return R"(format = 1
name = "small"
[gpu_node]
gpus = 4
nics = 4
[gpu_rack]
nodes = 2
[array]
racks = 2
[site]
halls = 1
pods_per_hall = 2
arrays_per_pod = 2
)" + fabric +
           rest;
}

TEST_CASE("array-512 is one array whose leafs are the top") {
    const Topology& t = test::shipped("array-512");
    CHECK(t.count(ObjectClass::gpu) == 512);
    CHECK(t.racks.size() == 9);
    CHECK(links(t, LinkClass::host) == 512);
    CHECK(links(t, LinkClass::leaf_spine) == 0);
    CHECK(switches(t, SwitchRole::leaf) == 8);
}

TEST_CASE("nvl72-8k has two tiers, four rails and racks of one NVLink domain") {
    const Topology& t = test::shipped("nvl72-8k");
    CHECK(t.count(ObjectClass::gpu) == 8064);
    CHECK(t.nvlink_domain == 72);
    CHECK(t.rails == 4);
    CHECK(std::count_if(t.racks.begin(), t.racks.end(), [](const Rack& r) { return r.gpus.count == 72; }) == 112);
    CHECK(links(t, LinkClass::host) == 8064);
    CHECK(links(t, LinkClass::leaf_spine) == 8064);
    CHECK(links(t, LinkClass::spine_core) == 0);
    CHECK(t.cdus.size() == 28);
    for (const Cdu& cdu : t.cdus) {
        CHECK(cdu.placement == CduPlacement::in_row);
        CHECK(cdu.racks.count == 5);
    }
}

TEST_CASE("million closes: every tier carries every GPU's link once") {
    const Topology& t = test::shipped("million");
    CHECK(t.count(ObjectClass::gpu) == 1016064);
    CHECK(t.halls.size() == 7);
    CHECK(t.pods == 49);
    CHECK(t.arrays == 3528);
    for (const LinkClass c : {LinkClass::host, LinkClass::leaf_spine, LinkClass::spine_core})
        CHECK(links(t, c) == 1016064);
    CHECK(switches(t, SwitchRole::leaf) == 49 * 288);
    CHECK(switches(t, SwitchRole::spine) == 49 * 288);
    CHECK(switches(t, SwitchRole::core) == 4 * 72 * 36);
    std::map<SwitchRole, std::set<size_t>> used;
    for (uint32_t s = 0; s < t.switches.size(); ++s)
        used[t.switches[s].role].insert(t.links_of({ObjectClass::switch_, s}).size());
    CHECK(used[SwitchRole::leaf] == std::set<size_t>{144});
    CHECK(used[SwitchRole::spine] == std::set<size_t>{144});
    CHECK(used[SwitchRole::core] == std::set<size_t>{98});
}

TEST_CASE("rail planes keep rails apart") {
    const Topology& t = test::shipped("million");
    for (size_t l = 0; l < t.links.size(); l += 997) {
        const Link& link = t.links[l];
        if (link.a.is_switch) REQUIRE(t.switches[link.a.device].rail == t.switches[link.b.device].rail);
        REQUIRE(t.switches[link.b.device].rail == link.rail);
    }
}

TEST_CASE("parallel links use neighbouring ports on both sides") {
    const Topology t = parse_cluster(small(R"([fabric]
rails = 2
switch_ports = 16
[fabric.spine]
per_pod = 2
parallel = 3
[fabric.core]
per_plane = 1
parallel = 2
)"),
                                     "t");
    CHECK(links(t, LinkClass::host) == 2u * 2 * 2 * 2 * 4);
    CHECK(links(t, LinkClass::leaf_spine) == 8u * 2 * 3);
    CHECK(links(t, LinkClass::spine_core) == 4u * 1 * 2);
    CHECK(t.planes == 2);
    // 4 nodes × 2 NICs per rail go down, so uplinks begin at port 8.
    const Link& first = *std::find_if(t.links.begin(), t.links.end(),
                                      [](const Link& l) { return l.link_class == LinkClass::leaf_spine; });
    CHECK(first.a.port == 8);
    CHECK(first.b.port == 0);
    CHECK((&first + 1)->a.port == 9);
    CHECK((&first + 1)->b.port == 1);
}

TEST_CASE("planes multiply leafs and give every NIC a port for each") {
    const Topology t = parse_cluster(small(R"([fabric]
rails = 4
planes = 2
switch_ports = 8
[fabric.spine]
per_pod = 4
)"),
                                     "t");
    CHECK(switches(t, SwitchRole::leaf) == 4u * 8);
    CHECK(switches(t, SwitchRole::spine) == 2u * 2 * 4);
    CHECK(links(t, LinkClass::host) == 64u * 2);
    for (const Nic& nic : t.nics) CHECK(nic.ports == 2);
    // A leaf sees only spines of its plane.
    for (const Link& link : t.links)
        if (link.a.is_switch) CHECK(t.switches[link.a.device].plane == t.switches[link.b.device].plane / 4);
}

TEST_CASE("leafs may stand in the GPU racks themselves") {
    std::string text = small("[fabric]\nrails = 4\nswitch_ports = 8\n");
    text.replace(text.find("[array]\nracks = 2"), 17, "[array]\nleaf_racks = 0\nracks = 2");
    const Topology t = parse_cluster(text, "t");
    CHECK(t.racks.size() == 8);
    for (const Rack& rack : t.racks) CHECK(rack.switches.count == 2);
}

TEST_CASE("CDUs stand in the rack, in the row or along the wall") {
    for (const std::string placement : {"in_rack", "in_row", "hall"}) {
        CAPTURE(placement);
        const Topology t = parse_cluster(small("", "[cooling]\ncdu = \"" + placement + "\"\nracks_per_cdu = 2\n"), "t");
        CHECK(t.cdus.size() == (placement == "in_rack" ? 8 : 4));
        for (const Rack& rack : t.racks) CHECK(rack.cdu != no_index);
        for (const Cdu& cdu : t.cdus) {
            CHECK((cdu.rack != no_index) == (placement == "in_rack"));
            CHECK(cdu.racks.count == (placement == "in_rack" ? 1 : 2));
            CHECK(t.plants[cdu.plant].kind == PlantKind::loop);
        }
    }
}

TEST_CASE("without a fabric there are NICs but no links") {
    const Topology t = parse_cluster(small(""), "t");
    CHECK(t.links.empty());
    CHECK(t.nics.size() == 64);
    CHECK(t.racks.size() == 8);
}

TEST_CASE("generated and explicit objects share one file") {
    const Topology t = parse_cluster(small("[fabric]\nrails = 4\nswitch_ports = 8\n", R"(
[[row]]
name = "extra"
hall = "H1"
[[rack]]
name = "extra-1"
row = "extra"
place = [0.0, 30.0]
[[node]]
name = "login"
rack = "extra-1"
role = "cpu"
nics = [{ name = "eth0" }]
[[cables]]
links = [["login/eth0", 1, "H1-P1-A1-leaf0", 7]]
)"),
                                     "t");
    CHECK(t.nodes.size() == 17);
    CHECK(t.count(ObjectClass::gpu) == 64);
    REQUIRE(t.find("login/eth0"));
    REQUIRE(t.links_of(*t.find("login/eth0")).size() == 1);
    CHECK(t.links[t.links_of(*t.find("login/eth0"))[0]].b.port == 7);
    CHECK(t.rows.back().hall == 0);
    CHECK(t.gpus_in({ObjectClass::hall, 0}).count == 64);
}

}  // namespace
}  // namespace bv

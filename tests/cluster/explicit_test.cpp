// Explicit cluster files: what is written is what comes out, in the order that the model needs.
#include <doctest/doctest.h>

#include <cmath>

#include "cluster/cluster_file.h"

namespace bv {
namespace {

const char* const fabric = R"(format = 1
name = "fabric"

[[hall]]
name = "B"
[[hall]]
name = "A"
place = [100.0, 50.0]
size = [40.0, 30.0, 7.0]

[[row]]
name = "A1"
hall = "A"
[[row]]
name = "B1"
hall = "B"

[[plant]]
name = "loop"
kind = "loop"
parent = "chiller"
hall = "A"
[[plant]]
name = "chiller"
kind = "chiller"

[[power]]
name = "BW"
kind = "busway"
parent = "UPS"
hall = "A"
[[power]]
name = "UPS"
kind = "ups"
rated_watts = 500e3

[[cdu]]
name = "CDU"
rack = "a1-2"
plant = "loop"

[[rack]]
name = "a1-2"
row = "A1"
slot = 1
role = "gpu"
place = [101.0, 50.0]
yaw_degrees = 180
cdu = "CDU"
busway = "BW"
[[rack]]
name = "a1-1"
row = "A1"
slot = 0
place = [100.0, 50.0]
busway = "BW"
[[rack]]
name = "b1-1"
row = "B1"

[[node]]
name = "mgmt/1"
rack = "b1-1"
role = "cpu"
nics = [{ name = "mlx5_0", guid = "0x0000000000000003" }]
[[node]]
name = "dgx-1"
rack = "a1-2"
unit = 5
height_units = 4
gpus = 8
guid = "0x0000000000000aaa"
nics = [{ name = "mlx5_5", guid = "0x1", rail = 5 }, { guid = "e09d730300156ff6" }]

[[switch]]
name = "MF0;leaf:MQM9701/U1"
rack = "a1-1"
role = "leaf"
ports = 65
guid = "0x2c5eab0300b87b40"
[[switch]]
name = "spine -- 1"
rack = "b1-1"
role = "spine"
ports = 64

[[cables]]
class = "host"
gigabits_per_second = 400
medium = "multimode"
length_m = 12.0
links = [
  ["dgx-1/mlx5_5", 1, "MF0;leaf:MQM9701/U1", 1],
  ["0xe09d730300156ff6", 1, "0x2c5eab0300b87b40", 65, { length_m = 3, medium = "copper", rail = 2, plane = 1 }],
  ["MF0;leaf:MQM9701/U1", 2, "mgmt/1/mlx5_0", 1],
]
[[cables]]
links = [["spine -- 1", 32, "MF0;leaf:MQM9701/U1", 35]]
)";

TEST_CASE("explicit objects come out in hall, row, rack order with their names and references") {
    const Topology t = parse_cluster(fabric, "fabric.toml");
    CHECK(t.halls.size() == 2);
    CHECK(t.name_of({ObjectClass::rack, 0}) == "b1-1");
    CHECK(t.name_of({ObjectClass::rack, 1}) == "a1-1");
    CHECK(t.name_of({ObjectClass::rack, 2}) == "a1-2");
    CHECK(t.name_of({ObjectClass::node, 0}) == "dgx-1");  // racks with GPU nodes first
    CHECK(t.name_of({ObjectClass::node, 1}) == "mgmt/1");
    CHECK(t.nodes[0].guid == 0xaaa);
    CHECK(t.nodes[0].gpus == IndexRange{0, 8});
    CHECK(t.nodes[0].nics == IndexRange{0, 2});
    CHECK(t.nics[0].guid == 1);
    CHECK(t.nics[1].guid == 0xe09d730300156ff6ull);
    CHECK(t.rails == 6);
    CHECK(t.racks[2].cdu == 0);
    CHECK(t.cdus[0].racks == IndexRange{2, 1});
    CHECK(t.power[0].racks == IndexRange{1, 2});
    CHECK(t.name_of({ObjectClass::power, t.power[0].parent}) == "UPS");
    CHECK(t.name_of({ObjectClass::plant, t.plants[0].parent}) == "chiller");
    CHECK(t.gpus_in({ObjectClass::hall, 1}) == IndexRange{0, 8});
    CHECK(t.gpus_in({ObjectClass::hall, 0}).count == 0);
    CHECK(!t.synthetic);
    CHECK(t.title == "fabric");
}

TEST_CASE("cables join what they name, lower end first, with their own traits") {
    const Topology t = parse_cluster(fabric, "fabric.toml");
    REQUIRE(t.links.size() == 4);
    const Link& first = t.links[0];
    CHECK(!first.a.is_switch);
    CHECK(first.a.port == 1);
    CHECK(first.rail == 5);
    CHECK(first.length_m == 12);
    CHECK(first.medium == LinkMedium::multimode);
    CHECK(first.capacity_bytes_per_second == 50e9f);
    CHECK(t.links[1].medium == LinkMedium::copper);
    CHECK(t.links[1].rail == 2);
    CHECK(t.links[1].plane == 1);
    CHECK(t.links[1].b.port == 65);
    CHECK(!t.links[2].a.is_switch);  // written upside down
    CHECK(t.path_of(t.links[2].a.object()) == "mgmt/1/mlx5_0");
    CHECK(t.links[3].link_class == LinkClass::leaf_spine);
    CHECK(t.name_of(t.links[3].b.object()) == "spine -- 1");
    CHECK(t.links[3].capacity_bytes_per_second == 0);
}

TEST_CASE("paths of imported names with slashes, colons and dashes lead back") {
    const Topology t = parse_cluster(fabric, "fabric.toml");
    for (const ObjectClass object_class : all_object_classes)
        for (uint32_t i = 0; i < t.count(object_class); ++i) {
            const ObjectId id{object_class, i};
            CHECK_MESSAGE(t.find(std::string(name_of(object_class)) + ":" + t.path_of(id)) == id, t.path_of(id));
        }
    CHECK(t.find("dgx-1/nic1") == ObjectId{ObjectClass::nic, 1});
}

TEST_CASE("what has a place keeps it, what has none is laid out") {
    const Topology t = parse_cluster(fabric, "fabric.toml");
    CHECK(t.racks[1].place.x == 100);
    CHECK(t.racks[2].place.yaw == doctest::Approx(M_PI));
    CHECK(t.halls[1].extent.width == 40);
    CHECK(t.halls[1].place.x == 100);
    // Hall B had neither place nor size.
    CHECK(t.halls[0].extent.width > 5);
    CHECK(std::abs(t.racks[0].place.x - t.halls[0].place.x) < t.halls[0].extent.width / 2);
    CHECK(t.power[0].extent.width == doctest::Approx(1 + 1.2));  // the busway lies over its racks
}

TEST_CASE("rows without coordinates stand apart, fronts to a shared aisle") {
    std::string text = "format = 1\nname = \"x\"\n[[hall]]\nname = \"h\"\n";
    for (int row = 0; row < 4; ++row) {
        const std::string r = "r" + std::to_string(row);
        text += "[[row]]\nname = \"" + r + "\"\nhall = \"h\"\n";
        for (int k = 0; k < 5; ++k)
            text += "[[rack]]\nname = \"" + r + "-" + std::to_string(k) + "\"\nrow = \"" + r + "\"\n";
    }
    const Topology t = parse_cluster(text, "x");
    REQUIRE(t.racks.size() == 20);
    for (uint32_t a = 0; a < 20; ++a) {
        CHECK(std::abs(t.racks[a].place.x - t.halls[0].place.x) < t.halls[0].extent.width / 2);
        CHECK(std::abs(t.racks[a].place.y - t.halls[0].place.y) < t.halls[0].extent.depth / 2);
        for (uint32_t b = a + 1; b < 20; ++b) {
            const float dx = std::abs(t.racks[a].place.x - t.racks[b].place.x),
                        dy = std::abs(t.racks[a].place.y - t.racks[b].place.y);
            const bool apart = dx > 0.59f || dy > 1.19f;
            CHECK(apart);
        }
    }
    CHECK(t.racks[0].place.y - t.racks[5].place.y == doctest::Approx(1.2 + 2.4));
    CHECK(t.racks[5].place.y - t.racks[10].place.y == doctest::Approx(1.2 + 1.8));
}

TEST_CASE("nodes in bays stand side by side, left to right from the front") {
    const auto cluster = [](const char* bays) {
        return std::string(R"(format = 1
name = "blades"
[[hall]]
name = "h"
[[row]]
name = "r"
hall = "h"
[[rack]]
name = "k"
row = "r"
place = [0.0, 0.0]
[[node]]
name = "left"
rack = "k"
unit = 3
gpus = 1
bay = 1
bays = 4
[[node]]
name = "right"
rack = "k"
unit = 3
gpus = 1
)") + bays;
    };
    const Topology t = parse_cluster(cluster("bay = 4\nbays = 4\n"), "blades");
    const ObjectId left{ObjectClass::node, 0}, right{ObjectClass::node, 1};
    const float width = t.extent_of(left).width;
    CHECK(width == doctest::Approx(0.4826f / 4));
    CHECK(t.place_of(right).x - t.place_of(left).x == doctest::Approx(3 * width));
    CHECK(t.place_of(right).x == doctest::Approx(-t.place_of(left).x));
    CHECK(t.place_of(right).z == doctest::Approx(t.place_of(left).z));
    CHECK(t.place_of({ObjectClass::gpu, 1}).x == doctest::Approx(t.place_of(right).x));
    for (const char* wrong : {"bay = 5\nbays = 4\n", "bay = 0\nbays = 4\n", "bay = 2\n", "bay = 1\nbays = 65\n"})
        CHECK_THROWS_AS((void)parse_cluster(cluster(wrong), "blades"), ClusterFileError);
}

TEST_CASE("an imported fabric needs no GPUs, CDUs or power") {
    const Topology t = parse_cluster(R"(format = 1
name = "bare"
[[hall]]
name = "h"
[[row]]
name = "r"
hall = "h"
[[rack]]
name = "k"
row = "r"
[[node]]
name = "n"
rack = "k"
role = "other"
nics = [{}]
)",
                                     "bare");
    CHECK(t.count(ObjectClass::gpu) == 0);
    CHECK(t.count(ObjectClass::cdu) == 0);
    CHECK(t.path_of({ObjectClass::nic, 0}) == "n/nic0");
    CHECK(t.gpus_in({ObjectClass::site, 0}) == IndexRange{0, 0});
    CHECK(t.nodes_in({ObjectClass::hall, 0}) == IndexRange{0, 1});
}

}  // namespace
}  // namespace bv

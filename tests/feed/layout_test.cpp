// From tables of places to clusters: columns, name rules, blades, coordinates, dirt, and the places of a real machine.
#include "feed/import/layout.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <iostream>
#include <set>

#include "feed/import/fabric.h"
#include "net/cluster_library.h"
#include "tests/feed/samples.h"

using namespace bv;

namespace {

LayoutOptions by_columns() {
    LayoutOptions options;
    options.title = "test";
    options.thing = CellText::column("--name-column", "host");
    options.rack = CellText::column("--rack-column", "rack");
    options.unit = CellText::column("--unit-column", "u");
    options.gpus = CellText::column("--gpus-column", "gpus");
    return options;
}

LayoutImport import_text(const std::string& text, LayoutOptions options) {
    return import_layout({{"x.csv", text}}, std::move(options));
}

const ExplicitNode& node(const LayoutImport& imported, const std::string& name) {
    for (const ExplicitNode& it : imported.cluster.nodes)
        if (it.name == name) return it;
    FAIL("no host " << name);
    return imported.cluster.nodes.front();
}
const ExplicitRack& rack(const LayoutImport& imported, const std::string& name) {
    for (const ExplicitRack& it : imported.cluster.racks)
        if (it.name == name) return it;
    FAIL("no rack " << name);
    return imported.cluster.racks.front();
}

std::shared_ptr<const Topology> loaded(const LayoutImport& imported) {
    return load_cluster_text(cluster_toml(imported.cluster), "test").topology;
}

LayoutOptions titan() {
    LayoutOptions options;
    options.name = options.title = "titan";
    options.thing = CellText::column("--name-column", "location");
    options.name_rules = {R"(c(?<rack>\d+)-(?<row>\d+)c(?<chassis>\d+)s(?<bay>\d+)n(?<node>\d+))"};
    options.gpus_per_host = 1;
    options.floor = {"c{rack}-{row}", "row {row}", "Titan", 0.57f, 1.44f, 2.04f};
    return options;
}

}  // namespace

TEST_CASE("a dirty table of hosts loses nothing but what is wrong") {
    const LayoutImport imported =
        import_layout({{"dirty.csv", test::read_text(test::data_file("dirty_layout.csv"))}}, by_columns());
    const LayoutSummary& it = imported.summary;
    CHECK(it.rows == 11);
    CHECK(it.hosts == 9);
    CHECK(it.repeated == 1);
    CHECK(it.racks == 5);  // A01 A02 B01 B02 and the one of what has no place
    CHECK(it.unplaced_names == std::vector<std::string>{"n8"});
    CHECK(node(imported, "n1").unit == 1);
    CHECK(node(imported, "n1").gpus == 8);  // the first row decides
    CHECK(node(imported, "n,2").unit == 5);
    CHECK(node(imported, "n4").gpus == 0);
    CHECK(node(imported, "n4").role == NodeRole::cpu);
    CHECK(node(imported, "said \"n9\"").rack == "B02");
    std::vector<std::pair<std::string, uint64_t>> found;
    for (const Finding& finding : it.findings.all()) found.emplace_back(finding.first, finding.count);
    CHECK(found == std::vector<std::pair<std::string, uint64_t>>{{"dirty.csv:6", 1},     // no name
                                                                 {"dirty.csv:7", 1},     // unit x
                                                                 {"dirty.csv:8", 1},     // open quote
                                                                 {"dirty.csv:8", 1},     // gpus "8
                                                                 {"dirty.csv:9", 1},     // no UTF-8
                                                                 {"dirty.csv:10", 1},    // too few
                                                                 {"dirty.csv:11", 1}});  // too many
    CHECK(loaded(imported)->count(ObjectClass::node) == 9);
    CHECK(loaded(imported)->count(ObjectClass::gpu) == 40);
}

TEST_CASE("blades stand in bays of chassis") {
    const LayoutImport imported = import_text("location\nc1-0c0s0n0\nc1-0c0s7n3\nc1-0c2s3n1\nc0-0c1s0n2\n", titan());
    CHECK(imported.summary.racks == 2);
    CHECK(rack(imported, "c1-0").row == "row 0");
    CHECK(rack(imported, "c1-0").x - rack(imported, "c0-0").x == doctest::Approx(0.57));
    const ExplicitNode &first = node(imported, "c1-0c0s0n0"), &last = node(imported, "c1-0c0s7n3"),
                       &third = node(imported, "c1-0c2s3n1");
    CHECK((first.bay == 1 && first.bays == 8 && first.unit == 1));
    CHECK((last.bay == 8 && last.unit == 1 + 3 * last.height_units));
    CHECK((third.bay == 4 && third.unit == 1 + (2 * 5 + 1) * third.height_units));
    const auto topology = loaded(imported);
    CHECK(topology->halls.size() == 1);
    CHECK(topology->names[size_t(ObjectClass::hall)].front() == "Titan");
    const auto a = topology->find("node:c1-0c0s0n0"), b = topology->find("node:c1-0c0s7n3");
    REQUIRE((a && b));
    CHECK(topology->place_of(*a).x < topology->place_of(*b).x);
    CHECK(topology->place_of(*a).z < topology->place_of(*b).z);
    CHECK(topology->extent_of(*a).width == doctest::Approx(0.4826f / 8));
}

TEST_CASE("coordinates place racks, and the others line up north of them") {
    LayoutOptions options;
    options.title = "test";
    options.rows_are_racks = true;
    options.thing = CellText::column("--name-column", "rack");
    options.row = CellText::column("--row-column", "row");
    options.x = CellText::column("--x-column", "x");
    options.y = CellText::column("--y-column", "y");
    options.yaw = CellText::column("--yaw-column", "yaw");
    const LayoutImport imported =
        import_text("rack,row,x,y,yaw\nR1,A,1.5,2,180\nR2,A,2.5,2,\nR3,B,,,\nR4,B,far,7,\n", options);
    const auto topology = loaded(imported);
    CHECK(topology->racks.size() == 4);
    CHECK(topology->nodes.empty());
    CHECK(rack(imported, "R1").x == 1.5f);
    CHECK(rack(imported, "R1").yaw_degrees == 180);
    CHECK(rack(imported, "R3").y > 3);
    CHECK(rack(imported, "R3").x != rack(imported, "R4").x);
    CHECK(imported.summary.without_position == 2);
    CHECK(imported.summary.findings.all().size() == 1);
    options.y = {};
    CHECK_THROWS_AS((void)import_text("rack,x\nR1,1\n", options), std::invalid_argument);
}

TEST_CASE("tables of which nothing can be made are refused") {
    LayoutOptions options = by_columns();
    CHECK_THROWS_AS((void)import_text("host,rack,u,gpus\n,,,\n", options), ImportError);
    CHECK_THROWS_AS((void)import_text("host,rack,u,gpus\n", options), ImportError);
    CHECK_THROWS_AS((void)import_text("hots,rack,u,gpus\na,b,1,1\n", options), ImportError);
    options.name_rules = {"(?<row>"};
    CHECK_THROWS_AS((void)import_text("host,rack,u,gpus\na,b,1,1\n", options), std::invalid_argument);
}

TEST_CASE("the same tables give the same bytes") {
    const auto text = test::read_text(test::data_file("dirty_layout.csv"));
    CHECK(cluster_toml(import_text(text, by_columns()).cluster) ==
          cluster_toml(import_text(text, by_columns()).cluster));
}

TEST_CASE("the real places of Titan: 18,687 GPUs in 200 cabinets") {
    const auto path = test::sample_file("traces/titan_gc_full.csv");
    if (!std::filesystem::exists(path)) {
        std::cout << "skipped: no samples\n";
        return;
    }
    const LayoutImport imported = import_layout({{"titan.csv", test::read_text(path)}}, titan());
    CHECK(imported.summary.rows == 37'343);
    CHECK(imported.summary.hosts == 18'687);
    CHECK(imported.summary.unplaced == 0);
    CHECK(imported.summary.findings.all().empty());
    const auto topology = loaded(imported);
    CHECK(topology->count(ObjectClass::gpu) == 18'687);
    CHECK(topology->count(ObjectClass::rack) == 200);
    CHECK(topology->count(ObjectClass::row) == 8);
    std::set<std::tuple<uint32_t, uint16_t, uint8_t>> places;  // 3 cages of 8 slots of 4 nodes, nobody twice
    for (const Node& it : topology->nodes) {
        CHECK(places.insert({it.rack, it.unit, it.bay}).second);
        CHECK(it.bays == 8);
    }
    for (const Row& it : topology->rows) CHECK(it.racks.count == 25);
    for (const Rack& it : topology->racks) CHECK((it.gpus.count >= 80 && it.gpus.count <= 96));
}

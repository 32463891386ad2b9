// From a fabric to a cluster: hosts, tiers, rails, places, and the real scan of 40 switches with its exact counts.
#include "feed/import/fabric_cluster.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <set>

#include "feed/import/fabric_names.h"
#include "feed/import/floor_plan.h"
#include "feed/import/ibnetdiscover.h"
#include "tests/feed/samples.h"

using namespace bv;

namespace {

FabricImport import_text(const std::string& text, FabricImportOptions options = {}) {
    Fabric fabric;
    read_ibnetdiscover(text, "x.out", fabric);
    return import_fabric(fabric, options);
}

FabricImport import_dirty(FabricImportOptions options = {}) {
    return import_text(test::read_text(test::data_file("dirty_ibnetdiscover.out")), std::move(options));
}

const ExplicitNode& node(const FabricImport& imported, const std::string& name) {
    for (const ExplicitNode& it : imported.cluster.nodes)
        if (it.name == name) return it;
    FAIL("no node " << name);
    return imported.cluster.nodes.front();
}
const ExplicitSwitch& switch_named(const FabricImport& imported, const std::string& name) {
    for (const ExplicitSwitch& it : imported.cluster.switches)
        if (it.name == name) return it;
    FAIL("no switch " << name);
    return imported.cluster.switches.front();
}

// No two things of a rack fill the same unit, and all are within its height.
void check_units(const ExplicitCluster& cluster) {
    std::map<std::string, uint32_t> heights;
    for (const ExplicitRack& rack : cluster.racks) heights[rack.name] = rack.units;
    std::set<std::pair<std::string, uint32_t>> filled;
    const auto fill = [&](const auto& it) {
        for (uint32_t unit = it.unit; unit < uint32_t(it.unit) + it.height_units; ++unit) {
            CHECK_MESSAGE(filled.insert({it.rack, unit}).second,
                          it.name << " overlaps in " << it.rack << " at unit " << unit);
            CHECK(unit <= heights.at(it.rack));
        }
    };
    for (const ExplicitNode& it : cluster.nodes) fill(it);
    for (const ExplicitSwitch& it : cluster.switches) fill(it);
    std::set<std::pair<float, float>> places;
    for (const ExplicitRack& rack : cluster.racks) CHECK(places.insert({rack.x, rack.y}).second);
}

}  // namespace

TEST_CASE("node descriptions") {
    CHECK(adapter_name("a08-p1-dgx-04-c01 mlx5_5").host == "a08-p1-dgx-04-c01");
    CHECK(adapter_name("a08-p1-dgx-04-c01 mlx5_5").device == "mlx5_5");
    CHECK(adapter_name("n02 HCA-1").device == "HCA-1");
    CHECK(adapter_name("  two words ibp12s0 ").host == "two words");
    CHECK(adapter_name("just a name").host == "just a name");
    CHECK(adapter_name("mlx5_0").host.empty());
    CHECK(adapter_name("MT4129 ConnectX7   Mellanox Technologies").host.empty());
    CHECK(adapter_name("").host.empty());
    CHECK(switch_name("MF0;A09-P1-IBLEAF-04-04:MQM9701/U1") == "A09-P1-IBLEAF-04-04");
    CHECK(switch_name(" 5FB0406-spine-IB02 ") == "5FB0406-spine-IB02");
    CHECK(switch_name("Infiniscale-IV Mellanox Technologies").empty());
    CHECK(device_number("HCA-1") == 0);
    CHECK(device_number("mlx5_5") == 5);
    CHECK_FALSE(device_number("mlx").has_value());
    CHECK(role_from_host_name("B11-P1-CUFM-02") == NodeRole::cpu);
    CHECK(role_from_host_name("storage12") == NodeRole::storage);
    CHECK(role_from_host_name("stormtrooper-3") == NodeRole::gpu);
}

TEST_CASE("hosts of the dirty fixture") {
    const FabricImport imported = import_dirty();
    // Two naming styles, one host.
    const ExplicitNode& dgx = node(imported, "c01-p1-dgx-01-c01");
    REQUIRE(dgx.nics.size() == 2);
    CHECK(dgx.nics[0].name == "mlx5_0");
    CHECK(dgx.nics[1].name == "HCA-2");
    CHECK(dgx.nics[1].rail == 1);
    CHECK(dgx.gpus == 2);
    CHECK(dgx.rack == "C01");
    // A lost name is a host of its own, keyed by GUID.
    CHECK(node(imported, "host-00000000000000a2").nics.at(0).guid == 0xa2);
    CHECK(node(imported, "host-00000000000000a9").nics.at(0).guid == 0xa9);
    CHECK(imported.summary.names_lost == 2);
    // Two machines called localhost stay two machines.
    CHECK(node(imported, "localhost").nics.size() == 1);
    CHECK(node(imported, "localhost-00000000000000a5").nics.size() == 1);
    CHECK(imported.summary.duplicate_names == 1);
    // A fabric manager has no GPUs.
    CHECK(node(imported, "X-UFM-01").gpus == 0);
    CHECK(node(imported, "X-UFM-01").role == NodeRole::cpu);
    // The aggregation node is no host, and stands with its switch.
    const ExplicitNode& sharp = node(imported, "sharp-C01-P1-IBSPINE-01");
    CHECK(sharp.role == NodeRole::other);
    CHECK(sharp.gpus == 0);
    CHECK(sharp.rack == switch_named(imported, "C01-P1-IBSPINE-01").rack);
    // An adapter without a cable is kept and told.
    CHECK(node(imported, "c01-p1-dgx-01-c02").nics.size() == 1);
    REQUIRE(imported.summary.lone_devices.size() == 1);
    CHECK(imported.summary.lone_devices[0].find("x.out:89:") == 0);
    CHECK(imported.summary.mentioned_only == 1);
    CHECK(imported.summary.unknown_rates == 1);
    CHECK(imported.summary.unplaced == 7);
    CHECK(imported.summary.compute_hosts == 7);
    CHECK(imported.summary.other_hosts == 1);
    check_units(imported.cluster);
}

TEST_CASE("an aggregation node does not make a leaf of a spine") {
    const FabricImport imported = import_dirty();
    CHECK(switch_named(imported, "C01-P1-IBSPINE-01").role == SwitchRole::spine);
    CHECK(switch_named(imported, "C02-P1-IBLEAF-01-01").role == SwitchRole::leaf);
    CHECK(switch_named(imported, "switch-0000000000000030").role == SwitchRole::leaf);
    CHECK(switch_named(imported, "switch-0000000000000030").ports == 129);
    CHECK(switch_named(imported, "switch-0000000000000030").rail == 1);
}

TEST_CASE("GPUs per host as told") {
    CHECK(import_dirty().summary.gpus == 8);
    FabricImportOptions options;
    options.gpus_per_host = 8;
    // Five named hosts with eight each, two nameless adapters with one each.
    CHECK(import_dirty(options).summary.gpus == 42);
    options.gpus_per_host = 0;
    const FabricImport none = import_dirty(options);
    CHECK(none.summary.gpus == 0);
    CHECK(none.summary.compute_hosts == 0);
    for (const ExplicitNode& it : none.cluster.nodes) CHECK(it.role != NodeRole::gpu);
}

TEST_CASE("a fabric of three tiers is told apart by cabling alone") {
    const std::string text =
        "Switch\t64 \"S-0000000000000001\"\t# \"s1\" base port 0 lid 1 lmc 0\n"
        "[1]\t\"H-00000000000000a1\"[1](a1) # \"n1 mlx5_0\" lid 1 4xHDR\n"
        "[2]\t\"S-0000000000000002\"[1]\t# \"s2\" lid 2 4xHDR\n\n"
        "Switch\t64 \"S-0000000000000002\"\t# \"s2\" base port 0 lid 2 lmc 0\n"
        "[1]\t\"S-0000000000000001\"[2]\t# \"s1\" lid 1 4xHDR\n"
        "[2]\t\"S-0000000000000003\"[1]\t# \"s3\" lid 3 4xHDR\n";
    const FabricImport imported = import_text(text);
    CHECK(switch_named(imported, "s1").role == SwitchRole::leaf);
    CHECK(switch_named(imported, "s2").role == SwitchRole::spine);
    CHECK(switch_named(imported, "s3").role == SwitchRole::core);
    REQUIRE(imported.cluster.cables.size() == 3);
    CHECK(imported.cluster.cables[0].link_class == LinkClass::leaf_spine);
    CHECK(imported.cluster.cables[1].link_class == LinkClass::spine_core);
    CHECK(imported.cluster.cables[1].lower == 2);
}

TEST_CASE("a scan without any cable is refused") {
    CHECK_THROWS_WITH_AS(
        import_text("Ca\t1 \"H-00000000000000a1\"\t\t# \"n1 HCA-1\"\n"),
        "x.out:1: expected a fabric, found no cable at all, only \"n1 HCA-1\" (0x00000000000000a1); run ibnetdiscover "
        "on a host whose port is up.",
        ImportError);
}

TEST_CASE("the order of the input does not matter, nor reading it twice") {
    const std::string text = test::read_text(test::data_file("dirty_ibnetdiscover.out"));
    const std::string once = cluster_toml(import_text(text).cluster);
    CHECK(once == cluster_toml(import_text(text).cluster));
    Fabric fabric;
    read_ibnetdiscover(text, "x.out", fabric);
    read_ibnetdiscover(text, "y.out", fabric);
    CHECK(once == cluster_toml(import_fabric(fabric, {}).cluster));
}

TEST_CASE("natural order") {
    CHECK(natural_less("a9", "a10"));
    CHECK_FALSE(natural_less("a10", "a9"));
    CHECK(natural_less("a08", "a9"));
    CHECK(natural_less("a1", "a1b"));
    CHECK(natural_less("", "a"));
    CHECK_FALSE(natural_less("a1", "a1"));
    CHECK(natural_less("a01", "a1") != natural_less("a1", "a01"));
}

TEST_CASE("a floor with many halls, gaps and a rack that is spelled two ways") {
    FloorPlan plan;
    const auto at = [](const char* hall, const char* row, const char* rack) {
        NamePlace place;
        place.hall = hall, place.row = row, place.rack = rack;
        return place;
    };
    plan.add("n1", at("H1", "A", "01"), false, 0);
    plan.add("n2", at("H1", "A", "5"), false, 1);
    plan.add("n3", at("H1", "A", "05"), false, 2);
    plan.add("n4", at("H2", "A", "1"), false, 3);
    plan.add("n5", std::nullopt, false, 4);
    plan.add("s1", at("H1", "B", "2"), true, 0);
    const FloorResult floor = plan.arrange();
    REQUIRE(floor.halls.size() == 2);
    CHECK(floor.rows.size() == 4);
    CHECK(floor.racks.size() == 5);
    CHECK(floor.hosts[1].rack == floor.hosts[2].rack);
    CHECK(floor.hosts[1].unit != floor.hosts[2].unit);
    CHECK(floor.racks[1].x - floor.racks[0].x == doctest::Approx(4 * 0.6f));  // racks 1 and 5 of row A
    CHECK(floor.racks[2].x - floor.racks[0].x == doctest::Approx(0.6f));      // rack 2 of row B lines up
    CHECK(floor.halls[1].x - floor.halls[0].x > (floor.halls[0].width + floor.halls[1].width) / 2);
}

TEST_CASE("a hall of very many rows is about as wide as deep, and no two racks share a place") {
    FloorPlan plan;
    for (size_t i = 0; i < 160; ++i) {
        NamePlace place;
        place.row = "R" + std::to_string(i / 4);
        place.rack = std::to_string(i % 4);
        plan.add("n" + std::to_string(i), place, false, i);
    }
    const FloorResult floor = plan.arrange();
    REQUIRE(floor.halls.size() == 1);
    CHECK(floor.rows.size() == 40);
    CHECK(floor.halls[0].depth / floor.halls[0].width < 2);
    CHECK(floor.halls[0].width / floor.halls[0].depth < 2);
    std::set<std::pair<float, float>> places;
    for (const ExplicitRack& rack : floor.racks) {
        CHECK(places.insert({rack.x, rack.y}).second);
        CHECK(std::abs(rack.x - floor.halls[0].x) < floor.halls[0].width / 2 - 1);
        CHECK(std::abs(rack.y - floor.halls[0].y) < floor.halls[0].depth / 2 - 1);
    }
}

TEST_CASE("the real scan: 40 switches, 582 adapters, 1,114 cables") {
    const auto path = test::sample_file("ib/topograph_ibnetdiscover.out");
    if (!std::filesystem::exists(path)) {
        std::cout << "skipped: no samples\n";
        return;
    }
    const FabricImport imported = import_text(test::read_text(path));
    const ImportSummary& it = imported.summary;
    CHECK(it.switches == 40);
    CHECK(it.leaves == 31);
    CHECK(it.spines == 9);
    CHECK(it.adapters == 582);
    CHECK(it.aggregation_nodes == 40);
    CHECK(it.cables == 1114);
    CHECK(it.host_cables == 582);
    CHECK(it.switch_cables == 532);
    CHECK(it.names_lost == 69);
    CHECK(it.one_sided.empty());
    CHECK(it.conflicts.empty());
    CHECK(it.lone_devices.empty());
    CHECK(it.unknown_rates == 0);
    CHECK(it.unplaced == 71);  // 69 lost names, localhost, ubuntu
    CHECK(it.gpus == 540);     // 582 without aggregation nodes and the fabric manager's two
    CHECK(std::count_if(imported.cluster.nodes.begin(), imported.cluster.nodes.end(),
                        [](const ExplicitNode& host) { return host.name.find("dgx") != std::string::npos; }) == 119);
    CHECK(node(imported, "a08-p1-dgx-04-c01").rack == "A08");
    CHECK(switch_named(imported, "A09-P1-IBLEAF-04-04").rail == 3);
    CHECK(switch_named(imported, "A09-P1-IBLEAF-04-04").rack == "A09");
    check_units(imported.cluster);
}

// Links on trays: everything that enters a tray leaves it, routes join their ends, and loads add up.
#include <doctest/doctest.h>

#include "tests/viewer/packed.h"

using namespace bv;
using namespace bv::test;

TEST_CASE("every link is in one bundle and its route joins the stops of both racks") {
    const auto topology = array_512();
    const FabricPlan plan(*topology);
    uint32_t links = 0;
    for (const FabricPlan::Bundle& bundle : plan.bundles) links += bundle.count;
    CHECK(links == topology->count(ObjectClass::link));
    for (const FabricPlan::Bundle& bundle : plan.bundles) {
        const std::vector<glm::vec3> route = plan.route(bundle.rack_a, bundle.rack_b, 1);
        REQUIRE(route.size() >= 2);
        const auto stop = [&](uint32_t rack) {
            return plan.row_trays[plan.rack_stops[rack].tray].stops[plan.rack_stops[rack].stop];
        };
        CHECK(glm::length(route.front() - stop(bundle.rack_a)) < 0.01f);
        CHECK(glm::length(route.back() - stop(bundle.rack_b)) < 0.01f);
    }
}

TEST_CASE("the load of a segment is the load of the links that pass it") {
    const auto topology = array_512();
    const FabricPlan plan(*topology);
    ClusterState state = healthy_state(topology);
    const auto tx = find_metric(ObjectClass::link, "tx_bytes_per_second").value();
    // One link carries 10 GB/s, every other one nothing.
    set_raw(state, ObjectClass::link, tx, 0, topology->count(ObjectClass::link),
            quantise(metrics_of(ObjectClass::link)[tx], 0));
    uint32_t chosen = no_index;
    for (uint32_t i = 0; i < topology->links.size() && chosen == no_index; ++i)
        if (plan.link_bundle[i] != no_index &&
            plan.bundles[plan.link_bundle[i]].rack_a != plan.bundles[plan.link_bundle[i]].rack_b)
            chosen = i;
    REQUIRE(chosen != no_index);
    set_value(state, {ObjectClass::link, chosen}, "tx_bytes_per_second", 1e10);
    set_health(state, {ObjectClass::link, chosen}, Health::critical);
    FabricScratch scratch;
    FabricLoads loads;
    sum_loads(state, plan, {}, scratch, loads);
    const FabricPlan::Bundle& bundle = plan.bundles[plan.link_bundle[chosen]];
    const auto a = plan.rack_stops[bundle.rack_a], b = plan.rack_stops[bundle.rack_b];
    if (a.tray == b.tray) {
        const Tray& tray = plan.row_trays[a.tray];
        for (uint32_t i = 0; i < tray.segments(); ++i) {
            const bool passes = i >= std::min(a.stop, b.stop) && i < std::max(a.stop, b.stop);
            const TrunkLoad& load = loads.row[bundle.lane * plan.row_segments + tray.first_segment + i];
            CHECK(load.bytes_per_second == doctest::Approx(passes ? 1e10 : 0).epsilon(0.01));
            CHECK(load.critical == (passes ? 1 : 0));
        }
    }
    int32_t critical = 0, negative = 0;
    for (const auto& series : {loads.row, loads.hall, loads.pairs})
        for (const TrunkLoad& load : series)
            critical += load.critical, negative += load.links < 0 || load.bytes_per_second < -1;
    CHECK(critical >= 1);
    CHECK(negative == 0);
}

TEST_CASE("halls in a rectangle are bridged along its sides, not its diagonals") {
    Topology t;
    t.name = "halls";
    for (int i = 0; i < 4; ++i) {
        t.halls.push_back({{float(i % 2) * 100, float(i / 2) * 60, 0, 0}, {80, 40, 5}, {}, {}, {}, {}});
        t.rows.push_back({uint32_t(i), {}, {}, {}});
        Rack rack;
        rack.hall = rack.row = uint32_t(i);
        rack.place = {float(i % 2) * 100, float(i / 2) * 60, 0, 0};
        rack.extent = {0.6f, 1.2f, 2.2f};
        t.racks.push_back(rack);
    }
    const FabricPlan plan(t);
    CHECK(plan.hall_pairs.size() == 4);
    CHECK(plan.pair_of(0, 3) == no_index);
    CHECK(plan.halls_between(0, 3).size() == 3);
    CHECK(plan.halls_between(0, 1) == std::vector<uint32_t>{0, 1});
}

// Links drawn one by one, trunks opened, filters by tier and rail, and what the pointer meets among them.
#include <doctest/doctest.h>

#include <set>

#include "tests/viewer/packed.h"

using namespace bv;
using namespace bv::test;

namespace {

struct Scene {
    std::shared_ptr<const Topology> topology = array_512();
    SceneLayout layout{topology};
    ClusterState state = healthy_state(topology);
    View view = view_from(*topology, "overview");
    TestRows rows;

    Scene() {
        for (const char* name : {"tx_bytes_per_second", "rx_bytes_per_second"}) {
            const MetricIndex index = find_metric(ObjectClass::link, name).value();
            set_raw(state, ObjectClass::link, index, 0, topology->count(ObjectClass::link),
                    quantise(metrics_of(ObjectClass::link)[index], 1e8));
        }
    }
    void pack() {
        rows.clear();
        pack_rows(state, layout, view, test_time_ns, rows);
    }
    // Single links that the last frame drew.
    std::set<uint32_t> drawn() {
        std::set<uint32_t> links;
        for (const DrawnLine& line : layout.impl().cache.lines)
            if (line.link != no_index) links.insert(line.link);
        return links;
    }
    uint32_t first_link(LinkClass link_class) const {
        for (uint32_t i = 0; i < topology->links.size(); ++i)
            if (topology->links[i].link_class == link_class) return i;
        return no_index;
    }
    Camera::Ray towards(glm::vec3 point) const {
        return {view.camera.pose().eye, glm::normalize(point - view.camera.pose().eye)};
    }
    const DrawnLine& widest_trunk() {
        const DrawnLine* widest = nullptr;
        for (const DrawnLine& line : layout.impl().cache.lines)
            if (line.trunk.valid() && (!widest || line.width > widest->width)) widest = &line;
        REQUIRE(widest);
        return *widest;
    }
};

}  // namespace

TEST_CASE("a link in trouble is drawn from end to end at any distance, a healthy one is not") {
    Scene s;
    s.pack();
    CHECK(s.drawn().empty());
    const uint32_t link = s.first_link(LinkClass::host);
    for (const Health health : {Health::warning, Health::critical, Health::down}) {
        set_health(s.state, {ObjectClass::link, link}, health);
        s.pack();
        CHECK(s.drawn() == std::set<uint32_t>{link});
    }
}

TEST_CASE("links near their capacity stand out while they are few") {
    Scene s;
    const uint32_t link = s.first_link(LinkClass::host);
    set_value(s.state, {ObjectClass::link, link}, "tx_bytes_per_second", 4.9e10);
    s.pack();
    CHECK(s.drawn() == std::set<uint32_t>{link});
    const MetricIndex tx = find_metric(ObjectClass::link, "tx_bytes_per_second").value();
    set_raw(s.state, ObjectClass::link, tx, 0, s.topology->count(ObjectClass::link),
            quantise(metrics_of(ObjectClass::link)[tx], 4.9e10));
    s.pack();
    CHECK(s.drawn().empty());
}

TEST_CASE("a rail is a filter: other rails' links and loads are gone, and come back") {
    Scene s;
    s.pack();
    const auto links_of_trunks = [&] {
        int64_t links = 0;
        for (const TrunkLoad& load : s.layout.impl().cache.loads.row) links += load.links;
        return links;
    };
    const int64_t all = links_of_trunks();
    REQUIRE(all > 0);
    s.view.links.rail = 3;
    s.pack();
    CHECK(links_of_trunks() * int64_t(s.topology->rails) == all);
    const uint32_t link = s.first_link(LinkClass::host);
    REQUIRE(s.topology->links[link].rail != 3);
    set_health(s.state, {ObjectClass::link, link}, Health::down);
    s.pack();
    CHECK(s.drawn().empty());
    s.view.links.rail = -1;
    s.view.links.tiers = uint8_t(~(1u << unsigned(LinkClass::host)) & LinkFilter::all_tiers);
    s.pack();
    CHECK(s.drawn().empty());
    s.view.links = {};
    s.pack();
    CHECK(s.drawn() == std::set<uint32_t>{link});
    CHECK(links_of_trunks() == all);
}

TEST_CASE("the pointer meets the link that is drawn, and the trunk that is wide enough") {
    Scene s;
    const uint32_t link = s.first_link(LinkClass::host);
    set_health(s.state, {ObjectClass::link, link}, Health::down);
    s.pack();
    // The middle of its longest piece, which runs over the racks.
    const DrawnLine* longest = nullptr;
    for (const DrawnLine& line : s.layout.impl().cache.lines)
        if (line.link == link && (!longest || glm::length(line.b - line.a) > glm::length(longest->b - longest->a)))
            longest = &line;
    REQUIRE(longest);
    const glm::vec3 middle = (longest->a + longest->b) * 0.5f;
    CHECK(pick(s.state, s.layout, s.view, s.towards(middle)) == ObjectId{ObjectClass::link, link});
    CHECK_FALSE(pick_trunk(s.layout, s.view, s.towards(middle)).valid());

    s.view.show_trunks = false;
    CHECK(pick(s.state, s.layout, s.view, s.towards(middle)).object_class != ObjectClass::link);
    s.view.show_trunks = true;

    set_health(s.state, {ObjectClass::link, link}, Health::ok);
    for (uint32_t i = 0; i < s.topology->links.size(); ++i)
        if (s.topology->links[i].link_class == LinkClass::host)
            set_value(s.state, {ObjectClass::link, i}, "tx_bytes_per_second", 4e10);
    s.pack();
    // From behind and above, where no busway hangs before the trays.
    Pose pose = s.view.camera.pose();
    pose.target = (s.widest_trunk().a + s.widest_trunk().b) * 0.5f;
    pose.eye = pose.target + glm::vec3(0.2f, 1.5f, 6);
    s.view.camera.jump(pose);
    s.pack();
    const TrunkRef met = pick_trunk(s.layout, s.view, s.towards(pose.target));
    REQUIRE(met.valid());
    CHECK(met.kind == TrunkRef::Kind::row);
    CHECK(load_of(s.layout.impl(), met).links > 0);
    CHECK_FALSE(pick_trunk(s.layout, s.view, s.towards(pose.eye + glm::vec3(0, 0, 10))).valid());
}

TEST_CASE("an opened trunk shows the ways of its links, which are those that run through it") {
    Scene s;
    s.pack();
    const TrunkRef trunk = s.widest_trunk().trunk;
    const FabricPlan& plan = s.layout.impl().fabric;
    const std::vector<uint32_t> links = plan.links_in(trunk);
    const TrunkLoad load = load_of(s.layout.impl(), trunk);
    CHECK(int32_t(links.size()) >= load.links);
    REQUIRE_FALSE(links.empty());
    s.view.select(trunk);
    CHECK_FALSE(s.view.selected.valid());
    s.pack();
    const std::set<uint32_t> inside(links.begin(), links.end());
    const std::set<uint32_t> drawn = s.drawn();
    CHECK_FALSE(drawn.empty());
    for (const uint32_t link : drawn) CHECK(inside.contains(link));
    s.view.select(ObjectId{ObjectClass::rack, 0});
    CHECK_FALSE(s.view.trunk.valid());
}

TEST_CASE("what enters a bundle's trunk forth leaves it forth") {
    Scene s;
    const MetricIndex rx = find_metric(ObjectClass::link, "rx_bytes_per_second").value();
    set_raw(s.state, ObjectClass::link, rx, 0, s.topology->count(ObjectClass::link),
            quantise(metrics_of(ObjectClass::link)[rx], 0));
    s.pack();
    double forth = 0, back = 0;
    for (const TrunkLoad& load : s.layout.impl().cache.loads.row) forth += load.forth, back += load.back;
    CHECK(forth + back > 0);
    for (const gpu::TrunkRow& row : s.rows.trunks.rows()) {
        CHECK(row.forth >= 0);
        CHECK(row.forth <= 1);
        CHECK(row.back >= 0);
        CHECK(row.back <= 1);
    }
}

TEST_CASE("the ways between two ends are drawn, and nothing of the selection else") {
    Scene s;
    s.view.select(ObjectId{ObjectClass::gpu, 0});
    s.view.toggle_route();
    CHECK(s.view.route_from == ObjectId{ObjectClass::gpu, 0});
    s.view.select(ObjectId{ObjectClass::gpu, 8 * 20});
    s.pack();
    const Routes& routes = s.layout.impl().cache.routes;
    REQUIRE(routes.kind == Routes::Kind::fabric);
    CHECK(s.drawn() == std::set<uint32_t>(routes.links.begin(), routes.links.end()));
    s.view.toggle_route();
    s.pack();
    CHECK(s.layout.impl().cache.routes.kind == Routes::Kind::none);
}

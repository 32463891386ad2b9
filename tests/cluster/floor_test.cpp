// Where things stand in the shipped clusters: nothing stands in anything else, and racks stand in their halls.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "tests/cluster/shipped.h"

namespace bv {
namespace {

struct Footprint {
    float west, east, south, north;
    std::string name;
    [[nodiscard]] bool overlaps(const Footprint& other) const {
        constexpr float slack = 1e-3f;
        return west < other.east - slack && other.west < east - slack && south < other.north - slack &&
               other.south < north - slack;
    }
};

Footprint footprint(const Topology& t, ObjectId id) {
    const Place p = t.place_of(id);
    const Extent e = t.extent_of(id);
    const float c = std::abs(std::cos(p.yaw)), s = std::abs(std::sin(p.yaw));
    const float x = (c * e.width + s * e.depth) / 2, y = (s * e.width + c * e.depth) / 2;
    return {p.x - x, p.x + x, p.y - y, p.y + y, t.name_of(id)};
}

// Sorted by west edge, each is compared with those that begin before it ends.
void check_apart(std::vector<Footprint> all) {
    std::sort(all.begin(), all.end(), [](const Footprint& a, const Footprint& b) { return a.west < b.west; });
    for (size_t i = 0; i < all.size(); ++i)
        for (size_t j = i + 1; j < all.size() && all[j].west < all[i].east; ++j)
            if (all[i].overlaps(all[j])) FAIL(all[i].name << " stands in " << all[j].name);
}

std::vector<Footprint> footprints(const Topology& t, ObjectClass object_class) {
    std::vector<Footprint> all;
    for (uint32_t i = 0; i < t.count(object_class); ++i) all.push_back(footprint(t, {object_class, i}));
    return all;
}

TEST_CASE("no racks, CDUs or outdoor gear of a shipped cluster overlap") {
    for (const char* name : test::shipped_names) {
        CAPTURE(name);
        const Topology& t = test::shipped(name);
        std::vector<Footprint> floor = footprints(t, ObjectClass::rack);
        for (uint32_t c = 0; c < t.cdus.size(); ++c)
            if (t.cdus[c].placement != CduPlacement::in_rack) floor.push_back(footprint(t, {ObjectClass::cdu, c}));
        check_apart(floor);
        std::vector<Footprint> site = footprints(t, ObjectClass::hall);
        for (uint32_t p = 0; p < t.power.size(); ++p)
            if (t.power[p].kind != PowerKind::busway) site.push_back(footprint(t, {ObjectClass::power, p}));
        for (uint32_t p = 0; p < t.plants.size(); ++p)
            if (t.plants[p].kind != PlantKind::loop) site.push_back(footprint(t, {ObjectClass::plant, p}));
        check_apart(site);
    }
}

TEST_CASE("racks and CDUs of a shipped cluster stand inside their halls, with room to walk around") {
    for (const char* name : test::shipped_names) {
        CAPTURE(name);
        const Topology& t = test::shipped(name);
        for (uint32_t r = 0; r < t.racks.size(); ++r) {
            const Footprint rack = footprint(t, {ObjectClass::rack, r}),
                            hall = footprint(t, {ObjectClass::hall, t.racks[r].hall});
            REQUIRE(rack.west > hall.west + 3);
            REQUIRE(rack.east < hall.east - 3);
            REQUIRE(rack.south > hall.south + 3);
            REQUIRE(rack.north < hall.north - 3);
        }
        for (uint32_t c = 0; c < t.cdus.size(); ++c) {
            const Footprint cdu = footprint(t, {ObjectClass::cdu, c}),
                            hall = footprint(t, {ObjectClass::hall, t.cdus[c].hall});
            REQUIRE(cdu.west > hall.west);
            REQUIRE(cdu.east < hall.east);
            REQUIRE(cdu.south > hall.south);
            REQUIRE(cdu.north < hall.north);
        }
    }
}

TEST_CASE("nodes and switches fit into their racks and do not overlap") {
    for (const char* name : test::shipped_names) {
        CAPTURE(name);
        const Topology& t = test::shipped(name);
        for (uint32_t r = 0; r < t.racks.size(); ++r) {
            std::vector<std::pair<uint32_t, uint32_t>> spans;  // [first unit, end)
            const Rack& rack = t.racks[r];
            for (uint32_t n = rack.nodes.first; n < rack.nodes.end(); ++n)
                spans.emplace_back(t.nodes[n].unit, t.nodes[n].unit + t.nodes[n].height_units);
            for (uint32_t s = rack.switches.first; s < rack.switches.end(); ++s)
                spans.emplace_back(t.switches[s].unit, t.switches[s].unit + t.switches[s].height_units);
            if (rack.cdu != no_index && t.cdus[rack.cdu].rack == r) spans.emplace_back(1, 5);
            std::sort(spans.begin(), spans.end());
            for (size_t i = 0; i < spans.size(); ++i) {
                REQUIRE(spans[i].first >= 1);
                REQUIRE(spans[i].second <= rack.units + 1u);
                if (i > 0) REQUIRE_MESSAGE(spans[i - 1].second <= spans[i].first, t.name_of({ObjectClass::rack, r}));
            }
        }
    }
}

TEST_CASE("fronts of reference-100k face a cold aisle") {
    const Topology& t = test::shipped("reference-100k");
    for (uint32_t h = 0; h < 4; ++h)
        for (uint32_t i = 0; i + 1 < t.halls[h].rows.count; i += 2) {
            const Rack& north = t.racks[t.rows[t.halls[h].rows.first + i].racks.first];
            const Rack& south = t.racks[t.rows[t.halls[h].rows.first + i + 1].racks.first];
            CHECK(std::cos(north.place.yaw) == doctest::Approx(1));  // yaw 0 faces south
            CHECK(std::cos(south.place.yaw) == doctest::Approx(-1));
            CHECK(north.place.y - south.place.y == doctest::Approx(1.2 + 2.4));
        }
}

TEST_CASE("GPUs stand side by side in their node, left to right as seen from its front") {
    const Topology& t = test::shipped("array-512");
    const Place node = t.place_of({ObjectClass::node, 3});
    const Extent extent = t.extent_of({ObjectClass::node, 3});
    float last = -INFINITY;
    for (uint32_t g = 24; g < 32; ++g) {
        const Place gpu = t.place_of({ObjectClass::gpu, g});
        CHECK(gpu.x > last);
        CHECK(std::abs(gpu.x - node.x) < extent.width / 2);
        CHECK(gpu.z >= node.z);
        CHECK(gpu.z + t.extent_of({ObjectClass::gpu, g}).height <= node.z + extent.height);
        last = gpu.x;
    }
    CHECK(t.place_of({ObjectClass::nic, 27}).y > node.y);  // NICs at the rear: the front faces south
}

}  // namespace
}  // namespace bv

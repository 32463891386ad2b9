// Every object can be found by its path again, whatever its class.
#include <doctest/doctest.h>

#include <set>

#include "tests/cluster/shipped.h"

namespace bv {
namespace {

TEST_CASE("paths of samples of every class lead back to the object") {
    for (const char* name : {"reference-100k", "nvl72-8k", "million"}) {
        CAPTURE(name);
        const Topology& t = test::shipped(name);
        for (const ObjectClass object_class : all_object_classes) {
            const uint32_t count = t.count(object_class);
            for (uint32_t k = 0; k < 97 && k < count; ++k) {
                const ObjectId id{object_class, uint32_t(uint64_t(count - 1) * k / 96)};
                const std::string path = t.path_of(id);
                CAPTURE(path);
                CHECK(!t.name_of(id).empty());
                REQUIRE(t.find(std::string(name_of(object_class)) + ":" + path) == id);
                const auto bare = t.find(path);
                REQUIRE(bare);
                if (bare->object_class == object_class) CHECK(*bare == id);
            }
        }
    }
}

TEST_CASE("names are what stands on the doors") {
    const Topology& t = test::shipped("reference-100k");
    CHECK(t.name_of({ObjectClass::hall, 0}) == "H1");
    CHECK(t.name_of({ObjectClass::row, 0}) == "H1-P1");
    CHECK(t.name_of({ObjectClass::rack, 0}) == "H1-P1-A1-R1");
    CHECK(t.name_of({ObjectClass::node, 1}) == "H1-P1-A1-R1-N2");
    CHECK(t.name_of({ObjectClass::gpu, 11}) == "gpu 3");
    CHECK(t.path_of({ObjectClass::gpu, 11}) == "H1-P1-A1-R1-N2/gpu3");
    CHECK(t.path_of({ObjectClass::gpu, 100351}) == "H4-P7-A7-R8-N8/gpu7");
    CHECK(t.path_of({ObjectClass::nic, 12}) == "H1-P1-A1-R1-N2/nic3");
    CHECK(t.path_of({ObjectClass::link, 11}) == "H1-P1-A1-R1-N2/nic3:0--H1-P1-A1-leaf3:1");
    CHECK(t.name_of({ObjectClass::site, 0}) == "reference-100k");
    REQUIRE(t.find("H3-P2-spine07"));
    CHECK(t.switches[t.find("H3-P2-spine07")->index].pod == 15);
    CHECK(t.switches[t.find("H3-P2-spine07")->index].plane == 7);
    CHECK(t.find("switch:H1-P1-A1-leaf3"));
    CHECK(!t.find("rack:H1-P1-A1-leaf3"));
}

TEST_CASE("what is not there is not found") {
    const Topology& t = test::shipped("array-512");
    for (const char* path :
         {"", "/", ":", "--", "gpu:", "gpu3", "H1-P1-A1-R1-N1/", "H1-P1-A1-R1-N1/gpu8", "H1-P1-A1-R1-N1/gpu",
          "H1-P1-A1-R1-N1/gpu-1", "H1-P1-A1-R1-N1/gpu99999999999", "H1-P1-A1-R1-N9/gpu0", "slot16", "slot",
          "H1-P1-A1-R1-N1/nic0:0--", "H1-P1-A1-R1-N1/nic0:0--H1-P1-A1-leaf0:1", "no:such", "link:--:"})
        CHECK_MESSAGE(!t.find(path), path);
    CHECK(t.name_of({ObjectClass::gpu, 512}).empty());
    CHECK(t.path_of({ObjectClass::link, no_index}).empty());
    CHECK(t.parent({ObjectClass::node, 64}) == ObjectId{});
}

TEST_CASE("GPU paths are unique") {
    const Topology& t = test::shipped("array-512");
    std::set<std::string> paths;
    for (uint32_t g = 0; g < 512; ++g) paths.insert(t.path_of({ObjectClass::gpu, g}));
    CHECK(paths.size() == 512);
}

TEST_CASE("parents lead up to the site") {
    const Topology& t = test::shipped("reference-100k");
    for (const ObjectClass object_class : all_object_classes)
        for (const uint32_t index : {0u, t.count(object_class) / 2, t.count(object_class) - 1}) {
            ObjectId at{object_class, index};
            int steps = 0;
            while (at.object_class != ObjectClass::site && steps < 10) at = t.parent(at), ++steps;
            CHECK(at == ObjectId{ObjectClass::site, 0});
        }
    CHECK(t.parent({ObjectClass::gpu, 12}) == ObjectId{ObjectClass::node, 1});
    CHECK(t.gpus_in({ObjectClass::rack, 0}) == IndexRange{0, 64});
    CHECK(t.gpus_in({ObjectClass::gpu, 5}) == IndexRange{5, 1});
    CHECK(t.gpus_in({ObjectClass::link, 5}) == IndexRange{});
    CHECK(t.hall_of({ObjectClass::gpu, 100351}) == 3);
    CHECK(t.hall_of({ObjectClass::power, 0}) == no_index);
}

TEST_CASE("links_of lists exactly the links that end there") {
    const Topology& t = test::shipped("array-512");
    size_t ends = 0;
    for (const ObjectClass object_class : {ObjectClass::nic, ObjectClass::switch_})
        for (uint32_t i = 0; i < t.count(object_class); ++i)
            for (const uint32_t l : t.links_of({object_class, i})) {
                const ObjectId id{object_class, i};
                const bool ends_here = t.links[l].a.object() == id || t.links[l].b.object() == id;
                REQUIRE(ends_here);
                ++ends;
            }
    CHECK(ends == 2 * t.links.size());
    CHECK(t.links_of({ObjectClass::gpu, 0}).empty());
    CHECK(t.links_of({ObjectClass::nic, 576}).empty());
}

}  // namespace
}  // namespace bv

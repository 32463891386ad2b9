// Ways through the fabric: counted against the arithmetic of the reference cluster's port map.
#include <doctest/doctest.h>

#include <memory>

#include "cluster/routes.h"
#include "cluster/state.h"
#include "shipped.h"

using namespace bv;

namespace {

constexpr uint32_t gpus_per_array = 512, gpus_per_pod = 3584;

Routes between_gpus(const Topology& t, uint32_t a, uint32_t b, const ClusterState* state = nullptr) {
    return routes_between(t, {ObjectClass::gpu, a}, {ObjectClass::gpu, b}, state);
}

}  // namespace

TEST_CASE("GPUs on one rail of one array are one switch apart") {
    const Routes routes = between_gpus(test::shipped("reference-100k"), 3, 8 * 9 + 3);
    CHECK(routes.kind == Routes::Kind::fabric);
    CHECK(routes.hops == 2);
    CHECK(routes.paths == 1);
    CHECK(routes.open_paths == 1);
    CHECK(routes.links.size() == 2);
    CHECK_FALSE(routes.over_nvlink);
    CHECK(routes.stages == std::vector<uint32_t>{0, 1, 0});
}

TEST_CASE("within a pod every spine is a way, between pods every spine and every core") {
    const Topology& t = test::shipped("reference-100k");
    const Routes pod = between_gpus(t, 0, gpus_per_array);
    CHECK(pod.hops == 4);
    CHECK(pod.paths == 64);
    CHECK(pod.links.size() == 2 + 2 * 64);
    const Routes site = between_gpus(t, 0, 5 * gpus_per_pod);
    CHECK(site.hops == 6);
    // 64 spines, each to its 14 cores over 4 cables, and from there down over 4.
    CHECK(site.paths == 64 * 14 * 4 * 4);
    CHECK(site.stages == std::vector<uint32_t>{0, 1, 64, 64 * 14, 64, 1, 0});
    CHECK(site.links.size() == 2 + 2 * 64 + 2 * 64 * 14 * 4);
}

TEST_CASE("another rail is reached over NVLink first, and the same server without the fabric") {
    const Topology& t = test::shipped("reference-100k");
    const Routes rail = between_gpus(t, 0, 8 * 9 + 5);
    CHECK(rail.over_nvlink);
    CHECK(rail.hops == 2);
    CHECK(between_gpus(t, 0, 5).kind == Routes::Kind::same_node);
    CHECK(between_gpus(t, 0, 0).kind == Routes::Kind::none);
    CHECK(routes_between(t, {ObjectClass::hall, 0}, {ObjectClass::gpu, 0}).kind == Routes::Kind::none);
    CHECK(routes_between(t, {ObjectClass::gpu, 0}, {ObjectClass::gpu, 99'999'999}).kind == Routes::Kind::none);
}

TEST_CASE("nodes meet rail by rail") {
    const Topology& t = test::shipped("reference-100k");
    const Routes routes = routes_between(t, {ObjectClass::node, 0}, {ObjectClass::node, 64});
    CHECK(routes.paths == 8 * 64);
    CHECK(routes.stages == std::vector<uint32_t>{0, 8, 8 * 64, 8, 0});
}

TEST_CASE("a link that is down closes the paths over it, and only those") {
    const auto topology = std::make_shared<Topology>(test::shipped("reference-100k"));
    ClusterState state(topology);
    const Routes whole = between_gpus(*topology, 0, gpus_per_array, &state);
    CHECK(whole.open_paths == 64);
    uint32_t up = no_index;
    for (const uint32_t link : whole.links)
        if (topology->links[link].link_class == LinkClass::leaf_spine) up = link;
    REQUIRE(up != no_index);
    const uint16_t down[] = {uint16_t(Health::down)};
    REQUIRE(state.apply({ObjectClass::link, health_metric}, up, down, 1, 1'000'000'000, 0));
    const Routes broken = between_gpus(*topology, 0, gpus_per_array, &state);
    CHECK(broken.paths == 64);
    CHECK(broken.open_paths == 63);
    CHECK(broken.down_links == std::vector<uint32_t>{up});
}

TEST_CASE("without cables there is no way") {
    Topology t = test::shipped("array-512");
    const Routes routes = between_gpus(t, 0, 8);
    CHECK(routes.kind == Routes::Kind::fabric);
    Topology bare = t;
    bare.links.clear();
    bare.finish();
    CHECK(between_gpus(bare, 0, 8).kind == Routes::Kind::unreachable);
}

// A publisher and a subscriber over every transport: late join, events, jobs.
#include <doctest/doctest.h>

#include "tests/net/sample.h"

using namespace bv;
using namespace bv::test;

TEST_CASE("a late joiner sees the whole state over every transport") {
    for (const std::string kind : {"tcp", "ipc", "inproc"}) {
        CAPTURE(kind);
        const LoadedCluster cluster = small_cluster();
        Feeder feeder(cluster, {.source = "late", .bind = free_endpoint(kind)});
        REQUIRE(wait_until([&] { return feeder.steps() > 5; }));
        Subscriber subscriber({.endpoints = {feeder.endpoint()}});
        const IndexRange gpus{0, cluster.topology->count(ObjectClass::gpu)};
        REQUIRE(wait_until([&] { return consistent(subscriber.latest(), gpus); }));
        CHECK(subscriber.topology_text() == cluster.text);
        const ClusterState& state = subscriber.latest();
        REQUIRE(state.sources.size() == 1);
        CHECK(state.sources[0].name == "late");
        CHECK(state.sources[0].link == SourceStatus::Link::live);
        CHECK(state.sources[0].problem == "");
        CHECK(state.sources[0].decode_errors == 0);
        CHECK(state.sources[0].snapshots >= 1);
        CHECK(state.sources[0].gaps == 0);
    }
}

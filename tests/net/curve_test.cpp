// Encryption: who has the keys sees the cluster, who has not is told so and sees nothing.
#include <doctest/doctest.h>

#include "net/keys.h"
#include "tests/net/sample.h"

using namespace bv;
using namespace bv::test;

namespace {

SourceStatus first_status(const Subscriber& subscriber) { return subscriber.sources().at(0); }

struct Locked {
    CurveKeys server = make_curve_keys(), friendly = make_curve_keys(), stranger = make_curve_keys();
    LoadedCluster cluster = small_cluster();
    Feeder feeder{cluster,
                  {.source = "s",
                   .bind = free_endpoint("tcp"),
                   .curve = {server.public_key, server.secret_key, {friendly.public_key}}}};
    [[nodiscard]] SubscriberOptions with(const CurveKeys& client, const std::string& server_key) const {
        return {.endpoints = {feeder.endpoint()},
                .cluster = cluster,
                .curve = {client.public_key, client.secret_key, server_key}};
    }
};

}  // namespace

TEST_CASE("the right keys let a viewer in, snapshots included") {
    Locked locked;
    Subscriber subscriber(locked.with(locked.friendly, locked.server.public_key));
    REQUIRE(wait_until([&] { return consistent(subscriber.latest(), {0, 64}); }));
    CHECK(first_status(subscriber).snapshots >= 1);
    CHECK(first_status(subscriber).link == SourceStatus::Link::live);
}

TEST_CASE("a client that is not on the list is refused, in words") {
    Locked locked;
    Subscriber subscriber(locked.with(locked.stranger, locked.server.public_key));
    REQUIRE(wait_until([&] { return first_status(subscriber).link == SourceStatus::Link::refused; }));
    CHECK(first_status(subscriber).problem.find("key") != std::string::npos);
    CHECK(first_status(subscriber).messages == 0);
}

TEST_CASE("a publisher with another key than expected is not believed") {
    Locked locked;
    Subscriber subscriber(locked.with(locked.friendly, locked.stranger.public_key));
    Subscriber in_clear({.endpoints = {locked.feeder.endpoint()}, .cluster = locked.cluster});
    const uint64_t then = locked.feeder.steps();
    REQUIRE(wait_until([&] { return locked.feeder.steps() > then + 30; }));
    CHECK(first_status(subscriber).messages == 0);
    CHECK(first_status(subscriber).link != SourceStatus::Link::live);
    CHECK(first_status(in_clear).messages == 0);
    CHECK(first_status(in_clear).link != SourceStatus::Link::live);
    // The publisher is none the worse.
    Subscriber good(locked.with(locked.friendly, locked.server.public_key));
    CHECK(wait_until([&] { return consistent(good.latest(), {0, 64}); }));
}

TEST_CASE("without a list every client that knows the server's key is let in; two publishers keep their own lists") {
    Locked locked;
    const CurveKeys server = make_curve_keys();
    Feeder open(locked.cluster,
                {.source = "open", .bind = free_endpoint("tcp"), .curve = {server.public_key, server.secret_key, {}}});
    Subscriber stranger({.endpoints = {open.endpoint()},
                         .curve = {locked.stranger.public_key, locked.stranger.secret_key, server.public_key}});
    CHECK(wait_until([&] { return consistent(stranger.latest(), {0, 64}); }));
    Subscriber refused(locked.with(locked.stranger, locked.server.public_key));
    CHECK(wait_until([&] { return first_status(refused).link == SourceStatus::Link::refused; }));
}

TEST_CASE("encryption allows a bind beyond this machine; broken keys are refused in one sentence") {
    const CurveKeys server = make_curve_keys();
    CHECK_NOTHROW(
        Publisher(small_cluster(), {.bind = "tcp://*:*", .curve = {server.public_key, server.secret_key, {}}}));
    CHECK_THROWS_AS(Publisher(small_cluster(), {.bind = "tcp://127.0.0.1:*", .curve = {"x", "y", {}}}),
                    std::runtime_error);
    CHECK_THROWS_AS(Publisher(small_cluster(), {.bind = "tcp://127.0.0.1:*",
                                                .curve = {server.public_key, server.secret_key, {"short"}}}),
                    std::runtime_error);
    CHECK_THROWS_AS(Subscriber({.endpoints = {"tcp://127.0.0.1:1"}, .curve = {"a", "b", "c"}}), std::runtime_error);
}

// Two publishers, one proxy, viewers that come late: everything as if they were connected directly.
#include "net/proxy.h"

#include <doctest/doctest.h>

#include "net/keys.h"
#include "tests/net/sample.h"

using namespace bv;
using namespace bv::test;

namespace {

// A proxy on a thread of its own.
struct Running {
    std::atomic<bool> stop{false}, ready{false};
    std::string endpoint;
    std::thread thread;
    explicit Running(ProxyOptions options) {
        options.on_ready = [this](const std::string& real, const std::string&) {
            endpoint = real;
            ready = true;
        };
        thread = std::thread([this, options] {
            while (!stop) {
                try {
                    return run_proxy(options, stop);
                } catch (const std::runtime_error&) {  // the port of an earlier life is not free yet
                    std::this_thread::sleep_for(std::chrono::milliseconds(50));
                }
            }
        });
        REQUIRE(wait_until([&] { return ready.load(); }));
    }
    ~Running() {
        stop = true;
        thread.join();
    }
};

struct Halves {
    LoadedCluster cluster = small_cluster();
    OwnedRanges left, right;
    std::unique_ptr<Feeder> west, east;
    Halves() {
        left[size_t(ObjectClass::gpu)] = {{0, 32}};
        right[size_t(ObjectClass::gpu)] = {{32, 32}};
        right[size_t(ObjectClass::job)] = {{0, cluster.topology->count(ObjectClass::job)}};
        start_west(free_tcp_port());
        east = std::make_unique<Feeder>(
            cluster, PublisherOptions{.source = "east", .bind = free_endpoint("tcp"), .owned = right},
            SampleOptions{.gpus = {32, 32}});
    }
    void start_west(const std::string& endpoint) {
        west = std::make_unique<Feeder>(
            cluster,
            PublisherOptions{
                .source = "west", .bind = endpoint, .owned = left, .heartbeat = std::chrono::milliseconds(200)},
            SampleOptions{.gpus = {0, 32}});
    }
    [[nodiscard]] std::vector<std::string> endpoints() const { return {west->endpoint(), east->endpoint()}; }
};

bool whole(Subscriber& viewer) { return consistent(viewer.latest(), {0, 32}) && consistent(viewer.latest(), {32, 32}); }

}  // namespace

TEST_CASE("a late viewer of a proxy sees both publishers at once") {
    Halves halves;
    Running proxy({.connect = halves.endpoints(), .bind = free_endpoint("tcp")});
    halves.west->send(Event{.id = 1, .time_ns = start_ns, .object = {ObjectClass::gpu, 1}, .kind = "xid"});
    halves.east->send(Job{.slot = 3, .state = JobState::running, .id = "9", .nodes = {{4, 4}}});
    Subscriber early({.endpoints = {proxy.endpoint}});
    REQUIRE(wait_until(
        [&] { return whole(early) && early.latest().events.size() == 1 && early.latest().jobs.size() == 4; }));
    const auto settle = [&] {  // the feeders count once per step
        const uint64_t west = halves.west->steps() + 2, east = halves.east->steps() + 2;
        REQUIRE(wait_until([&] { return halves.west->steps() > west && halves.east->steps() > east; }));
        return halves.west->snapshots_served() + halves.east->snapshots_served();
    };
    const uint64_t asked = settle();
    Subscriber late({.endpoints = {proxy.endpoint}});
    REQUIRE(
        wait_until([&] { return whole(late) && late.latest().events.size() == 1 && late.latest().jobs.size() == 4; }));
    CHECK(late.latest().events[0].source == "west");
    CHECK(late.latest().jobs[3].id == "9");
    CHECK(late.topology_text() == halves.cluster.text);
    REQUIRE(late.sources().size() == 2);
    for (const SourceStatus& source : late.sources()) {
        CHECK(source.link == SourceStatus::Link::live);
        CHECK(source.endpoint == proxy.endpoint);
        CHECK(source.snapshots >= 1);
        CHECK(source.gaps == 0);
        CHECK(source.decode_errors == 0);
    }
    CHECK(halves.west->snapshots_served() + halves.east->snapshots_served() ==
          asked);  // the proxy answered from memory
}

TEST_CASE("one publisher behind a proxy dies and returns; the other is not disturbed") {
    Halves halves;
    Running proxy({.connect = halves.endpoints(), .bind = free_endpoint("ipc")});
    Subscriber viewer({.endpoints = {proxy.endpoint}});
    REQUIRE(wait_until([&] { return whole(viewer); }));
    const std::string place = halves.west->endpoint();
    halves.west.reset();
    // Its clock starts anew with every life, so only the interruption tells, not the age: as at time 0.
    REQUIRE(wait_until([&] { return viewer.latest().stale({ObjectClass::gpu, 0}, 0); }));
    CHECK_FALSE(viewer.latest().stale({ObjectClass::gpu, 40}, 0));
    halves.start_west(place);
    REQUIRE(wait_until([&] {
        const auto sources = viewer.sources();
        const SourceStatus* west = source_named(sources, "west");
        return west && west->link == SourceStatus::Link::live && consistent(viewer.latest(), {0, 32}) &&
               !viewer.latest().stale({ObjectClass::gpu, 0}, 0);
    }));
    const auto sources = viewer.sources();
    CHECK(source_named(sources, "east")->gaps == 0);
}

TEST_CASE("a proxy comes back, and proxies can stand behind proxies") {
    Halves halves;
    const std::string place = free_tcp_port();
    auto inner = std::make_unique<Running>(ProxyOptions{.connect = halves.endpoints(), .bind = place});
    Running outer({.connect = {place}, .bind = free_endpoint("tcp")});
    Subscriber viewer({.endpoints = {outer.endpoint}});
    REQUIRE(wait_until([&] { return whole(viewer); }));
    inner.reset();
    REQUIRE(wait_until([&] { return viewer.latest().stale({ObjectClass::gpu, 40}, viewer.latest().time_ns); }));
    inner = std::make_unique<Running>(ProxyOptions{.connect = halves.endpoints(), .bind = place});
    REQUIRE(wait_until([&] {
        return !viewer.latest().stale({ObjectClass::gpu, 40}, viewer.latest().time_ns) && whole(viewer);
    }));
}

TEST_CASE("a proxy with keys on both sides") {
    const CurveKeys publisher = make_curve_keys(), proxy_keys = make_curve_keys(), viewer_keys = make_curve_keys();
    const LoadedCluster cluster = small_cluster();
    Feeder feeder(cluster, {.source = "s",
                            .bind = free_endpoint("tcp"),
                            .curve = {publisher.public_key, publisher.secret_key, {proxy_keys.public_key}}});
    Running proxy({.connect = {feeder.endpoint()},
                   .bind = free_endpoint("tcp"),
                   .curve_server = {proxy_keys.public_key, proxy_keys.secret_key, {viewer_keys.public_key}},
                   .curve_client = {proxy_keys.public_key, proxy_keys.secret_key, publisher.public_key}});
    Subscriber viewer({.endpoints = {proxy.endpoint},
                       .curve = {viewer_keys.public_key, viewer_keys.secret_key, proxy_keys.public_key}});
    CHECK(wait_until([&] { return consistent(viewer.latest(), {0, 64}); }));
}

TEST_CASE("a proxy that may not leave the machine says so") {
    const std::atomic<bool> stop{true};
    CHECK_THROWS_AS(run_proxy({.connect = {"tcp://127.0.0.1:1"}, .bind = "tcp://*:*"}, stop), std::runtime_error);
    CHECK_THROWS_AS(run_proxy({.connect = {"tcp://10.1.2.3:1"}, .bind = "tcp://127.0.0.1:*"}, stop),
                    std::runtime_error);
    CHECK_THROWS_AS(run_proxy({.connect = {}, .bind = "tcp://127.0.0.1:*"}, stop), std::runtime_error);
}

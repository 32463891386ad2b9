// A publisher and a subscriber over every transport: late join, events, jobs, gaps, restarts, silence.
#include <doctest/doctest.h>

#include "tests/net/bare_source.h"

using namespace bv;
using namespace bv::test;
using Line = SourceStatus::Link;

TEST_CASE("a late joiner sees the whole state over every transport") {
    for (const std::string kind : {"tcp", "ipc", "inproc"}) {
        CAPTURE(kind);
        const LoadedCluster cluster = small_cluster();
        Feeder feeder(cluster, {.source = "late", .bind = free_endpoint(kind)});
        REQUIRE(wait_until([&] { return feeder.steps() > 5; }));
        Subscriber subscriber({.endpoints = {feeder.endpoint()}});
        REQUIRE(wait_until([&] { return consistent(subscriber.latest(), all_gpus(cluster)); }));
        CHECK(subscriber.topology_text() == cluster.text);
        const ClusterState& state = subscriber.latest();
        REQUIRE(state.sources.size() == 1);
        CHECK(state.sources[0].name == "late");
        CHECK(state.sources[0].endpoint == feeder.endpoint());
        CHECK(state.sources[0].link == Line::live);
        CHECK(state.sources[0].problem == "");
        CHECK(state.sources[0].decode_errors == 0);
        CHECK(state.sources[0].snapshots >= 1);
        CHECK(state.sources[0].gaps == 0);
        CHECK(std::abs(state.sources[0].clock_skew_s) < 1.0);
        CHECK(state.sources[0].owned[size_t(ObjectClass::gpu)] == std::vector<IndexRange>{{0, 64}});
        REQUIRE(wait_until([&] { return status_of(subscriber, "late").values_per_second > 100; }));
    }
}

TEST_CASE("a viewer that is there first waits for its publisher") {
    for (const std::string kind : {"tcp", "ipc", "inproc"}) {
        CAPTURE(kind);
        const LoadedCluster cluster = small_cluster();
        const std::string endpoint = kind == "tcp" ? free_tcp_port() : free_endpoint(kind);
        std::atomic<int> changes{0};
        Subscriber subscriber({.endpoints = {endpoint}, .cluster = cluster, .on_change = [&] { ++changes; }});
        CHECK(subscriber.sources().at(0).endpoint == endpoint);
        CHECK(subscriber.latest().health({ObjectClass::gpu, 0}) == Health::unknown);
        const int before = changes;
        Feeder feeder(cluster, {.bind = endpoint});
        REQUIRE(wait_until([&] { return consistent(subscriber.latest(), all_gpus(cluster)); }));
        CHECK(changes > before);
    }
}

TEST_CASE("events and jobs arrive live and by snapshot") {
    const LoadedCluster cluster = small_cluster();
    Feeder feeder(cluster, {.source = "s", .bind = free_endpoint("tcp")});
    feeder.send(Event{.id = 1,
                      .time_ns = start_ns,
                      .severity = Severity::critical,
                      .object = {ObjectClass::gpu, 5},
                      .code = 79,
                      .kind = "xid"});
    feeder.send(Job{.slot = 2, .state = JobState::running, .id = "42", .nodes = {{0, 4}}, .gpus = 32});
    REQUIRE(wait_until([&] { return feeder.steps() > 5; }));
    Subscriber late({.endpoints = {feeder.endpoint()}});
    REQUIRE(wait_until([&] { return late.latest().events.size() == 1 && late.latest().jobs.size() > 2; }));
    CHECK(late.latest().events[0].code == 79);
    CHECK(late.latest().events[0].source == "s");
    CHECK(late.latest().jobs[2].id == "42");
    feeder.send(Event{.id = 1,
                      .time_ns = start_ns,
                      .end_ns = start_ns + 5,
                      .severity = Severity::critical,
                      .object = {ObjectClass::gpu, 5},
                      .code = 79,
                      .kind = "xid"});
    feeder.send(Event{.id = 2, .time_ns = start_ns + 1, .object = {ObjectClass::gpu, 6}, .kind = "link_down"});
    feeder.send(Job{.slot = 2});
    REQUIRE(wait_until([&] { return late.latest().events.size() == 2 && late.latest().jobs[2].id.empty(); }));
    CHECK(late.latest().events[0].end_ns == start_ns + 5);
    CHECK(late.latest().sources[0].gaps == 0);
}

TEST_CASE("the least publisher: one PUB socket, keyframes, heartbeats, a repeated topology") {
    const LoadedCluster cluster = small_cluster();
    BareSource source(cluster);
    Subscriber subscriber({.endpoints = {source.endpoint}});
    REQUIRE(wait_until([&] { return status_of(subscriber, "").link == Line::waiting; }));  // connected
    uint64_t sequence = 0;
    REQUIRE(wait_until([&] {
        source.topology();
        source.heartbeat(sequence);
        source.tick(sequence + 1, uint16_t(1000 + sequence));
        ++sequence;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        return first_temperature(subscriber) == 999 + sequence;
    }));
    const SourceStatus status = status_of(subscriber, "bare");
    CHECK(status.link == Line::live);
    CHECK(status.snapshots == 0);
    CHECK(subscriber.latest().raw({ObjectClass::node, 0}, 1) == no_data);  // never heard of: unknown, not zero
    CHECK(subscriber.latest().health({ObjectClass::node, 0}) == Health::unknown);
}

TEST_CASE("a lost message is a gap: stale at once, and the snapshot heals it") {
    const LoadedCluster cluster = small_cluster();
    BareSource source(cluster);
    Subscriber subscriber({.endpoints = {source.endpoint}, .cluster = cluster});
    REQUIRE(wait_until([&] { return status_of(subscriber, "").link == Line::waiting; }));
    REQUIRE(wait_until([&] {
        source.heartbeat(0);
        return status_of(subscriber, "bare").link == Line::live;
    }));
    source.tick(1, 100);
    REQUIRE(wait_until([&] { return first_temperature(subscriber) == 100; }));
    CHECK(status_of(subscriber, "bare").gaps == 0);
    // Sequence 2 is lost; the next heartbeat tells so, with no message after it.
    source.heartbeat(2);
    REQUIRE(wait_until([&] { return status_of(subscriber, "bare").gaps == 1; }));
    CHECK(subscriber.latest().stale({ObjectClass::gpu, 0}, utc_now_ns()));
    source.tick(3, 103);
    REQUIRE(wait_until([&] { return first_temperature(subscriber) == 103; }));
    CHECK_FALSE(subscriber.latest().stale({ObjectClass::gpu, 0}, utc_now_ns()));
    source.tick(5, 105);  // 4 is lost; the message after it tells so
    REQUIRE(wait_until([&] { return first_temperature(subscriber) == 105; }));
    CHECK(status_of(subscriber, "bare").gaps == 2);
    source.tick(4, 104);  // comes late: it is older than what is shown
    source.tick(6, 106);
    REQUIRE(wait_until([&] { return first_temperature(subscriber) == 106; }));
    CHECK(status_of(subscriber, "bare").gaps == 2);
}

TEST_CASE("a source that falls silent is shown so, and its objects are stale") {
    const LoadedCluster cluster = small_cluster();
    Feeder feeder(cluster, {.source = "s", .bind = free_endpoint("tcp"), .heartbeat = std::chrono::milliseconds(100)});
    Subscriber subscriber({.endpoints = {feeder.endpoint()}});
    REQUIRE(wait_until([&] { return consistent(subscriber.latest(), all_gpus(cluster)); }));
    feeder.pause(true);
    REQUIRE(wait_until([&] { return status_of(subscriber, "s").link == Line::silent; }));
    REQUIRE(wait_until([&] { return all_stale(subscriber.latest(), all_gpus(cluster), subscriber.latest().time_ns); }));
    CHECK(status_of(subscriber, "s").problem != "");
    CHECK(consistent(subscriber.latest(), all_gpus(cluster)));  // the last values are still there
    feeder.pause(false);
    REQUIRE(wait_until([&] { return status_of(subscriber, "s").link == Line::live; }));
    REQUIRE(wait_until([&] { return !subscriber.latest().stale({ObjectClass::gpu, 0}, subscriber.latest().time_ns); }));
    CHECK(status_of(subscriber, "s").problem == "");
}

TEST_CASE("a publisher that dies and comes back is shown again without restarting the viewer") {
    for (const std::string kind : {"tcp", "ipc", "inproc"}) {
        CAPTURE(kind);
        const LoadedCluster cluster = small_cluster();
        const std::string endpoint = kind == "tcp" ? free_tcp_port() : free_endpoint(kind);
        auto feeder = std::make_unique<Feeder>(cluster, PublisherOptions{.source = "s", .bind = endpoint});
        feeder->send(Job{.slot = 1, .state = JobState::running, .id = "of the first life"});
        Subscriber subscriber({.endpoints = {endpoint}});
        REQUIRE(wait_until(
            [&] { return consistent(subscriber.latest(), all_gpus(cluster)) && subscriber.latest().jobs.size() > 1; }));
        const uint64_t boot = status_of(subscriber, "s").boot_id;
        feeder.reset();
        REQUIRE(wait_until([&] { return status_of(subscriber, "s").link == Line::silent; }));
        CHECK(subscriber.latest().stale({ObjectClass::gpu, 0}, 0));
        feeder = std::make_unique<Feeder>(cluster, PublisherOptions{.source = "s", .bind = endpoint});
        REQUIRE(wait_until([&] {
            return status_of(subscriber, "s").boot_id != boot && status_of(subscriber, "s").link == Line::live &&
                   !subscriber.latest().stale({ObjectClass::gpu, 0}, subscriber.latest().time_ns) &&
                   consistent(subscriber.latest(), all_gpus(cluster));
        }));
        CHECK(subscriber.latest().jobs[1].id.empty());
    }
}

TEST_CASE("a viewer without a file of its own follows its only publisher to a new cluster file") {
    const std::string endpoint = free_tcp_port();
    auto feeder = std::make_unique<Feeder>(small_cluster(), PublisherOptions{.source = "s", .bind = endpoint});
    Subscriber subscriber({.endpoints = {endpoint}});
    REQUIRE(wait_until([&] { return subscriber.topology_text() == small_cluster().text; }));
    feeder.reset();
    feeder = std::make_unique<Feeder>(other_cluster(), PublisherOptions{.source = "s", .bind = endpoint});
    REQUIRE(wait_until([&] { return subscriber.topology_text() == other_cluster().text; }));
    REQUIRE(wait_until([&] {
        return !subscriber.latest().empty() && subscriber.latest().topology().hash == other_cluster().topology->hash &&
               consistent(subscriber.latest(), all_gpus(small_cluster()));
    }));
}

TEST_CASE("ticks of many messages arrive whole, delta after delta") {
    const LoadedCluster cluster = small_cluster(400);
    Feeder feeder(cluster, {.source = "s", .bind = free_endpoint("tcp"), .message_bytes = 2048});
    Subscriber subscriber({.endpoints = {feeder.endpoint()}});
    REQUIRE(wait_until([&] { return consistent(subscriber.latest(), all_gpus(cluster)); }));
    const uint64_t then = feeder.steps();
    REQUIRE(wait_until([&] { return feeder.steps() > then + 20; }));
    CHECK(status_of(subscriber, "s").gaps == 0);
    CHECK(status_of(subscriber, "s").decode_errors == 0);
    CHECK(status_of(subscriber, "s").snapshots == 1);
}

TEST_CASE("what cannot be bound or connected is refused in one sentence") {
    const LoadedCluster cluster = small_cluster();
    const auto sentence_of = [&](PublisherOptions options) {
        try {
            Publisher publisher(cluster, std::move(options));
        } catch (const std::runtime_error& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    CHECK(sentence_of({.bind = "tcp://*:*"}).find("leaves this machine") != std::string::npos);
    CHECK(sentence_of({.bind = "tcp://0.0.0.0:*", .insecure = true}).empty());
    CHECK(sentence_of({.bind = "udp://127.0.0.1:1"}).find("not spoken") != std::string::npos);
    CHECK(sentence_of({.source = "Not Good", .bind = free_endpoint("tcp")}).find("cannot name a source") !=
          std::string::npos);
    Publisher publisher(cluster, {.bind = free_tcp_port()});
    CHECK(sentence_of({.bind = publisher.endpoint()}).find("Cannot bind") != std::string::npos);
    Publisher on_path(cluster, {.bind = free_endpoint("ipc")});
    CHECK(sentence_of({.bind = on_path.endpoint()}).find("already listens") != std::string::npos);
    OwnedRanges far;
    far[size_t(ObjectClass::gpu)] = {{0, 65}};
    CHECK(sentence_of({.bind = free_endpoint("tcp"), .owned = far}).find("has only 64") != std::string::npos);
    CHECK_THROWS_AS(Subscriber({.endpoints = {"tcp://10.1.2.3:5600"}}), std::runtime_error);
    CHECK_THROWS_AS(Subscriber({.endpoints = {}}), std::runtime_error);
    CHECK_THROWS_AS(Subscriber({.endpoints = {"tcp://127.0.0.1:*"}}), std::runtime_error);
}

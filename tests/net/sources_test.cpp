// Sources that are odd, wrong or quarrel: whatever they say, it is said in words and harms no other.
#include <doctest/doctest.h>

#include <filesystem>

#include "tests/net/bare_source.h"

using namespace bv;
using namespace bv::test;
using Line = SourceStatus::Link;

TEST_CASE("freshness goes by arrival, whatever the source's clock says and however fast it runs") {
    struct Clockwork {
        const char* what;
        double speed;
        int64_t offset_ns;
    };
    constexpr int64_t hour_ns = 3'600'000'000'000, every_ns = 100'000'000;
    for (const auto& [what, speed, offset_ns] :
         {Clockwork{"half speed", 0.5, 0}, Clockwork{"60 times", 60, 0}, Clockwork{"an hour ahead", 1, hour_ns},
          Clockwork{"an hour behind", 1, -hour_ns}}) {
        CAPTURE(what);
        const LoadedCluster cluster = small_cluster();
        BareSource source(cluster);
        Subscriber subscriber({.endpoints = {source.endpoint}, .cluster = cluster});
        REQUIRE(wait_until([&] {
            source.heartbeat(0);
            return status_of(subscriber, "bare").link == Line::live;
        }));
        const int64_t begin_ns = utc_now_ns();
        const auto interval_ns = int64_t(double(every_ns) * speed);
        int64_t last_ns = 0;
        for (uint64_t tick = 1; tick <= 20; ++tick) {
            last_ns = begin_ns + offset_ns + int64_t(tick) * interval_ns;
            source.tick_at(tick, last_ns, interval_ns);
            source.heartbeat(tick);
            std::this_thread::sleep_for(std::chrono::nanoseconds(every_ns));
        }
        REQUIRE(wait_until([&] { return subscriber.latest().time_ns == last_ns; }));
        const int64_t heard_ns = subscriber.latest().heard_ns({ObjectClass::gpu, 0});
        CHECK(std::abs(utc_now_ns() - heard_ns) < 5'000'000'000);
        CHECK_FALSE(subscriber.latest().stale({ObjectClass::gpu, 0}, heard_ns + 2 * every_ns));
        CHECK(subscriber.latest().stale({ObjectClass::gpu, 0}, heard_ns + 60 * every_ns));
        // Ticks cease, heartbeats go on: stale by age alone.
        REQUIRE(wait_until([&] {
            source.heartbeat(20);
            return subscriber.latest().stale({ObjectClass::gpu, 0}, utc_now_ns());
        }));
        CHECK(status_of(subscriber, "bare").link == Line::live);
        CHECK(status_of(subscriber, "bare").gaps == 0);
    }
}

TEST_CASE("jobs and events of objects that a source does not own are refused") {
    const LoadedCluster cluster = small_cluster();
    BareSource source(cluster);
    OwnedRanges owned;
    owned[size_t(ObjectClass::gpu)] = {{0, 8}};
    owned[size_t(ObjectClass::job)] = {{0, 2}};
    Subscriber subscriber({.endpoints = {source.endpoint}, .cluster = cluster});
    REQUIRE(wait_until([&] {
        source.send(Stream::heartbeat, encode_heartbeat(source.at(++source.beat), {.owned = owned}));
        return status_of(subscriber, "bare").link == Line::live;
    }));
    const auto event = [](uint64_t id, uint32_t gpu) {
        return Event{.id = id, .time_ns = start_ns, .object = {ObjectClass::gpu, gpu}, .kind = "xid"};
    };
    source.send(Stream::event, encode_events(source.at(1), std::vector{event(1, 7), event(2, 8)}));
    source.send(Stream::event, encode_events(source.at(2), std::vector{event(3, 7)}));
    source.send(Stream::event,
                encode_events(source.at(3), std::vector{Event{.id = 4, .time_ns = start_ns, .kind = "note"}}));
    source.send(Stream::job,
                encode_jobs(source.at(1), std::vector{Job{.slot = 0, .id = "a"}, Job{.slot = 2, .id = "b"}}));
    source.send(Stream::job, encode_jobs(source.at(2), std::vector{Job{.slot = 1, .id = "c"}}));
    REQUIRE(wait_until([&] { return subscriber.latest().events.size() == 2 && subscriber.latest().jobs.size() == 2; }));
    CHECK(subscriber.latest().events[0].id == 3);
    CHECK(subscriber.latest().events[1].id == 4);  // of no single object
    CHECK(subscriber.latest().jobs[0].id.empty());
    CHECK(subscriber.latest().jobs[1].id == "c");
    CHECK(status_of(subscriber, "bare").decode_errors == 2);
    CHECK(status_of(subscriber, "bare").problem == sentence(DecodeError::range_not_owned));
}

TEST_CASE("a boot id of 0 is refused in a sentence, and is no new life") {
    const LoadedCluster cluster = small_cluster();
    BareSource source(cluster, "bare", 0);
    Subscriber subscriber({.endpoints = {source.endpoint}, .cluster = cluster});
    REQUIRE(wait_until([&] {
        source.heartbeat(0);
        return subscriber.sources().at(0).decode_errors > 2;
    }));
    CHECK(subscriber.sources().at(0).name.empty());
    CHECK(subscriber.sources().at(0).problem == sentence(DecodeError::boot_id_missing));
}

TEST_CASE("many names with snapshot services are asked a few at a time, and end no viewer") {
    const LoadedCluster cluster = small_cluster(32);  // 256 GPUs
    BareSource source(cluster);
    Subscriber subscriber({.endpoints = {source.endpoint}, .cluster = cluster});
    REQUIRE(wait_until([&] { return status_of(subscriber, "").link == Line::waiting; }));
    const auto open_files = [] {
        const std::filesystem::directory_iterator files("/proc/self/fd");
        return std::distance(begin(files), end(files));
    };
    const auto before = open_files();
    decltype(open_files()) most = 0;
    for (int name = 0; name < 256; ++name) {
        source.header.source = "bare" + std::to_string(name);
        Heartbeat beat{.interval_ns = 60'000'000'000, .snapshot_endpoint = "tcp://127.0.0.1:1"};
        beat.owned[size_t(ObjectClass::gpu)] = {{uint32_t(name), 1}};
        source.send(Stream::heartbeat, encode_heartbeat(source.at(++source.beat), beat));
    }
    REQUIRE(wait_until([&] {
        most = std::max(most, open_files());
        return subscriber.sources().size() == 256;
    }));
    CHECK(most - before < 100);
    REQUIRE_NOTHROW(subscriber.latest());
}

TEST_CASE("another cluster file is a conflict in words, and nothing of it is applied") {
    const LoadedCluster cluster = small_cluster(), other = other_cluster();
    Feeder feeder(other, {.source = "s", .bind = free_endpoint("tcp")});
    Subscriber subscriber({.endpoints = {feeder.endpoint()}, .cluster = cluster});
    REQUIRE(wait_until([&] { return status_of(subscriber, "s").link == Line::conflict && feeder.steps() > 10; }));
    const SourceStatus status = status_of(subscriber, "s");
    CHECK(status.problem.find("cluster file") != std::string::npos);
    CHECK(status.values == 0);
    CHECK(first_temperature(subscriber) == no_data);
}

TEST_CASE("two owners of one range are a quarrel that is shown, and the second is not applied") {
    const LoadedCluster cluster = small_cluster();
    OwnedRanges left, right, apart;
    left[size_t(ObjectClass::gpu)] = {{0, 32}};
    right[size_t(ObjectClass::gpu)] = {{24, 40}};
    apart[size_t(ObjectClass::gpu)] = {{32, 32}};
    auto first = std::make_unique<Feeder>(cluster,
                                          PublisherOptions{.source = "first",
                                                           .bind = free_endpoint("tcp"),
                                                           .owned = left,
                                                           .heartbeat = std::chrono::milliseconds(100)},
                                          SampleOptions{.gpus = {0, 32}});
    Feeder second(
        cluster,
        {.source = "second", .bind = free_endpoint("tcp"), .owned = right, .heartbeat = std::chrono::milliseconds(100)},
        {.gpus = {24, 40}});
    Subscriber subscriber({.endpoints = {first->endpoint()}});
    REQUIRE(wait_until([&] { return consistent(subscriber.latest(), {0, 32}); }));
    // A viewer of both, which knows the first already.
    Subscriber both({.endpoints = {first->endpoint(), second.endpoint()}, .cluster = cluster});
    REQUIRE(wait_until([&] {
        return status_of(both, "first").link == Line::conflict || status_of(both, "second").link == Line::conflict;
    }));
    const bool second_lost = status_of(both, "second").link == Line::conflict;
    const std::string loser = second_lost ? "second" : "first", winner = second_lost ? "first" : "second";
    CHECK(status_of(both, loser).problem.find("speaks for gpu") != std::string::npos);
    CHECK(status_of(both, loser).values == 0);
    REQUIRE(wait_until([&] { return status_of(both, winner).values > 0; }));
    CHECK(both.latest().raw({ObjectClass::gpu, second_lost ? 63u : 0u}, gpu_temperature().index) == no_data);
    if (!second_lost) return;
    first.reset();  // the one who is left may speak
    REQUIRE(wait_until([&] {
        return status_of(both, "second").link == Line::live && consistent(both.latest(), {24, 40});
    }));
}

TEST_CASE("two publishers of one name: the younger is shown, the other named") {
    const LoadedCluster cluster = small_cluster();
    const std::string name = "twin";
    BareSource younger(cluster, name, 200);
    Subscriber subscriber({.endpoints = {younger.endpoint}, .cluster = cluster});
    REQUIRE(wait_until([&] { return status_of(subscriber, "").link == Line::waiting; }));
    REQUIRE(wait_until([&] {
        younger.heartbeat(0);
        return status_of(subscriber, name).link == Line::live;
    }));
    younger.tick(1, 100);
    REQUIRE(wait_until([&] { return first_temperature(subscriber) == 100; }));
    younger.header.boot_id = 100;  // what the older one says arrives on the same line
    younger.tick(1, 50);
    REQUIRE(
        wait_until([&] { return status_of(subscriber, name).problem.find("also calls itself") != std::string::npos; }));
    younger.header.boot_id = 200;
    younger.tick(2, 101);
    REQUIRE(wait_until([&] { return first_temperature(subscriber) == 101; }));
    CHECK(status_of(subscriber, name).gaps == 0);
}

TEST_CASE("rubbish is counted and harms nobody") {
    const LoadedCluster cluster = small_cluster();
    BareSource source(cluster);
    Subscriber subscriber({.endpoints = {source.endpoint}, .cluster = cluster});
    REQUIRE(wait_until([&] { return status_of(subscriber, "").link == Line::waiting; }));
    REQUIRE(wait_until([&] {
        source.heartbeat(0);
        return status_of(subscriber, "bare").link == Line::live;
    }));
    source.tick(1, 100);
    source.send(Stream::tick, Bytes(1000));                                                // not a message
    source.send(Stream::event, hostile_tick(*cluster.topology, {{.values = {1}}}));        // under a wrong topic
    source.socket.send(zmq::buffer(std::string("bv1/bare/tick")), zmq::send_flags::none);  // one frame
    source.send(Stream::tick, hostile_tick(*cluster.topology, {{.first = 64}},
                                           {.source = "bare", .boot_id = 1, .sequence = 2, .time_ns = utc_now_ns()}));
    source.tick(3, 103);
    REQUIRE(wait_until([&] { return first_temperature(subscriber) == 103; }));
    CHECK(status_of(subscriber, "bare").decode_errors == 4);
    CHECK(status_of(subscriber, "bare").link == Line::live);
    CHECK(status_of(subscriber, "bare").problem != "");
}

TEST_CASE("a clock that goes wrong is measured") {
    const LoadedCluster cluster = small_cluster();
    BareSource source(cluster);
    Subscriber subscriber({.endpoints = {source.endpoint}, .cluster = cluster});
    REQUIRE(wait_until([&] {
        source.heartbeat(0, 90'000'000'000);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        return status_of(subscriber, "bare").clock_skew_s > 80;
    }));
    CHECK(status_of(subscriber, "bare").clock_skew_s == doctest::Approx(90).epsilon(0.02));
}

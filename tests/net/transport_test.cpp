// A publisher and a subscriber over every transport: late join, events, jobs, gaps, restarts, silence, quarrels.
#include <doctest/doctest.h>

#include <cstdio>
#include <filesystem>

#include "net/context.h"
#include "net/messages.h"
#include "tests/net/hostile.h"
#include "tests/net/sample.h"

using namespace bv;
using namespace bv::test;
using Line = SourceStatus::Link;

namespace {

IndexRange all_gpus(const LoadedCluster& cluster) { return {0, cluster.topology->count(ObjectClass::gpu)}; }

SourceStatus status_of(const Subscriber& subscriber, const std::string& name) {
    const auto sources = subscriber.sources();
    const SourceStatus* found = source_named(sources, name);
    return found ? *found : SourceStatus{};
}

bool all_stale(const ClusterState& state, IndexRange gpus, int64_t now_ns) {
    for (uint32_t i = gpus.first; i < gpus.end(); ++i)
        if (!state.stale({ObjectClass::gpu, i}, now_ns)) return false;
    return true;
}

// A PUB socket that says whatever the test wants: the least publisher there can be.
struct BareSource {
    LoadedCluster cluster;
    MessageHeader header;
    std::shared_ptr<ZmqContext> context = process_context();
    zmq::socket_t socket{context->zmq, zmq::socket_type::pub};
    std::string endpoint;
    uint64_t beat = 0;

    explicit BareSource(LoadedCluster c, std::string name = "bare", uint64_t boot = 1)
        : cluster(std::move(c)), header{std::move(name), boot, 0, cluster.topology->hash, 0} {
        socket.set(zmq::sockopt::linger, 0);
        socket.bind("tcp://127.0.0.1:*");
        endpoint = socket.get(zmq::sockopt::last_endpoint);
    }
    void send(Stream stream, Bytes message) {
        const std::string topic = topic_of(header.source, stream);
        socket.send(zmq::buffer(topic), zmq::send_flags::sndmore);
        socket.send(to_message(std::move(message)), zmq::send_flags::none);
    }
    MessageHeader at(uint64_t sequence) const {
        MessageHeader out = header;
        out.sequence = sequence;
        out.time_ns = utc_now_ns();
        return out;
    }
    void heartbeat(uint64_t tick_sequence, int64_t skew_ns = 0) {
        Heartbeat h{.interval_ns = 200'000'000, .owns_everything = true};
        h.sequences[size_t(Stream::tick)] = tick_sequence;
        MessageHeader now = at(++beat);
        now.time_ns += skew_ns;
        send(Stream::heartbeat, encode_heartbeat(now, h));
    }
    void tick(uint64_t sequence, uint16_t value, std::optional<uint64_t> hash = {}) {
        HostileEnvelope e{
            .source = header.source, .boot_id = header.boot_id, .sequence = sequence, .time_ns = utc_now_ns()};
        e.topology_hash = hash;
        send(Stream::tick, hostile_tick(*cluster.topology, {{.values = std::vector<uint16_t>(64, value)}}, e));
    }
    void tick_at(uint64_t sequence, int64_t time_ns, int64_t interval_ns) {
        send(Stream::tick, hostile_tick(*cluster.topology, {{.values = std::vector<uint16_t>(64, 100)}},
                                        {.source = header.source,
                                         .boot_id = header.boot_id,
                                         .sequence = sequence,
                                         .time_ns = time_ns,
                                         .interval_ns = interval_ns}));
    }
    void topology() {
        send(Stream::topology, encode_topology(at(1), pack_topology(cluster.topology->name, cluster.text)));
    }
};

uint16_t first_temperature(Subscriber& subscriber) {
    const ClusterState& state = subscriber.latest();
    return state.empty() ? no_data : state.raw({ObjectClass::gpu, 0}, gpu_temperature().index);
}

}  // namespace

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

// Ticks there and back: every encoding, deltas and their bases, splitting, snapshots, and what must be refused.
#include "net/codec.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "net/messages.h"
#include "tests/net/hostile.h"
#include "tests/net/sample.h"

using namespace bv;
using namespace bv::test;

namespace {

struct Wire {
    LoadedCluster cluster;
    TickEncoder encoder;
    TickDecoder decoder;
    ClusterState state;
    MessageHeader header{.source = "test", .boot_id = 1};
    uint64_t next = 1;

    explicit Wire(EncodeOptions options = {}, uint32_t nodes = 8)
        : cluster(small_cluster(nodes)), encoder(*cluster.topology, options), state(cluster.topology) {
        header.topology_hash = cluster.topology->hash;
    }
    std::vector<Bytes> encode(uint64_t step, bool keyframe = false) {
        const Sample sample = sample_at(step, everything(*cluster.topology));
        std::vector<Bytes> out;
        encoder.encode(sample.batch, header, next, keyframe, out);
        return out;
    }
    DecodeError apply(const Bytes& message) {
        uint64_t values = 0;
        return decoder.apply(message, state, 0, values);
    }
    ClusterState expected(uint64_t step) const {
        ClusterState out(cluster.topology);
        REQUIRE(out.apply(sample_at(step, everything(*cluster.topology)).batch, 0));
        return out;
    }
};

}  // namespace

TEST_CASE("values come back bit for bit in every encoding") {
    for (const bool compress : {false, true})
        for (const bool delta : {false, true}) {
            CAPTURE(compress);
            CAPTURE(delta);
            Wire wire({.compress = compress, .delta = delta, .keyframe_every = 4});
            for (uint64_t step = 0; step < 10; ++step) {
                for (const Bytes& message : wire.encode(step)) REQUIRE(wire.apply(message) == DecodeError::none);
                CHECK(wire.state.hash() == wire.expected(step).hash());
            }
        }
}

TEST_CASE("a large tick is split near the target, with sequences without holes") {
    Wire wire({.compress = false, .target_message_bytes = 4096}, 400);
    const std::vector<Bytes> messages = wire.encode(0);
    CHECK(messages.size() >= 5);
    uint64_t sequence = 0;
    for (const Bytes& message : messages) {
        Envelope envelope;
        REQUIRE(open_message(message, envelope) == DecodeError::none);
        CHECK(envelope.sequence == ++sequence);
        CHECK(message.size() < 4096 + 1024);
        REQUIRE(wire.apply(message) == DecodeError::none);
    }
    CHECK(wire.next == sequence + 1);
    CHECK(wire.state.hash() == wire.expected(0).hash());
}

TEST_CASE("deltas are smaller than full ticks on noisy values") {
    Wire wire({}, 400);
    size_t full = 0, delta = 0;
    for (const Bytes& message : wire.encode(0)) full += message.size();
    for (const Bytes& message : wire.encode(1)) delta += message.size();
    CHECK(delta < full);
}

TEST_CASE("a delta whose base was not received is refused, and a keyframe heals") {
    Wire wire;
    for (const Bytes& message : wire.encode(0)) REQUIRE(wire.apply(message) == DecodeError::none);
    wire.encode(1);  // lost
    const uint64_t before = wire.state.hash();
    for (const Bytes& message : wire.encode(2)) CHECK(wire.apply(message) == DecodeError::base_missing);
    CHECK(wire.state.hash() == before);
    for (const Bytes& message : wire.encode(3, true)) REQUIRE(wire.apply(message) == DecodeError::none);
    CHECK(wire.state.hash() == wire.expected(3).hash());
    for (const Bytes& message : wire.encode(4)) REQUIRE(wire.apply(message) == DecodeError::none);
    CHECK(wire.state.hash() == wire.expected(4).hash());
}

TEST_CASE("a stretch is sent in full every keyframe_every sends") {
    Wire wire({.keyframe_every = 3});
    for (uint64_t step = 0; step < 9; ++step) {
        const std::vector<Bytes> messages = wire.encode(step);
        TickDecoder stranger;
        ClusterState state(wire.cluster.topology);
        uint64_t values = 0;
        const DecodeError error = stranger.apply(messages.at(0), state, 0, values);
        CHECK(error == (step % 3 == 0 ? DecodeError::none : DecodeError::base_missing));
    }
}

TEST_CASE("a snapshot gives a stranger the state and the bases of the next deltas") {
    Wire wire;
    for (uint64_t step = 0; step < 4; ++step)
        for (const Bytes& message : wire.encode(step)) REQUIRE(wire.apply(message) == DecodeError::none);
    TickDecoder stranger;
    ClusterState state(wire.cluster.topology);
    uint64_t values = 0;
    for (const bool from_decoder : {false, true}) {
        std::vector<Bytes> snapshot;
        encode_snapshot(from_decoder ? wire.decoder.snapshot_columns(wire.state) : wire.encoder.snapshot_columns(),
                        wire.header, {}, snapshot);
        for (const Bytes& message : snapshot)
            REQUIRE(stranger.apply_snapshot(message, state, 0, values) == DecodeError::none);
        CHECK(state.hash() == wire.expected(3).hash());
    }
    for (const Bytes& message : wire.encode(4)) REQUIRE(stranger.apply(message, state, 0, values) == DecodeError::none);
    CHECK(state.hash() == wire.expected(4).hash());
}

TEST_CASE("ranges that shift from tick to tick never build a delta on the wrong base") {
    Wire wire({.keyframe_every = 1000});
    const MetricId id = gpu_temperature();
    std::vector<uint16_t> truth(64, no_data);
    uint64_t random = 1;
    for (uint64_t step = 0; step < 300; ++step) {
        random = random * 6364136223846793005ull + 1442695040888963407ull;
        const uint32_t first = uint32_t(random >> 33) % 60, count = 1 + uint32_t(random >> 50) % (64 - first);
        std::vector<uint16_t> values(count);
        for (uint32_t i = 0; i < count; ++i) truth[first + i] = values[i] = uint16_t(1000 + step * 3 + i);
        TelemetryBatch batch{.time_ns = start_ns + int64_t(step), .columns = {{id, first, values}}};
        std::vector<Bytes> out;
        wire.encoder.encode(batch, wire.header, wire.next, false, out);
        for (const Bytes& message : out) REQUIRE(wire.apply(message) == DecodeError::none);
        REQUIRE(wire.state.classes[size_t(id.object_class)].columns[id.index].values == truth);
    }
}

TEST_CASE("the same column twice in one batch: the second wins") {
    Wire wire;
    const std::vector<uint16_t> a(64, 100), b(64, 200);
    for (int tick = 0; tick < 3; ++tick) {
        TelemetryBatch batch{.time_ns = start_ns + tick,
                             .columns = {{gpu_temperature(), 0, a}, {gpu_temperature(), 0, b}}};
        std::vector<Bytes> out;
        wire.encoder.encode(batch, wire.header, wire.next, false, out);
        for (const Bytes& message : out) REQUIRE(wire.apply(message) == DecodeError::none);
        CHECK(wire.state.raw({ObjectClass::gpu, 5}, gpu_temperature().index) == 200);
    }
}

TEST_CASE("a column that does not fit the topology is the caller's mistake") {
    Wire wire;
    const std::vector<uint16_t> values(65, 1);
    TelemetryBatch batch{.time_ns = start_ns, .columns = {{gpu_temperature(), 0, values}}};
    std::vector<Bytes> out;
    CHECK_THROWS_AS(wire.encoder.encode(batch, wire.header, wire.next, false, out), std::out_of_range);
}

TEST_CASE("unknown metrics are skipped and counted, the rest of the message is applied") {
    Wire wire;
    const Bytes message =
        hostile_tick(*wire.cluster.topology, {{.metric = "quantum_flux"}, {.values = {7, 8}, .first = 3}});
    CHECK(wire.apply(message) == DecodeError::none);
    CHECK(wire.decoder.ignored_columns() == 1);
    CHECK(wire.state.raw({ObjectClass::gpu, 4}, gpu_temperature().index) == 8);
}

TEST_CASE("a message that would tear a column into too many stretches is refused whole") {
    const LoadedCluster cluster = small_cluster(2200);  // 17 600 GPUs
    ClusterState state(cluster.topology);
    TickDecoder decoder;
    uint64_t values = 0, sequence = 0;
    const auto apply = [&](const std::vector<HostileColumn>& columns) {
        return decoder.apply(hostile_tick(*cluster.topology, columns, {.sequence = ++sequence}), state, 0, values);
    };
    uint32_t stretch = 0;
    const auto next = [&] { return HostileColumn{.values = {500}, .first = 2 * stretch++}; };
    while (stretch < ClusterState::max_coverage) {
        std::vector<HostileColumn> columns;
        for (int i = 0; i < 1024; ++i) columns.push_back(next());
        REQUIRE(apply(columns) == DecodeError::none);
    }
    const uint64_t before = state.hash();
    CHECK(apply({{.metric = "power_watts", .values = {1, 2, 3}}, next()}) == DecodeError::too_many_stretches);
    CHECK(values == 0);
    CHECK(state.hash() == before);
    CHECK(sentence(DecodeError::too_many_stretches).find("8192") != std::string::npos);
    // One that first joins what is torn has room for more.
    CHECK(apply({{.values = std::vector<uint16_t>(100, 500)}, next()}) == DecodeError::none);
}

TEST_CASE("each wrong part of a tick has its name, and nothing of the message is applied") {
    Wire wire;
    const Topology& topology = *wire.cluster.topology;
    const HostileColumn good{.values = {1, 2, 3}};
    struct Case {
        const char* what;
        HostileColumn bad;
        DecodeError expected;
    };
    const std::vector<Case> cases{
        {"class", {.object_class = 13}, DecodeError::class_unknown},
        {"class 255", {.object_class = 255}, DecodeError::class_unknown},
        {"first beyond", {.first = 64}, DecodeError::range_outside_topology},
        {"end beyond", {.values = {1, 2}, .first = 63}, DecodeError::range_outside_topology},
        {"first overflows", {.first = 0xFFFFFFFFu}, DecodeError::range_outside_topology},
        {"count zero", {.values = {}}, DecodeError::range_outside_topology},
        {"count too large", {.count = 0x80000001u}, DecodeError::too_large},
        {"count more than data", {.values = {1, 2, 3}, .count = 4}, DecodeError::size_mismatch},
        {"count less than data", {.values = {1, 2, 3}, .count = 2}, DecodeError::size_mismatch},
        {"odd bytes", {.values = {1, 2}, .extra_bytes = 1}, DecodeError::size_mismatch},
        {"encoding", {.encoding = 3}, DecodeError::encoding_unknown},
        {"not zstd", {.encoding = 1}, DecodeError::decompression_failed},
        {"delta without base", {.encoding = 2, .base_sequence = 5}, DecodeError::base_missing},
        {"metric name not UTF-8", {.metric = "temp\xFF"}, DecodeError::text_invalid},
        {"metric name too long", {.metric = std::string(200, 'a')}, DecodeError::text_invalid},
        {"health 6", {.metric = "health", .values = {0, 6}}, DecodeError::value_invalid},
    };
    const uint64_t before = wire.state.hash();
    for (const Case& c : cases) {
        CAPTURE(c.what);
        CHECK(wire.apply(hostile_tick(topology, {good, c.bad})) == c.expected);
        CHECK(wire.apply(hostile_tick(topology, {c.bad, good})) == c.expected);
        CHECK(wire.state.hash() == before);
        CHECK(sentence(c.expected).size() > 10);
    }
    CHECK(wire.apply(hostile_tick(topology, {good}, {.version = 2})) == DecodeError::wrong_version);
    CHECK(wire.apply(hostile_tick(topology, {good}, {.topology_hash = 1})) == DecodeError::wrong_topology);
    CHECK(wire.apply(hostile_tick(topology, {good}, {.time_ns = -1})) == DecodeError::time_invalid);
    CHECK(wire.apply(hostile_tick(topology, {good}, {.interval_ns = 0})) == DecodeError::time_invalid);
    CHECK(wire.apply(hostile_tick(topology, {good}, {.interval_ns = 1'000'000'000'000'000})) ==
          DecodeError::time_invalid);
    CHECK(wire.apply(hostile_tick(topology, {good}, {.source = "Not Allowed"})) == DecodeError::text_invalid);
    CHECK(wire.apply(hostile_tick(topology, std::vector<HostileColumn>(2000, good))) == DecodeError::too_large);
    CHECK(wire.state.hash() == before);
    CHECK(wire.apply(hostile_tick(topology, {good})) == DecodeError::none);
    CHECK(wire.state.hash() != before);
}

TEST_CASE("a source speaks only for what it owns") {
    Wire wire;
    const Topology& topology = *wire.cluster.topology;
    OwnedRanges owned;
    owned[size_t(ObjectClass::gpu)] = {{0, 8}, {8, 8}, {32, 8}};
    uint64_t values = 0;
    const auto apply = [&](uint32_t first, size_t count) {
        return wire.decoder.apply(hostile_tick(topology, {{.values = std::vector<uint16_t>(count, 1), .first = first}}),
                                  wire.state, 0, values, &owned);
    };
    CHECK(apply(0, 16) == DecodeError::none);
    CHECK(values == 16);
    CHECK(apply(32, 8) == DecodeError::none);
    CHECK(apply(0, 17) == DecodeError::range_not_owned);
    CHECK(apply(31, 2) == DecodeError::range_not_owned);
    CHECK(apply(40, 1) == DecodeError::range_not_owned);
    CHECK(values == 0);
}

TEST_CASE("compressed columns must hold exactly what they say") {
    Wire wire;
    const Topology& topology = *wire.cluster.topology;
    const std::vector<uint16_t> values(64, 5);
    CHECK(wire.apply(hostile_tick(topology, {{.values = values, .packed = true}})) == DecodeError::none);
    const uint64_t before = wire.state.hash();
    const std::vector<uint16_t> less(63, 6), more(65, 6);
    CHECK(wire.apply(hostile_tick(topology, {{.values = less, .count = 64, .packed = true}})) ==
          DecodeError::decompression_failed);
    CHECK(wire.apply(hostile_tick(topology, {{.values = more, .count = 64, .packed = true}})) ==
          DecodeError::decompression_failed);
    CHECK(wire.apply(hostile_tick(topology, {{.values = values, .packed = true, .extra_bytes = 1}})) ==
          DecodeError::decompression_failed);
    // 64 MiB of zeros in a few kilobytes, said to be 64 values.
    const std::vector<uint16_t> bomb(32u << 20, 0);
    CHECK(wire.apply(hostile_tick(topology, {{.values = bomb, .count = 64, .packed = true}})) ==
          DecodeError::decompression_failed);
    CHECK(wire.state.hash() == before);
}

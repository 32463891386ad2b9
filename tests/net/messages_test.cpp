// Heartbeats, events, jobs, topology and the snapshot dialogue there and back, and what is refused of them.
#include "net/messages.h"

#include <doctest/doctest.h>

#include "net/wire.h"
#include "tests/net/sample.h"

using namespace bv;
using namespace bv::test;

namespace {

MessageHeader header_for(const Topology& topology) { return {"test", 9, 3, topology.hash, start_ns}; }

}  // namespace

TEST_CASE("the envelope comes back") {
    const LoadedCluster cluster = small_cluster();
    const Bytes message = encode_snapshot_end(header_for(*cluster.topology), {});
    Envelope envelope;
    REQUIRE(open_message(message, envelope) == DecodeError::none);
    CHECK(envelope.source == "test");
    CHECK(envelope.boot_id == 9);
    CHECK(envelope.sequence == 3);
    CHECK(envelope.time_ns == start_ns);
    CHECK(envelope.topology_hash == cluster.topology->hash);
    CHECK(envelope.kind == PayloadKind::snapshot_end);
    CHECK_FALSE(envelope.stream().has_value());
    CHECK(topic_of("a.b", Stream::heartbeat) == "bv1/a.b/heartbeat");
}

TEST_CASE("a heartbeat comes back with its ranges in order") {
    const LoadedCluster cluster = small_cluster();
    Heartbeat in{
        .interval_ns = 5, .tick_interval_ns = 6, .sequences = {1, 2, 3, 4, 5}, .snapshot_endpoint = "ipc:///tmp/x"};
    in.owned[size_t(ObjectClass::gpu)] = {{32, 8}, {0, 8}};
    in.owned[size_t(ObjectClass::job)] = {{0, 1}};
    Heartbeat out;
    REQUIRE(decode_heartbeat(encode_heartbeat(header_for(*cluster.topology), in), out) == DecodeError::none);
    CHECK(out.interval_ns == 5);
    CHECK(out.tick_interval_ns == 6);
    CHECK(out.sequences == in.sequences);
    CHECK(out.snapshot_endpoint == in.snapshot_endpoint);
    CHECK(out.owned[size_t(ObjectClass::gpu)] == std::vector<IndexRange>{{0, 8}, {32, 8}});
    CHECK_FALSE(out.owns_everything);
    in = {.owns_everything = true};
    REQUIRE(decode_heartbeat(encode_heartbeat(header_for(*cluster.topology), in), out) == DecodeError::none);
    CHECK(out.owns_everything);
}

TEST_CASE("wrong heartbeats are refused and leave what was there") {
    const LoadedCluster cluster = small_cluster();
    const MessageHeader header = header_for(*cluster.topology);
    Heartbeat out{.tick_interval_ns = 77};
    const auto refuse = [&](const Heartbeat& in) {
        const DecodeError error = decode_heartbeat(encode_heartbeat(header, in), out);
        CHECK(out.tick_interval_ns == 77);
        return error;
    };
    CHECK(refuse({.interval_ns = 0}) == DecodeError::time_invalid);
    CHECK(refuse({.interval_ns = -5}) == DecodeError::time_invalid);
    CHECK(refuse({.tick_interval_ns = -5}) == DecodeError::time_invalid);
    Heartbeat far;
    far.owned[0] = {{10, 0xFFFFFFFFu}};
    CHECK(refuse(far) == DecodeError::range_outside_topology);
    Heartbeat many;
    many.owned[0].resize(max_owned_ranges + 1);
    CHECK(refuse(many) == DecodeError::too_large);
    CHECK(decode_heartbeat(encode_snapshot_end(header, {}), out) == DecodeError::not_a_message);
}

TEST_CASE("a topology comes back only under its own hash") {
    const LoadedCluster cluster = small_cluster();
    MessageHeader header = header_for(*cluster.topology);
    const PackedTopology packed = pack_topology(cluster.topology->name, cluster.text);
    CHECK(packed.zstd.size() < cluster.text.size());
    std::string text = "before";
    REQUIRE(decode_topology(encode_topology(header, packed), text) == DecodeError::none);
    CHECK(text == cluster.text);
    ++header.topology_hash;
    text = "before";
    CHECK(decode_topology(encode_topology(header, packed), text) == DecodeError::wrong_topology);
    CHECK(text == "before");
    header = header_for(*cluster.topology);
    PackedTopology bomb = packed;
    bomb.text_size = 64u << 20;
    CHECK(decode_topology(encode_topology(header, bomb), text) == DecodeError::decompression_failed);
    bomb.text_size = 0xFFFFFFFFu;
    CHECK(decode_topology(encode_topology(header, bomb), text) == DecodeError::too_large);
    REQUIRE(decode_topology(encode_topology(header, {}), text) == DecodeError::none);
    CHECK(text.empty());  // the hash alone
}

TEST_CASE("events come back, carry their source, and are refused whole") {
    const LoadedCluster cluster = small_cluster();
    const Topology& topology = *cluster.topology;
    const MessageHeader header = header_for(topology);
    const Event good{.id = 5,
                     .time_ns = start_ns,
                     .end_ns = start_ns + 1,
                     .severity = Severity::warning,
                     .object = {ObjectClass::node, 7},
                     .code = -3,
                     .kind = "node_down",
                     .text = "Überhitzt – 91 °C"};
    std::vector<Event> out;
    REQUIRE(decode_events(encode_events(header, std::vector<Event>{good}), topology, out) == DecodeError::none);
    REQUIRE(out.size() == 1);
    CHECK(out[0].id == 5);
    CHECK(out[0].end_ns == start_ns + 1);
    CHECK(out[0].severity == Severity::warning);
    CHECK(out[0].object == good.object);
    CHECK(out[0].code == -3);
    CHECK(out[0].kind == "node_down");
    CHECK(out[0].text == good.text);
    CHECK(out[0].source == "test");

    const auto refuse = [&](Event bad) {
        out.clear();
        const DecodeError error = decode_events(encode_events(header, std::vector<Event>{good, bad}), topology, out);
        CHECK(out.empty());
        return error;
    };
    Event bad = good;
    bad.object.index = 8;
    CHECK(refuse(bad) == DecodeError::range_outside_topology);
    bad = good;
    bad.severity = Severity(3);
    CHECK(refuse(bad) == DecodeError::value_invalid);
    bad = good;
    bad.object.object_class = ObjectClass(13);
    CHECK(refuse(bad) == DecodeError::class_unknown);
    bad = good;
    bad.time_ns = -1;
    CHECK(refuse(bad) == DecodeError::time_invalid);
    out.clear();
    CHECK(decode_events(encode_events({"test", 9, 3, 123, 0}, std::vector<Event>{good}), topology, out) ==
          DecodeError::wrong_topology);
    Event site = good;
    site.object = {ObjectClass::site, no_index};  // of no single object
    CHECK(decode_events(encode_events(header, std::vector<Event>{site}), topology, out) == DecodeError::none);
}

TEST_CASE("our own texts are cut and cleaned so that every decoder takes them") {
    const LoadedCluster cluster = small_cluster();
    std::vector<Event> out;
    const Event odd{
        .id = 1, .time_ns = 1, .kind = "x\ny", .text = std::string(1023, 'a') + "é" + std::string(500, 'b')};
    REQUIRE(decode_events(encode_events(header_for(*cluster.topology), std::vector<Event>{odd}), *cluster.topology,
                          out) == DecodeError::none);
    CHECK(out[0].kind == "x y");
    CHECK(out[0].text == std::string(1023, 'a'));
    const Event latin1{.id = 2, .time_ns = 1, .kind = "k", .text = "caf\xE9"};
    REQUIRE(decode_events(encode_events(header_for(*cluster.topology), std::vector<Event>{latin1}), *cluster.topology,
                          out) == DecodeError::none);
    CHECK(out[1].text == "caf?");
}

TEST_CASE("jobs come back, and are refused whole") {
    const LoadedCluster cluster = small_cluster();
    const Topology& topology = *cluster.topology;
    const MessageHeader header = header_for(topology);
    const Job good{.slot = 3,
                   .state = JobState::restarting,
                   .id = "77",
                   .name = "train",
                   .user = "ada",
                   .partition = "p",
                   .submit_ns = 1,
                   .start_ns = 2,
                   .end_ns = 0,
                   .nodes = {{0, 2}, {5, 3}},
                   .gpus = 40,
                   .tensor_parallel = 8,
                   .pipeline_parallel = 4,
                   .data_parallel = 2};
    std::vector<Job> out;
    REQUIRE(decode_jobs(encode_jobs(header, std::vector<Job>{good}), topology, out) == DecodeError::none);
    REQUIRE(out.size() == 1);
    CHECK(out[0].slot == 3);
    CHECK(out[0].state == JobState::restarting);
    CHECK(out[0].id == "77");
    CHECK(out[0].nodes == good.nodes);
    CHECK(out[0].pipeline_parallel == 4);
    const auto refuse = [&](Job bad) {
        out.clear();
        const DecodeError error = decode_jobs(encode_jobs(header, std::vector<Job>{good, bad}), topology, out);
        CHECK(out.empty());
        return error;
    };
    Job bad = good;
    bad.slot = 4;
    CHECK(refuse(bad) == DecodeError::range_outside_topology);
    bad = good;
    bad.nodes = {{7, 2}};
    CHECK(refuse(bad) == DecodeError::range_outside_topology);
    bad = good;
    bad.nodes = {{2, 2}, {3, 1}};
    CHECK(refuse(bad) == DecodeError::range_outside_topology);
    bad = good;
    bad.state = JobState(5);
    CHECK(refuse(bad) == DecodeError::value_invalid);
}

TEST_CASE("UTF-8 is judged as the Unicode standard does") {
    for (const char* good : {"", "a", "é", "€", "𝄞", "\xEF\xBF\xBD", "\xF4\x8F\xBF\xBF"}) CHECK(valid_utf8(good));
    for (const char* bad : {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
                            "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82", "a\xFF"})
        CHECK_FALSE(valid_utf8(bad));
    CHECK(valid_source_name("pod-1.hall_2"));
    for (const char* bad : {"", "A", "a b", "a/b", "ä"}) CHECK_FALSE(valid_source_name(bad));
    CHECK_FALSE(valid_source_name(std::string(65, 'a')));
}

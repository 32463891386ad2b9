// The small parts: byte planes, stretches, endpoints, keys, paces, buffers.
#include <doctest/doctest.h>

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "net/endpoint.h"
#include "net/keys.h"
#include "net/pace.h"
#include "net/planes.h"
#include "net/source_feed.h"
#include "net/stretches.h"

using namespace bv;

TEST_CASE("planes and delta planes come back for every difference") {
    std::vector<uint16_t> values(65536), base(65536), out(65536);
    for (size_t i = 0; i < values.size(); ++i) values[i] = uint16_t(i), base[i] = uint16_t(i * 40503u + 17);
    std::vector<std::byte> planes(values.size() * 2);
    split_planes(values, planes.data());
    join_planes(planes.data(), out);
    CHECK(out == values);
    split_delta_planes(values, base.data(), planes.data());
    join_delta_planes(planes.data(), base.data(), out);
    CHECK(out == values);
}

TEST_CASE("small steps up and down leave the high plane empty") {
    const std::vector<uint16_t> base{100, 100, 0, 65535}, values{103, 97, 65535, 0};
    std::vector<std::byte> planes(8);
    split_delta_planes(values, base.data(), planes.data());
    const std::vector<std::byte> expected{std::byte{6}, std::byte{5}, std::byte{1}, std::byte{2},
                                          std::byte{0}, std::byte{0}, std::byte{0}, std::byte{0}};
    CHECK(planes == expected);  // the worked example of docs/protocol.md
}

TEST_CASE("stretches never overlap and always know what was sent last") {
    std::mt19937 random(3);
    for (int round = 0; round < 50; ++round) {
        Stretches stretches;
        std::vector<uint64_t> truth(50, 0);
        for (uint64_t sequence = 1; sequence < 60; ++sequence) {
            const uint32_t first = random() % 50, count = 1 + random() % (50 - first);
            stretches.assign(first, count).sequence = sequence;
            for (uint32_t i = first; i < first + count; ++i) truth[i] = sequence;
            REQUIRE(stretches.find(first, count) != nullptr);
            std::vector<uint64_t> told(50, 0);
            uint32_t end = 0;
            for (const Stretch& s : stretches.all()) {
                REQUIRE(s.count > 0);
                REQUIRE(s.first >= end);
                end = s.end();
                for (uint32_t i = s.first; i < s.end(); ++i) told[i] = s.sequence;
            }
            REQUIRE(told == truth);
            // A stretch may be built on only if nobody wrote into it since.
            for (const Stretch& s : stretches.all())
                if (s.whole)
                    for (uint32_t i = s.first; i < s.end(); ++i) REQUIRE(truth[i] == s.sequence);
        }
    }
}

TEST_CASE("endpoints: what is spoken, what is local, what belongs together") {
    for (const char* good : {"tcp://127.0.0.1:5600", "tcp://*:5600", "tcp://host.example:1", "tcp://[::1]:65535",
                             "ipc:///tmp/a", "inproc://x"})
        CHECK(parse_endpoint(good).text() == good);
    for (const char* bad : {"udp://1.2.3.4:1", "tcp://host", "tcp://:5", "tcp://h:0", "tcp://h:70000", "tcp://h:x",
                            "ipc://", "pgm://x", "", "127.0.0.1:5600", "tcp://a b:1"})
        CHECK_THROWS_AS(parse_endpoint(bad), std::runtime_error);
    for (const char* local :
         {"tcp://127.0.0.1:1", "tcp://127.9.9.9:1", "tcp://localhost:1", "tcp://[::1]:1", "ipc:///x", "inproc://x"})
        CHECK(parse_endpoint(local).loopback());
    for (const char* far :
         {"tcp://10.0.0.1:1", "tcp://*:1", "tcp://0.0.0.0:1", "tcp://127.evil.example:1", "tcp://[::]:1"})
        CHECK_FALSE(parse_endpoint(far).loopback());
    CHECK(snapshot_endpoint_of(parse_endpoint("tcp://h:5600")).text() == "tcp://h:5601");
    CHECK(snapshot_endpoint_of(parse_endpoint("tcp://h:*")).text() == "tcp://h:*");
    CHECK(snapshot_endpoint_of(parse_endpoint("ipc:///a")).text() == "ipc:///a.snapshot");
    CHECK_THROWS_AS(require_encryption(parse_endpoint("tcp://*:1"), false, false, "binding"), std::runtime_error);
    CHECK_NOTHROW(require_encryption(parse_endpoint("tcp://*:1"), true, false, "binding"));
    CHECK_NOTHROW(require_encryption(parse_endpoint("tcp://*:1"), false, true, "binding"));
}

TEST_CASE("keys are written for their owner alone, never over others, and read back") {
    const auto folder = std::filesystem::temp_directory_path() / ("bv-keys-" + std::to_string(getpid()));
    std::filesystem::create_directory(folder);
    const CurveKeys keys = make_curve_keys();
    CHECK(keys.public_key.size() == 40);
    CHECK(make_curve_keys().secret_key != keys.secret_key);
    write_curve_keys(folder / "server", keys);
    struct stat info {};
    REQUIRE(::stat((folder / "server").c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);
    CHECK(read_curve_keys(folder / "server").secret_key == keys.secret_key);
    CHECK(read_curve_keys(folder / "server").public_key == keys.public_key);
    CHECK(read_curve_public_key((folder / "server.pub").string()) == keys.public_key);
    CHECK(read_curve_public_key(keys.public_key) == keys.public_key);
    CHECK_THROWS_AS(write_curve_keys(folder / "server", keys), std::runtime_error);
    CHECK_THROWS_AS(read_curve_keys(folder / "server.pub"), std::runtime_error);
    CHECK_THROWS_AS(read_curve_keys(folder / "missing"), std::runtime_error);
    ::chmod((folder / "server").c_str(), 0644);
    CHECK_THROWS_AS(read_curve_keys(folder / "server"), std::runtime_error);
    std::filesystem::remove_all(folder);
}

TEST_CASE("the pace of a source is measured, and neither a stall nor a clock that was set makes it wrong") {
    constexpr int64_t second = 1'000'000'000, hour = 3600 * second;
    Pace pace;
    CHECK(pace.arrival(second / 10, 5).every_ns == second);  // not yet known
    CHECK(pace.arrival(5 * second, 5).every_ns == 5 * second);
    int64_t source = 100 * hour, local = 10 * hour;
    const auto run = [&](int ticks, int64_t source_step, int64_t local_step) {
        for (int i = 0; i < ticks; ++i) pace.hear(source += source_step, local += local_step);
    };
    run(10, second, second);
    CHECK(pace.arrival(second, 7).every_ns == second);
    CHECK(pace.arrival(30 * second, 7).every_ns == 30 * second);
    CHECK(pace.arrival(second, 7).heard_ns == 7);
    run(1, second, 10 * second);  // a stall
    run(1, hour, second);         // the clock was set ahead
    run(1, -2 * hour, second);    // and back
    run(1, second, second);
    CHECK(pace.arrival(30 * second, 7).every_ns == 30 * second);
    CHECK(pace.slowness() == 1);
    run(10, 60 * second, second);
    CHECK(pace.arrival(60 * second, 7).every_ns == second);
    run(10, second, 2 * second);
    CHECK(pace.arrival(second, 7).every_ns == 2 * second);
    CHECK(pace.arrival(86'400 * second, 7).every_ns == 2 * 86'400 * second);
}

TEST_CASE("what waits for a snapshot is bounded, and comes back with the time at which it was heard") {
    SourceFeed feed;
    for (int i = 0; i < 100; ++i) feed.keep(zmq::message_t(1u << 20), i);
    CHECK(feed.buffered_bytes() <= 64u << 20);
    const auto oldest = feed.take();
    REQUIRE(oldest);
    CHECK(oldest->heard_ns == 36);
    feed.forget_buffer();
    CHECK(feed.buffered_bytes() == 0);
    CHECK_FALSE(feed.take());
}

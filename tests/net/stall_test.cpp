// Readers and viewers that stop: they cost no memory, and nobody else any freshness. And applying a tick costs no
// allocation.
#include <doctest/doctest.h>
#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "net/context.h"
#include "net/messages.h"
#include "tests/net/sample.h"

using namespace bv;
using namespace bv::test;

namespace {

std::atomic<bool> counting{false};
std::atomic<uint64_t> allocations{0};

}  // namespace

void* operator new(std::size_t size) {
    if (counting) ++allocations;
    if (void* memory = std::malloc(size ? size : 1)) return memory;
    throw std::bad_alloc();
}
// libzmq uses this one, and frees with the plain delete.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return std::malloc(size ? size : 1); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

size_t heap_bytes() { return mallinfo2().uordblks + mallinfo2().hblkhd; }

SampleOptions fast(const LoadedCluster& cluster) {
    SampleOptions options = everything(*cluster.topology);
    options.interval_ns = 2'000'000;
    return options;
}

}  // namespace

TEST_CASE("applying a tick allocates nothing once every stretch was seen, in every encoding") {
    for (const bool compress : {false, true}) {
        CAPTURE(compress);
        const LoadedCluster cluster = small_cluster(64);
        TickEncoder encoder(*cluster.topology,
                            {.compress = compress, .target_message_bytes = 2048, .keyframe_every = 5});
        TickDecoder decoder;
        ClusterState state(cluster.topology);
        uint64_t next = 1, values = 0;
        for (uint64_t step = 0; step < 30; ++step) {
            std::vector<Bytes> messages;
            encoder.encode(sample_at(step, everything(*cluster.topology)).batch, {"s", 1, 0, cluster.topology->hash, 0},
                           next, false, messages);
            allocations = 0;
            counting = step >= 10;
            for (const Bytes& message : messages) {
                const DecodeError error = decoder.apply(message, state, 0, values);
                if (error != DecodeError::none) FAIL("not applied");
            }
            counting = false;
            CHECK(allocations == 0);
        }
    }
}

TEST_CASE("a reader that never reads costs no memory, and then sees the newest") {
    const LoadedCluster cluster = small_cluster(256);
    Feeder feeder(cluster, {.bind = free_endpoint("tcp")}, fast(cluster));
    Subscriber subscriber({.endpoints = {feeder.endpoint()}});
    REQUIRE(wait_until([&] { return subscriber.sources()[0].values > 0; }));
    REQUIRE(wait_until([&] { return feeder.steps() > 200; }));
    const size_t before = heap_bytes();
    const uint64_t then = feeder.steps();
    REQUIRE(wait_until([&] { return feeder.steps() > then + 500; }, std::chrono::seconds(60)));
    CHECK(heap_bytes() < before + (8u << 20));
    const IndexRange gpus{0, cluster.topology->count(ObjectClass::gpu)};
    const int64_t now = start_ns + int64_t(feeder.steps()) * 2'000'000;
    REQUIRE(wait_until([&] { return subscriber.latest().time_ns >= now && consistent(subscriber.latest(), gpus); }));
}

TEST_CASE("a viewer that does not drain its socket costs the publisher no memory and other viewers no tick") {
    const LoadedCluster cluster = small_cluster(512);
    SampleOptions samples = everything(*cluster.topology);
    samples.interval_ns = 10'000'000;
    Feeder feeder(cluster, {.source = "s", .bind = free_endpoint("tcp"), .compress = false}, samples);
    const auto context = process_context();
    zmq::socket_t stalled(context->zmq, zmq::socket_type::sub);
    set_safe_options(stalled, max_message_bytes);
    stalled.set(zmq::sockopt::subscribe, "");
    stalled.connect(feeder.endpoint());
    Subscriber good({.endpoints = {feeder.endpoint()}});
    REQUIRE(wait_until([&] { return good.sources()[0].values > 0 && feeder.steps() > 50; }));
    const size_t before = heap_bytes();
    const uint64_t then = feeder.steps(), heard = good.sources()[0].messages;
    REQUIRE(wait_until([&] { return feeder.steps() > then + 300; }, std::chrono::seconds(60)));
    CHECK(heap_bytes() < before + (24u << 20));  // 300 ticks of 80 kB would be 24 MB
    CHECK(good.sources()[0].messages >= heard + 250);
    CHECK(good.sources()[0].gaps <= 5);
}

// Every decoder against broken bytes: every truncation, extra bytes, random flips, rubbish. None may crash, apply half
// a message or take bytes that are no message. Seeded, so that a failure comes back.
#include "tests/net/abuse.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <random>

#include "tests/net/sample.h"

using namespace bv;
using namespace bv::test;

namespace {

// Sanitizers are some ten times slower; the same seed gives the same first flips.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int flips_per_message = 1500;
#else
constexpr int flips_per_message = 5000;
#endif

// A heap block of exactly this size, so that a sanitizer sees one byte read too far.
bool swallow_exact(Victim& victim, std::span<const std::byte> bytes) {
    const std::vector<std::byte> copy(bytes.begin(), bytes.end());
    return victim.swallow(copy);
}

}  // namespace

TEST_CASE("a good message of every kind is taken") {
    const LoadedCluster cluster = small_cluster();
    Victim victim(cluster);
    for (const Bytes& message : one_of_each(cluster)) CHECK(victim.swallow(message));
}

TEST_CASE("no truncation is taken") {
    const LoadedCluster cluster = small_cluster();
    Victim victim(cluster);
    for (const Bytes& message : one_of_each(cluster)) {
        Victim fresh(cluster);
        for (size_t size = 0; size < message.size(); ++size) {
            CAPTURE(size);
            // FlatBuffers stores what was written first at the end: cutting even a byte cuts something that is referred
            // to, except padding, which holds nothing. Whatever is taken must still be a whole message.
            if (swallow_exact(fresh, {message.data(), size})) CHECK(message.size() - size < 8);
        }
        CHECK(victim.swallow(message));
    }
}

TEST_CASE("extra bytes behind a message harm nothing") {
    const LoadedCluster cluster = small_cluster();
    for (const Bytes& message : one_of_each(cluster)) {
        Victim victim(cluster);
        for (size_t extra = 1; extra < 40; ++extra) {
            Bytes longer = message;
            longer.resize(message.size() + extra, std::byte{0xAB});
            swallow_exact(victim, longer);
        }
        CHECK(victim.swallow(one_of_each(cluster)[0]));
    }
}

TEST_CASE("random flips crash nothing and apply nothing by halves") {
    const LoadedCluster cluster = small_cluster();
    std::mt19937_64 random(20260101);
    const std::vector<Bytes> messages = one_of_each(cluster);
    Victim victim(cluster);
    size_t refused = 0, tried = 0;
    for (const Bytes& message : messages) {
        for (int i = 0; i < flips_per_message; ++i) {
            Bytes broken = message;
            const int flips = 1 + int(random() % 4);
            for (int f = 0; f < flips; ++f) broken[random() % broken.size()] ^= std::byte(1u << (random() % 8));
            if (random() % 8 == 0) broken.resize(random() % broken.size());
            refused += swallow_exact(victim, broken) ? 0 : 1;
            ++tried;
        }
    }
    CHECK(tried == messages.size() * flips_per_message);
    CHECK(refused > tried / 10);  // flips of plain values are honest messages
    CHECK(victim.swallow(messages[0]));
}

TEST_CASE("rubbish of any length is refused") {
    const LoadedCluster cluster = small_cluster();
    std::mt19937_64 random(7);
    Victim victim(cluster);
    for (int i = 0; i < 20'000; ++i) {
        Bytes rubbish(random() % 300);
        for (std::byte& b : rubbish) b = std::byte(random());
        if (rubbish.size() >= 8 && i % 2)
            std::copy_n(reinterpret_cast<const std::byte*>("BLV1"), 4, rubbish.begin() + 4);
        CHECK_FALSE(swallow_exact(victim, rubbish));
    }
    CHECK_FALSE(swallow_exact(victim, Bytes(max_message_bytes + 1)));
}

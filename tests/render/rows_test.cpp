// Rows without a device: how room for them grows, and that every kind of row of the largest cluster fits the smallest
// storage buffer that must do, lavapipe's 128 MiB.
#include <doctest/doctest.h>

#include <numeric>
#include <stdexcept>
#include <vector>

#include "render/renderer.h"

namespace {

constexpr size_t smallest_buffer_bytes = 128u << 20;

template <typename Row>
constexpr size_t rows_that_fit = smallest_buffer_bytes / sizeof(Row);

// Room in a vector, refused beyond `limit` as a device refuses it.
bv::Rows<uint32_t> rows_in(std::vector<uint32_t>& memory, size_t limit) {
    bv::Rows<uint32_t> rows;
    rows.limit = limit;
    rows.reallocate = [&memory, limit](size_t capacity, uint32_t*, size_t) {
        if (capacity > limit) throw std::runtime_error("too many rows");
        memory.resize(capacity);
        return memory.data();
    };
    return rows;
}

}  // namespace

TEST_CASE("room doubles, but stops at the limit of a buffer") {
    CHECK(bv::grown_capacity(0, 1, 1000) == 1);
    CHECK(bv::grown_capacity(100, 101, 1000) == 200);
    CHECK(bv::grown_capacity(100, 450, 1000) == 450);
    CHECK(bv::grown_capacity(600, 601, 1000) == 1000);
    CHECK(bv::grown_capacity(1000, 1001, 1000) == 1001);  // more than fits: whoever makes the room says so
}

TEST_CASE("rows are kept up to the last one that a buffer holds, and refused beyond it") {
    std::vector<uint32_t> memory;
    bv::Rows<uint32_t> rows = rows_in(memory, 1000);
    for (uint32_t i = 0; i < 600; ++i) rows.push(i);
    const auto more = rows.extend(400);
    std::iota(more.begin(), more.end(), 600u);
    REQUIRE(rows.size() == 1000);
    for (uint32_t i = 0; i < 1000; ++i) REQUIRE(rows.rows()[i] == i);
    CHECK_THROWS_WITH(rows.push(1000), "too many rows");
    CHECK(rows.size() == 1000);
}

TEST_CASE("a million GPUs fit 128 MiB per buffer: as cells, and each as a box of its own with its node and rack") {
    constexpr size_t gpus = 1'100'000, nodes = gpus / 4, racks = gpus / 32;
    static_assert(rows_that_fit<uint32_t> > gpus);
    static_assert(rows_that_fit<bv::gpu::BoxRow> > gpus + nodes + 2 * racks);
    static_assert(rows_that_fit<bv::gpu::RackRow> > racks);
    // Doubling from the first room must reach that many without asking for more than the buffer holds.
    constexpr size_t limit = rows_that_fit<bv::gpu::BoxRow>;
    size_t capacity = 4096;
    while (capacity < limit) {
        const size_t next = bv::grown_capacity(capacity, capacity + 1, limit);
        REQUIRE(next > capacity);
        REQUIRE(next <= limit);
        capacity = next;
    }
    CHECK(capacity == limit);
}

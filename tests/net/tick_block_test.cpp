// Blocks of a recording: every tick and every object comes back bit by bit in every mode, and nothing comes out of a
// block that is cut, longer, flipped or of another series.
#include "net/tick_block.h"

#include <random>
#include <set>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace bv;

namespace {

constexpr uint32_t series = 7;

// [tick][object]
using Ticks = std::vector<std::vector<uint16_t>>;

enum class Kind : uint8_t { constant, no_data_at_all, noise, drift, level_noise, ramp, moving_ramp, nonsense };
constexpr size_t kinds = 8;

Ticks values_of(Kind kind, size_t objects, size_t ticks, uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<uint16_t> level(objects);
    for (uint16_t& each : level) each = uint16_t(random());
    Ticks out(ticks, std::vector<uint16_t>(objects));
    for (size_t t = 0; t < ticks; ++t)
        for (size_t i = 0; i < objects; ++i) {
            const auto small = uint16_t(random() % 9);
            const uint16_t drift = level[i] = uint16_t(level[i] + (kind == Kind::drift ? random() % 41 - 20 : 0));
            switch (kind) {
                case Kind::constant:
                    out[t][i] = 4711;
                    break;
                case Kind::no_data_at_all:
                    out[t][i] = 0xFFFF;
                    break;
                case Kind::noise:
                    out[t][i] = small;
                    break;
                case Kind::drift:
                    out[t][i] = drift;
                    break;
                case Kind::level_noise:
                    out[t][i] = uint16_t(level[i] + small);
                    break;
                case Kind::ramp:
                    out[t][i] = uint16_t(37 * i + small + random() % 3000 * (i == 0));
                    break;
                case Kind::moving_ramp:
                    out[t][i] = uint16_t(level[i] + 997 * t * i);
                    break;
                case Kind::nonsense:
                    out[t][i] = uint16_t(random());
                    break;
            }
        }
    return out;
}

std::vector<std::byte> encoded(const Ticks& ticks) {
    std::vector<const uint16_t*> rows;
    std::vector<int64_t> times;
    for (const auto& tick : ticks) {
        rows.push_back(tick.data());
        times.push_back(1'000'000'000 * int64_t(times.size() + 1));
    }
    BlockEncoder encoder;
    const auto block = encoder.encode(series, 1'000'000'000, times, rows, uint32_t(ticks.front().size()));
    return {block.begin(), block.end()};
}

// In this order and backwards: what is unpacked for one tick must not show in the next.
void check_ticks(BlockDecoder& decoder, const Ticks& ticks) {
    std::vector<uint16_t> out(ticks.front().size());
    for (size_t step = 0; step < 2 * ticks.size(); ++step) {
        const size_t tick = step < ticks.size() ? step : 2 * ticks.size() - 1 - step;
        REQUIRE(decoder.decode_tick(tick, out));
        REQUIRE(out == ticks[tick]);
        REQUIRE(decoder.unpack_tick(tick));
    }
}

void check_objects(BlockDecoder& decoder, const Ticks& ticks) {
    const size_t objects = ticks.front().size();
    std::vector<uint16_t> out(ticks.size());
    for (const size_t object : {size_t(0), objects / 3, objects - 1}) {
        REQUIRE(decoder.decode_object(uint32_t(object), out));
        for (size_t t = 0; t < ticks.size(); ++t) REQUIRE(out[t] == ticks[t][object]);
    }
}

}  // namespace

TEST_CASE("every tick and object of a block comes back, in every mode") {
    std::set<BlockMode> modes, base_modes;
    for (const size_t objects : {1, 2, 255, 2047, 2048, 8192})
        for (size_t ticks = 1; ticks <= max_block_ticks; ++ticks)
            for (size_t kind = 0; kind < kinds; ++kind) {
                const Ticks values = values_of(Kind(kind), objects, ticks, 100 * ticks + kind);
                const auto block = encoded(values);
                BlockDecoder decoder;
                CAPTURE(objects);
                CAPTURE(ticks);
                CAPTURE(kind);
                REQUIRE(decoder.open(block, series, uint32_t(objects)));
                modes.insert(decoder.header().mode);
                base_modes.insert(decoder.header().base_mode);
                check_ticks(decoder, values);
                check_objects(decoder, values);
            }
    CHECK(modes.size() == 5);
    CHECK(base_modes.size() == 2);
}

TEST_CASE("what changes little and what does not change cost next to nothing") {
    for (const Kind kind : {Kind::constant, Kind::no_data_at_all})
        CHECK(encoded(values_of(kind, 8192, max_block_ticks, 1)).size() < 200);
    // Noise of nine values takes log2(9) bits, whatever the levels are that it lies on; the base takes two bytes.
    const size_t bytes = encoded(values_of(Kind::level_noise, 8192, max_block_ticks, 1)).size();
    CHECK(bytes < 8192 * 2 + 8192 * (max_block_ticks - 1) * 4.2 / 8);
}

TEST_CASE("a block that is cut, longer, flipped or of another series is refused") {
    for (const size_t objects : {300, 2500}) {
        const auto block = encoded(values_of(Kind::drift, objects, max_block_ticks, 3));
        BlockDecoder decoder;
        CHECK_FALSE(decoder.open(block, series + 1, uint32_t(objects)));
        CHECK_FALSE(decoder.open(block, series, uint32_t(objects) + 1));
        for (size_t size = 0; size < block.size(); size += size < 300 ? 1 : 97)
            REQUIRE_FALSE(decoder.open(std::span(block).first(size), series, uint32_t(objects)));
        auto longer = block;
        longer.push_back(std::byte(0));
        CHECK_FALSE(decoder.open(longer, series, uint32_t(objects)));
        std::mt19937_64 random(5);
        for (int round = 0; round < 2000; ++round) {
            auto flipped = block;
            const size_t at = round < 300 ? size_t(round) : size_t(random() % block.size());
            flipped[at] ^= std::byte(1u << random() % 8);
            REQUIRE_FALSE(decoder.open(flipped, series, uint32_t(objects)));
        }
    }
}

// What words look like, without a device: nothing that differs in meaning may look the same.
#include <set>

#include <doctest/doctest.h>

#include "render/state_colors.h"

namespace {

using namespace bv;

struct Table {
    std::vector<uint32_t> entries = std::vector<uint32_t>(state_color_count);
    explicit Table(uint32_t flags = 0) {
        gpu::FrameConstants c{};
        for (int i = 0; i < 40; ++i)
            c.colors[i] = {0.02f * static_cast<float>(i), 0.9f - 0.02f * static_cast<float>(i), 0.3f, 1};
        c.flags = flags;
        std::vector<glm::u8vec4> map;
        for (int i = 0; i < 256; ++i) map.emplace_back(i, 255 - i, 128, 255);
        fill_state_colors(entries, c, map);
    }
    [[nodiscard]] uint32_t of(uint32_t word) const { return entries[state_color_index(word)]; }
};

uint32_t word(uint32_t value, uint32_t health, uint32_t flags = 0) {
    return value | health << gpu::state_health_shift | flags;
}

}  // namespace

TEST_CASE("no data, zero, full, stale, unknown and every health look different") {
    const Table table;
    const std::set<uint32_t> looks{table.of(word(0, 0)),
                                   table.of(word(65534, 0)),
                                   table.of(word(0xFFFF, 0)),
                                   table.of(word(30000, 1)),
                                   table.of(word(30000, 2)),
                                   table.of(word(30000, 3)),
                                   table.of(word(30000, 4)),
                                   table.of(word(30000, 5)),
                                   table.of(word(30000, 0)),
                                   table.of(word(30000, 0, gpu::state_stale)),
                                   table.of(word(65534, 0, gpu::state_above_high)),
                                   table.of(word(0, 0, gpu::state_below_high)),
                                   table.of(word(0, 0, gpu::state_by_health))};
    CHECK(looks.size() == 13);
}

TEST_CASE("only warning, critical and down glow, and only while they are fresh and in the filter") {
    const Table table;
    for (uint32_t health = 0; health < 6; ++health) {
        CAPTURE(health);
        const auto glows = [&](uint32_t flags) {
            return (table.of(word(1000, health, flags)) >> 24 & gpu::color_flag_glow) != 0;
        };
        CHECK(glows(0) == (health >= 1 && health <= 3));
        CHECK_FALSE(glows(gpu::state_stale));
        CHECK_FALSE(glows(gpu::state_dimmed));
    }
}

TEST_CASE("unknown and stale are hatched, known and fresh are not") {
    const Table table;
    const auto hatched = [&](uint32_t state) { return (table.of(state) >> 24 & gpu::color_flag_hatched) != 0; };
    CHECK(hatched(word(0xFFFF, 5)));
    CHECK(hatched(word(20000, 0, gpu::state_stale)));
    CHECK(hatched(word(20000, 2, gpu::state_stale)));
    CHECK_FALSE(hatched(word(20000, 0)));
    CHECK_FALSE(hatched(word(20000, 2)));
}

TEST_CASE("coloured by health, a value changes nothing") {
    const Table table(gpu::frame_color_by_health);
    CHECK(table.of(word(0, 0)) == table.of(word(60000, 0)));
    CHECK(table.of(word(0, 0)) == table.of(word(0xFFFF, 0)));
}

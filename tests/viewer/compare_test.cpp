// Differences between two times: exact where both have a value, nothing where either has none, ranked by size.
#include <cmath>

#include <doctest/doctest.h>

#include "tests/viewer/packed.h"
#include "viewer/compare.h"

using namespace bv;
using namespace bv::test;

namespace {

constexpr int64_t minute_ns = 60'000'000'000;

MetricId temperature() { return {ObjectClass::gpu, *find_metric(ObjectClass::gpu, "temp_celsius")}; }

struct Two {
    ClusterState then = healthy_state(array_512()), now = healthy_state(array_512());
    Two() {
        for (uint32_t i = 0; i < 512; ++i) {
            set_value(then, {ObjectClass::gpu, i}, "temp_celsius", 50);
            set_value(now, {ObjectClass::gpu, i}, "temp_celsius", 50);
        }
    }
    [[nodiscard]] Comparison compared() const { return compare(now, test_time_ns, then, test_time_ns, temperature()); }
};

}  // namespace

TEST_CASE("a difference is the value now less the value then, and the largest comes first") {
    Two two;
    set_value(two.now, {ObjectClass::gpu, 7}, "temp_celsius", 62);
    set_value(two.now, {ObjectClass::gpu, 9}, "temp_celsius", 20);
    set_value(two.now, {ObjectClass::gpu, 3}, "temp_celsius", 62);
    const Comparison c = two.compared();
    CHECK(c.difference[7] == doctest::Approx(12).epsilon(0.01));
    CHECK(c.difference[9] == doctest::Approx(-30).epsilon(0.01));
    CHECK(c.difference[0] == 0);
    CHECK(c.compared == 512);
    CHECK(most_changed(c, 200) == std::vector<uint32_t>{9, 3, 7});
    CHECK(most_changed(c, 1) == std::vector<uint32_t>{9});
    CHECK(c.range > 0);
}

TEST_CASE("without data on either side there is no difference, and never a zero") {
    Two two;
    set_raw(two.now, ObjectClass::gpu, temperature().index, 1, 1, no_data);
    set_raw(two.then, ObjectClass::gpu, temperature().index, 2, 1, no_data);
    set_raw(two.now, ObjectClass::gpu, temperature().index, 3, 1, no_data);
    set_raw(two.then, ObjectClass::gpu, temperature().index, 3, 1, no_data);
    const Comparison c = two.compared();
    for (const uint32_t i : {1u, 2u, 3u}) CHECK(std::isnan(c.difference[i]));
    CHECK(c.only_then == 1);
    CHECK(c.only_now == 1);
    CHECK(c.neither == 1);
    CHECK(c.compared == 509);
    CHECK(most_changed(c, 200).empty());
}

TEST_CASE("stale values are no values") {
    Two two;
    const Comparison c = compare(two.now, test_time_ns + minute_ns, two.then, test_time_ns, temperature());
    CHECK(c.compared == 0);
    CHECK(c.only_then == 512);
    const Comparison other = compare(two.now, test_time_ns, two.then, test_time_ns + minute_ns, temperature());
    CHECK(other.only_now == 512);
}

TEST_CASE("states of different clusters, and none, have no differences") {
    const Two two;
    CHECK(compare(two.now, 0, ClusterState(), 0, temperature()).difference.empty());
    CHECK(compare(ClusterState(), 0, two.then, 0, temperature()).difference.empty());
    const ClusterState other(load_cluster("nvl72-8k").topology);
    CHECK(compare(two.now, test_time_ns, other, test_time_ns, temperature()).difference.empty());
}

TEST_CASE("a swipe shows then left of the divider and now right of it, marks included") {
    Two two;
    set_health(two.then, {ObjectClass::gpu, 5}, Health::critical);
    for (uint32_t i = 0; i < 512; ++i) set_value(two.now, {ObjectClass::gpu, i}, "temp_celsius", 70);
    const SceneLayout layout(array_512());
    const View view = view_from(*array_512(), "overview");
    const auto& cache = layout.impl().cache;
    TestRows rows;
    const auto pack = [&](float divider) {
        rows.clear();
        const Beside beside{&two.then, test_time_ns, divider};
        pack_rows(two.now, layout, view, test_time_ns, rows, nullptr, &beside);
        return cache.words[size_t(ObjectClass::gpu)];
    };
    const auto all_then = pack(1e6f), all_now = pack(-1e6f);
    CHECK(all_then[0] != all_now[0]);
    CHECK(health_of(all_then[5]) == Health::critical);
    CHECK(health_of(all_now[5]) == Health::ok);
    // From left to right GPUs change over one after the other, and each is of one of the two times.
    size_t before = 0, mixed = 0;
    for (float divider = 0; divider <= 1920; divider += 20) {
        const auto cut = pack(divider);
        size_t left = 0, right = 0;
        for (uint32_t i = 0; i < 512; ++i) {
            left += cut[i] == all_then[i];
            right += cut[i] == all_now[i];
        }
        CHECK(left + right == 512);
        CHECK(left >= before);
        mixed += left > 0 && right > 0;
        before = left;
    }
    CHECK(before == 512);
    CHECK(mixed > 3);
    static_cast<void>(pack(1e6f));
    CHECK(rows.beacons.size() == 1);
    CHECK(cache.trouble.size() == 1);
    static_cast<void>(pack(-1e6f));
    CHECK(rows.beacons.size() == 0);
    // Afterwards the picture is that of now again.
    rows.clear();
    pack_rows(two.now, layout, view, test_time_ns, rows);
    CHECK(cache.words[size_t(ObjectClass::gpu)] == all_now);
}

TEST_CASE("the hall shows differences on the diverging map, and the absence of one as no data") {
    Two two;
    set_value(two.now, {ObjectClass::gpu, 1}, "temp_celsius", 80);
    set_value(two.now, {ObjectClass::gpu, 2}, "temp_celsius", 20);
    set_raw(two.then, ObjectClass::gpu, temperature().index, 3, 1, no_data);
    Comparison c = two.compared();
    c.range = 20;
    const SceneLayout layout(array_512());
    View view = view_from(*array_512(), "overview");
    TestRows rows;
    pack_rows(two.now, layout, view, test_time_ns, rows, &c);
    const auto& words = layout.impl().cache.words[size_t(ObjectClass::gpu)];
    CHECK((words[0] & 0xFFFF) == 32767);
    CHECK((words[1] & 0xFFFF) == 65534);
    CHECK((words[1] & gpu::state_above_high) != 0);
    CHECK((words[2] & 0xFFFF) == 0);
    CHECK((words[2] & gpu::state_below_high) != 0);
    CHECK((words[3] & 0xFFFF) == gpu::state_no_value);
    CHECK(word_of(layout.impl(), {ObjectClass::gpu, 1}) == words[1]);
    CHECK(pack_constants(two.now, layout, view, 0, false, &c).color_map == uint32_t(ColorMap::diverging));
    // Without the comparison the colours are those of the values again.
    rows.clear();
    pack_rows(two.now, layout, view, test_time_ns, rows);
    CHECK((words[3] & 0xFFFF) != gpu::state_no_value);
}

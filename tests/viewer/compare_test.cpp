// Differences between two times: exact where both have a value, nothing where either has none, ranked by size.
#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "tests/viewer/packed.h"
#include "viewer/compare.h"
#include "viewer/composition.h"

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
    View view = view_from(*array_512(), "overview");
    view.comparing = {.on = true, .mode = Comparing::Mode::swipe};
    TestRows then, now;
    pack_rows(two.now, layout, view, test_time_ns, now);
    const size_t all = now.racks.size();
    size_t racks_left = 0, cut = 0;
    for (const float divider : {0.0f, 0.2f, 0.4f, 0.5f, 0.6f, 0.8f, 1.0f}) {
        view.comparing.divider = divider;
        const auto panes = panes_of(view);
        REQUIRE(panes.size() == 2);
        CHECK(panes[0].then);
        CHECK(panes[0].to == panes[1].from);
        then.clear();
        now.clear();
        pack_rows(two.then, layout, view, test_time_ns, then, nullptr, panes[0]);
        pack_rows(two.now, layout, view, test_time_ns, now, nullptr, panes[1]);
        // Only what is cut by the divider is packed twice; what is left of it more and more.
        CHECK(then.racks.size() >= racks_left);
        racks_left = then.racks.size();
        cut = std::max(cut, then.racks.size() + now.racks.size());
        const auto mark = pack_view(layout, view, 0, false, nullptr, panes[0]);
        CHECK(mark.seen_max.x == (divider < 1 ? std::round(divider * 1920) : 1e6f));
    }
    CHECK(racks_left == all);
    CHECK(cut <= all + 6);  // a column of racks at most
    CHECK(then.beacons.size() == 1);
    CHECK(now.beacons.size() == 0);
    // What is shown now is what the panels and keys ask for, whatever was packed last.
    CHECK(layout.impl().cache.trouble.empty());
    pack_rows(two.then, layout, view, test_time_ns, then, nullptr, panes_of(view)[0]);
    CHECK(layout.impl().cache.state == &two.now);
}

TEST_CASE("the halves of a split are as large, side by side, and each has a ray of its own") {
    View view = view_from(*array_512(), "overview");
    CHECK(panes_of(view).size() == 1);
    view.comparing = {.on = true, .mode = Comparing::Mode::split};
    view.viewport_x = 320;
    view.viewport_y = 40;
    view.viewport_width = 600;
    view.viewport_height = 700;
    view.split_aside = 602;
    CHECK(pane_at(view, 330, 50)->then);
    CHECK_FALSE(pane_at(view, 930, 50)->then);
    CHECK(pane_at(view, 930, 50)->aside == 602);
    CHECK_FALSE(pane_at(view, 921, 50).has_value());   // the line between
    CHECK_FALSE(pane_at(view, 1522, 50).has_value());  // beyond
    CHECK_FALSE(pane_at(view, 330, 30).has_value());
    const SceneLayout layout(array_512());
    const auto left = pack_view(layout, view, 0, false, nullptr, panes_of(view)[0]);
    const auto right = pack_view(layout, view, 0, false, nullptr, panes_of(view)[1]);
    CHECK(left.constants.clip_from_world == right.constants.clip_from_world);
    CHECK(left.constants.viewport_size == right.constants.viewport_size);
    CHECK(right.constants.viewport_min.x - left.constants.viewport_min.x == 602);
}

TEST_CASE("a view that was composed is composed anew for another shape, unless somebody has moved") {
    View view;
    view.viewport_width = 1200;
    view.viewport_height = 800;
    look_at(view, *array_512(), "overview", 0);
    const Pose wide = view.camera.pose();
    view.viewport_width = 1100;
    keep_composed(view, *array_512(), 0);
    CHECK(view.camera.pose() == wide);
    view.viewport_width = 600;
    keep_composed(view, *array_512(), 0);
    CHECK(view.camera.pose() == named_view(*array_512(), "overview", 0.75f));
    view.camera.zoom(2);
    const Pose chosen = view.camera.pose();
    view.viewport_width = 1200;
    keep_composed(view, *array_512(), 0);
    CHECK(view.camera.pose() == chosen);
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
    CHECK(pack_view(layout, view, 0, false, &c).constants.color_map == uint32_t(ColorMap::diverging));
    // Without the comparison the colours are those of the values again.
    rows.clear();
    pack_rows(two.now, layout, view, test_time_ns, rows);
    CHECK((words[3] & 0xFFFF) != gpu::state_no_value);
}

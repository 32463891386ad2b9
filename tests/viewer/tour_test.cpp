// Tours: what a file says, what is refused, and that a second of a tour is always the same view.
#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "tests/viewer/packed.h"
#include "viewer/tour.h"

using namespace bv;
using namespace bv::test;

namespace {

const std::string two_scenes = R"(format = 1
title = "t"
[[scene]]
seconds = 10
camera = "overview"
title = "first"
[[scene]]
seconds = 20
move_seconds = 4
camera = "rack:1"
select = "rack:1"
color_by = "temp_celsius"
turn_degrees = 20
title = "second"
)";

std::string refusal(const std::string& text) {
    try {
        const Tour tour = parse_tour(text, "t.toml");
        check_tour(tour, *array_512());
    } catch (const std::exception& error) {
        return error.what();
    }
    return "";
}

bool mentions(const std::string& text, const std::string& word) { return text.find(word) != std::string::npos; }

float apart(const Pose& a, const Pose& b) { return glm::length(a.eye - b.eye) + glm::length(a.target - b.target); }

}  // namespace

TEST_CASE("a second of a tour is the same view whatever came before") {
    const ClusterState state = healthy_state(array_512());
    TourPlayer played(parse_tour(two_scenes, "t.toml")), jumped(parse_tour(two_scenes, "t.toml"));
    CHECK(played.tour().seconds() == 30);
    View a, b;
    for (int i = 0; i <= 240; ++i) played.show(double(i) * 0.1, state, a, 1.6f);
    jumped.show(24, state, b, 1.6f);
    CHECK(apart(a.camera.pose(), b.camera.pose()) < 1e-4f);
    CHECK(a.caption.title == "second");
    CHECK(a.caption.progress == doctest::Approx(0.8));
    CHECK(a.selected == ObjectId{ObjectClass::rack, 1});
    CHECK(a.color_metric == b.color_metric);
    CHECK(a.bar_only);
    // Past its end it begins anew.
    played.show(31, state, a, 1.6f);
    CHECK(a.caption.title == "first");
    CHECK_FALSE(a.selected.valid());
}

TEST_CASE("the camera never jumps from frame to frame") {
    const ClusterState state = healthy_state(array_512());
    TourPlayer player(parse_tour(two_scenes, "t.toml"));
    View view;
    player.show(0, state, view, 1.6f);
    const Pose first = view.camera.pose();
    player.show(9.9, state, view, 1.6f);
    const float whole = apart(first, view.camera.pose()) + 1;
    Pose before = view.camera.pose();
    float longest = 0, sum = 0;
    for (int i = 1; i <= 300; ++i) {
        player.show(9.9 + double(i) * 0.0166, state, view, 1.6f);
        longest = std::max(longest, apart(before, view.camera.pose()));
        sum += apart(before, view.camera.pose());
        before = view.camera.pose();
    }
    CHECK(sum > whole * 0.1f);
    CHECK(longest < sum / 20);
}

TEST_CASE("a scene goes to the trouble that is worst when it begins, and stays with it") {
    ClusterState state = healthy_state(array_512());
    Tour tour = parse_tour("format = 1\n[[scene]]\nseconds = 10\ncamera = \"trouble\"\nselect = \"trouble\"\n", "t");
    TourPlayer calm(tour), worried(tour);
    View view;
    calm.show(1, state, view, 1.6f);
    CHECK_FALSE(view.selected.valid());
    const auto report = [&](uint64_t id, Severity severity, uint32_t node) {
        Event event;
        event.id = id, event.time_ns = test_time_ns + int64_t(id), event.severity = severity;
        event.object = {ObjectClass::node, node}, event.kind = "node_down", event.source = "s", event.text = "x";
        state.apply(event);
    };
    report(1, Severity::critical, 5);
    report(2, Severity::warning, 9);
    worried.show(1, state, view, 1.6f);
    CHECK(view.selected == ObjectId{ObjectClass::node, 5});
    report(3, Severity::critical, 7);
    worried.show(2, state, view, 1.6f);
    CHECK(view.selected == ObjectId{ObjectClass::node, 5});
}

TEST_CASE("wrong tours are refused with the line and what was expected") {
    CHECK(refusal(two_scenes).empty());
    CHECK(mentions(refusal("format = 2\n[[scene]]\n"), "format 1"));
    CHECK(mentions(refusal("format = 1\n"), "scene"));
    CHECK(mentions(refusal("format = 1\n[[scene]]\nsecond = 3\n"), "second"));
    CHECK(mentions(refusal("format = 1\n[[scene]]\nseconds = -3\n"), "t.toml:3"));
    CHECK(mentions(refusal("format = 1\n[[scene]]\ncamera = \"rack:99999\"\n"), "line 2"));
    CHECK(mentions(refusal("format = 1\n[[scene]]\nselect = \"nobody\"\n"), "nobody"));
    CHECK(mentions(refusal("format = 1\n[[scene]]\ncolor_by = \"joy\"\n"), "joy"));
    CHECK(mentions(refusal("format = 1\n[[scene]]\nfilter = \"temp >\"\n"), "filter"));
    CHECK(mentions(refusal("format = 1\n[[scene]]\nroute_from = \"rack:1\"\n"), "ways"));
    CHECK(mentions(refusal("format = = 1"), "t.toml:1"));
}

TEST_CASE("shipped tours fit the clusters they were written for, and a wall suits every cluster") {
    const Tour tour = load_tour("stakeholders");
    CHECK(tour.seconds() > 150);
    CHECK(tour.seconds() < 200);
    CHECK(tour.source.starts_with("sim:reference-100k"));
    check_tour(tour, *load_cluster("reference-100k").topology);
    for (const char* name : {"array-512", "nvl72-8k", "reference-100k"}) {
        const auto topology = load_cluster(name).topology;
        check_tour(wall_tour(*topology), *topology);
    }
    CHECK_THROWS(load_tour("nowhere"));
}

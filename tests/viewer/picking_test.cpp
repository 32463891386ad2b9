// What the pointer hits: the thing that is drawn there, as fine as it can be seen.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/viewer/packed.h"

using namespace bv;
using namespace bv::test;

namespace {

Camera::Ray towards(const View& view, glm::vec3 point) {
    return {view.camera.pose().eye, glm::normalize(point - view.camera.pose().eye)};
}

glm::vec3 front_face(const PlacedBox& box) {
    return box.position + front_of(box.yaw) * (box.size.y / 2 - 0.02f) + glm::vec3(0, 0, box.size.z / 2);
}

}  // namespace

TEST_CASE("every GPU of a rack is hit through its own front") {
    const auto topology = array_512();
    const SceneLayout layout(topology);
    const ClusterState state = healthy_state(topology);
    const View view = view_from(*topology, "rack:1");
    const IndexRange gpus = topology->racks[1].gpus;
    REQUIRE(gpus.count == 64);
    for (uint32_t gpu = gpus.first; gpu < gpus.end(); ++gpu) {
        CAPTURE(gpu);
        CHECK(pick(state, layout, view, towards(view, front_face(layout.impl().gpu_box(gpu)))) ==
              ObjectId{ObjectClass::gpu, gpu});
    }
}

TEST_CASE("every GPU of a rack of blades is hit through its own front") {
    std::string text =
        "format = 1\nname = \"blades\"\n[[hall]]\nname = \"h\"\n[[row]]\nname = \"r\"\nhall = \"h\"\n"
        "[[rack]]\nname = \"k\"\nrow = \"r\"\nrole = \"gpu\"\n";
    // Two chassis of two slots of eight bays, one slot left free between them, one blade missing.
    for (const int unit : {1, 4, 10, 13})
        for (int bay = 1; bay <= 8; ++bay)
            if (unit != 10 || bay != 3)
                text += fmt::format(
                    "[[node]]\nname = \"u{0}b{1}\"\nrack = \"k\"\nunit = {0}\nheight_units = 3\nbay = {1}\nbays = 8\n"
                    "gpus = 1\n",
                    unit, bay);
    const auto topology = load_cluster_text(text, "blades").topology;
    const SceneLayout layout(topology);
    const RackPlan& plan = layout.impl().racks[0];
    CHECK((plan.columns == 8 && plan.rows == 5));
    CHECK_FALSE(plan.evenly);
    const ClusterState state = healthy_state(topology);
    const View view = view_from(*topology, "rack:k");
    for (uint32_t gpu = 0; gpu < 31; ++gpu) {
        CAPTURE(gpu);
        CHECK(pick(state, layout, view, towards(view, front_face(layout.impl().gpu_box(gpu)))) ==
              ObjectId{ObjectClass::gpu, gpu});
    }
}

TEST_CASE("from far a rack is hit as a whole, and the floor is its hall") {
    const auto topology = array_512();
    const SceneLayout layout(topology);
    const ClusterState state = healthy_state(topology);
    View view = view_from(*topology, "overview");
    Pose pose = view.camera.pose();
    pose.eye = pose.target + (pose.eye - pose.target) * 12.0f;
    view.camera.jump(pose);
    const Rack& rack = topology->racks[4];
    CHECK(pick(state, layout, view, towards(view, {rack.place.x, rack.place.y, rack.place.z + rack.extent.height})) ==
          ObjectId{ObjectClass::rack, 4});
    const Hall& hall = topology->halls[0];
    const glm::vec3 corner{hall.place.x + hall.extent.width * 0.49f, hall.place.y - hall.extent.depth * 0.49f,
                           hall.place.z};
    CHECK(pick(state, layout, view, towards(view, corner)) == ObjectId{ObjectClass::hall, 0});
    CHECK_FALSE(pick(state, layout, view, {pose.eye, {0, 0, 1}}).valid());
}

TEST_CASE("switches, CDUs and power gear are hit, too") {
    const auto topology = array_512();
    const SceneLayout layout(topology);
    const ClusterState state = healthy_state(topology);
    View view;
    view.viewport_width = 1600;
    view.viewport_height = 1000;
    for (const ObjectClass object_class : {ObjectClass::switch_, ObjectClass::cdu, ObjectClass::power}) {
        bool hit = false;
        for (uint32_t i = 0; i < topology->count(object_class) && !hit; ++i) {
            PlacedBox box;
            if (!layout.impl().box_of({object_class, i}, box)) continue;
            Pose pose;
            pose.target = front_face(box);
            pose.eye = pose.target + front_of(box.yaw) * 1.0f;
            view.camera.jump(pose);
            hit = pick(state, layout, view, towards(view, pose.target)) == ObjectId{object_class, i};
        }
        CAPTURE(int(object_class));
        CHECK(hit);
    }
}

TEST_CASE("what the near plane cuts away is not hit") {
    const auto topology = array_512();
    const SceneLayout layout(topology);
    const ClusterState state = healthy_state(topology);
    View view = view_from(*topology, "rack:0");
    Pose pose = view.camera.pose();
    const Camera::Ray ray{pose.eye, glm::normalize(pose.target - pose.eye)};
    const ObjectId with = pick(state, layout, view, ray);
    CHECK(with.valid());
    pose.near_m = glm::length(pose.target - pose.eye) + 5;
    view.camera.jump(pose);
    CHECK(pick(state, layout, view, ray) != with);
}

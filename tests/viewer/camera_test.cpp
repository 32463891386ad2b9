// Where the named views stand, that moves are smooth and end where they should, and that rays and projection agree.
#include <cmath>

#include <doctest/doctest.h>

#include "net/cluster_library.h"
#include "tests/viewer/packed.h"
#include "viewer/object_name.h"

using namespace bv;
using namespace bv::test;

namespace {

// Pixel of a point, (0,0) top left; z: 1 at the near plane, 0 infinitely far.
glm::vec3 pixel_of(const Camera& camera, glm::vec3 point, float width, float height) {
    const glm::vec4 clip = camera.clip_from_world(width / height) * glm::vec4(point, 1);
    return {(clip.x / clip.w + 1) / 2 * width, (1 - clip.y / clip.w) / 2 * height, clip.z / clip.w};
}

}  // namespace

TEST_CASE("every hall, rack, power gear and plant is inside the overview at any aspect") {
    const auto topology = array_512();
    for (const float aspect : {0.8f, 1.33f, 1.78f, 3.2f}) {
        CAPTURE(aspect);
        Camera camera;
        camera.jump(named_view(*topology, "overview", aspect));
        for (const ObjectClass object_class :
             {ObjectClass::hall, ObjectClass::rack, ObjectClass::power, ObjectClass::plant})
            for (uint32_t i = 0; i < topology->count(object_class); ++i) {
                const Place place = topology->place_of({object_class, i});
                const glm::vec3 pixel = pixel_of(camera, {place.x, place.y, place.z}, 1000 * aspect, 1000);
                CHECK(pixel.x > 0);
                CHECK(pixel.x < 1000 * aspect);
                CHECK(pixel.y > 0);
                CHECK(pixel.y < 1000);
                CHECK(pixel.z > 0);
            }
        CHECK(camera.pose().eye.x > camera.pose().target.x);  // from the east,
        CHECK(camera.pose().eye.y < camera.pose().target.y);  // from the south,
        CHECK(camera.pose().eye.z > camera.pose().target.z);  // from above
    }
}

TEST_CASE("the hall view stands at eye level and looks along a row; the rack view looks at its front") {
    const auto topology = array_512();
    const Pose hall = named_view(*topology, "hall:1", 1.78f);
    CHECK(hall.eye.z == doctest::Approx(1.7f).epsilon(0.1));
    const glm::vec3 way = glm::normalize(hall.target - hall.eye);
    CHECK(std::abs(glm::dot(way, side_of(topology->racks[0].place.yaw))) > 0.98f);
    const Pose rack = named_view(*topology, "rack:2", 1.78f);
    CHECK(glm::dot(glm::normalize(rack.eye - rack.target), front_of(topology->racks[2].place.yaw)) > 0.99f);
    CHECK(rack.near_m < glm::length(rack.eye - rack.target));
}

TEST_CASE("views are found by index and by name, and what does not exist is refused by name") {
    const auto topology = array_512();
    const std::string name = topology->name_of({ObjectClass::rack, 3});
    CHECK(named_view(*topology, "rack:" + name, 1.5f).target == named_view(*topology, "rack:3", 1.5f).target);
    CHECK_NOTHROW((void)named_view(*topology, "gpu:" + topology->path_of({ObjectClass::gpu, 17}), 1.5f));
    CHECK_THROWS_WITH_AS((void)named_view(*topology, "rack:99999", 1.5f), doctest::Contains("rack:99999"),
                         std::runtime_error);
    CHECK_THROWS_WITH_AS((void)named_view(*topology, "gpu:nobody", 1.5f), doctest::Contains("nobody"),
                         std::runtime_error);
    CHECK_THROWS_WITH_AS((void)named_view(*topology, "moon", 1.5f), doctest::Contains("overview"), std::runtime_error);
}

TEST_CASE("a move ends exactly at its end within its time, never below the floor, and eases in and out") {
    const auto topology = array_512();
    Camera camera;
    camera.jump(named_view(*topology, "overview", 1.6f));
    const Pose end = named_view(*topology, "gpu:100", 1.6f);
    camera.move_to(end, 0.9f);
    glm::vec3 last = camera.pose().eye;
    float first_step = 0, longest_step = 0;
    int frames = 0;
    while (camera.advance(1.0f / 60)) {
        const float step = glm::length(camera.pose().eye - last);
        last = camera.pose().eye;
        CHECK(camera.pose().eye.z > 0.2f);
        if (frames == 0) first_step = step;
        longest_step = std::max(longest_step, step);
        ++frames;
    }
    CHECK(frames >= 53);
    CHECK(frames <= 56);
    CHECK(camera.pose().eye == end.eye);
    CHECK(camera.pose().target == end.target);
    CHECK(first_step < 0.1f * longest_step);
}

TEST_CASE("the ray through a pixel hits the point that is drawn there") {
    const auto topology = array_512();
    Camera camera;
    camera.jump(named_view(*topology, "overview", 1.6f));
    const Place place = topology->racks[1].place;
    const glm::vec3 point{place.x, place.y, 1};
    const glm::vec3 pixel = pixel_of(camera, point, 1600, 1000);
    const Camera::Ray ray = camera.ray(pixel.x, pixel.y, 1600, 1000);
    const float along = glm::dot(point - ray.origin, ray.direction);
    CHECK(glm::length(ray.origin + ray.direction * along - point) < 0.02f);
}

TEST_CASE("input keeps the eye above the floor and the distance sane") {
    Camera camera;
    camera.jump({});
    for (int i = 0; i < 200; ++i) camera.orbit(13, -40);
    CHECK(camera.pose().eye.z >= 0.29f);
    for (int i = 0; i < 200; ++i) camera.zoom(1);
    CHECK(glm::length(camera.pose().eye - camera.pose().target) > 0.2f);
    for (int i = 0; i < 400; ++i) camera.zoom(-1);
    CHECK(glm::length(camera.pose().eye - camera.pose().target) < 30'000);
    camera.set_mode(CameraMode::walk);
    while (camera.advance(0.05f)) {
    }
    CHECK(camera.pose().eye.z == doctest::Approx(1.7f));
    const glm::vec3 before = camera.pose().eye;
    camera.walk({0, 1, 0}, 1.0f, false);
    CHECK(glm::length(camera.pose().eye - before) == doctest::Approx(2.0f).epsilon(0.01));
    CHECK(camera.pose().eye.z == doctest::Approx(1.7f));
}

TEST_CASE("things are named one way: class:index, class:name or name; halls by their number") {
    const auto topology = load_cluster("reference-100k").topology;
    const Topology& t = *topology;
    const ObjectId gpu{ObjectClass::gpu, 1234};
    CHECK(object_named(t, "gpu:1234") == gpu);
    CHECK(object_named(t, t.path_of(gpu)) == gpu);
    CHECK(object_named(t, "gpu:" + t.path_of(gpu)) == gpu);
    CHECK(object_named(t, "hall:2") == object_named(t, t.name_of({ObjectClass::hall, 1})));
    CHECK_THROWS_WITH_AS((void)object_named(t, "hall:0"), doctest::Contains("H1, H2, H3, H4"), std::runtime_error);
    CHECK_THROWS_WITH_AS((void)object_named(t, "hall:5"), doctest::Contains("H1, H2, H3, H4"), std::runtime_error);
    CHECK_THROWS_WITH_AS((void)object_named(t, "gpu:100352"), doctest::Contains("100352"), std::runtime_error);
    CHECK_THROWS_WITH_AS((void)object_named(t, "nobody"), doctest::Contains("nobody"), std::runtime_error);
}

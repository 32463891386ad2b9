// Where the eye is. Three ways to move (orbit, fly, walk), named views, and smooth moves between them (0.6–1.2 s, ease
// in and out).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <glm/glm.hpp>

#include "cluster/topology.h"

namespace bv {

struct Pose {
    glm::vec3 eye{0, -100, 80};
    glm::vec3 target{0, 0, 0};  // orbit centre; looking direction for fly and walk
    float fov_y = 0.7f;         // radians
    float near_m = 0.1f;        // what is nearer is cut away: a frontal view of a rack is a section through the aisle
    bool operator==(const Pose&) const = default;
};

enum class CameraMode : uint8_t { orbit, fly, walk };

class Camera {
public:
    CameraMode mode = CameraMode::orbit;

    void jump(const Pose& pose);
    void move_to(const Pose& pose, float seconds = 0.9f);  // along an arc, over walls, not through
    // Advances a running move by dt seconds. True while something moves.
    bool advance(float dt);
    [[nodiscard]] bool moving() const { return progress_ < 1.0f; }
    [[nodiscard]] const Pose& pose() const { return pose_; }
    [[nodiscard]] const Pose& destination() const { return moving() ? to_ : pose_; }  // where it comes to rest

    // Person's input: pixels dragged, wheel steps, and keys as a direction in the eye's own axes (right, forward, up)
    // per second.
    void orbit(float dx, float dy);
    void pan(float dx, float dy, float viewport_height);
    void zoom(float steps, std::optional<glm::vec3> towards = {});
    void look(float dx, float dy);
    void walk(glm::vec3 direction, float dt, bool fast);
    void set_mode(CameraMode next);

    [[nodiscard]] glm::mat4 clip_from_world(
        float aspect) const;  // reversed-z, infinite far, z in 0..1, y up (renderer flips)
    // Ray through a pixel of the viewport (0,0 top left), unit direction.
    struct Ray {
        glm::vec3 origin, direction;
    };
    [[nodiscard]] Ray ray(float x, float y, float width, float height) const;

private:
    void stop();
    void rotate_about(glm::vec3 centre, float yaw, float pitch);
    Pose pose_, from_, to_;
    float progress_ = 1.0f, duration_ = 0.9f;
};

// "overview", "hall:2", "row:14", "rack:h0-r3-07", "gpu:1234", "fabric", by index or name; composed like photographs.
// Throws one sentence where there is no such view. aspect: width / height of the viewport.
Pose named_view(const Topology& topology, std::string_view name, float aspect);
// Of those views overview, fabric and aisle show no one thing.
inline bool shows_no_object(std::string_view view) { return view == "overview" || view == "fabric" || view == "aisle"; }
// Part of the way from one pose to another, 0..1: over walls, and with distances that look even.
Pose blend(const Pose& from, const Pose& to, float t);
// Around what is looked at, by an angle in radians, at `closer` times the distance; and straight ahead.
Pose turned(const Pose& pose, float yaw, float closer = 1);
Pose dolly(const Pose& pose, float metres);

// The frontal direction of something with this yaw, and the direction to its right as seen from its front's back: its
// own x axis.
glm::vec3 front_of(float yaw);
glm::vec3 side_of(float yaw);
// A good look at one object, coming from the nearest free aisle.
Pose view_of(const Topology& topology, ObjectId id, float aspect);

}  // namespace bv

// How the eye moves and projects. Reads a person's input as numbers, writes a Pose. Named views are in
// camera_views.cpp.
#include "viewer/camera.h"

#include <algorithm>
#include <cmath>

#include <glm/gtc/matrix_transform.hpp>

namespace bv {

namespace {

constexpr float radians_per_pixel = 0.005f;
constexpr float eye_level_m = 1.7f;
constexpr glm::vec3 up_axis{0, 0, 1};

float ease(float t) { return t * t * t * (t * (6 * t - 15) + 10); }  // no jerk at either end

glm::vec3 direction_of(const Pose& pose) {
    const glm::vec3 d = pose.target - pose.eye;
    const float length = glm::length(d);
    return length > 1e-6f ? d / length : glm::vec3{0, 1, 0};
}

glm::mat4 view_from_world(const Pose& pose) {
    const glm::vec3 forward = direction_of(pose);
    // Looking straight down, north is up.
    const glm::vec3 up = std::abs(forward.z) > 0.9995f ? glm::vec3{0, 1, 0} : up_axis;
    return glm::lookAt(pose.eye, pose.eye + forward, up);
}

}  // namespace

glm::vec3 front_of(float yaw) { return {std::sin(yaw), -std::cos(yaw), 0}; }
glm::vec3 side_of(float yaw) { return {std::cos(yaw), std::sin(yaw), 0}; }

void Camera::jump(const Pose& pose) {
    pose_ = from_ = to_ = pose;
    progress_ = 1;
}

void Camera::stop() { progress_ = 1; }

void Camera::move_to(const Pose& pose, float seconds) {
    from_ = pose_;
    to_ = pose;
    duration_ = std::clamp(seconds, 0.6f, 1.2f);
    progress_ = 0;
}

Pose turned(const Pose& pose, float yaw, float closer) {
    Pose result = pose;
    const glm::vec3 arm = (pose.eye - pose.target) * closer;
    result.eye = pose.target + glm::vec3(arm.x * std::cos(yaw) - arm.y * std::sin(yaw),
                                         arm.x * std::sin(yaw) + arm.y * std::cos(yaw), arm.z);
    return result;
}

Pose dolly(const Pose& pose, float metres) {
    Pose result = pose;
    const glm::vec3 way = glm::normalize(pose.target - pose.eye) * metres;
    result.eye += way;
    result.target += way;
    return result;
}

Pose blend(const Pose& from, const Pose& to, float t) {
    const float way = glm::length(glm::vec2(to.eye - from.eye));
    // Long ways go over the walls: the arc is as high as a tenth of the way, at least a rack and its tray.
    const float arc = way < 6 ? 0.0f : std::clamp(way * 0.1f, 4.0f, 60.0f) * 4 * t * (1 - t);
    // Distances look even when their logarithm moves evenly: from the whole site to one GPU without a rush at the end.
    const float from_distance = std::max(0.1f, glm::length(from.target - from.eye));
    const float to_distance = std::max(0.1f, glm::length(to.target - to.eye));
    const float distance = std::exp(std::lerp(std::log(from_distance), std::log(to_distance), t));
    const bool far_apart = std::max(from_distance, to_distance) > 3 * std::min(from_distance, to_distance);
    Pose pose;
    // On the way in, the target is reached before the eye.
    const float aim = far_apart && to_distance < from_distance ? ease(std::min(1.0f, t * 1.3f)) : t;
    pose.target = glm::mix(from.target, to.target, aim);
    const glm::vec3 arm = glm::mix((from.eye - from.target) / from_distance, (to.eye - to.target) / to_distance, t);
    pose.eye = far_apart ? pose.target + glm::normalize(arm + glm::vec3(0, 0, 1e-4f)) * distance
                         : glm::mix(from.eye, to.eye, t);
    pose.eye.z = std::max(pose.eye.z + arc, 0.3f);
    pose.fov_y = std::lerp(from.fov_y, to.fov_y, t);
    return pose;
}

bool Camera::advance(float dt) {
    if (!moving()) return false;
    progress_ = std::min(1.0f, progress_ + dt / duration_);
    pose_ = progress_ < 1 ? blend(from_, to_, ease(progress_)) : to_;
    return true;
}

void Camera::rotate_about(glm::vec3 centre, float yaw, float pitch) {
    glm::vec3 arm = (centre == pose_.eye ? pose_.target : pose_.eye) - centre;
    const float length = std::max(glm::length(arm), 0.01f);
    const bool around_target = centre == pose_.target;
    float azimuth = std::atan2(arm.y, arm.x) + yaw;
    float elevation = std::asin(std::clamp(arm.z / length, -1.0f, 1.0f)) + pitch;
    const float lowest = around_target ? std::asin(std::clamp((0.3f - centre.z) / length, -0.99f, 0.99f)) : -1.5f;
    elevation = std::clamp(elevation, lowest, 1.55f);
    arm = length * glm::vec3(std::cos(azimuth) * std::cos(elevation), std::sin(azimuth) * std::cos(elevation),
                             std::sin(elevation));
    (around_target ? pose_.eye : pose_.target) = centre + arm;
}

void Camera::orbit(float dx, float dy) {
    stop();
    rotate_about(pose_.target, -dx * radians_per_pixel, dy * radians_per_pixel);
}

void Camera::look(float dx, float dy) {
    stop();
    pose_.near_m = 0.1f;
    rotate_about(pose_.eye, -dx * radians_per_pixel, -dy * radians_per_pixel);
}

void Camera::pan(float dx, float dy, float viewport_height) {
    stop();
    const float metres_per_pixel =
        glm::length(pose_.target - pose_.eye) * 2 * std::tan(pose_.fov_y / 2) / std::max(viewport_height, 1.0f);
    const glm::vec3 forward = direction_of(pose_);
    const float azimuth = std::atan2(forward.y, forward.x);
    const glm::vec3 ahead{std::cos(azimuth), std::sin(azimuth), 0}, right{ahead.y, -ahead.x, 0};
    // Near the horizon a pixel of height is many metres of floor; a quarter is as much as feels like dragging.
    const float slant = std::max(std::abs(forward.z), 0.25f);
    const glm::vec3 shift = (-dx * right + dy / slant * ahead) * metres_per_pixel;
    pose_.eye += shift;
    pose_.target += shift;
}

void Camera::zoom(float steps, std::optional<glm::vec3> towards) {
    stop();
    const glm::vec3 centre = towards.value_or(pose_.target);
    const float before = glm::length(pose_.target - pose_.eye);
    const float factor = std::pow(0.85f, steps);
    if (before * factor < 0.25f || before * factor > 20'000) return;
    pose_.eye = centre + (pose_.eye - centre) * factor;
    pose_.target = centre + (pose_.target - centre) * factor;
    pose_.eye.z = std::max(pose_.eye.z, 0.3f);
    pose_.near_m = std::max(0.1f, pose_.near_m + before * factor - before);
}

void Camera::walk(glm::vec3 direction, float dt, bool fast) {
    if (direction == glm::vec3{0}) return;
    stop();
    pose_.near_m = 0.1f;
    const glm::vec3 forward = direction_of(pose_);
    const glm::vec3 ahead = mode == CameraMode::fly ? forward : glm::normalize(glm::vec3(forward.x, forward.y, 1e-4f));
    const glm::vec3 right = glm::normalize(glm::cross(forward, up_axis) + glm::vec3(1e-6f, 0, 0));
    // Walking is 2 m/s; flying and orbiting cover ground by height, so that a site is crossed as easily as an aisle.
    const float speed = (mode == CameraMode::walk ? 2.0f : std::max(4.0f, pose_.eye.z * 0.9f)) * (fast ? 4.0f : 1.0f);
    glm::vec3 shift = (right * direction.x + ahead * direction.y + up_axis * direction.z) * speed * dt;
    if (mode == CameraMode::walk) shift.z = 0;
    if (pose_.eye.z + shift.z < 0.3f) shift.z = 0.3f - pose_.eye.z;
    pose_.eye += shift;
    pose_.target += shift;
}

void Camera::set_mode(CameraMode next) {
    mode = next;
    if (next != CameraMode::walk) return;
    Pose standing = pose_;
    const glm::vec3 forward = direction_of(pose_);
    const glm::vec2 level = glm::normalize(glm::vec2(forward) + glm::vec2(1e-5f, 0));
    standing.eye.z = eye_level_m;
    standing.target = standing.eye + glm::vec3(level * 10.0f, -0.3f);
    standing.near_m = 0.1f;
    move_to(standing);
}

glm::mat4 Camera::clip_from_world(float aspect) const {
    const float f = 1 / std::tan(pose_.fov_y / 2);
    glm::mat4 clip_from_view{0};
    clip_from_view[0][0] = f / aspect;
    clip_from_view[1][1] = f;
    clip_from_view[2][3] = -1;
    clip_from_view[3][2] = pose_.near_m;  // depth = near / distance: 1 at the near plane, 0 at infinity
    return clip_from_view * view_from_world(pose_);
}

Camera::Ray Camera::ray(float x, float y, float width, float height) const {
    const float tangent = std::tan(pose_.fov_y / 2);
    const glm::vec3 in_view{(2 * x / width - 1) * tangent * width / height, (1 - 2 * y / height) * tangent, -1};
    const glm::mat3 world_from_view = glm::transpose(glm::mat3(view_from_world(pose_)));
    return {pose_.eye, glm::normalize(world_from_view * in_view)};
}

}  // namespace bv

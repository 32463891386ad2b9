// The corners of the three faces of a box that the eye can see: 7 vertices, 6 triangles, one index pattern for every box.
// Corner 0 is nearest the eye; 4, 5 and 6 are the far corners of the x, y and z face and provoke that face's flat values.
#ifndef BELVEDERE_BOX_CORNER_GLSL
#define BELVEDERE_BOX_CORNER_GLSL
#include "common.glsl"

struct BoxCorner {
    vec3 local;   // in the box's own axes, from the centre of its base
    vec3 world;
    vec3 normal;  // of the face that this corner provokes, in the world; 0 for corners 0..3
    uint face;    // 0 x, 1 y, 2 z
};

vec3 turn(vec3 v, vec2 cos_sin) { return vec3(v.x * cos_sin.x - v.y * cos_sin.y, v.x * cos_sin.y + v.y * cos_sin.x, v.z); }

// In a reflection the eye stands mirrored below the floor and the result is mirrored back.
vec3 seen_from() {
    vec3 eye = frame.eye;
    if (pass_in.reflect > 0.5) eye.z = 2.0 * pass_in.mirror_z - eye.z;
    return eye;
}
vec3 mirrored(vec3 world) {
    if (pass_in.reflect > 0.5) world.z = 2.0 * pass_in.mirror_z - world.z;
    return world;
}

// least_pixels: how thin the box may get on screen along its own x and y.
BoxCorner box_corner(vec3 position, float yaw, vec3 size, uint corner, float least_pixels) {
    const vec2 cos_sin = vec2(cos(yaw), sin(yaw));
    const vec3 half_size = 0.5 * size;
    const vec3 centre = vec3(position.xy, position.z + half_size.z);
    const vec3 eye = turn(seen_from() - centre, vec2(cos_sin.x, -cos_sin.y));
    const vec3 towards = vec3(eye.x < 0.0 ? -1.0 : 1.0, eye.y < 0.0 ? -1.0 : 1.0, eye.z < 0.0 ? -1.0 : 1.0);

    uint flips = (0x03564210u >> (4u * corner)) & 7u;
    BoxCorner result;
    result.face = corner < 4u ? 0u : corner - 4u;
    // A face that is seen from behind collapses to nothing.
    if (corner >= 4u && abs(eye[result.face]) <= half_size[result.face]) flips = 0u;
    const vec3 side = towards * vec3((flips & 1u) != 0u ? -1.0 : 1.0, (flips & 2u) != 0u ? -1.0 : 1.0,
                                     (flips & 4u) != 0u ? -1.0 : 1.0);
    vec3 from_centre = side * half_size;
    if (least_pixels > 0.0) {
        const vec3 at = centre + turn(from_centre, cos_sin);
        from_centre.xy = side.xy * max(half_size.xy, vec2(0.5 * least_pixels * distance(at, frame.eye) / frame.pixels_per_metre));
    }
    result.local = vec3(from_centre.xy, from_centre.z + half_size.z);
    result.world = centre + turn(from_centre, cos_sin);
    vec3 normal = vec3(0.0);
    if (corner >= 4u) normal[result.face] = towards[result.face];
    result.normal = turn(normal, cos_sin);
    return result;
}

// One soft key from above and a cool fill.
float face_light(vec3 normal) {
    const float key = max(dot(normal, -frame.light_direction), 0.0);
    const float light = 0.46 + 0.14 * normal.z + 0.48 * key;
    return has(frame.flags, frame_light_theme) ? mix(light, 1.0, 0.6) : light;
}
#endif

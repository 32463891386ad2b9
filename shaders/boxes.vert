// Boxes of every kind: nodes, GPUs, switches, CDUs, power gear, and the building. Colour, light and haze are worked out here.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "box_corner.glsl"
#include "box_kinds.glsl"
#include "state_color.glsl"

layout(set = 0, binding = 3, scalar) readonly buffer BoxBlock { BoxRow boxes[]; };
layout(set = 0, binding = 7, scalar) readonly buffer StaticBlock { BoxRow static_boxes[]; };

layout(location = 0) out vec4 out_local;        // from the middle of the box; clear air
layout(location = 1) flat out vec4 out_color;   // lit colour, glow
layout(location = 2) flat out vec4 out_shape;   // half size along x, y, z with the face's own axis far away; its height's part
layout(location = 3) flat out uvec4 out_state;  // state, material, face_*, 0
layout(location = 4) flat out vec4 out_bar;     // a chassis's front: colour of the bar along its lower edge; its height or -1

// Seen at the slant of an overview, a marking on the floor of this width covers about one row of pixels.
const float thinnest_pixels = 1.8;

void main() {
    const uint index = pass_in.first_row + (gl_VertexIndex >> 3);
    BoxRow box;
    if (kind == kind_static)
        box = static_boxes[index];
    else
        box = boxes[index];
    // Thin parts of the building (markings, pipes, trays) stay a pixel wide and grow fainter instead, so that they do not break up.
    const float least_pixels = kind == kind_static ? thinnest_pixels : 0.0;
    const BoxCorner corner = box_corner(box.position, box.yaw, box.size, gl_VertexIndex & 7, least_pixels);
    const float away = max(distance(corner.world, frame.eye), 0.01);
    out_local = vec4(corner.local - vec3(0.0, 0.0, 0.5 * box.size.z), clear_air(1.0 / away));
    if (pass_in.reflect > 0.5) out_local.w *= clamp(1.0 - 0.45 * (corner.world.z - pass_in.mirror_z), 0.0, 1.0);

    const uint face = corner.face == face_y && corner.local.y < 0.0 ? face_front : corner.face;
    float lit = face_light(corner.normal);
    vec4 color = vec4(frame.colors[theme_material + min(box.material, material_count - 1u)].rgb, 0.0);
    out_bar = vec4(0.0, 0.0, 0.0, -1.0);
    if (kind == kind_static) {
        const float pixels = min(box.size.x, box.size.y) * frame.pixels_per_metre / away;
        color.rgb = mix(frame.colors[theme_floor].rgb, color.rgb, clamp(pixels / thinnest_pixels, 0.2, 1.0));
    } else {
        // What shows state is a lamp, not a thing in the light: the light only models it.
        const vec4 shade = state_color(box.state, vec2(0.0));
        if (box.material == material_state) {
            color = shade;
            lit = mix(lit, 1.0, max(shade.a, 0.45));
        } else if (face == face_front && !has(box.state, state_absent)) {
            out_bar = vec4(mix(color.rgb * lit, shade.rgb, health_of(box.state) == health_ok ? 0.55 : 1.0), 0.014);
        }
    }
    out_color = vec4(color.rgb * lit, color.a);
    vec3 half_size = 0.5 * box.size;
    half_size[corner.face] += 1e3;
    out_shape = vec4(half_size, box.material == material_state ? 0.10 / max(half_size.z, 1e-3) : 0.0);
    out_state = uvec4(box.state, box.material, face, 0u);
    gl_Position = frame.clip_from_world * vec4(mirrored(corner.world), 1.0);
}

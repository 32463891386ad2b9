// Boxes of every kind: nodes, GPUs, switches, CDUs, power gear, and the building. Colour and light are worked out per face here.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "box_corner.glsl"
#include "state_color.glsl"

layout(set = 0, binding = 3, scalar) readonly buffer BoxBlock { BoxRow boxes[]; };
layout(set = 0, binding = 7, scalar) readonly buffer StaticBlock { BoxRow static_boxes[]; };

layout(constant_id = 0) const bool from_static = false;

layout(location = 0) out vec3 out_local;
layout(location = 1) flat out vec4 out_color;   // lit colour, glow
layout(location = 2) flat out vec4 out_shape;   // half size along x, y, z with the face's own axis far away; light
layout(location = 3) flat out uvec4 out_state;  // state, material, face (3: front), 0

// Seen at the slant of an overview, a marking on the floor of this width covers about one row of pixels.
const float thinnest_pixels = 1.8;

void main() {
    const uint index = pass_in.first_row + (gl_VertexIndex >> 3);
    BoxRow box;
    if (from_static)
        box = static_boxes[index];
    else
        box = boxes[index];
    // Thin parts of the building (markings, pipes, trays) stay a pixel wide and grow fainter instead, so that they do not break up.
    const float least_pixels = from_static ? thinnest_pixels : 0.0;
    const BoxCorner corner = box_corner(box.position, box.yaw, box.size, gl_VertexIndex & 7, least_pixels);
    out_local = corner.local - vec3(0.0, 0.0, 0.5 * box.size.z);
    const float light = face_light(corner.normal);
    vec4 color = vec4(frame.colors[theme_material + min(box.material, material_count - 1u)].rgb, 0.0);
    float lit = light;
    if (from_static) {
        const float pixels = min(box.size.x, box.size.y) * frame.pixels_per_metre / distance(corner.world, frame.eye);
        color.rgb = mix(frame.colors[theme_floor].rgb, color.rgb, clamp(pixels / thinnest_pixels, 0.2, 1.0));
    } else {
        // What shows state is a lamp, not a thing in the light: the light only models it.
        const vec4 shade = state_color(box.state, vec2(0.0));
        const bool shows_state = box.material == material_state;
        if (shows_state) color = shade;
        lit = mix(light, 1.0, shows_state ? max(shade.a, 0.45) : 0.0);
    }
    out_color = vec4(color.rgb * lit, color.a);
    vec3 half_size = 0.5 * box.size;
    half_size[corner.face] += 1e3;
    out_shape = vec4(half_size, light);
    out_state = uvec4(box.state, box.material, corner.face == 1u && corner.local.y < 0.0 ? 3u : corner.face, 0u);
    gl_Position = frame.clip_from_world * vec4(mirrored(corner.world), 1.0);
}

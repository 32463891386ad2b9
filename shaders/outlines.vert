// The twelve edges of a box as lines of constant width on the screen.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "box_corner.glsl"
#include "ribbon.glsl"

layout(set = 0, binding = 6, scalar) readonly buffer OutlineBlock { OutlineRow outlines[]; };

layout(location = 0) out vec2 out_across;
layout(location = 1) flat out vec4 out_color;

void main() {
    const uint quad = gl_VertexIndex >> 2;
    const OutlineRow row = outlines[pass_in.first_row + quad / 12u];
    const uint edge = quad % 12u;
    const uint axis = edge >> 2;
    const vec2 unit = vec2(edge & 1u, (edge >> 1) & 1u) - 0.5;
    vec3 from = vec3(0.0);
    from[axis] = -0.5;
    from[(axis + 1u) % 3u] = unit.x;
    from[(axis + 2u) % 3u] = unit.y;
    vec3 to = from;
    to[axis] = 0.5;
    const vec2 cos_sin = vec2(cos(row.yaw), sin(row.yaw));
    const vec3 size = row.size + vec3(0.02);
    const vec3 centre = row.position + vec3(0.0, 0.0, 0.5 * row.size.z);
    const Ribbon ribbon = ribbon_between(centre + turn(from * size, cos_sin), centre + turn(to * size, cos_sin));
    const bool far_end = (gl_VertexIndex & 1) != 0;
    const float side = (gl_VertexIndex & 2) != 0 ? 1.0 : -1.0;
    const float half_width = 1.0 * max(frame.ui_scale, 1.0);
    const float reach = half_width + 0.75;
    const vec2 offset = (ribbon_across(ribbon) * side + ribbon.direction * (far_end ? 0.5 : -0.5)) * reach;
    gl_Position = ribbon_corner(ribbon, far_end, offset);
    gl_Position.z *= 1.0005;
    out_across = vec2(side * reach, half_width);
    out_color = unpackUnorm4x8(row.color) * vec4(1.0, 1.0, 1.0, pass_in.strength);
}

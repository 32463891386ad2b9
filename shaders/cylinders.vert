// Static upright cylinders of 24 sides: tanks, towers, columns. Only the side towards the eye and the lid.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "box_corner.glsl"

layout(set = 0, binding = 8, scalar) readonly buffer CylinderBlock { BoxRow cylinders[]; };

layout(location = 0) out vec4 out_color;  // smooth: colour with light
layout(location = 1) out vec2 out_rim;    // height above the base and below the lid, metres

const uint sides = 24u;

// 64 vertices a cylinder: 25 pairs along the wall, then the lid's 12; the index pattern is the pass's.
void main() {
    const BoxRow row = cylinders[pass_in.first_row + (gl_VertexIndex >> 6)];
    const uint vertex = gl_VertexIndex & 63;
    const bool lid = vertex >= 52u;
    const uint side = lid ? (vertex - 52u) * 2u : vertex >> 1u;
    const float angle = row.yaw + 6.2831853 * float(side) / float(sides);
    const vec2 around = vec2(cos(angle), sin(angle));
    const float up = lid || (vertex & 1u) != 0u ? row.size.z : 0.0;
    const vec3 world = vec3(row.position.xy + 0.5 * row.size.xy * around, row.position.z + up);
    const vec3 normal = lid ? vec3(0.0, 0.0, 1.0) : vec3(around, 0.0);
    const vec3 base = frame.colors[theme_material + min(row.material, material_count - 1u)].rgb;
    out_color = vec4(base * face_light(normal), 0.0);
    out_rim = vec2(up, lid ? 1e3 : row.size.z - up);
    gl_Position = frame.clip_from_world * vec4(mirrored(world), 1.0);
}

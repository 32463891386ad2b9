// The ground: one quad far beyond the site.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

layout(location = 0) out vec2 out_world;

void main() {
    const vec2 size = pass_in.extent_max - pass_in.extent_min;
    const vec2 unit = vec2(gl_VertexIndex & 1, gl_VertexIndex >> 1);
    const vec2 world = mix(pass_in.extent_min - 2.0 * size, pass_in.extent_max + 2.0 * size, unit);
    out_world = world;
    gl_Position = frame.clip_from_world * vec4(world, pass_in.mirror_z, 1.0);
}

// The ground far around the site as one quad: it hides what is mirrored below it.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

void main() {
    const vec2 unit = vec2(gl_VertexIndex & 1, (gl_VertexIndex >> 1) & 1) * 2.0 - 1.0;
    const vec2 world = mix(pass_in.extent_min, pass_in.extent_max, 0.5 + 2.5 * unit);
    gl_Position = frame.clip_from_world * vec4(world, pass_in.mirror_z, 1.0);
}

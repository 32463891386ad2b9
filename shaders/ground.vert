// The ground: a net of 24 × 24 fields far beyond the site. What changes slowly (haze, the grid's border) is worked out per vertex.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

layout(location = 0) out vec2 out_world;
layout(location = 1) out vec4 out_color;  // ground in its haze; strength of the grid

const uint fields = 24u;

void main() {
    const uint field = pass_in.first_row + (gl_VertexIndex >> 2);
    const vec2 unit = vec2(field % fields + (gl_VertexIndex & 1), field / fields + ((gl_VertexIndex >> 1) & 1)) / float(fields);
    const vec2 size = pass_in.extent_max - pass_in.extent_min;
    // Fields are small near the site and large far away: the middle half of the net covers the site and its border.
    const vec2 from_middle = unit * 2.0 - 1.0;
    const vec2 reach = from_middle * (0.9 + 1.6 * from_middle * from_middle * from_middle * from_middle);
    const vec2 world = mix(pass_in.extent_min, pass_in.extent_max, 0.5 + reach);
    const vec2 outside = max(pass_in.extent_min - world, world - pass_in.extent_max) / (0.3 * size);
    const float border = clamp(1.0 - max(outside.x, outside.y), 0.0, 1.0);
    const vec4 clip = frame.clip_from_world * vec4(world, pass_in.mirror_z, 1.0);
    const float air = clear_air(1.0 / max(distance(vec3(world, pass_in.mirror_z), frame.eye), 0.1));
    out_world = world / 10.0;
    out_color = vec4(mix(frame.fog_color, frame.colors[theme_ground].rgb, air), 0.5 * border * air);
    gl_Position = clip;
}

// The ground around the halls: near black, a grid over the site that fades out at its border.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "floor.glsl"

layout(location = 0) in vec2 in_world;
layout(location = 0) out vec4 out_color;

void main() {
    const vec2 outside = max(pass_in.extent_min - in_world, in_world - pass_in.extent_max);
    const float reach = 0.25 * (pass_in.extent_max.x - pass_in.extent_min.x);
    const float border = clamp(1.0 - max(outside.x, outside.y) / reach, 0.0, 1.0);
    vec3 color = frame.colors[theme_ground].rgb;
    color = mix(color, frame.colors[theme_grid].rgb, 0.5 * border * floor_grid(in_world, 10.0));
    out_color = vec4(mix(frame.fog_color, color, clear_air(gl_FragCoord.w)), 0.0);
}

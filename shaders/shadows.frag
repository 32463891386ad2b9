// Contact shadow: dark at the rack, gone within a metre.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

layout(location = 0) in vec2 in_local;
layout(location = 1) flat in vec2 in_half;
layout(location = 0) out vec4 out_color;

void main() {
    const float distance_m = max(abs(in_local.y) - in_half.y, 0.0);
    const float near = clamp(1.0 - distance_m / 0.9, 0.0, 1.0);
    const float strength = has(frame.flags, frame_light_theme) ? 0.28 : 0.62;
    out_color = vec4(frame.colors[theme_ground].rgb * 0.25, strength * near * near * clear_air(gl_FragCoord.w));
}

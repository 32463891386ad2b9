// A line of the ground's grid; where lines come close to each other they thin out instead of shimmering.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

layout(location = 0) in vec3 in_here;
layout(location = 1) in vec3 in_beside;
layout(location = 2) in vec2 in_line;
layout(location = 3) flat in vec2 in_across;
layout(location = 0) out vec4 out_color;

void main() {
    const vec2 to_next = (in_beside.xy / max(in_beside.z, 1e-3) - in_here.xy / max(in_here.z, 1e-3)) * 0.5 * frame.viewport_size;
    const float pixels = max(abs(dot(to_next, in_across)), 1e-3);
    const float room = clamp(1.2 - 5.0 / pixels, 0.0, 1.0);
    const float covered = clamp(1.0 - abs(in_line.x), 0.0, 1.0);
    out_color = vec4(frame.colors[theme_grid].rgb, covered * room * in_line.y * clear_air(gl_FragCoord.w));
}

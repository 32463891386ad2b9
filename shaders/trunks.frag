// Trunks: soft-edged ribbons; dashes move with the traffic, on wide ones either way on its own side.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

layout(constant_id = 0) const bool moving = false;

layout(location = 0) in vec3 in_at;
layout(location = 1) flat in vec4 in_color;
layout(location = 2) flat in vec2 in_flow;
layout(location = 0) out vec4 out_color;

void main() {
    float opacity = in_color.a * clamp(in_at.y + 0.5 - abs(in_at.x), 0.0, 1.0) * clear_air(gl_FragCoord.w);
    // Traffic keeps to the right; where there is no room for two lanes, the busier way is shown.
    const bool two_lanes = in_at.y > 2.5;
    const float flow = two_lanes ? (in_at.x < 0.0 ? in_flow.x : -in_flow.y) : (in_flow.x >= in_flow.y ? in_flow.x : -in_flow.y);
    if (moving && flow != 0.0) {
        const float metres_per_pixel = max(fwidth(in_at.z), 1e-4);
        const float period = 4.0;
        const float wave = 0.5 + 0.5 * cos(6.2831853 * (in_at.z / period - sign(flow) * frame.time_s * 0.75));
        const float room = clamp(1.5 - metres_per_pixel * 4.0 / period, 0.0, 1.0);
        opacity *= mix(1.0, 0.55 + 0.45 * wave * wave, room * abs(flow));
    }
    out_color = vec4(in_color.rgb, opacity);
}

// Cylinders: smooth light around, a bright rim under the lid.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

layout(location = 0) in vec4 in_color;
layout(location = 1) in vec2 in_rim;
layout(location = 0) out vec4 out_color;

void main() {
    const float rim = clamp(1.5 - in_rim.y / max(fwidth(in_rim.y), 1e-5), 0.0, 1.0);
    const vec3 color = in_color.rgb * (1.0 + 0.5 * rim);
    out_color = vec4(mix(frame.fog_color, color, clear_air(gl_FragCoord.w)), 0.0);
}

// Outlines: soft-edged lines in the row's own colour.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

layout(location = 0) in vec2 in_across;
layout(location = 1) flat in vec4 in_color;
layout(location = 0) out vec4 out_color;

void main() { out_color = vec4(in_color.rgb, in_color.a * clamp(in_across.y + 0.5 - abs(in_across.x), 0.0, 1.0)); }

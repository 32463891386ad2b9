// The air behind everything: the colour that distance fades into.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

layout(location = 0) out vec4 out_color;

void main() { out_color = vec4(frame.fog_color, 0.0); }

// The ground around the halls: near black, a grid over the site that fades out at its border.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "floor.glsl"

layout(location = 0) in vec2 in_world;  // in the grid's spacing: tens of metres
layout(location = 1) in vec4 in_color;
layout(location = 0) out vec4 out_color;

void main() {
    const float line = in_color.a * floor_grid(in_world);
    out_color = vec4(mix(in_color.rgb, frame.colors[theme_grid].rgb, line), 0.0);
}

// Glass: strips of floor over the pipes; a tint and a bright edge.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

layout(location = 0) in vec4 in_local;
layout(location = 1) flat in vec4 in_color;
layout(location = 2) flat in vec4 in_shape;
layout(location = 3) flat in uvec4 in_state;
layout(location = 4) flat in vec4 in_bar;
layout(location = 0) out vec4 out_color;

void main() {
    const vec3 from_edge = (in_shape.xyz - abs(in_local.xyz)) / max(fwidth(in_local.xyz), vec3(1e-5));
    const float edge = clamp(1.6 - min(min(from_edge.x, from_edge.y), from_edge.z), 0.0, 1.0);
    out_color = vec4(in_color.rgb, (0.14 + 0.3 * edge) * in_local.w);
}

// Lettering in the world: one quad per glyph.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

layout(set = 0, binding = 9, scalar) readonly buffer GlyphBlock { GlyphRow glyphs[]; };

layout(location = 0) out vec2 out_texel;
layout(location = 1) flat out vec4 out_color;

void main() {
    const GlyphRow row = glyphs[pass_in.first_row + (gl_VertexIndex >> 2)];
    const vec2 unit = vec2(gl_VertexIndex & 1, (gl_VertexIndex >> 1) & 1);
    const vec2 low = vec2(row.uv_min & 0xFFFFu, row.uv_min >> 16), high = vec2(row.uv_max & 0xFFFFu, row.uv_max >> 16);
    out_texel = mix(vec2(low.x, high.y), vec2(high.x, low.y), unit);
    out_color = unpackUnorm4x8(row.color) * vec4(1.0, 1.0, 1.0, row.fade);
    vec4 clip = frame.clip_from_world * vec4(row.corner + row.right * unit.x + row.up * unit.y, 1.0);
    clip.z *= 1.0008;  // in front of what it is painted on
    gl_Position = clip;
}

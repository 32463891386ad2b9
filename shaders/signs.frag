// Lettering: coverage from the signed distance in the glyph atlas, sharp at any size.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

layout(set = 0, binding = 11) uniform sampler2D glyph_atlas;

layout(location = 0) in vec2 in_texel;
layout(location = 1) flat in vec4 in_color;
layout(location = 0) out vec4 out_color;

// Distances of -8..8 texels are stored in 0..255 (render/sign_font.cpp).
const float spread = 8.0;

void main() {
    const float d = (texture(glyph_atlas, in_texel / vec2(textureSize(glyph_atlas, 0))).r - 0.5) * 2.0 * spread;
    const vec2 texels_per_pixel = vec2(length(vec2(dFdx(in_texel.x), dFdy(in_texel.x))), length(vec2(dFdx(in_texel.y), dFdy(in_texel.y))));
    const float scale = max(0.5 * (texels_per_pixel.x + texels_per_pixel.y), 1e-3);
    const float ink = clamp(d / scale + 0.5, 0.0, 1.0);
    out_color = vec4(in_color.rgb, in_color.a * ink * clear_air(gl_FragCoord.w));
}

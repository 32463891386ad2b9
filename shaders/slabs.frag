// Hall floors: the top of a slab box with the grid in metres; its sides are cut concrete.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "floor.glsl"

layout(location = 0) in vec4 in_local;
layout(location = 1) flat in vec4 in_color;
layout(location = 2) flat in vec4 in_shape;
layout(location = 3) flat in uvec4 in_state;
layout(location = 4) flat in vec4 in_bar;

layout(location = 0) out vec4 out_color;

void main() {
    const bool top = in_state.z == face_z;
    const float lit = has(frame.flags, frame_light_theme) ? 1.0 : 1.2;
    const vec3 tiles = mix(lit * frame.colors[theme_floor].rgb, frame.colors[theme_grid].rgb, 0.55 * floor_grid(in_local.xy));
    const vec3 color = top ? tiles : in_color.rgb;
    // In the rich picture the top lets a little of the mirror image through.
    out_color = vec4(mix(frame.fog_color, color, clear_air(gl_FragCoord.w)), top ? pass_in.strength : 1.0);
}

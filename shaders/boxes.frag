// Boxes: flat lit faces with a bright bevel along their edges; a chassis's front carries its state as a lit bar.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "box_kinds.glsl"
#include "marks.glsl"
#include "state_color.glsl"

layout(location = 0) in vec4 in_local;
layout(location = 1) flat in vec4 in_color;
layout(location = 2) flat in vec4 in_shape;
layout(location = 3) flat in uvec4 in_state;
layout(location = 4) flat in vec4 in_bar;

layout(location = 0) out vec4 out_color;

// Hatching, marks and rings: what only few boxes wear.
void mark(uint state, vec3 pixels_per_metre, float bevel, float bar, inout vec3 color, inout float glow) {
    if (in_state.y == material_state || bar > 0.0) {
        const vec4 shade = state_color(state, gl_FragCoord.xy);
        if (bar > 0.0) color = shade.rgb;
        if (bar > 0.0) glow = shade.a;
        if (health_of(state) == health_unknown || has(state, state_stale)) color *= mix(0.62, 1.12, hatch(gl_FragCoord.xy));
    }
    if (in_state.z == face_front && in_state.y == material_state) {
        vec4 shade = vec4(color, glow);
        cell_mark(state, in_local.xz / in_shape.xz * 0.5 + 0.5, 2.0 * in_shape.xz * pixels_per_metre.xz, shade);
        color = shade.rgb;
        glow = shade.a;
    }
    const vec3 accent = frame.colors[theme_accent].rgb;
    if (has(state, state_selected)) color = mix(color, accent, 0.25 + 0.6 * bevel);
    if (has(state, state_hovered)) color = mix(color, accent, 0.12 + 0.3 * bevel);
    if (has(state, state_dimmed)) color = mix(frame.colors[theme_floor].rgb, color, 0.4);
}

void main() {
    const vec3 metres_per_pixel = max(fwidth(in_local.xyz), vec3(1e-5));
    const vec3 pixels_per_metre = 1.0 / metres_per_pixel;
    const vec3 edge_pixels = (in_shape.xyz - abs(in_local.xyz)) * pixels_per_metre;
    const float edge = min(min(edge_pixels.x, edge_pixels.y), edge_pixels.z);
    // A bevel of one pixel; none where the whole box is only a few pixels wide.
    const vec3 wide = in_shape.xyz * pixels_per_metre;
    const float room = min(min(wide.x, wide.y), wide.z);
    const float bevel = clamp(1.6 - edge, 0.0, 1.0) * clamp(0.25 * room - 0.5, 0.0, 1.0);

    vec3 color = in_color.rgb;
    float glow = in_color.a;
    if (kind != kind_static) {
        color *= 0.93 + in_shape.w * in_local.z;  // lighter towards the upper edge, as drawers are
        const float bar = step(in_local.z + in_shape.z, max(in_bar.w, 1.5 * metres_per_pixel.z * sign(in_bar.w))) *
                          step(abs(in_local.x), 0.92 * in_shape.x);
        color = mix(color, in_bar.rgb, bar);
        if (kind == kind_marked) mark(in_state.x, pixels_per_metre, bevel, bar, color, glow);
    }
    color += bevel * (0.10 + 0.25 * color) * (has(frame.flags, frame_light_theme) ? -0.5 : 1.0);
    out_color = vec4(mix(frame.fog_color, color, in_local.w), glow * in_local.w);
}

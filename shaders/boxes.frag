// Boxes: flat lit faces with a bright bevel along their edges; a node's front carries its state as a lit bar.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "state_color.glsl"
#include "marks.glsl"

layout(constant_id = 0) const bool from_static = false;

layout(location = 0) in vec3 in_local;
layout(location = 1) flat in vec4 in_color;
layout(location = 2) flat in vec4 in_shape;
layout(location = 3) flat in uvec4 in_state;

layout(location = 0) out vec4 out_color;

void main() {
    const vec3 from_edge = in_shape.xyz - abs(in_local);
    const vec3 metres_per_pixel = max(fwidth(in_local), vec3(1e-5));
    const vec3 pixels_per_metre = 1.0 / metres_per_pixel;
    const vec3 edge_pixels = from_edge * pixels_per_metre;
    const float edge = min(min(edge_pixels.x, edge_pixels.y), edge_pixels.z);
    // A bevel of one pixel; none where the whole box is only a few pixels wide.
    const vec3 wide = in_shape.xyz * pixels_per_metre;
    const float room = min(min(wide.x, wide.y), wide.z);
    const float bevel = clamp(1.6 - edge, 0.0, 1.0) * clamp(0.25 * room - 0.5, 0.0, 1.0);

    vec3 color = in_color.rgb;
    float glow = in_color.a;
    if (!from_static) {
        const uint state = in_state.x;
        const uint health = health_of(state);
        const bool hatched = has(state, state_stale) || health == health_unknown;
        if (in_state.y == material_state) {
            color *= 0.93 + 0.10 * in_local.z / in_shape.z;  // lighter towards the upper edge, as drawers are
            if (hatched) color *= mix(0.62, 1.12, hatch(gl_FragCoord.xy));
        } else if (in_state.z == 3u && !has(state, state_absent)) {
            // The front of a chassis or switch: its state as a bar along the lower edge.
            const float bar = step(in_local.z + in_shape.z, max(0.014, 1.5 * metres_per_pixel.z)) *
                              step(abs(in_local.x), 0.92 * in_shape.x);
            const vec4 shade = state_color(state, gl_FragCoord.xy);
            color = mix(color, shade.rgb, bar * (health == health_ok ? 0.55 : 1.0));
            glow = shade.a * bar;
        }
        if (in_state.z == 3u && in_state.y == material_state) {
            vec4 shade = vec4(color, glow);
            const vec2 at = in_local.xz / in_shape.xz * 0.5 + 0.5;
            cell_mark(state, at, 2.0 * wide.xz, shade);
            color = shade.rgb;
            glow = shade.a;
        }
        if (has(state, state_selected)) color = mix(color, frame.colors[theme_accent].rgb, 0.25 + 0.6 * bevel);
        if (has(state, state_hovered)) color = mix(color, frame.colors[theme_accent].rgb, 0.12 + 0.3 * bevel);
        if (has(state, state_dimmed)) color = mix(frame.colors[theme_floor].rgb, color, 0.4);
    }
    color += bevel * (0.10 + 0.25 * color) * (has(frame.flags, frame_light_theme) ? -0.5 : 1.0);
    const float air = clear_air(gl_FragCoord.w);
    out_color = vec4(mix(frame.fog_color, color, air), glow * air);
}

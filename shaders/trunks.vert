// Trunks and links as ribbons that face the eye, never thinner than their least width in pixels.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "ribbon.glsl"

layout(set = 0, binding = 4, scalar) readonly buffer TrunkBlock { TrunkRow trunks[]; };

layout(location = 0) out vec3 out_at;           // pixels across (-..+), half width in pixels, metres along
layout(location = 1) flat out vec4 out_color;   // colour, opacity
layout(location = 2) flat out vec2 out_flow;    // forth, back

void main() {
    const TrunkRow row = trunks[pass_in.first_row + (gl_VertexIndex >> 2)];
    const Ribbon ribbon = ribbon_between(row.a, row.b);

    const bool far_end = (gl_VertexIndex & 1) != 0;
    const float side = (gl_VertexIndex & 2) != 0 ? 1.0 : -1.0;
    const float distance_m = far_end ? ribbon.to.w : ribbon.from.w;
    const float pixels = row.width * frame.pixels_per_metre / max(distance_m, ribbon_nearest);
    const float least = max(row.min_pixels, 0.0);
    const float half_width = 0.5 * max(pixels, least);
    const float reach = half_width + 0.75;
    gl_Position = ribbon_corner(ribbon, far_end, ribbon_across(ribbon) * side * reach);

    const uint health = health_of(row.state);
    const float load = clamp(max(row.forth, row.back), 0.0, 1.0);
    const vec3 steel = frame.colors[0].rgb;
    vec3 color = mix(steel * 0.75, mix(steel, frame.colors[theme_sign].rgb, 0.5), load);
    float opacity = mix(0.28, 0.72, load);
    if (health >= health_warning && health <= health_maintenance) {
        color = frame.colors[health].rgb;
        opacity = 0.95;
        if (health == health_critical) color *= pass_in.pulse;
    }
    if (health == health_unknown || has(row.state, state_stale)) {
        color = mix(vec3(luma(color)), frame.colors[health_unknown].rgb, 0.6);
        opacity = 0.35;
    }
    if (has(row.state, state_dimmed)) opacity *= 0.25;
    if (has(row.state, state_hovered)) { color = mix(color, frame.colors[theme_accent].rgb, 0.6); opacity = 0.9; }
    if (has(row.state, state_selected)) { color = mix(frame.colors[theme_accent].rgb, vec3(1.0), 0.25); opacity = 1.0; }
    // Widened ribbons are fainter: the light of a thin thing spread over a pixel.
    opacity *= mix(1.0, clamp(pixels / max(least, 1e-3), 0.0, 1.0), health == health_ok && !has(row.state, state_selected) ? 0.55 : 0.0);
    out_at = vec3(side * reach, half_width, (far_end ? ribbon.cut_b : ribbon.cut_a) * distance(row.a, row.b));
    out_color = vec4(color, opacity);
    out_flow = vec2(row.forth, row.back);
}

// Trunks and links as ribbons that face the eye, never thinner than their least width in pixels.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

layout(set = 0, binding = 4, scalar) readonly buffer TrunkBlock { TrunkRow trunks[]; };

layout(location = 0) out vec3 out_at;           // pixels across (-..+), half width in pixels, metres along
layout(location = 1) flat out vec4 out_color;   // colour, opacity
layout(location = 2) flat out float out_flow;

void main() {
    const TrunkRow row = trunks[pass_in.first_row + (gl_VertexIndex >> 2)];
    vec4 a = frame.clip_from_world * vec4(row.a, 1.0);
    vec4 b = frame.clip_from_world * vec4(row.b, 1.0);
    const float length_m = distance(row.a, row.b);
    // Cut at the eye's plane so that nothing wraps around.
    const float nearest = 0.05;
    float cut_a = 0.0, cut_b = 1.0;
    if (a.w < nearest && b.w > nearest) cut_a = (nearest - a.w) / (b.w - a.w);
    if (b.w < nearest && a.w > nearest) cut_b = (nearest - a.w) / (b.w - a.w);
    const vec4 from = mix(a, b, cut_a), to = mix(a, b, cut_b);
    const bool behind = a.w < nearest && b.w < nearest;

    const vec2 half_view = 0.5 * frame.viewport_size;
    const vec2 pixel_from = from.xy / max(from.w, 1e-4) * half_view, pixel_to = to.xy / max(to.w, 1e-4) * half_view;
    const vec2 along = pixel_to - pixel_from;
    const vec2 across = length(along) > 1e-3 ? normalize(vec2(-along.y, along.x)) : vec2(0.0, 1.0);

    const bool far_end = (gl_VertexIndex & 1) != 0;
    const float side = (gl_VertexIndex & 2) != 0 ? 1.0 : -1.0;
    vec4 clip = far_end ? to : from;
    const float pixels = row.width * frame.pixels_per_metre / max(clip.w, nearest);
    const float least = max(row.min_pixels, 0.0);
    const float half_width = 0.5 * max(pixels, least);
    const float reach = half_width + 0.75;
    clip.xy += across * side * reach / half_view * clip.w;
    gl_Position = behind ? vec4(0.0, 0.0, -1.0, 1.0) : clip;

    const uint health = health_of(row.state);
    const float load = clamp(abs(row.flow), 0.0, 1.0);
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
    out_at = vec3(side * reach, half_width, mix(cut_a, cut_b, far_end ? 1.0 : 0.0) * length_m);
    out_color = vec4(color, opacity);
    out_flow = row.flow;
}

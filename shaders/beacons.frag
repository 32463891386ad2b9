// Beacons: shape and hue by health, a halo around; the one thing in the hall that shines.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "marks.glsl"

layout(location = 0) in vec2 in_at;
layout(location = 1) flat in vec4 in_shape;
layout(location = 2) flat in uint in_state;
layout(location = 0) out vec4 out_color;  // premultiplied

void main() {
    const uint health = health_of(in_state);
    const float radius = in_shape.x;
    vec3 color = frame.colors[min(health, 5u)].rgb;
    if (has(in_state, state_stale)) color = mix(vec3(luma(color)), color, 0.3333);
    if (has(in_state, state_selected)) color = frame.colors[theme_accent].rgb;
    const float beat = health == health_critical ? pass_in.pulse : 1.0;
    const float d = mark_distance(health, in_at / radius) * radius;
    const float body = in_shape.z * clamp(0.5 - d, 0.0, 1.0);
    const float rim = in_shape.z * clamp(2.2 - d, 0.0, 1.0) - body;  // a dark rim sets it off from a bright ground
    const float r = length(in_at) / (3.4 * radius);
    const float shine = in_trouble(health) && !has(in_state, state_stale) ? 1.0 : 0.25;
    const float fall = max(1.0 - r, 0.0);
    const float halo = shine * 0.42 * fall * fall * fall * beat * beat;
    const vec3 ground = frame.colors[theme_ground].rgb;
    const vec3 light = color * mix(1.0, beat, 0.6);
    vec4 shade = vec4(light * body + ground * rim * 0.7, body + 0.7 * rim);
    shade += vec4(color * halo, halo) * (1.0 - shade.a);  // many halos add up to the hue, not to white
    out_color = shade * in_shape.y;
}

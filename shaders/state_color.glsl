// A state word's colour: the one place where value, health, staleness and filter meet.
#ifndef BELVEDERE_STATE_COLOR_GLSL
#define BELVEDERE_STATE_COLOR_GLSL
#include "common.glsl"

layout(set = 0, binding = 10) uniform sampler2D color_maps;

// rgb and, in a, how much it glows (0 or 1).
vec4 state_color(uint state, vec2 pixel) {
    const uint health = health_of(state);
    const uint value = state & 0xFFFFu;
    vec3 color = texelFetch(color_maps, ivec2(value >> 8, frame.color_map), 0).rgb;
    if (value == state_no_value) color = frame.colors[theme_no_data].rgb;
    if (has(state, state_below_high)) color = frame.colors[theme_below].rgb;
    if (has(state, state_above_high)) color = frame.colors[theme_above].rgb;
    if (health != health_ok || has(frame.flags, frame_color_by_health)) color = frame.colors[min(health, 5u)].rgb;

    const bool stale = has(state, state_stale);
    const bool hatched = stale || health == health_unknown;
    if (stale) color = mix(vec3(luma(color)), color, 0.3333);
    if (hatched) color *= mix(0.62, 1.12, hatch(pixel));
    float glow = in_trouble(health) && !stale ? 1.0 : 0.0;
    if (health == health_critical) color *= pulse();
    if (has(state, state_dimmed)) {
        color = mix(frame.colors[theme_floor].rgb, color, 0.22);
        glow = 0.0;
    }
    return vec4(color, glow);
}
#endif

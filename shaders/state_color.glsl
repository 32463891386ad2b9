// A state word's colour, looked up in the table that render/state_colors.cpp fills.
#ifndef BELVEDERE_STATE_COLOR_GLSL
#define BELVEDERE_STATE_COLOR_GLSL
#include "common.glsl"

layout(set = 0, binding = 10, scalar) readonly buffer StateColorBlock { uint state_colors[]; };

uint state_color_index(uint state) {
    if ((state & 0xFFFFu) == state_no_value) state |= state_below_high | state_above_high;
    return ((state >> 8) & 0xFFFu) | ((state >> 22) & 1u) << 12 | ((state >> 24) & 3u) << 13;
}

// rgb and, in a, how much it glows (0 or 1).
vec4 state_color(uint state, vec2 pixel) {
    const uint entry = state_colors[state_color_index(state)];
    vec3 color = unpack_color(entry);
    const float stripe = (entry & (color_flag_hatched << 24)) != 0u ? mix(0.55, 1.2, hatch(pixel)) : 1.0;
    const float beat = (entry & (color_flag_pulse << 24)) != 0u ? pass_in.pulse : 1.0;
    return vec4(color * (stripe * beat), float((entry >> 24) & color_flag_glow));
}
#endif

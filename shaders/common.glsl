// What every shader shares: the frame's constants, the rows' bindings, and how a state word becomes a colour.
#ifndef BELVEDERE_COMMON_GLSL
#define BELVEDERE_COMMON_GLSL
#extension GL_EXT_scalar_block_layout : require
#include "gpu_types.h"

layout(set = 0, binding = 0, scalar) uniform FrameBlock { FrameConstants frame; };
layout(push_constant, scalar) uniform PassBlock { PassConstants pass_in; };

const uint health_ok = 0u, health_warning = 1u, health_critical = 2u, health_down = 3u, health_maintenance = 4u,
           health_unknown = 5u;

// Faces of a box by the axis they look along; the front looks towards -y.
const uint face_x = 0u, face_y = 1u, face_z = 2u, face_front = 3u;

uint health_of(uint state) { return (state >> state_health_shift) & 7u; }
bool has(uint state, uint flag) { return (state & flag) != 0u; }
// Trouble is what may glow: warning, critical, down; maintenance is shown by hue but does not glow.
bool in_trouble(uint health) { return health >= health_warning && health <= health_down; }

float luma(vec3 color) { return dot(color, vec3(0.299, 0.587, 0.114)); }

// Stripes at 45° over the screen, 0 or 1: absence of knowledge is visible at any distance, whatever the size of the thing.
float hatch(vec2 pixel) {
    const float period = 6.0 * max(frame.ui_scale, 1.0);
    return step(0.5, fract((pixel.x + pixel.y) / period));
}

vec3 unpack_color(uint color) { return unpackUnorm4x8(color).rgb; }

// How much of the colour remains at this distance; clip.w is the distance along the view.
float clear_air(float inverse_w) { return exp2(-frame.fog_density * 1.442695 / inverse_w); }

#endif

// Beacons: marks that face the screen and never get smaller than a few pixels.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

layout(set = 0, binding = 5, scalar) readonly buffer BeaconBlock { BeaconRow beacons[]; };

layout(location = 0) out vec2 out_at;          // pixels from the centre, y up
layout(location = 1) flat out vec4 out_shape;  // radius in pixels, opacity, of the mark alone, 0
layout(location = 2) flat out uint out_state;

const float world_radius = 0.11;  // metres: what a mark measures when near

void main() {
    const BeaconRow row = beacons[pass_in.first_row + (gl_VertexIndex >> 2)];
    vec4 clip = frame.clip_from_world * vec4(row.position, 1.0);
    const float pixels = world_radius * frame.pixels_per_metre / max(clip.w, 0.05);
    const float radius = clamp(pixels, 0.5 * row.min_pixels, 16.0 * max(frame.ui_scale, 1.0));
    const vec2 unit = vec2(gl_VertexIndex & 1, (gl_VertexIndex >> 1) & 1) * 2.0 - 1.0;
    const float halo = 3.4;
    out_at = unit * radius * halo;
    // Nudged towards the eye, so that the thing it marks does not hide it.
    const float nearer = max(clip.w - 0.8, 0.5 * clip.w);
    clip.z *= clip.w / nearer;
    clip.xy += out_at / (0.5 * frame.viewport_size) * clip.w;
    gl_Position = clip.w > 0.05 ? clip : vec4(0.0, 0.0, -1.0, 1.0);
    // So near that the thing itself shows its mark: only the halo stays.
    const float body = 1.0 - smoothstep(22.0, 32.0, pixels / max(frame.ui_scale, 1.0));
    out_shape = vec4(radius, pass_in.strength * (has(row.state, state_dimmed) ? 0.3 : 1.0), body, 0.0);
    out_state = row.state;
}

// A line in the world as a quad on the screen, cut at the eye's plane so that nothing wraps around.
#ifndef BELVEDERE_RIBBON_GLSL
#define BELVEDERE_RIBBON_GLSL
#include "common.glsl"

const float ribbon_nearest = 0.05;  // metres before the eye

struct Ribbon {
    vec4 from, to;       // clip space
    float cut_a, cut_b;  // where they lie between the line's ends, 0..1
    vec2 direction;      // on the screen, y up
    bool behind;         // all of it lies behind the eye
};

Ribbon ribbon_between(vec3 world_a, vec3 world_b) {
    const vec4 a = frame.clip_from_world * vec4(world_a, 1.0);
    const vec4 b = frame.clip_from_world * vec4(world_b, 1.0);
    Ribbon ribbon;
    ribbon.cut_a = a.w < ribbon_nearest && b.w > ribbon_nearest ? (ribbon_nearest - a.w) / (b.w - a.w) : 0.0;
    ribbon.cut_b = b.w < ribbon_nearest && a.w > ribbon_nearest ? (ribbon_nearest - a.w) / (b.w - a.w) : 1.0;
    ribbon.from = mix(a, b, ribbon.cut_a);
    ribbon.to = mix(a, b, ribbon.cut_b);
    ribbon.behind = a.w < ribbon_nearest && b.w < ribbon_nearest;
    const vec2 half_view = 0.5 * frame.viewport_size;
    const vec2 along = (ribbon.to.xy / max(ribbon.to.w, 1e-4) - ribbon.from.xy / max(ribbon.from.w, 1e-4)) * half_view;
    ribbon.direction = length(along) > 1e-3 ? normalize(along) : vec2(1.0, 0.0);
    return ribbon;
}

vec2 ribbon_across(Ribbon ribbon) { return vec2(-ribbon.direction.y, ribbon.direction.x); }

// Where a corner of the quad stands; offset in pixels.
vec4 ribbon_corner(Ribbon ribbon, bool far_end, vec2 offset) {
    vec4 clip = far_end ? ribbon.to : ribbon.from;
    clip.xy += offset / (0.5 * frame.viewport_size) * clip.w;
    return ribbon.behind ? vec4(0.0, 0.0, -1.0, 1.0) : clip;
}
#endif

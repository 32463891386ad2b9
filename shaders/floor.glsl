// A floor with a faint grid in metres that thins out with distance instead of shimmering.
#ifndef BELVEDERE_FLOOR_GLSL
#define BELVEDERE_FLOOR_GLSL
#include "common.glsl"

// How much of a line of a grid with this spacing covers the pixel, 0..1; lines are never under a pixel wide.
float floor_grid(vec2 world, float spacing) {
    const vec2 lines = world / spacing;
    const vec2 per_pixel = max(fwidth(lines), vec2(1e-5));
    const vec2 away = abs(fract(lines - 0.5) - 0.5);
    const vec2 line = clamp(1.0 - away / per_pixel, 0.0, 1.0) * clamp(1.2 - 5.0 * per_pixel, 0.0, 1.0);
    return max(line.x, line.y);
}
#endif

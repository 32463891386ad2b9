// A floor's grid that thins out with distance instead of shimmering.
#ifndef BELVEDERE_FLOOR_GLSL
#define BELVEDERE_FLOOR_GLSL
#include "common.glsl"

// How much of a line of the grid covers the pixel, 0..1. lines: position in spacings; a line is one pixel wide.
float floor_grid(vec2 lines) {
    const vec2 per_pixel = max(fwidth(lines), vec2(1e-5));
    const vec2 away = abs(lines - round(lines));
    const vec2 line = clamp(1.0 - away / per_pixel, 0.0, 1.0) * clamp(1.2 - 5.0 * per_pixel, 0.0, 1.0);
    return max(line.x, line.y);
}
#endif

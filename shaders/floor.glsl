// A floor with a faint grid in metres that thins out with distance instead of shimmering.
#ifndef BELVEDERE_FLOOR_GLSL
#define BELVEDERE_FLOOR_GLSL
#include "common.glsl"

// How much of a line of a grid with this spacing covers the pixel, 0..1. width in metres, never under a pixel.
float grid_line(vec2 world, vec2 metres_per_pixel, float spacing, float width) {
    const vec2 d = abs(fract(world / spacing - 0.5) - 0.5) * spacing;
    const vec2 half_width = max(vec2(0.5 * width), 0.5 * metres_per_pixel);
    const vec2 line = clamp((half_width - d) / metres_per_pixel + 0.5, 0.0, 1.0);
    const vec2 fade = clamp(1.3 - metres_per_pixel * (6.0 / spacing), 0.0, 1.0);
    return max(line.x * fade.x, line.y * fade.y);
}

float floor_grid(vec2 world) {
    const vec2 metres_per_pixel = max(fwidth(world), vec2(1e-4));
    return max(0.45 * grid_line(world, metres_per_pixel, 1.0, 0.012), grid_line(world, metres_per_pixel, 10.0, 0.03));
}
#endif

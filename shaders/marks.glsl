// Shapes that go with hues, so that severity reads without colour: triangle, diamond, cross, bars.
#ifndef BELVEDERE_MARKS_GLSL
#define BELVEDERE_MARKS_GLSL
#include "common.glsl"

// Signed distance (negative inside) to the mark of a health; p in -1..1, y up.
float mark_distance(uint health, vec2 p) {
    const vec2 q = abs(p);
    float d = length(p) - 0.7;                                                      // ok, unknown: a dot
    if (health == health_warning) d = max(q.x * 0.866 + p.y * 0.5 - 0.38, -p.y - 0.5);  // ▲
    if (health == health_critical) d = (q.x + q.y - 0.85) * 0.7071;                 // ◆
    if (health == health_down) {                                                    // ✕
        const vec2 r = abs(vec2(p.x + p.y, p.x - p.y)) * 0.7071;
        d = min(max(r.x - 0.95, r.y - 0.2), max(r.y - 0.95, r.x - 0.2));
    }
    if (health == health_maintenance) d = max(q.x - 0.75, abs(abs(q.y) - 0.42) - 0.2);  // two bars
    return d;
}

// Draws the mark of trouble, or the ring of selection, into a cell. at: 0..1 in the cell; cell_pixels: its size on screen.
void cell_mark(uint state, vec2 at, vec2 cell_pixels, inout vec4 shade) {
    const uint health = health_of(state);
    const float size = min(cell_pixels.x, cell_pixels.y);
    const vec2 p = (at - 0.5) * cell_pixels / (0.36 * size);
    const float d = mark_distance(health, p) * 0.36 * size;  // pixels
    if (health >= health_warning && health <= health_maintenance && size > 9.0) {
        const float ink = clamp(0.5 - d, 0.0, 1.0) * smoothstep(9.0, 14.0, size);
        shade.rgb = mix(shade.rgb, frame.colors[theme_ground].rgb, 0.82 * ink);
        shade.a *= 1.0 - ink;
    }
    if ((state & (state_selected | state_hovered)) != 0u) {
        const vec2 border = (0.5 - abs(at - 0.5)) * cell_pixels;
        const float width = (has(state, state_selected) ? 1.5 : 0.5) + 0.07 * size;
        const float ring = clamp(width + 0.5 - min(border.x, border.y), 0.0, 1.0);
        shade.rgb = mix(shade.rgb, frame.colors[theme_accent].rgb, size < 8.0 ? 0.8 : ring);
    }
}
#endif

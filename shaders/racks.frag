// Shades a rack's face: its cells by their state words, seams, bezel, lit edge and the darkness at its foot.
// Near: drawers with marks in them; far: the least that reads as texture without shimmering.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "state_color.glsl"
#include "marks.glsl"

layout(constant_id = 0) const bool near = true;

layout(set = 0, binding = 2, scalar) readonly buffer CellBlock { uint cells[]; };

layout(location = 0) in vec4 in_local;
layout(location = 1) flat in uvec4 in_cells;
layout(location = 2) flat in vec4 in_grid;
layout(location = 3) flat in vec4 in_cabinet;
layout(location = 4) flat in vec4 in_edge;
layout(location = 5) flat in vec4 in_shape;

layout(location = 6) flat in float in_depth;  // half of it

layout(location = 0) out vec4 out_color;

// Half a seam between cells, in cells: wider between rows (nodes) than between columns (GPUs).
const vec2 seam = vec2(0.06, 0.10);

void main() {
    const uint face = in_cells.w;
    const vec2 p = face == face_z ? in_local.xy : near && face == face_x ? in_local.yz : in_local.xz;
    const vec2 metres_per_pixel = fwidth(p);
    const float light = in_cabinet.w;

    const vec2 count = vec2(in_cells.y & 0xFFFFu, in_cells.y >> 16);
    const vec2 grid = p * in_grid.xy + in_grid.zw;
    const vec2 cells_per_pixel = max(metres_per_pixel * in_grid.xy, vec2(1e-4));
    const vec2 cell = clamp(floor(grid), vec2(0.0), max(count - 1.0, vec2(0.0)));
    const uint state = cells[in_cells.x + uint(cell.y * count.x + cell.x)];
    const vec2 at = grid - cell;

    // A seam thinner than a pixel fades into its mean, a little lighter so that the cells read as one texture, instead of shimmering.
    const vec2 to_seam = 0.5 - seam - abs(at - 0.5);
    const vec2 line = clamp(to_seam / cells_per_pixel + 0.5, 0.0, 1.0);
    const vec2 covered = mix(line, 1.0 - seam, clamp(cells_per_pixel * 1.8 - 0.6, 0.0, 1.0));
    const bool inside = grid == clamp(grid, vec2(0.0), count) && count.x > 0.0;
    const float coverage = inside && !has(state, state_absent) ? covered.x * covered.y : 0.0;

    // Dark steel; black at the foot and behind the cells.
    const float deepest = has(frame.flags, frame_light_theme) ? 0.75 : 0.3;
    const float foot = clamp(deepest + in_local.z * 0.8, deepest, 1.0);
    vec3 color = in_cabinet.rgb * (inside ? 0.5 * foot : foot);

    if (near) {
        // A bevel of one pixel around the cabinet.
        const float from_side = face == face_x ? in_depth - abs(p.x) : in_shape.z - abs(p.x);
        const float bevel = clamp(1.5 - from_side / max(metres_per_pixel.x, 1e-5), 0.0, 1.0);
        color *= 1.0 + 0.7 * bevel;
    }

    vec4 shade = state_color(state, gl_FragCoord.xy);
    shade.rgb *= mix(light * (0.55 + 0.45 * foot), 1.0, shade.a);
    if (near) {
        const vec2 drawer = (at - seam) / (1.0 - 2.0 * seam);
        const vec2 drawer_pixels = (1.0 - 2.0 * seam) / cells_per_pixel;
        // A drawer: lighter towards its upper edge, a highlight along it, its corners cut.
        const float room = clamp(0.08 * drawer_pixels.y - 0.6, 0.0, 1.0) * (1.0 - shade.a);
        const float upper_edge = clamp(1.5 - (1.0 - drawer.y) * drawer_pixels.y, 0.0, 1.0);
        shade.rgb *= 1.0 + room * (0.30 * drawer.y - 0.22 + 0.35 * upper_edge);
        cell_mark(state, drawer, drawer_pixels, shade);
    }
    color = mix(color, shade.rgb, coverage);
    float glow = shade.a * coverage;

    // The lit edge along the top of the front; near, in trouble, also down the left of the door.
    float edge = in_edge.a * step(p.y * in_shape.x + in_shape.y, max(0.022, metres_per_pixel.y));
    if (near && face == face_front && in_edge.a > 0.5)
        edge = max(edge, 0.8 * step(p.x + in_shape.z, max(0.009, metres_per_pixel.x)));
    color = mix(color, in_edge.rgb, edge);
    glow = max(glow, in_edge.a > 0.5 ? edge : 0.0);

    out_color = vec4(mix(frame.fog_color, color, in_local.w), glow * in_local.w);
}

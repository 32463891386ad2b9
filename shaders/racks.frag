// Shades a rack's face: its cells by their state words, seams, bezel, lit edge and the darkness at its foot.
// Near: patterns inside the cells; far: the least that reads as texture without shimmering.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "state_color.glsl"
#include "marks.glsl"

layout(constant_id = 0) const bool near = true;

layout(set = 0, binding = 2, scalar) readonly buffer CellBlock { uint cells[]; };

layout(location = 0) in vec3 in_local;
layout(location = 1) flat in uvec4 in_cells;
layout(location = 2) flat in vec4 in_grid;
layout(location = 3) flat in vec4 in_shape;

layout(location = 0) out vec4 out_color;

void main() {
    const uint face = in_cells.w;
    const bool top = face == 2u;
    const float light = in_shape.w;
    const vec2 p = top ? in_local.xy : face == 0u ? in_local.yz : in_local.xz;
    const vec2 metres_per_pixel = fwidth(p);

    const vec2 count = vec2(in_cells.y & 0xFFFFu, in_cells.y >> 16);
    const vec2 grid = p * in_grid.xy + in_grid.zw;
    const vec2 cells_per_pixel = metres_per_pixel * in_grid.xy;
    const vec2 cell = clamp(floor(grid), vec2(0.0), max(count - 1.0, vec2(0.0)));
    const uint state = cells[in_cells.x + uint(cell.y * count.x + cell.x)];

    // Distance to the nearest seam and to the grid's border, in cells; the seam fades into its mean where it is thinner than a pixel.
    const vec2 at = grid - cell;
    const vec2 seam = top ? vec2(0.05) : vec2(0.07, 0.13);
    const vec2 near_seam = 0.5 - abs(at - 0.5) - seam;
    const vec2 line = clamp(near_seam / max(cells_per_pixel, vec2(1e-4)) + 0.5, 0.0, 1.0);
    const vec2 thin = smoothstep(vec2(0.35), vec2(0.9), cells_per_pixel);
    const bool inside = all(greaterThanEqual(grid, vec2(0.0))) && all(lessThanEqual(grid, count));
    const vec2 coverage2 = mix(line, 1.0 - 2.0 * seam, thin);
    float coverage = inside && !has(state, state_absent) ? coverage2.x * coverage2.y : 0.0;

    // The cabinet: dark steel, a lighter bezel, black at the foot.
    const vec3 frame_color = frame.colors[theme_material + material_rack_frame].rgb;
    const float foot = top ? 1.0 : 0.35 + 0.65 * smoothstep(0.0, 0.9, in_local.z);
    vec3 color = frame_color * light * foot;
    if (inside) color *= 0.55;  // what shows through the seams

    vec4 state_shade = state_color(state, gl_FragCoord.xy);
    if (near) {
        const vec2 cell_pixels = 1.0 / max(cells_per_pixel, vec2(1e-4));
        cell_mark(state, at, cell_pixels, state_shade);
    }
    const float shade = (0.80 + 0.22 * light) * mix(foot, 1.0, 0.55);
    const float lit = face == 1u ? 0.6 : 1.0;  // the rear is darker: doors, cables
    vec3 cell_color = state_shade.rgb * mix(shade * lit, 1.0, state_shade.a);
    color = mix(color, cell_color, coverage);
    float glow = state_shade.a * coverage;

    // The lit edge: a thin line down the left of the door and along the top of the front, in the rack's own state.
    const uint health = health_of(in_cells.z);
    const float edge_width = max(0.018, 0.9 * metres_per_pixel.x);
    const float left_edge = face == 3u || top ? step(p.x + in_shape.x, edge_width) : 0.0;
    const float top_edge = face == 3u ? step(in_shape.z - in_local.z, max(0.03, metres_per_pixel.y))
                                      : top ? step(in_local.y + in_shape.y, max(0.03, metres_per_pixel.y)) : 0.0;
    vec3 edge_color = frame.colors[0].rgb * 1.15;
    float edge_strength = 0.45 * top_edge;
    if (in_trouble(health) && !has(in_cells.z, state_dimmed)) {
        edge_color = frame.colors[health].rgb;
        edge_strength = max(0.9 * top_edge, 0.7 * left_edge);
        glow = max(glow, edge_strength);
    }
    if (has(in_cells.z, state_selected)) {
        edge_color = frame.colors[theme_accent].rgb;
        edge_strength = max(top_edge, left_edge);
    }
    color = mix(color, edge_color, edge_strength);
    if (has(in_cells.z, state_dimmed)) color = mix(frame.colors[theme_floor].rgb, color, 0.5);

    const float air = clear_air(gl_FragCoord.w);
    out_color = vec4(mix(frame.fog_color, color, air), glow * air);
}

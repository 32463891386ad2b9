// The grid on the ground, lines over the site; beyond it the lines fade out. Three quads a line: before the
// site, over it, behind it.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "ribbon.glsl"

layout(location = 0) out vec3 out_here;         // clip x, y and w of the line, and of the next line beside it
layout(location = 1) out vec3 out_beside;
layout(location = 2) out vec2 out_line;         // pixels from the line; strength
layout(location = 3) flat out vec2 out_across;  // unit vector on the screen

const float border = 0.3;    // of the site's size on each side
const float reach = 1.0;      // pixels on each side: one pixel wide, with soft edges

void main() {
    const vec2 size = pass_in.extent_max - pass_in.extent_min;
    const vec2 low = pass_in.extent_min - border * size, high = pass_in.extent_max + border * size;
    const uint quad = pass_in.first_row + (gl_VertexIndex >> 2);
    const uint stretch = quad % 3u;
    const uvec2 lines = uvec2(floor(high / pass_in.grid_spacing) - ceil(low / pass_in.grid_spacing)) + 1u;
    uint line = quad / 3u;
    const uint axis = line < lines.x ? 0u : 1u;  // across which the lines follow each other
    if (axis == 1u) line -= lines.x;
    const uint along = 1u - axis;

    const float stops[4] = {low[along], pass_in.extent_min[along], pass_in.extent_max[along], high[along]};
    vec3 from = vec3(pass_in.mirror_z);
    from[axis] = (ceil(low[axis] / pass_in.grid_spacing) + float(line)) * pass_in.grid_spacing;
    vec3 to = from;
    from[along] = stops[stretch];
    to[along] = stops[stretch + 1u];
    const Ribbon ribbon = ribbon_between(from, to);

    const bool far_end = (gl_VertexIndex & 1) != 0;
    const float side = (gl_VertexIndex & 2) != 0 ? reach : -reach;
    const float part = far_end ? ribbon.cut_b : ribbon.cut_a;
    const vec3 here = mix(from, to, part);
    vec3 beside = here;
    beside[axis] += pass_in.grid_spacing;
    out_here = (far_end ? ribbon.to : ribbon.from).xyw;
    out_beside = (frame.clip_from_world * vec4(beside, 1.0)).xyw;
    out_across = ribbon_across(ribbon);
    const float outside = max(pass_in.extent_min[axis] - from[axis], from[axis] - pass_in.extent_max[axis]) / (border * size[axis]);
    const float ends = stretch == 1u ? 1.0 : stretch == 0u ? part : 1.0 - part;
    out_line = vec2(side, 0.5 * ends * clamp(1.0 - outside, 0.0, 1.0));
    gl_Position = ribbon_corner(ribbon, far_end, out_across * side);
}

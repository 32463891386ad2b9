// Every rack as one box. Reads rack rows; hands each face its grid of cells.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "box_corner.glsl"

layout(set = 0, binding = 1, scalar) readonly buffer RackBlock { RackRow racks[]; };

layout(location = 0) out vec3 out_local;
layout(location = 1) flat out uvec4 out_cells;  // first cell, columns | rows << 16, state, face
layout(location = 2) flat out vec4 out_grid;    // cells per metre (x, y), offset (x, y): cell = p * scale + offset
layout(location = 3) flat out vec4 out_shape;   // half width, half depth, height, light

void main() {
    const RackRow rack = racks[pass_in.first_row + (gl_VertexIndex >> 3)];
    const BoxCorner corner = box_corner(rack.position, rack.yaw, rack.size, gl_VertexIndex & 7);
    out_local = corner.local;
    const vec2 count = vec2(rack.columns_rows & 0xFFFFu, rack.columns_rows >> 16);
    const bool top = corner.face == 2u;
    const float margin = 0.05;
    const vec2 low = top ? vec2(-0.5 * rack.size.x + margin, -0.5 * rack.size.y + 0.12)
                         : vec2(-0.5 * rack.size.x + margin, rack.cells_bottom);
    const vec2 high = top ? vec2(0.5 * rack.size.x - margin, 0.5 * rack.size.y - 0.12)
                          : vec2(0.5 * rack.size.x - margin, rack.cells_top);
    const vec2 scale = count / max(high - low, vec2(1e-3));
    out_grid = vec4(scale, -low * scale);
    const bool has_cells = rack.columns_rows != 0u && corner.face != 0u;
    // 3: the front, 4: a face without cells
    uint face = corner.face;
    if (face == 1u && corner.local.y < 0.0) face = 3u;
    out_cells = uvec4(rack.first_cell, has_cells ? rack.columns_rows : 0u, rack.state, face);
    out_shape = vec4(0.5 * rack.size.xy, rack.size.z, face_light(corner.normal));
    gl_Position = frame.clip_from_world * vec4(mirrored(corner.world), 1.0);
}

// Every rack as one box. Reads rack rows; hands each face its grid of cells, its light and its lit edge.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "box_corner.glsl"

layout(set = 0, binding = 1, scalar) readonly buffer RackBlock { RackRow racks[]; };

layout(location = 0) out vec4 out_local;        // x right, y back, z up from the floor, metres; clear air
layout(location = 1) flat out uvec4 out_cells;  // first cell, columns | rows << 16, state, face_*
layout(location = 2) flat out vec4 out_grid;    // cell = p * xy + zw
layout(location = 3) flat out vec4 out_cabinet; // lit colour of the cabinet; light on its cells
layout(location = 4) flat out vec4 out_edge;    // the lit edge's colour and strength
layout(location = 5) flat out vec4 out_shape;   // distance to the lit edge = p.y * x + y; half width; height
layout(location = 6) flat out float out_depth;

const float margin = 0.05;        // bezel at the left and right of the cells, metres
const float top_margin = 0.12;    // and at the front and rear of the top

void main() {
    const RackRow rack = racks[pass_in.first_row + (gl_VertexIndex >> 3)];
    const BoxCorner corner = box_corner(rack.position, rack.yaw, rack.size, gl_VertexIndex & 7, 0.0);
    const vec4 clip = frame.clip_from_world * vec4(mirrored(corner.world), 1.0);
    gl_Position = clip;
    out_local = vec4(corner.local, clear_air(1.0 / max(clip.w, 0.01)));
    if (pass_in.reflect > 0.5) out_local.w *= clamp(1.0 - 0.45 * corner.local.z, 0.0, 1.0);

    uint face = corner.face;
    if (face == face_y && corner.local.y < 0.0) face = face_front;
    const bool top = face == face_z;
    const vec2 count = vec2(rack.columns_rows & 0xFFFFu, rack.columns_rows >> 16);
    const vec2 low = vec2(margin - 0.5 * rack.size.x, top ? top_margin - 0.5 * rack.size.y : rack.cells_bottom);
    const vec2 high = vec2(0.5 * rack.size.x - margin, top ? 0.5 * rack.size.y - top_margin : rack.cells_top);
    const vec2 scale = count / max(high - low, vec2(1e-3));
    out_grid = face == face_x ? vec4(0.0, 0.0, -1.0, -1.0) : vec4(scale, -low * scale);
    out_cells = uvec4(rack.first_cell, rack.columns_rows, rack.state, face);

    const float light = face_light(corner.normal);
    const bool dimmed = has(rack.state, state_dimmed);
    vec3 cabinet = frame.colors[theme_material + material_rack_frame].rgb * light;
    if (dimmed) cabinet = mix(cabinet, frame.colors[theme_floor].rgb, 0.5);
    // The rear is darker than the front: doors, cables, manifolds.
    out_cabinet = vec4(cabinet, (face == face_front ? 1.0 : top ? 0.94 : 0.62) * (0.78 + 0.24 * light));

    const uint health = health_of(rack.state);
    vec4 edge = vec4(frame.colors[health_ok].rgb * 1.2, 0.38);
    if (in_trouble(health) && !dimmed) edge = vec4(frame.colors[health].rgb, 0.95);
    if (has(rack.state, state_selected)) edge = vec4(frame.colors[theme_accent].rgb, 1.0);
    out_edge = edge;
    out_depth = 0.5 * rack.size.y;
    out_shape = vec4(face == face_front ? vec2(-1.0, rack.size.z) : top ? vec2(1.0, 0.5 * rack.size.y) : vec2(0.0, 1e3),
                     0.5 * rack.size.x, rack.size.z);
}

// The darkness around the foot of every rack, as a quad on the floor that is a little larger than the rack.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "box_corner.glsl"

layout(set = 0, binding = 1, scalar) readonly buffer RackBlock { RackRow racks[]; };

layout(location = 0) out vec2 out_local;
layout(location = 1) flat out vec2 out_half;

const float reach = 0.9;  // metres

void main() {
    const RackRow rack = racks[pass_in.first_row + (gl_VertexIndex >> 2)];
    const vec2 unit = vec2(gl_VertexIndex & 1, (gl_VertexIndex >> 1) & 1) * 2.0 - 1.0;
    // Neighbours in a row share their sides: only the aisle in front and behind is darkened.
    const vec2 half_size = 0.5 * rack.size.xy + vec2(0.0, reach);
    out_local = unit * half_size;
    out_half = 0.5 * rack.size.xy;
    const vec3 world = vec3(rack.position.xy, rack.position.z + 0.006) +
                       turn(vec3(out_local, 0.0), vec2(cos(rack.yaw), sin(rack.yaw)));
    gl_Position = frame.clip_from_world * vec4(world, 1.0);
}

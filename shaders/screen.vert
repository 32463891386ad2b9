// One triangle that covers the whole target.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "over_all.glsl"

layout(location = 0) out vec2 out_at;  // 0..1, top left first

void main() {
    out_at = corner_over_all();
    gl_Position = position_over_all(out_at);
}

// One triangle that covers the whole target.
#version 460
layout(location = 0) out vec2 out_at;  // 0..1, top left first

void main() {
    out_at = vec2((gl_VertexIndex << 1) & 2, gl_VertexIndex & 2);
    gl_Position = vec4(out_at * 2.0 - 1.0, 0.0, 1.0);
}

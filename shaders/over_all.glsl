// One triangle that covers the whole view or target: its corners, of which 0..1 is seen, top left first.
vec2 corner_over_all() { return vec2((gl_VertexIndex << 1) & 2, gl_VertexIndex & 2); }
vec4 position_over_all(vec2 corner) { return vec4(corner * 2.0 - 1.0, 0.0, 1.0); }

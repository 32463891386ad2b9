// One triangle that covers the whole view.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "over_all.glsl"

void main() { gl_Position = position_over_all(corner_over_all()); }

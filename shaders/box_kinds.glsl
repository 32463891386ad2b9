// What a pipeline draws boxes for: the least shading that its boxes need.
#ifndef BELVEDERE_BOX_KINDS_GLSL
#define BELVEDERE_BOX_KINDS_GLSL
layout(constant_id = 0) const uint kind = 0;
const uint kind_plain = 0u;   // rows that are well and in no way marked
const uint kind_static = 1u;  // the building
const uint kind_marked = 2u;  // rows in trouble, hatched, selected, hovered or dimmed
#endif

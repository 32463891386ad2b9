// The static scene and the shared textures on the device, and the order in which its boxes are drawn.
#pragma once

#include "render/bindings.h"
#include "render/sign_font.h"

namespace bv {

struct SceneBuffers {
    // Sorts the boxes: slabs (the floor shader draws them), solid ones, glass.
    static SceneBuffers create(const Device& device, const StaticScene& scene);
    Buffer boxes, cylinders;
    uint32_t slab_count = 0, solid_count = 0, glass_count = 0, cylinder_count = 0;
    glm::vec2 ground_min{0}, ground_max{0};
    float reflection_height = 0;  // of the floors: the top of the largest slab
};

}  // namespace bv

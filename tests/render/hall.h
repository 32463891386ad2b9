// A synthetic hall for looking at and testing the renderer: rows without a cluster behind them.
#pragma once

#include "render/renderer.h"

namespace bv::test {

enum class Light { dark, light };

// Theme colours of the design.
void set_theme(gpu::FrameConstants& constants, Light light);
// A camera in the whole target; reversed z, infinitely far.
gpu::FrameConstants look_from(glm::vec3 eye, glm::vec3 at, float fov_y, glm::vec2 viewport_min, glm::vec2 viewport_size,
                              Light light = Light::dark);
// rows × 256 texels: a cividis-like map and an inferno-like one.
std::vector<glm::u8vec4> color_maps();

uint32_t state_word(uint32_t value, uint32_t health = 0, uint32_t flags = 0);

struct HallOptions {
    int rows = 8, racks_per_row = 63;
    bool lod = true;      // false: every GPU as its own box
    bool trouble = true;  // a handful of failures, a stale rack, an unknown one
    float time_s = 0;
};
StaticScene hall_structure(const HallOptions& options);
void fill_hall(FrameRows& rows, const HallOptions& options, glm::vec3 eye);

// Where the camera stands for the pictures.
struct View {
    glm::vec3 eye, at;
    float fov_y;
};
View overview(const HallOptions& options);
View aisle(const HallOptions& options);
View rack_front(const HallOptions& options);

}  // namespace bv::test

// Pictures to compare: drawn by the renderer, kept in golden/.
#pragma once

#include <functional>
#include <string>

#include "hall.h"

namespace bv::test {

// Draws one frame of what `fill` writes and reads it back.
Pixels draw(Renderer& renderer, const gpu::FrameConstants& constants, const std::function<void(FrameRows&)>& fill);

// Mean difference per channel, 0..255; 255 for pictures of different size.
double difference(const Pixels& a, const Pixels& b);
// Pixels that differ by more than `threshold` in any channel, in the rectangle.
size_t changed_pixels(const Pixels& a, const Pixels& b, int threshold, glm::ivec2 low, glm::ivec2 high);
// How far the picture is from one flat colour: the spread of its brightness.
double contrast(const Pixels& pixels);
glm::ivec3 pixel(const Pixels& pixels, int x, int y);
// Mean colour around a point.
glm::vec3 mean_around(const Pixels& pixels, glm::vec2 point, int radius);
// Where a point of the world lands, in pixels.
glm::vec2 project(const gpu::FrameConstants& constants, glm::vec3 world);

// True where the picture is the golden one within tolerance; UPDATE_GOLDEN=1 rewrites it. A picture that is not is kept
// beside the test as NAME.actual.png.
bool matches_golden(const std::string& name, const Pixels& pixels);

}  // namespace bv::test

// Pictures to and from PNG files.
#pragma once

#include <string>

#include "render/renderer.h"

namespace bv {

// Both throw std::runtime_error with one sentence. Reading gives RGBA whatever the file holds.
void write_png(const std::string& path, const Pixels& pixels);
[[nodiscard]] Pixels read_png(const std::string& path);

}  // namespace bv

// Which of ImGui's draw lists lie around the 3D view and which over it. What lies around need not be drawn again as
// long as it stays the same: on a software device the panels are a fifth of a frame.
#pragma once

#include <cstdint>
#include <vector>

#include <glm/glm.hpp>

struct ImDrawData;
struct ImDrawList;

namespace bv {

struct UiParts {
    // Of all that is drawn around the view, and of where the view lies; 0: a list lies across the view's border, so all
    // of them are drawn.
    uint64_t fingerprint = 0;
    std::vector<ImDrawList*> over;  // in drawing order
};

// The view in whole pixels, its high end exclusive. `seed` stands for what else changes how the lists look.
UiParts part_ui(const ImDrawData& data, glm::ivec2 view_low, glm::ivec2 view_high, uint64_t seed);

}  // namespace bv

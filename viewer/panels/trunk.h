// A stretch of tray in words: its name, what it carries, how its links are.
#pragma once

#include <string>

#include "viewer/fabric_plan.h"
#include "viewer/panels/panels.h"

namespace bv {

// "Row H2-P3-A4", "Hall 2", "Hall 1 to hall 2".
std::string name_of(const UiContext& ui, const TrunkRef& trunk);
// "leaf to spine" and the like.
std::string_view words_of_lane(uint32_t lane);
// "All 512 links are well.", "3 of 512 links are in trouble: 1 down, 2 warning."
std::string trunk_sentence(const TrunkLoad& load);
void draw_trunk_tooltip(const UiContext& ui, const TrunkRef& trunk);

}  // namespace bv

// Splitting and merging of coverage lists: which stretch of a column was heard when, and from whom.
#pragma once

#include <cstddef>
#include <vector>

#include "cluster/state.h"

namespace bv {

// Lays `heard` over the list: what it overlaps is cut or replaced, and neighbours that say the same are joined. The
// list stays sorted, without overlaps and without empty stretches. False, and nothing changed, where it would have more
// than `most` entries.
[[nodiscard]] bool lay_over(std::vector<Coverage>& list, const Coverage& heard, size_t most);

// The stretch that holds index; nullptr where it was never heard.
[[nodiscard]] const Coverage* find_coverage(const std::vector<Coverage>& list, uint32_t index);

// Not interrupted and heard within the last three of its intervals, by the local clock. A time after now_ns counts as
// fresh.
[[nodiscard]] bool fresh(const Coverage& coverage, int64_t now_ns);

}  // namespace bv

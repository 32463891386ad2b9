// Keeps a sorted list of stretches that do not overlap; see stretches.h.
#include "net/stretches.h"

#include <algorithm>

namespace bv {

const Stretch* Stretches::find(uint32_t first, uint32_t count) const {
    auto at = std::lower_bound(stretches_.begin(), stretches_.end(), first,
                               [](const Stretch& s, uint32_t value) { return s.first < value; });
    if (at == stretches_.end() || at->first != first || at->count != count || !at->whole) return nullptr;
    return &*at;
}

Stretch& Stretches::assign(uint32_t first, uint32_t count) {
    const uint32_t end = first + count;
    auto at = std::lower_bound(stretches_.begin(), stretches_.end(), first,
                               [](const Stretch& s, uint32_t value) { return s.end() <= value; });
    if (at != stretches_.end() && at->first == first && at->count == count) {
        at->whole = true;
        return *at;
    }
    // A part of an older stretch may stick out on the left, on the right, or on both sides.
    if (at != stretches_.end() && at->first < first) {
        Stretch left = *at;
        left.count = first - left.first;
        left.whole = false;
        at->count = at->end() - first;
        at->first = first;
        at->whole = false;
        at = stretches_.insert(at, left) + 1;
    }
    auto last = at;
    while (last != stretches_.end() && last->end() <= end) ++last;
    if (last != stretches_.end() && last->first < end) {
        last->count = last->end() - end;
        last->first = end;
        last->whole = false;
    }
    at = stretches_.erase(at, last);
    return *stretches_.insert(at, Stretch{.first = first, .count = count, .whole = true});
}

}  // namespace bv

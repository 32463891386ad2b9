// Splitting and merging of coverage lists. Reads and writes one column's list at a time; the commonest case by far, a
// source that repeats the range it sent before, changes one entry in place.
#include "cluster/coverage.h"

#include <algorithm>
#include <array>

namespace bv {
namespace {

bool says_the_same(const Coverage& a, const Coverage& b) {
    return a.time_ns == b.time_ns && a.interval_ns == b.interval_ns && a.source == b.source &&
           a.interrupted == b.interrupted && a.heard_ns == b.heard_ns && a.heard_every_ns == b.heard_every_ns;
}

}  // namespace

bool lay_over(std::vector<Coverage>& list, const Coverage& heard, size_t most) {
    if (heard.count == 0) return true;
    // [from, to) are the entries that overlap or touch the new stretch.
    auto from =
        std::partition_point(list.begin(), list.end(), [&](const Coverage& c) { return c.end() < heard.first; });
    auto to = std::partition_point(from, list.end(), [&](const Coverage& c) { return c.first <= heard.end(); });
    if (to - from == 1 && from->first == heard.first && from->count == heard.count) {
        *from = heard;
        return true;
    }
    // What replaces them: a left remainder, the new stretch, a right remainder; remainders that say the same are joined
    // to it.
    std::array<Coverage, 3> pieces;
    size_t count = 0;
    Coverage merged = heard;
    Coverage left{}, right{};
    if (from != to) {
        left = *from;
        left.count = left.first < heard.first ? heard.first - left.first : 0;
        const Coverage& last = *(to - 1);
        right = last;
        right.first = std::max(last.first, heard.end());
        right.count = last.end() > right.first ? last.end() - right.first : 0;
    }
    if (left.count && says_the_same(left, heard)) {
        merged.first = left.first;
        merged.count += left.count;
        left.count = 0;
    }
    if (right.count && says_the_same(right, heard)) {
        merged.count += right.count;
        right.count = 0;
    }
    if (left.count) pieces[count++] = left;
    pieces[count++] = merged;
    if (right.count) pieces[count++] = right;

    const size_t replaced = size_t(to - from);
    if (count > replaced && list.size() + count - replaced > most) return false;
    const size_t at = size_t(from - list.begin());
    if (count > replaced)
        list.insert(to, count - replaced, Coverage{});
    else
        list.erase(from + std::ptrdiff_t(count), to);
    std::copy_n(pieces.begin(), count, list.begin() + std::ptrdiff_t(at));
    return true;
}

const Coverage* find_coverage(const std::vector<Coverage>& list, uint32_t index) {
    const auto at = std::partition_point(list.begin(), list.end(), [&](const Coverage& c) { return c.end() <= index; });
    return at != list.end() && at->first <= index ? &*at : nullptr;
}

bool fresh(const Coverage& coverage, int64_t now_ns) {
    if (coverage.interrupted) return false;
    // Unsigned, so that no times from outside can overflow.
    if (coverage.heard_ns >= now_ns) return true;
    const uint64_t age = uint64_t(now_ns) - uint64_t(coverage.heard_ns);
    return coverage.heard_every_ns > 0 && age / 3 + (age % 3 != 0) <= uint64_t(coverage.heard_every_ns);
}

}  // namespace bv

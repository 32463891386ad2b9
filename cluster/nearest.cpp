// Edit distance (Levenshtein), and the candidate with the least.
#include "cluster/nearest.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace bv {
namespace {

size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), size_t(0));
    for (size_t i = 0; i < a.size(); ++i) {
        size_t diagonal = row[0]++;
        for (size_t j = 0; j < b.size(); ++j) {
            const size_t above = row[j + 1];
            row[j + 1] = std::min({above + 1, row[j] + 1, diagonal + (a[i] != b[j])});
            diagonal = above;
        }
    }
    return row.back();
}

}  // namespace

std::string_view nearest(std::string_view word, std::span<const std::string_view> words) {
    std::string_view best;
    size_t least = std::max<size_t>(2, word.size() / 3) + 1;
    for (const std::string_view candidate : words)
        if (const size_t distance = edit_distance(word.substr(0, 64), candidate.substr(0, 64)); distance < least)
            least = distance, best = candidate;
    return best;
}

}  // namespace bv

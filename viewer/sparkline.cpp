// See sparkline.h.
#include "viewer/sparkline.h"

#include <algorithm>
#include <cmath>

namespace bv {

void Sparkline::add(float value, int64_t time_ns, int64_t tick_ns) {
    constexpr int64_t longest_bridge = 10;
    if (time_ns <= end_ns) return;
    if (end_ns && interval_ns > 0) {
        const float before = values.empty() ? std::nanf("") : values.back();
        const int64_t missed =
            std::min<int64_t>((time_ns - end_ns + interval_ns / 2) / interval_ns - 1, int64_t(sparkline_length));
        for (int64_t i = 1; i <= missed; ++i)
            values.push_back(missed <= longest_bridge ? before + (value - before) * float(i) / float(missed + 1)
                                                      : std::nanf(""));
    }
    values.push_back(value);
    if (values.size() > sparkline_length) values.erase(values.begin(), values.end() - sparkline_length);
    end_ns = time_ns;
    interval_ns = tick_ns;
}

}  // namespace bv

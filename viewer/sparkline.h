// A short history of one value, in equal steps of time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bv {

constexpr size_t sparkline_length = 600;  // ten minutes at 1 Hz

struct Sparkline {
    std::vector<float> values;  // oldest first, NaN where there was no data
    int64_t end_ns = 0, interval_ns = 0;
    // Ticks that passed between two frames were applied but not seen here: up to ten of them are bridged by a straight
    // line. A longer silence is a hole.
    void add(float value, int64_t time_ns, int64_t tick_ns);
};

}  // namespace bv

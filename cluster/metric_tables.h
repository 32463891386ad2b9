// The tables of the metric catalogue, one per class of object; read only by metrics.cpp. Split so that compute and
// facility each stay on a screen or two.
#pragma once

#include <limits>
#include <span>

#include "cluster/metrics.h"

namespace bv::metric_tables {

inline constexpr float none = std::numeric_limits<float>::quiet_NaN();  // no threshold

// Health is a code, 0..5; its severity is its own, so it has no thresholds.
inline constexpr Metric health{"health",           "Health",         "",  0,  5, none, none,
                               Direction::neutral, Aggregate::worst, 1.0, 0.0};

// Temperatures: 0.01 K steps from -50 to 605 °C hold every coolant, board and junction sensor.
constexpr Metric celsius(std::string_view name, std::string_view label, float low, float high, float warning,
                         float critical, Direction direction = Direction::high_is_bad) {
    return {name, label, "°C", low, high, warning, critical, direction, Aggregate::mean, 0.01, -50.0};
}

// Parts of one, 0..1. Steps of 1/60000 leave room above 1 for a load over its rating.
constexpr Metric ratio(std::string_view name, std::string_view label, float warning, float critical,
                       Direction direction) {
    return {name, label, "", 0, 1, warning, critical, direction, Aggregate::mean, 1.0 / 60000.0, 0.0};
}

// Power: `largest` is the largest value that must fit.
constexpr Metric watts(std::string_view name, std::string_view label, float low, float high, float warning,
                       float critical, double largest) {
    return {name, label, "W", low, high, warning, critical, Direction::high_is_bad, Aggregate::sum, largest / 65534.0,
            0.0};
}

constexpr Metric bytes_per_second(std::string_view name, std::string_view label, float high, double largest) {
    return {name, label, "B/s", 0, high, none, none, Direction::neutral, Aggregate::sum, largest / 65534.0, 0.0};
}

// A plain count. Counters stop at 65,534.
constexpr Metric tally(std::string_view name, std::string_view label, float high, float warning, float critical,
                       Aggregate aggregate = Aggregate::sum) {
    return {name, label, "", 0, high, warning, critical, Direction::high_is_bad, aggregate, 1.0, 0.0};
}

std::span<const Metric> gpu();
std::span<const Metric> node();
std::span<const Metric> nic();
std::span<const Metric> switch_();
std::span<const Metric> link();
std::span<const Metric> job();
std::span<const Metric> site();
std::span<const Metric> hall();
std::span<const Metric> row();
std::span<const Metric> rack();
std::span<const Metric> cdu();
std::span<const Metric> power();
std::span<const Metric> plant();

}  // namespace bv::metric_tables

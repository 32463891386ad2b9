// The metric catalogue: what can be measured on each class of object, in which unit, and how it is quantised to uint16.
// Fixed at build time; docs/protocol.md prints it for publishers that are not ours.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "cluster/object.h"

namespace bv {

// Values travel and are kept as uint16; this one means "no data".
inline constexpr uint16_t no_data = 0xFFFF;

enum class Direction : uint8_t { high_is_bad, low_is_bad, neutral };

// How a metric is drawn and summed up: a level is averaged, a rate or amount adds up, a code is neither.
enum class Aggregate : uint8_t { mean, sum, worst, none };

struct Metric {
    std::string_view name;   // "temp_celsius": one spelling from the schema to the shader
    std::string_view label;  // "GPU temperature": for people
    std::string_view unit;   // "°C", "W", "B/s", "" for a plain count
    float display_min;       // colour and plot range, in units
    float display_max;
    float warning;  // thresholds in units; NaN where there is none
    float critical;
    Direction direction;
    Aggregate aggregate;
    double scale;  // value = offset + scale * raw, raw in 0..65534
    double offset;
};

// Index of a metric within its class. Metric 0 of every class is "health" (a Health as a number).
using MetricIndex = uint8_t;
inline constexpr MetricIndex health_metric = 0;

std::span<const Metric> metrics_of(ObjectClass object_class);
std::optional<MetricIndex> find_metric(ObjectClass object_class, std::string_view name);

// Nearest raw value, clamped to 0..65534; NaN gives no_data.
uint16_t quantise(const Metric& metric, double value);
// NaN for no_data.
double dequantise(const Metric& metric, uint16_t raw);

struct MetricId {
    ObjectClass object_class = ObjectClass::gpu;
    MetricIndex index = 0;
    auto operator<=>(const MetricId&) const = default;
};
inline const Metric& metric(MetricId id) { return metrics_of(id.object_class)[id.index]; }

}  // namespace bv

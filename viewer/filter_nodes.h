// The parsed form of a filter expression: written by filter_parse.cpp, evaluated by filter.cpp, seen by nobody else.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "viewer/filter.h"
#include "viewer/pattern.h"

namespace bv {

enum class Compare : uint8_t { equal, not_equal, less, less_equal, greater, greater_equal, contains };

// What stands left of the operator.
enum class Field : uint8_t {
    metric,    // by name, in every class that has it
    ancestor,  // hall row rack node … : the object of that class that this one is or stands in
    name,
    path,
    object_class,
    health,
    job,
    rail,
    role,
    pod,
    array,
    age,
    stale
};

struct Filter::Node {
    enum class Kind : uint8_t { all_of, any_of, negation, comparison } kind = Kind::comparison;
    std::shared_ptr<const Node> left, right;  // negation: left only

    Field field = Field::metric;
    Compare compare = Compare::equal;
    ObjectClass ancestor = ObjectClass::site;
    std::array<std::optional<MetricIndex>, object_class_count> metrics;  // [class], for Field::metric
    double number = 0;       // in the metric's unit; seconds for age; badness for health
    bool is_number = false;  // the right side was a number
    Pattern pattern;         // texts: what is looked for
};

// Throws std::invalid_argument: "at 14: …".
std::shared_ptr<const Filter::Node> parse_filter(std::string_view text);

}  // namespace bv

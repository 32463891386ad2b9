// How generated things are called. Counted things from 1 (hall, pod, array, rack, node), as they are lettered on floor
// and doors; rails, planes and GPUs from 0, as drivers and port maps count them.
#pragma once

#include <string>

namespace bv {

// Decimal, with as many leading zeros as the last of `total` numbers needs.
inline std::string padded(uint32_t number, uint32_t last) {
    std::string text = std::to_string(number);
    const size_t digits = std::to_string(last).size();
    return text.size() < digits ? std::string(digits - text.size(), '0') + text : text;
}

inline std::string hall_name(uint32_t hall, uint32_t halls) { return "H" + padded(hall + 1, halls); }

}  // namespace bv

// Which part of a group of leafs and spines is looked at; apart from the rest so that the view need not know how cells
// are made.
#pragma once

#include <cstdint>

namespace bv {

// Part of a group's leafs and spines; nothing: all of them.
struct MatrixWindow {
    uint32_t row = 0, rows = 0, column = 0, columns = 0;
    [[nodiscard]] bool all() const { return rows == 0; }
    bool operator==(const MatrixWindow&) const = default;
};

}  // namespace bv

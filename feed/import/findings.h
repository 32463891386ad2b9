// What an importer found wrong with its input, and went on: each kind of thing once, with how often it came, where
// first and what stood there. Written by readers, told at the end by the command.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bv {

struct Finding {
    std::string what;  // "rows whose time cannot be read (left out)"
    uint64_t count = 0;
    std::string first;    // "FILE:LINE"
    std::string example;  // what stood there; may be empty
};

class Findings {
public:
    void note(std::string_view what, std::string_view path, uint64_t line, std::string_view example = {});
    // In the order in which they first came.
    [[nodiscard]] const std::vector<Finding>& all() const { return all_; }
    // How often this came.
    [[nodiscard]] uint64_t count(std::string_view what) const;

private:
    std::vector<Finding> all_;
};

// "3 rows whose time cannot be read (left out); first x.csv:17, "soon"".
std::string sentence(const Finding& finding);

}  // namespace bv

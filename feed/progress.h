// How far long work is: one line on standard error that writes over itself, on a terminal only.
#pragma once

#include <cstdint>
#include <string>

namespace bv {

class Progress {
public:
    explicit Progress(std::string what);
    ~Progress();  // clears the line
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    void at(uint64_t done, uint64_t all);

private:
    std::string what_;
    bool terminal_;
    int shown_percent_ = -1;
};

}  // namespace bv

// See progress.h.
#include "feed/progress.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

namespace bv {

namespace {

constexpr int bar_cells = 40;

}  // namespace

Progress::Progress(std::string what) : what_(std::move(what)), terminal_(::isatty(STDERR_FILENO)) {}

Progress::~Progress() {
    if (terminal_ && shown_percent_ >= 0) fmt::print(stderr, "\r\033[K");
}

void Progress::at(uint64_t done, uint64_t all) {
    if (!terminal_ || all == 0) return;
    const int percent = int(100.0 * double(std::min(done, all)) / double(all));
    if (percent == shown_percent_) return;
    shown_percent_ = percent;
    const int filled = percent * bar_cells / 100;
    fmt::print(stderr, "\r{} [{:=<{}}{:{}}] {:3} %", what_, "", filled, "", bar_cells - filled, percent);
    std::fflush(stderr);
}

}  // namespace bv

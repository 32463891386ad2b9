// SIGINT and SIGTERM as a flag that long-running commands look at between two pieces of work.
#pragma once

#include <atomic>

namespace bv {

void stop_on_signals();
// Set by the first signal.
const std::atomic<bool>& stop_requested();

}  // namespace bv

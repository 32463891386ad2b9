// Pictures and films without a window.
#pragma once

#include "viewer/options.h"

namespace bv {

// Writes options.output; returns the exit code. Throws one sentence where that is impossible.
int run_headless(const Options& options);

}  // namespace bv

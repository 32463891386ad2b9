// The viewer in a window.
#pragma once

#include "viewer/options.h"

namespace bv {

int run_window(const Options& options);

}  // namespace bv

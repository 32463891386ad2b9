// belvedere bench seek: generates a recording of a simulated cluster, or takes one, and times seeks and histories.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "viewer/options.h"

namespace bv {

nlohmann::ordered_json bench_seek(const Options& options);

}  // namespace bv

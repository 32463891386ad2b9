// belvedere bench render | ingest | start | image-error: figures as one JSON object.
#pragma once

#include "viewer/options.h"

namespace bv {

int run_bench(const Options& options);

}  // namespace bv

// Times of a recording as options: RFC 3339, or offsets from its begin (+90s) and its end (-5m).
#pragma once

#include <cstdint>
#include <string>

#include "net/recording.h"

namespace bv {

// The time that an option says; throws UsageError, with the option's name, where it is none.
int64_t time_option(const char* option, const std::string& text, const RecordingInfo& info);

struct TimeRange {
    int64_t begin_ns = 0, end_ns = 0;  // both included
};
// --from and --to; empty: all there is.
TimeRange time_range(const std::string& from, const std::string& to, const RecordingInfo& info);

}  // namespace bv

// See times.h.
#include "feed/commands/times.h"

#include <fmt/format.h>

#include "cluster/time_text.h"
#include "feed/commands/commands.h"

namespace bv {

int64_t time_option(const char* option, const std::string& text, const RecordingInfo& info) {
    if (const auto time = time_from(text, info.begin_ns, info.end_ns)) return *time;
    throw UsageError(fmt::format(
        "{}: '{}' is no time; give RFC 3339 such as {}, +90s from the begin, or -5m from the end of the recording.",
        option, text, utc_text(info.begin_ns)));
}

TimeRange time_range(const std::string& from, const std::string& to, const RecordingInfo& info) {
    TimeRange range{info.begin_ns, info.end_ns};
    if (!from.empty()) range.begin_ns = time_option("--from", from, info);
    if (!to.empty()) range.end_ns = time_option("--to", to, info);
    if (range.begin_ns > range.end_ns)
        throw UsageError(
            fmt::format("--from ({}) is after --to ({}).", utc_text(range.begin_ns), utc_text(range.end_ns)));
    return range;
}

}  // namespace bv

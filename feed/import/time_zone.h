// Local times of a place turned into UTC, by the system's time zone files. Logs and inventories rarely say their zone,
// and an hour decides what came first.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bv {

class TimeZone {
public:
    // "UTC", "+02:00", "-0500", or a name of the IANA database ("America/New_York"). Throws std::invalid_argument with
    // one sentence.
    explicit TimeZone(const std::string& name);

    enum class Reading : uint8_t { clear, twice, never };
    struct Instant {
        int64_t utc_s = 0;
        Reading reading = Reading::clear;
    };
    // local_s: seconds since 1970 as the wall clock shows them. Where the clock shows an hour twice the earlier is
    // meant; where it leaps over one, the time is taken as if it had not yet leapt.
    [[nodiscard]] Instant utc_from(int64_t local_s) const;

private:
    struct Change {
        int64_t utc_s;     // from then on
        int64_t offset_s;  // east of UTC
    };
    void read(const std::string& name);
    std::vector<Change> changes_;  // ascending; the first from ever
};

}  // namespace bv

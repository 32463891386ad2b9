// Times as tables have them, turned into ns UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "feed/import/time_zone.h"

namespace bv {

class TimeCells {
public:
    // format: iso (2016-04-05T19:01:39Z, 2016-04-05 19:01:39.25, 2016-04-05 19:01, 2016-04-05), us (4/5/2016 7:01:39
    // PM, 04/05/2016 19:01), eu (05.04.2016 19:01, 05/04/2016), epoch (seconds, with decimals), epoch_ms. What says no
    // zone of its own is local time of `zone`. Throws std::invalid_argument with one sentence.
    TimeCells(const std::string& format, const std::string& zone);

    struct Instant {
        int64_t ns = 0;
        TimeZone::Reading reading = TimeZone::Reading::clear;
    };
    // Nothing where the text is no such time.
    [[nodiscard]] std::optional<Instant> read(std::string_view text) const;

    static constexpr const char* formats = "iso, us, eu, epoch or epoch_ms";

private:
    enum class Format : uint8_t { iso, us, eu, epoch, epoch_ms };
    [[nodiscard]] std::optional<Instant> local(const std::string& iso) const;
    Format format_ = Format::iso;
    TimeZone zone_;
};

}  // namespace bv

// See time_cells.h. Every form is brought into RFC 3339 and read by cluster/time_text.h, which knows what a date is.
#include "feed/import/time_cells.h"

#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "cluster/time_text.h"

namespace bv {

namespace {

std::optional<int> take_number(std::string_view& text, size_t most_digits) {
    int value = 0;
    size_t digits = 0;
    for (; digits < text.size() && digits < most_digits && text[digits] >= '0' && text[digits] <= '9'; ++digits)
        value = 10 * value + (text[digits] - '0');
    if (digits == 0) return std::nullopt;
    text.remove_prefix(digits);
    return value;
}

bool take(std::string_view& text, char c) {
    if (text.empty() || text.front() != c) return false;
    text.remove_prefix(1);
    return true;
}

// "7:01:39 PM", "19:01:39.25", "" → "19:01:39.25"; nothing where it is no time of day.
std::optional<std::string> clock_from(std::string_view text) {
    if (text.empty()) return "00:00:00";
    auto hours = take_number(text, 2);
    if (!hours || !take(text, ':')) return std::nullopt;
    const auto minutes = take_number(text, 2);
    const auto seconds = minutes && take(text, ':') ? take_number(text, 2) : std::optional(0);
    if (!minutes || !seconds) return std::nullopt;
    std::string fraction;
    if (take(text, '.'))
        for (fraction = "."; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1))
            fraction += text.front();
    while (take(text, ' ')) {
    }
    if (!text.empty()) {
        const bool afternoon = text == "PM" || text == "pm", morning = text == "AM" || text == "am";
        if ((!afternoon && !morning) || *hours < 1 || *hours > 12) return std::nullopt;
        hours = *hours % 12 + (afternoon ? 12 : 0);
    }
    return fmt::format("{:02}:{:02}:{:02}{}", *hours, *minutes, *seconds, fraction);
}

// "4/5/2016 19:01" → "2016-04-05T19:01:00"; the month first, or the day.
std::optional<std::string> slashed(std::string_view text, bool month_first) {
    const auto a = take_number(text, 2);
    const char between = text.empty() ? '\0' : text.front();
    if (!a || (between != '/' && between != '.' && between != '-')) return std::nullopt;
    text.remove_prefix(1);
    const auto b = take_number(text, 2);
    if (!b || !take(text, between)) return std::nullopt;
    const auto year = take_number(text, 4);
    if (!year || *year < 1000) return std::nullopt;
    if (!text.empty() && text.front() != ' ' && text.front() != 'T' && text.front() != ',') return std::nullopt;
    while (!text.empty() && (text.front() == ' ' || text.front() == 'T' || text.front() == ',')) text.remove_prefix(1);
    const auto clock = clock_from(text);
    if (!clock) return std::nullopt;
    return fmt::format("{:04}-{:02}-{:02}T{}", *year, month_first ? *a : *b, month_first ? *b : *a, *clock);
}

// Exact where the decimals are at most nine.
std::optional<int64_t> epoch_ns(std::string_view text, int64_t unit_ns) {
    int64_t whole = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
    if (error != std::errc() || std::abs(whole) > 9'000'000'000'000'000'000 / unit_ns) return std::nullopt;
    text.remove_prefix(size_t(end - text.data()));
    int64_t ns = whole * unit_ns;
    if (text.empty()) return ns;
    if (!take(text, '.') || whole < 0) return std::nullopt;
    for (int64_t digit_ns = unit_ns / 10; !text.empty(); digit_ns /= 10, text.remove_prefix(1)) {
        if (text.front() < '0' || text.front() > '9') return std::nullopt;
        ns += digit_ns * (text.front() - '0');
    }
    return ns;
}

}  // namespace

TimeCells::TimeCells(const std::string& format, const std::string& zone) : zone_(zone) {
    static constexpr std::array<std::pair<std::string_view, Format>, 5> known{{{"iso", Format::iso},
                                                                               {"us", Format::us},
                                                                               {"eu", Format::eu},
                                                                               {"epoch", Format::epoch},
                                                                               {"epoch_ms", Format::epoch_ms}}};
    for (const auto& [name, value] : known)
        if (format == name) {
            format_ = value;
            return;
        }
    throw std::invalid_argument(fmt::format("'{}' is no form of time that is known; give {}.", format, formats));
}

// A wall clock's time, written like RFC 3339 without a zone.
std::optional<TimeCells::Instant> TimeCells::local(const std::string& iso) const {
    constexpr int64_t second_ns = 1'000'000'000;
    const auto as_utc = utc_from(iso + "Z");
    if (!as_utc) return std::nullopt;
    const int64_t second = *as_utc >= 0 ? *as_utc / second_ns : -((-*as_utc + second_ns - 1) / second_ns);
    const TimeZone::Instant instant = zone_.utc_from(second);
    return Instant{instant.utc_s * second_ns + (*as_utc - second * second_ns), instant.reading};
}

std::optional<TimeCells::Instant> TimeCells::read(std::string_view text) const {
    switch (format_) {
        case Format::iso: {
            if (const auto with_zone = utc_from(text)) return Instant{*with_zone};
            std::string iso(text);
            if (iso.size() == 10) iso += "T00:00:00";  // a date
            if (iso.size() == 16) iso += ":00";        // to the minute
            return local(iso);
        }
        case Format::us:
        case Format::eu: {
            const auto iso = slashed(text, format_ == Format::us);
            return iso ? local(*iso) : std::nullopt;
        }
        case Format::epoch:
        case Format::epoch_ms: {
            const auto ns = epoch_ns(text, format_ == Format::epoch ? 1'000'000'000 : 1'000'000);
            return ns ? std::optional(Instant{*ns}) : std::nullopt;
        }
    }
    return std::nullopt;
}

}  // namespace bv

// See time_text.h.
#include "cluster/time_text.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <limits>
#include <utility>

namespace bv {

namespace {

constexpr int64_t second_ns = 1'000'000'000;

// Takes exactly `digits` digits from the front.
std::optional<int> take_digits(std::string_view& text, size_t digits) {
    int value = 0;
    if (text.size() < digits) return std::nullopt;
    for (size_t i = 0; i < digits; ++i) {
        if (text[i] < '0' || text[i] > '9') return std::nullopt;
        value = 10 * value + (text[i] - '0');
    }
    text.remove_prefix(digits);
    return value;
}

bool take(std::string_view& text, std::string_view one_of) {
    if (text.empty() || one_of.find(text.front()) == std::string_view::npos) return false;
    text.remove_prefix(1);
    return true;
}

// Up to nine decimals after a point; 0 where there are none.
std::optional<int64_t> take_fraction_ns(std::string_view& text) {
    if (!take(text, ".")) return 0;
    int64_t ns = 0, unit = second_ns;
    size_t digits = 0;
    for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
        unit /= 10;
        ns += unit * (text[digits] - '0');
    }
    text.remove_prefix(digits);
    if (digits == 0 || digits > 9) return std::nullopt;
    return ns;
}

// What follows the time: Z or ±hh:mm, in seconds east of UTC.
std::optional<int64_t> take_zone_s(std::string_view& text) {
    if (take(text, "Zz")) return 0;
    const bool west = !text.empty() && text.front() == '-';
    if (!take(text, "+-")) return std::nullopt;
    const auto hours = take_digits(text, 2);
    if (!hours || !take(text, ":")) return std::nullopt;
    const auto minutes = take_digits(text, 2);
    if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
    return (west ? -1 : 1) * (*hours * 3600 + *minutes * 60);
}

std::optional<double> take_number(std::string_view& text) {
    double value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (read.ec != std::errc() || !(value >= 0)) return std::nullopt;
    text.remove_prefix(size_t(read.ptr - text.data()));
    return value;
}

std::string_view take_letters(std::string_view& text) {
    size_t letters = 0;
    while (letters < text.size() && ((text[letters] | 0x20) >= 'a' && (text[letters] | 0x20) <= 'z')) ++letters;
    const std::string_view word = text.substr(0, letters);
    text.remove_prefix(letters);
    return word;
}

}  // namespace

std::string utc_text(int64_t time_ns) {
    using namespace std::chrono;
    const sys_time<nanoseconds> time{nanoseconds(time_ns)};
    const auto day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss clock(time - day);
    std::array<char, 64> text;
    int size = std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d", int(date.year()),
                             unsigned(date.month()), unsigned(date.day()), int(clock.hours().count()),
                             int(clock.minutes().count()), int(clock.seconds().count()));
    const auto ns = int64_t(clock.subseconds().count());
    if (ns % 1000 != 0)
        size += std::snprintf(text.data() + size, text.size() - size_t(size), ".%09d", int(ns));
    else if (ns % 1'000'000 != 0)
        size += std::snprintf(text.data() + size, text.size() - size_t(size), ".%06d", int(ns / 1000));
    else if (ns != 0)
        size += std::snprintf(text.data() + size, text.size() - size_t(size), ".%03d", int(ns / 1'000'000));
    return std::string(text.data(), size_t(size)) + "Z";
}

std::optional<int64_t> utc_from(std::string_view text) {
    using namespace std::chrono;
    const auto y = take_digits(text, 4);
    if (!y || !take(text, "-")) return std::nullopt;
    const auto mo = take_digits(text, 2);
    if (!mo || !take(text, "-")) return std::nullopt;
    const auto d = take_digits(text, 2);
    if (!d || !take(text, "Tt ")) return std::nullopt;
    const auto h = take_digits(text, 2);
    if (!h || !take(text, ":")) return std::nullopt;
    const auto mi = take_digits(text, 2);
    if (!mi || !take(text, ":")) return std::nullopt;
    const auto s = take_digits(text, 2);
    if (!s) return std::nullopt;
    const auto fraction_ns = take_fraction_ns(text);
    if (!fraction_ns) return std::nullopt;
    const auto zone_s = take_zone_s(text);
    const year_month_day date{year(*y), month(unsigned(*mo)), day(unsigned(*d))};
    // 64 bits of nanoseconds end in 2262; a leap second counts as the second after it.
    if (!zone_s || !text.empty() || !date.ok() || *y < 1700 || *y > 2261 || *h > 23 || *mi > 59 || *s > 60)
        return std::nullopt;
    const int64_t days_s = int64_t(sys_days(date).time_since_epoch().count()) * 86'400;
    return (days_s + *h * 3600 + *mi * 60 + *s - *zone_s) * second_ns + *fraction_ns;
}

std::optional<int64_t> span_from(std::string_view text) {
    static constexpr std::array<std::pair<std::string_view, double>, 6> units{
        {{"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}, {"d", 86'400e9}, {"w", 7 * 86'400e9}}};
    if (text.empty()) return std::nullopt;
    double span = 0;
    while (!text.empty()) {
        const auto value = take_number(text);
        if (!value) return std::nullopt;
        const std::string_view unit = take_letters(text);
        double factor = 0;
        for (const auto& [name, ns] : units)
            if (unit == name) factor = ns;
        if (factor == 0) return std::nullopt;
        span += *value * factor;
    }
    if (span > 9e18) return std::nullopt;
    return std::llround(span);
}

std::optional<int64_t> time_from(std::string_view text, int64_t begin_ns, int64_t end_ns) {
    if (text == "begin") return begin_ns;
    if (text == "end") return end_ns;
    if (text.empty() || (text.front() != '+' && text.front() != '-')) return utc_from(text);
    const auto span = span_from(text.substr(1));
    if (!span) return std::nullopt;
    constexpr int64_t last = std::numeric_limits<int64_t>::max(), first = std::numeric_limits<int64_t>::min();
    if (text.front() == '+') return begin_ns > last - *span ? last : begin_ns + *span;
    return end_ns < first + *span ? first : end_ns - *span;
}

std::optional<uint64_t> bytes_from(std::string_view text) {
    static constexpr std::array<std::pair<std::string_view, double>, 10> units{{{"", 1},
                                                                                {"B", 1},
                                                                                {"kB", 1e3},
                                                                                {"MB", 1e6},
                                                                                {"GB", 1e9},
                                                                                {"TB", 1e12},
                                                                                {"KiB", 1024.0},
                                                                                {"MiB", 1048576.0},
                                                                                {"GiB", 1073741824.0},
                                                                                {"TiB", 1099511627776.0}}};
    const auto value = take_number(text);
    if (!value) return std::nullopt;
    for (const auto& [name, factor] : units)
        if (text == name && *value * factor < 1.8e19) return uint64_t(*value * factor);
    return std::nullopt;
}

std::string bytes_text(uint64_t bytes) {
    static constexpr std::array<const char*, 5> units{"B", "kB", "MB", "GB", "TB"};
    auto value = double(bytes);
    size_t unit = 0;
    for (; value >= 999.5 && unit + 1 < units.size(); ++unit) value /= 1000;
    std::array<char, 32> text;
    std::snprintf(text.data(), text.size(), unit == 0 || value >= 99.5 ? "%.0f %s" : "%.1f %s", value, units[unit]);
    return text.data();
}

}  // namespace bv

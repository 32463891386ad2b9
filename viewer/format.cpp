// Numbers and times as people read them. Reads: values, units, times. Writes: text. One place, so that a thing is
// spelled the same in every panel.
#include "viewer/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <optional>

namespace bv {
namespace {

// Units that take SI prefixes. Celsius, per cent, counts and codes do not.
bool takes_prefix(std::string_view unit) {
    static constexpr std::array<std::string_view, 14> units{"W", "W/s", "B",      "B/s", "Hz", "bit/s", "Wh", "VA",
                                                            "J", "FLOP/s", "L/s", "V",  "A",     "Pa"};
    return std::find(units.begin(), units.end(), unit) != units.end();
}

// Three significant figures without a trailing ".0" noise: 8.42, 42.1, 421.
std::string three_figures(double value) {
    const double magnitude = std::abs(value);
    if (magnitude >= 99.95) return fmt::format("{:.0f}", value);
    if (magnitude >= 9.995) return fmt::format("{:.1f}", value);
    return fmt::format("{:.2f}", value);
}

Quantity with_prefix(double value, std::string_view unit) {
    static constexpr std::array<std::string_view, 7> big{"", "k", "M", "G", "T", "P", "E"};
    double scaled = value;
    size_t step = 0;
    while (std::abs(scaled) >= 999.5 && step + 1 < big.size()) {
        scaled /= 1000;
        ++step;
    }
    if (step == 0 && scaled == std::floor(scaled)) return {fmt::format("{:.0f}", scaled), std::string(unit)};
    return {three_figures(scaled), std::string(big[step]) + std::string(unit)};
}

Quantity seconds_quantity(double value) {
    const double magnitude = std::abs(value);
    if (magnitude == 0) return {"0", "s"};
    if (magnitude < 1e-3) return {three_figures(value * 1e6), "µs"};
    if (magnitude < 1) return {three_figures(value * 1e3), "ms"};
    if (magnitude < 600) return {three_figures(value), "s"};
    if (magnitude < 36'000) return {three_figures(value / 60), "min"};
    return {three_figures(value / 3600), "h"};
}

std::tm utc(int64_t time_ns) {
    int64_t seconds = time_ns / 1'000'000'000;
    if (time_ns % 1'000'000'000 < 0) --seconds;
    const std::time_t t = seconds;
    std::tm out{};
    gmtime_r(&t, &out);
    return out;
}

}  // namespace

std::string grouped(int64_t number) {
    std::string digits = std::to_string(number);
    const size_t begin = number < 0 ? 1 : 0;
    for (size_t i = digits.size(); i > begin + 3;) digits.insert(i -= 3, ",");
    return digits;
}

std::string short_count(double number) {
    if (std::isnan(number)) return std::string(no_data_text);
    if (std::abs(number) < 999'999.5) return grouped(std::llround(number));
    const Quantity q = with_prefix(number, "");
    return q.unit.empty() ? q.value : q.value + " " + q.unit;
}

Quantity quantity(double value, std::string_view unit) {
    if (std::isnan(value)) return {std::string(no_data_text), ""};
    if (unit == "ratio") return {fmt::format("{:.{}f}", value * 100, std::abs(value) < 0.1 && value != 0 ? 1 : 0), "%"};
    if (unit == "s") return seconds_quantity(value);
    if (takes_prefix(unit)) return with_prefix(value, unit);
    const double magnitude = std::abs(value);
    if (magnitude >= 1000) return {grouped(std::llround(value)), std::string(unit)};
    if (value == std::floor(value)) return {fmt::format("{:.0f}", value), std::string(unit)};
    return {fmt::format("{:.{}f}", value, magnitude < 10 ? 2 : 1), std::string(unit)};
}

// Clock event reasons as NVML counts its bits (nvmlClocksEventReasons).
static std::string throttle_words(int64_t bits) {
    static constexpr std::array<std::string_view, 9> words{"idle",        "set clocks",  "power cap",
                                                           "HW slowdown", "sync boost",  "SW thermal",
                                                           "HW thermal",  "power brake", "display"};
    std::string out;
    for (size_t i = 0; i < words.size(); ++i)
        if (bits >> i & 1) out += (out.empty() ? "" : ", ") + std::string(words[i]);
    const int64_t rest = bits >> words.size() << words.size();
    if (rest != 0) out += (out.empty() ? "" : ", ") + fmt::format("0x{:x}", rest);
    return out.empty() ? "none" : out;
}

// Shown in percent.
static bool is_share(const Metric& metric) {
    return metric.name.ends_with("_ratio") && (metric.unit.empty() || metric.unit == "ratio" || metric.unit == "1");
}

// Numbers that stand for words, and exponents that people read as powers.
static std::optional<std::string> coded(const Metric& metric, double value) {
    static constexpr std::array<std::string_view, 3> leaks{"dry", "damp", "wet"}, links{"down", "training", "up"};
    const auto code = int64_t(std::llround(value));
    if (metric.name == "leak" && code >= 0 && code < 3) return std::string(leaks[size_t(code)]);
    if (metric.name == "state" && code >= 0 && code < 3) return std::string(links[size_t(code)]);
    if (metric.name == "health" && code >= 0 && size_t(code) < health_count) return std::string(name_of(Health(code)));
    if (metric.name == "xid") return code == 0 ? "none" : fmt::format("XID {}", code);
    if (metric.name == "throttle_reasons") return throttle_words(code);
    if (metric.unit == "log10") {
        const double exponent = std::floor(value);
        return fmt::format("{:.1f}e{:.0f}", std::min(std::pow(10.0, value - exponent), 9.9), exponent);
    }
    return {};
}

Quantity quantity(const Metric& metric, double value) {
    if (std::isnan(value)) return {std::string(no_data_text), ""};
    if (const std::optional<std::string> word = coded(metric, value)) return {*word, ""};
    if (is_share(metric)) return quantity(value, "ratio");
    if (metric.aggregate == Aggregate::none && metric.unit.empty() && !std::isnan(value))
        return {grouped(std::llround(value)), ""};
    return quantity(value, metric.unit);
}

std::string exact(const Metric& metric, double value) {
    if (std::isnan(value)) return std::string(no_data_text);
    if (is_share(metric)) return fmt::format("{:.2f} %", value * 100);
    // The quantisation step says how many decimals mean anything.
    const int decimals = std::clamp(int(std::ceil(-std::log10(metric.scale) - 1e-9)), 0, 6);
    std::string text = fmt::format("{:.{}f}", value, decimals);
    const size_t dot = text.find('.');
    const std::string fraction = dot == std::string::npos ? "" : text.substr(dot);
    const bool negative = value < 0 && value > -1;
    text = (negative ? "-" : "") + grouped(int64_t(std::trunc(std::stod(text)))) + fraction;
    if (const std::optional<std::string> word = coded(metric, value)) return *word + " (" + text + ")";
    return metric.unit.empty() ? text : text + " " + std::string(metric.unit);
}

std::string duration(double seconds) {
    if (seconds < 0.95) return "now";
    if (seconds < 59.5) return fmt::format("{:.0f} s", seconds);
    if (seconds < 3570) return fmt::format("{:.0f} min", seconds / 60);
    if (seconds < 35'820) return fmt::format("{:.1f} h", seconds / 3600);
    if (seconds < 171'000) return fmt::format("{:.0f} h", seconds / 3600);
    return fmt::format("{:.0f} d", seconds / 86'400);
}

std::string age(int64_t now_ns, int64_t time_ns) {
    if (time_ns == 0) return "never";
    return duration(std::max(0.0, double(now_ns - time_ns) * 1e-9));
}

std::string clock_time(int64_t time_ns) {
    const std::tm t = utc(time_ns);
    return fmt::format("{:02}:{:02}:{:02}", t.tm_hour, t.tm_min, t.tm_sec);
}

std::string recent_time(int64_t now_ns, int64_t time_ns) {
    constexpr int64_t half_day_ns = 43'200'000'000'000;
    if (std::abs(now_ns - time_ns) < half_day_ns) return clock_time(time_ns);
    static constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::tm t = utc(time_ns);
    return fmt::format("{} {} {:02}:{:02}", t.tm_mday, months[size_t(t.tm_mon) % 12], t.tm_hour, t.tm_min);
}

std::string date_time(int64_t time_ns) {
    const std::tm t = utc(time_ns);
    return fmt::format("{:04}-{:02}-{:02} {} UTC", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, clock_time(time_ns));
}

std::string rfc3339(int64_t time_ns) {
    const std::tm t = utc(time_ns);
    const int64_t millis = ((time_ns % 1'000'000'000 + 1'000'000'000) % 1'000'000'000) / 1'000'000;
    return fmt::format("{:04}-{:02}-{:02}T{}.{:03}Z", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, clock_time(time_ns),
                       millis);
}

std::string_view words_of(LinkMedium medium) {
    switch (medium) {
        case LinkMedium::copper:
            return "copper";
        case LinkMedium::multimode:
            return "multimode fibre";
        case LinkMedium::single_mode:
            return "single-mode fibre";
        case LinkMedium::unknown:
            return "cable";
    }
    return "cable";
}

std::string_view words_of(LinkClass link_class) {
    switch (link_class) {
        case LinkClass::host:
            return "server to leaf";
        case LinkClass::leaf_spine:
            return "leaf to spine";
        case LinkClass::spine_core:
            return "spine to core";
        case LinkClass::frontend:
            return "front-end network";
        case LinkClass::management:
            return "management network";
    }
    return "link";
}

}  // namespace bv

// Numbers and times as people read them: short with a unit in the panels, exact on hover. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cluster/metrics.h"
#include "cluster/topology.h"

namespace bv {

// A value and its unit, apart, because the unit is drawn faint: {"69.8", "MW"}.
struct Quantity {
    std::string value, unit;
    [[nodiscard]] std::string text() const { return unit.empty() ? value : value + (unit == "%" ? "" : " ") + unit; }
};

// Shown wherever there is no data. Never a zero.
inline constexpr std::string_view no_data_text = "no data";

// Whole number with thousands separated: 98304 → "98,304".
std::string grouped(int64_t number);
// Grouped up to 999,999, then "1.2 M": for counts where room is scarce.
std::string short_count(double number);
// Three figures and an SI prefix where the unit takes one (W, B, B/s, Hz, …): 69.8e6 W → {"69.8", "MW"}; 0.42 ratio →
// {"42", "%"}. NaN gives {"no data", ""}.
Quantity quantity(double value, std::string_view unit);
// As quantity(), with what the metric's name adds: *_ratio in per cent, codes and flags as they are.
Quantity quantity(const Metric& metric, double value);
// Every digit that the value has: "69,812,345 W".
std::string exact(const Metric& metric, double value);

// What people call a cable and what it joins: "single-mode fibre", "server to leaf".
std::string_view words_of(LinkMedium medium);
std::string_view words_of(LinkClass link_class);

// "now", "4 s", "12 min", "3.5 h", "2 d"; "never" where time_ns is 0.
std::string age(int64_t now_ns, int64_t time_ns);
std::string duration(double seconds);
// Times of day, UTC: "14:03:07"; "2026-01-01 14:03:07 UTC".
std::string clock_time(int64_t time_ns);
// As short as is clear beside `now_ns`: "14:03:07" within half a day, else "31 Dec 14:03".
std::string recent_time(int64_t now_ns, int64_t time_ns);
std::string date_time(int64_t time_ns);
std::string rfc3339(int64_t time_ns);

}  // namespace bv

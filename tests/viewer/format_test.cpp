// Numbers, ages and times as the panels spell them.
#include "viewer/format.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace bv;

namespace {

const Metric& gpu_metric(std::string_view name) {
    return metrics_of(ObjectClass::gpu)[find_metric(ObjectClass::gpu, name).value()];
}
const Metric& link_metric(std::string_view name) {
    return metrics_of(ObjectClass::link)[find_metric(ObjectClass::link, name).value()];
}

}  // namespace

TEST_CASE("big numbers are short with a prefix, small ones whole") {
    CHECK(quantity(69.8e6, "W").text() == "69.8 MW");
    CHECK(quantity(127.4e6, "W").text() == "127 MW");
    CHECK(quantity(999.6e3, "W").text() == "1.00 MW");
    CHECK(quantity(682, "W").text() == "682 W");
    CHECK(quantity(0, "W").text() == "0 W");
    CHECK(quantity(-1500, "W").text() == "-1.50 kW");
    CHECK(quantity(1.2e9, "B/s").text() == "1.20 GB/s");
    CHECK(quantity(1.98e9, "Hz").text() == "1.98 GHz");
    CHECK(quantity(47, "°C").text() == "47 °C");
    CHECK(quantity(47.26, "°C").text() == "47.3 °C");
    CHECK(quantity(0.425, "ratio").text() == "42%");
    CHECK(quantity(0.0625, "ratio").text() == "6.2%");
    CHECK(quantity(0.004, "s").text() == "4.00 ms");
    CHECK(quantity(8792, "rpm").text() == "8,792 rpm");
}

TEST_CASE("no data is never a zero") {
    CHECK(quantity(NAN, "W").text() == "no data");
    CHECK(quantity(gpu_metric("temp_celsius"), NAN).text() == "no data");
    CHECK(exact(gpu_metric("temp_celsius"), NAN) == "no data");
    CHECK(short_count(NAN) == "no data");
}

TEST_CASE("codes are words") {
    CHECK(quantity(gpu_metric("xid"), 0).text() == "none");
    CHECK(quantity(gpu_metric("xid"), 79).text() == "XID 79");
    CHECK(quantity(link_metric("state"), 0).text() == "down");
    CHECK(quantity(link_metric("state"), 2).text() == "up");
    CHECK(quantity(link_metric("bit_error_rate"), -8.7).text() == "2.0e-9");
    CHECK(quantity(gpu_metric("tensor_active_ratio"), 0.46).text() == "46%");
}

TEST_CASE("exact values keep every digit that means something") {
    CHECK(exact(gpu_metric("temp_celsius"), 47.26) == "47.26 °C");
    CHECK(exact(gpu_metric("memory_used_bytes"), 75'300'000'000.0) == "75,300,000,000 B");
    CHECK(exact(gpu_metric("ecc_corrected"), 29) == "29");
}

TEST_CASE("counts are grouped, then short") {
    CHECK(grouped(0) == "0");
    CHECK(grouped(999) == "999");
    CHECK(grouped(98'304) == "98,304");
    CHECK(grouped(-1'234'567) == "-1,234,567");
    CHECK(short_count(98'304) == "98,304");
    CHECK(short_count(1'200'000) == "1.20 M");
}

TEST_CASE("ages and times") {
    const int64_t s = 1'000'000'000;
    CHECK(age(100 * s, 0) == "never");
    CHECK(age(100 * s, 100 * s) == "now");
    CHECK(age(100 * s, 96 * s) == "4 s");
    CHECK(age(96 * s, 100 * s) == "now");  // a clock that runs ahead
    CHECK(age(1000 * s, 280 * s) == "12 min");
    CHECK(age(20'000 * s, 200 * s) == "5.5 h");
    CHECK(duration(200'000) == "2 d");
    CHECK(clock_time(1'767'225'600 * s) == "00:00:00");
    CHECK(date_time(1'767'225'600 * s) == "2026-01-01 00:00:00 UTC");
    CHECK(rfc3339(1'767'225'600 * s + 250'000'000) == "2026-01-01T00:00:00.250Z");
    CHECK(rfc3339(-1) == "1969-12-31T23:59:59.999Z");
}

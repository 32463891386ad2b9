// Times, spans and sizes: what is written comes back exactly, and what is none is refused.
#include <doctest/doctest.h>

#include "cluster/time_text.h"

using namespace bv;

namespace {
constexpr int64_t s = 1'000'000'000;
constexpr int64_t new_year = 1'767'225'600 * s;  // 2026-01-01T00:00:00Z
}  // namespace

TEST_CASE("times are written as short as they are exact") {
    CHECK(utc_text(new_year) == "2026-01-01T00:00:00Z");
    CHECK(utc_text(new_year + 250'000'000) == "2026-01-01T00:00:00.250Z");
    CHECK(utc_text(new_year + 1000) == "2026-01-01T00:00:00.000001Z");
    CHECK(utc_text(new_year + 1) == "2026-01-01T00:00:00.000000001Z");
    CHECK(utc_text(-1) == "1969-12-31T23:59:59.999999999Z");
    for (const int64_t time : {new_year, new_year + 123'456'789, int64_t(-1), int64_t(0), int64_t(951'827'696) * s})
        CHECK(utc_from(utc_text(time)) == time);
}

TEST_CASE("times are read with any offset") {
    CHECK(utc_from("2026-01-01T02:00:00+02:00") == new_year);
    CHECK(utc_from("2025-12-31t18:30:00.5-05:30") == new_year + s / 2);
    CHECK(utc_from("2026-01-01 00:00:00Z") == new_year);
    for (const char* bad : {"", "2026-01-01", "2026-01-01T00:00:00", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z",
                            "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:00.Z",
                            "2026-01-01T00:00:00Zx", "2026-01-01T00:00:00+2:00", "yesterday", "9999-01-01T00:00:00Z"})
        CHECK_FALSE(utc_from(bad));
}

TEST_CASE("spans and offsets") {
    CHECK(span_from("90s") == 90 * s);
    CHECK(span_from("1h30m") == 5400 * s);
    CHECK(span_from("1.5d") == 129'600 * s);
    CHECK(span_from("250ms") == s / 4);
    for (const char* bad : {"", "5", "s", "-5s", "5y", "1e99d", "nan s", "5 s"}) CHECK_FALSE(span_from(bad));
    CHECK(time_from("+90s", 100 * s, 900 * s) == 190 * s);
    CHECK(time_from("-5m", 100 * s, 900 * s) == 600 * s);
    CHECK(time_from("begin", 1, 2) == 1);
    CHECK(time_from("end", 1, 2) == 2);
    CHECK(time_from("2026-01-01T00:00:00Z", 0, 0) == new_year);
    CHECK_FALSE(time_from("+", 0, 0));
    CHECK_FALSE(time_from("later", 0, 0));
}

TEST_CASE("sizes") {
    CHECK(bytes_from("200GB") == 200'000'000'000);
    CHECK(bytes_from("1.5KiB") == 1536);
    CHECK(bytes_from("500000") == 500'000);
    for (const char* bad : {"", "GB", "-1GB", "5 GB", "5gb", "9e30"}) CHECK_FALSE(bytes_from(bad));
    CHECK(bytes_text(999) == "999 B");
    CHECK(bytes_text(1'234'567) == "1.2 MB");
    CHECK(bytes_text(999'999) == "1.0 MB");
}

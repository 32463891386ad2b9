// Times of tables, and the zones that they do not say.
#include "feed/import/time_cells.h"

#include <doctest/doctest.h>

#include <stdexcept>

#include "cluster/time_text.h"

using namespace bv;

namespace {

std::string read(const TimeCells& cells, std::string_view text) {
    const auto instant = cells.read(text);
    return instant ? utc_text(instant->ns) : "none";
}

}  // namespace

TEST_CASE("every form") {
    const TimeCells iso("iso", "UTC"), us("us", "UTC"), eu("eu", "UTC"), epoch("epoch", "UTC"), ms("epoch_ms", "UTC");
    CHECK(read(iso, "2016-04-05T19:01:39Z") == "2016-04-05T19:01:39Z");
    CHECK(read(iso, "2016-04-05T19:01:39+02:00") == "2016-04-05T17:01:39Z");
    CHECK(read(iso, "2016-04-05 19:01:39.25") == "2016-04-05T19:01:39.250Z");
    CHECK(read(iso, "2016-04-05 19:01") == "2016-04-05T19:01:00Z");
    CHECK(read(iso, "2016-04-05") == "2016-04-05T00:00:00Z");
    CHECK(read(us, "4/5/2016 7:01:39 PM") == "2016-04-05T19:01:39Z");
    CHECK(read(us, "04/05/2016 12:00 AM") == "2016-04-05T00:00:00Z");
    CHECK(read(us, "04/05/2016 19:01") == "2016-04-05T19:01:00Z");
    CHECK(read(us, "12/31/2016") == "2016-12-31T00:00:00Z");
    CHECK(read(eu, "05.04.2016 19:01:39.5") == "2016-04-05T19:01:39.500Z");
    CHECK(read(eu, "31/12/2016") == "2016-12-31T00:00:00Z");
    CHECK(read(epoch, "1459882899") == "2016-04-05T19:01:39Z");
    CHECK(read(epoch, "1459882899.123456789") == "2016-04-05T19:01:39.123456789Z");
    CHECK(read(ms, "1459882899250") == "2016-04-05T19:01:39.250Z");
}

TEST_CASE("what is no time") {
    const TimeCells iso("iso", "UTC"), us("us", "UTC"), epoch("epoch", "UTC");
    for (const char* text : {"", "soon", "2016-13-05", "2016-02-30 10:00:00", "2016-04-05 25:00:00", "2016-04-05 19",
                             "20160405", "1459882899", "2016-04-05 19:01:39 PM", "2016-04-05 19:01:39.1234567890"})
        CHECK_MESSAGE(read(iso, text) == "none", text);
    for (const char* text : {"31/12/2016", "4/5/16", "4/5/2016 13:00 PM", "4/5/2016 10", "4-5/2016", "4/5/2016x"})
        CHECK_MESSAGE(read(us, text) == "none", text);
    for (const char* text : {"1459882899s", "99999999999999999999", "1e9", "1.2.3"})
        CHECK_MESSAGE(read(epoch, text) == "none", text);
    CHECK_THROWS_AS(TimeCells("julian", "UTC"), std::invalid_argument);
}

TEST_CASE("zones by offset and by name") {
    CHECK(read(TimeCells("iso", "+02:00"), "2016-04-05 19:00") == "2016-04-05T17:00:00Z");
    CHECK(read(TimeCells("iso", "-0530"), "2016-04-05 19:00") == "2016-04-06T00:30:00Z");
    CHECK(read(TimeCells("iso", "+2"), "2016-04-05 19:00Z") == "none");
    const TimeCells york("iso", "America/New_York");
    CHECK(read(york, "2016-01-05 19:00") == "2016-01-06T00:00:00Z");
    CHECK(read(york, "2016-07-05 19:00") == "2016-07-05T23:00:00Z");
    CHECK(read(york, "2016-07-05T19:00:00Z") == "2016-07-05T19:00:00Z");  // says its own
    for (const char* zone : {"Nowhere/City", "", "../passwd", "/etc/passwd", "+25:00", "+x"})
        CHECK_THROWS_AS(TimeCells("iso", zone), std::invalid_argument);
}

TEST_CASE("the hour that comes twice, and the one that never comes") {
    const TimeCells york("iso", "America/New_York");
    const auto twice = york.read("2016-11-06 01:30"), never = york.read("2016-03-13 02:30");
    REQUIRE((twice && never));
    CHECK(twice->reading == TimeZone::Reading::twice);
    CHECK(utc_text(twice->ns) == "2016-11-06T05:30:00Z");
    CHECK(never->reading == TimeZone::Reading::never);
    CHECK(utc_text(never->ns) == "2016-03-13T07:30:00Z");
    CHECK(york.read("2016-11-06 02:30")->reading == TimeZone::Reading::clear);
    CHECK(utc_text(york.read("2016-11-06 02:30")->ns) == "2016-11-06T07:30:00Z");
    CHECK(utc_text(york.read("2016-11-06 00:59:59")->ns) == "2016-11-06T04:59:59Z");
}

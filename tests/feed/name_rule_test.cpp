// Places read out of names: the built-in rules on the spellings they were made for, own rules, and rules that are
// wrong.
#include "feed/import/name_rule.h"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using namespace bv;

namespace {

std::string complaint(const std::string& pattern) {
    try {
        NameRule rule(pattern);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "";
}

NamePlace by_default(const std::string& name) {
    const auto place = NameRules::with_defaults({}).match(name);
    REQUIRE_MESSAGE(place.has_value(), name);
    return *place;
}

}  // namespace

TEST_CASE("built-in rules") {
    NamePlace place = by_default("a08-p1-dgx-04-c01");
    CHECK(place.row == "A");
    CHECK(place.rack == "08");
    CHECK(place.pod == 1);
    CHECK(place.slot == 1);
    place = by_default("A09-P1-IBLEAF-03-04");
    CHECK(place.row == "A");
    CHECK(place.rack == "09");
    CHECK(place.rail == 3);
    CHECK(place.slot == 4);
    place = by_default("B10-P1-IBSPINE-09");
    CHECK(place.row == "B");
    CHECK(place.rack == "10");
    CHECK(place.slot == 9);
    CHECK(by_default("B11-P1-CUFM-02").rack == "11");
    place = by_default("a01n17");
    CHECK(place.row == "A");
    CHECK(place.rack == "01");
    CHECK(place.slot == 17);
    place = by_default("F01C04-DX413");
    CHECK(place.row == "F01");
    CHECK(place.rack == "C04");
    CHECK(by_default("gpu-r12-n03").rack == "12");
    CHECK(by_default("rack12-u07").unit == 7);
    for (const char* name :
         {"localhost", "ubuntu", "ib-i1l1s01", "host-e09d730300156ff6", "switch-2c5eab0300b87b40", ""})
        CHECK_FALSE(NameRules::with_defaults({}).match(name).has_value());
}

TEST_CASE("own rules come first and the first that matches decides") {
    const auto rules =
        NameRules::with_defaults({R"((?<hall>h\d)-(?<row>r\d)-(?<rack>k\d+)-u(?<unit>\d+))", R"(h1-(?P<rack>.*))"});
    auto place = rules.match("H1-r2-k33-u7");
    REQUIRE(place);
    CHECK(place->hall == "H1");
    CHECK(place->row == "R2");
    CHECK(place->rack == "K33");
    CHECK(place->unit == 7);
    place = rules.match("h1-lobby");
    REQUIRE(place);
    CHECK(place->rack == "LOBBY");
    CHECK(rules.match("a08-p1-dgx-04-c01")->slot == 1);  // built in
    CHECK_FALSE(rules.match("h9").has_value());
}

TEST_CASE("named groups keep their numbers among other groups, classes and escapes") {
    const NameRule rule(R"(([(]x|y)\((?:q(?=r))?(?<rack>[)0-9]+)\)(?<node>\d+))");
    const auto place = rule.match("y(12)5");
    REQUIRE(place);
    CHECK(place->rack == "12");
    CHECK(place->slot == 5);
}

TEST_CASE("a number that is too big is no number") {
    const auto place = NameRule(R"((?<row>a)(?<slot>\d+))").match("a99999999999999999999");
    REQUIRE(place);
    CHECK_FALSE(place->slot.has_value());
}

TEST_CASE("wrong rules say what is wrong") {
    CHECK(complaint("(?<row>a").find("is no regular expression") != std::string::npos);
    CHECK(complaint("(?<row").find("does not close it") != std::string::npos);
    CHECK(complaint("(?<shelf>a)(?<row>b)").find("'shelf'") != std::string::npos);
    CHECK(complaint("abc").find("places nothing") != std::string::npos);
    CHECK(complaint("(?<slot>1)").find("places nothing") != std::string::npos);
    CHECK(complaint("(?<=x)(?<row>b)").find("looks behind") != std::string::npos);
    CHECK(complaint(R"((?<row>a)(?<rack>\d+))").empty());
}

TEST_CASE("a name of any length is survived") {
    CHECK_FALSE(NameRules::with_defaults({}).match(std::string(1'000'000, 'a')).has_value());
}

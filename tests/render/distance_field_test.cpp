// Distances of simple shapes.
#include <cmath>

#include <doctest/doctest.h>

#include "render/distance_field.h"

TEST_CASE("a square's field is 128 at its edge and grows inwards by the texel") {
    const std::vector<uint8_t> square(10 * 10, 255);
    const auto field = bv::distance_field(square, 10, 10, 8);
    REQUIRE(field.size() == 26 * 26);
    const auto at = [&](int x, int y) {
        return static_cast<double>(field[static_cast<size_t>(y) * 26 + static_cast<size_t>(x)]);
    };
    const double texel = 127.0 / 8;
    CHECK(at(8, 13) == doctest::Approx(128 + texel).epsilon(0.02));  // first texel inside
    CHECK(at(7, 13) == doctest::Approx(128 - texel).epsilon(0.02));  // first outside
    CHECK(at(12, 13) == doctest::Approx(128 + 5 * texel).epsilon(0.02));
    CHECK(at(4, 13) == doctest::Approx(128 - 4 * texel).epsilon(0.03));
    CHECK(at(5, 5) == doctest::Approx(128 - 3 * std::sqrt(2.0) * texel).epsilon(0.04));  // off a corner
    CHECK(at(0, 0) == 0);
}

TEST_CASE("an empty picture is outside everywhere, a tiny one does not read beyond itself") {
    for (uint8_t byte : bv::distance_field(std::vector<uint8_t>(4, 0), 2, 2, 8)) CHECK(byte == 0);
    CHECK(bv::distance_field({}, 0, 0, 8).size() == 16 * 16);
    CHECK(bv::distance_field(std::vector<uint8_t>(1, 255), 1, 1, 1).size() == 9);
}

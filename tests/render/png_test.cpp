// Pictures survive the way to disk and back.
#include <filesystem>
#include <fstream>

#include <unistd.h>

#include <doctest/doctest.h>
#include <fmt/core.h>

#include "render/png.h"

TEST_CASE("a written picture reads back the same") {
    bv::Pixels picture{3, 2, {}};
    for (int i = 0; i < 6; ++i)
        for (int channel : {i * 40, 255 - i * 40, i, 255}) picture.rgba.push_back(static_cast<uint8_t>(channel));
    const auto path = std::filesystem::temp_directory_path() / fmt::format("belvedere-png-{}.png", getpid());
    bv::write_png(path.string(), picture);
    const bv::Pixels read = bv::read_png(path.string());
    std::filesystem::remove(path);
    CHECK(read.width == 3);
    CHECK(read.height == 2);
    CHECK(read.rgba == picture.rgba);
}

TEST_CASE("a missing folder and a file that is no picture are told in a sentence") {
    CHECK_THROWS_WITH_AS(bv::write_png("/nowhere/at/all.png", {1, 1, {0, 0, 0, 255}}),
                         doctest::Contains("/nowhere/at/all.png"), std::runtime_error);
    CHECK_THROWS_AS(static_cast<void>(bv::read_png("/proc/self/cmdline")), std::runtime_error);
}

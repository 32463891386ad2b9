// docs/protocol.md prints the metric catalogue for publishers that are not ours: its tables are made from the code, and
// this test fails where they differ. UPDATE_GOLDEN=1 writes them.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "cluster/metrics.h"

using namespace bv;

namespace {

constexpr std::string_view begin_mark = "<!-- catalogue: made by tests/net/catalogue_test.cpp -->\n",
                           end_mark = "<!-- end of catalogue -->\n";

std::string threshold(float value) { return std::isnan(value) ? "–" : fmt::format("{:g}", value); }

std::string catalogue() {
    std::string out;
    for (ObjectClass c : all_object_classes) {
        out += fmt::format(
            "\n**{}** (class {})\n\n| metric | what | unit | scale | offset | warning | critical | bad is "
            "|\n|---|---|---|---|---|---|---|---|\n",
            name_of(c), int(c));
        for (const Metric& m : metrics_of(c)) {
            const char* direction = m.direction == Direction::high_is_bad  ? "high"
                                    : m.direction == Direction::low_is_bad ? "low"
                                                                           : "–";
            out += fmt::format("| `{}` | {} | {} | {} | {} | {} | {} | {} |\n", m.name, m.label,
                               m.unit.empty() ? "–" : m.unit, m.scale, m.offset, threshold(m.warning),
                               threshold(m.critical), direction);
        }
    }
    return out + "\n";
}

}  // namespace

TEST_CASE("the catalogue in docs/protocol.md is the catalogue of the code") {
    const std::string path = NET_TEST_SOURCE "/docs/protocol.md";
    std::stringstream buffer;
    buffer << std::ifstream(path).rdbuf();
    std::string text = buffer.str();
    const size_t begin = text.find(begin_mark), end = text.find(end_mark);
    REQUIRE(begin != std::string::npos);
    REQUIRE(end != std::string::npos);
    const size_t from = begin + begin_mark.size();
    if (std::getenv("UPDATE_GOLDEN")) {
        text.replace(from, end - from, catalogue());
        std::ofstream(path) << text;
        return;
    }
    CHECK(text.substr(from, end - from) == catalogue());
}

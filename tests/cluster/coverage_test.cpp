// Coverage lists against the simplest model there is: one entry per index.
#include <doctest/doctest.h>

#include <random>

#include "cluster/coverage.h"

namespace bv {
namespace {

constexpr uint32_t size = 60;

struct Model {
    struct Cell {
        bool heard = false;
        int64_t time_ns = 0;
        uint16_t source = 0;
    };
    std::vector<Cell> cells = std::vector<Cell>(size);
    void lay_over(const Coverage& c) {
        for (uint32_t i = c.first; i < c.end(); ++i) cells[i] = {true, c.time_ns, c.source};
    }
};

void check_equal(const std::vector<Coverage>& list, const Model& model) {
    for (uint32_t i = 0; i < size; ++i) {
        const Coverage* c = find_coverage(list, i);
        REQUIRE((c != nullptr) == model.cells[i].heard);
        if (!c) continue;
        REQUIRE(c->time_ns == model.cells[i].time_ns);
        REQUIRE(c->source == model.cells[i].source);
    }
    for (size_t i = 0; i < list.size(); ++i) {
        REQUIRE(list[i].count > 0);
        if (i == 0) continue;
        REQUIRE(list[i - 1].end() <= list[i].first);
        const bool could_join = list[i - 1].end() == list[i].first && list[i - 1].time_ns == list[i].time_ns &&
                                list[i - 1].source == list[i].source;
        REQUIRE(!could_join);
    }
}

TEST_CASE("laying over is right for every way two stretches can meet") {
    for (uint32_t a = 0; a < 12; ++a)
        for (uint32_t an = 1; a + an <= 12; ++an)
            for (uint32_t b = 0; b < 12; ++b)
                for (uint32_t bn = 1; b + bn <= 12; ++bn)
                    for (const int64_t second : {1, 2}) {
                        std::vector<Coverage> list;
                        Model model;
                        for (const Coverage& c :
                             {Coverage{a, an, 1, 1, 0, false}, Coverage{b, bn, second, 1, 0, false}}) {
                            REQUIRE(lay_over(list, c, 100));
                            model.lay_over(c);
                        }
                        check_equal(list, model);
                    }
}

TEST_CASE("random stretches from several sources") {
    std::mt19937 random(1);
    for (int run = 0; run < 50; ++run) {
        std::vector<Coverage> list;
        Model model;
        for (int step = 0; step < 200; ++step) {
            Coverage c;
            c.first = random() % size;
            c.count = 1 + random() % (size - c.first);
            if (random() % 2) c.count = std::min(c.count, 5u);
            c.time_ns = 1 + step / 3;
            c.interval_ns = 1;
            c.source = uint16_t(random() % 3);
            REQUIRE(lay_over(list, c, 1000));
            model.lay_over(c);
            check_equal(list, model);
        }
    }
}

TEST_CASE("the list never grows beyond its bound, and refusal changes nothing") {
    std::vector<Coverage> list;
    for (uint32_t i = 0; i < 10; ++i) REQUIRE(lay_over(list, {i * 4, 1, int64_t(i), 1, 0, false}, 10));
    const auto before = list;
    CHECK(!lay_over(list, {50, 1, 99, 1, 0, false}, 10));
    CHECK(!lay_over(list, {2, 1, 99, 1, 0, false}, 10));
    CHECK(list.size() == before.size());
    CHECK(lay_over(list, {0, 40, 100, 1, 0, false}, 10));
    CHECK(list.size() == 1);
}

TEST_CASE("an empty stretch changes nothing") {
    std::vector<Coverage> list;
    CHECK(lay_over(list, {3, 0, 1, 1, 0, false}, 10));
    CHECK(list.empty());
}

TEST_CASE("fresh for three intervals, not after, and not once interrupted") {
    Coverage c{0, 1, 7, 7, 0, false, 1'000, 100};  // the source's own clock does not count
    CHECK(fresh(c, 1'000));
    CHECK(fresh(c, 1'300));
    CHECK(!fresh(c, 1'301));
    CHECK(fresh(c, 500));  // a clock that was set back
    c.interrupted = true;
    CHECK(!fresh(c, 1'000));
    CHECK(fresh({0, 1, 0, 0, 0, false, INT64_MIN, INT64_MAX}, INT64_MAX));
    CHECK(!fresh({0, 1, 0, 0, 0, false, INT64_MIN, 1}, INT64_MAX));
    CHECK(!fresh({0, 1, 0, 0, 0, false, 0, -5}, 10));
    CHECK(fresh({0, 1, 0, 0, 0, false, INT64_MAX, 1}, INT64_MIN));
}

}  // namespace
}  // namespace bv

// Search: whole names first, numbers with and without zeros, classes, links by their ends, and the same answer every
// time.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "small_cluster.h"
#include "viewer/filter.h"
#include "viewer/name_index.h"
#include "viewer/pattern.h"

using namespace bv;

TEST_CASE("a path finds exactly its object first") {
    const auto topology = test::small_topology();
    for (const ObjectId id :
         {ObjectId{ObjectClass::gpu, 77}, ObjectId{ObjectClass::node, 9}, ObjectId{ObjectClass::rack, 3},
          ObjectId{ObjectClass::switch_, 2}, ObjectId{ObjectClass::nic, 40}, ObjectId{ObjectClass::hall, 0}}) {
        const std::vector<SearchHit> hits = search(*topology, topology->path_of(id), 10);
        REQUIRE_FALSE(hits.empty());
        CHECK(hits[0].id == id);
        CHECK(hits[0].path == topology->path_of(id));
    }
}

TEST_CASE("words may be apart, short and in lower case") {
    const auto topology = test::small_topology();
    const std::vector<SearchHit> hits = search(*topology, "r7 n4 gpu3", 10);
    REQUIRE_FALSE(hits.empty());
    CHECK(hits[0].id.object_class == ObjectClass::gpu);
    CHECK(hits[0].path.find("R7") != std::string::npos);
    CHECK(hits[0].path.find("N4/gpu3") != std::string::npos);
    // The letters that matched are told, in ascending order, inside the path.
    CHECK(std::is_sorted(hits[0].positions.begin(), hits[0].positions.end()));
    CHECK_FALSE(hits[0].positions.empty());
    for (const uint16_t at : hits[0].positions) CHECK(at < hits[0].path.size());
}

TEST_CASE("letters in order are enough, letters that do not occur find nothing") {
    const auto topology = test::small_topology();
    CHECK_FALSE(search(*topology, "lf3", 10).empty());
    CHECK(search(*topology, "zzzz", 10).empty());
    CHECK(search(*topology, "", 10).empty());
    CHECK(search(*topology, "   ", 10).empty());
    CHECK(search(*topology, "gpu", 0).empty());
}

TEST_CASE("a class before the words keeps to that class, and takes an index") {
    const auto topology = test::small_topology();
    for (const SearchHit& hit : search(*topology, "switch leaf", 20)) CHECK(hit.id.object_class != ObjectClass::gpu);
    const std::vector<SearchHit> hits = search(*topology, "gpu 300", 5);
    REQUIRE_FALSE(hits.empty());
    CHECK(hits[0].id == ObjectId{ObjectClass::gpu, 300});
}

TEST_CASE("no object twice, never more than asked for, the better first") {
    const auto topology = test::small_topology();
    const std::vector<SearchHit> hits = search(*topology, "gpu 3", 30);
    CHECK(hits.size() <= 30);
    for (size_t i = 0; i < hits.size(); ++i)
        for (size_t k = i + 1; k < hits.size(); ++k) CHECK_FALSE(hits[i].id == hits[k].id);
    CHECK(std::is_sorted(hits.begin(), hits.end(),
                         [](const SearchHit& a, const SearchHit& b) { return a.score > b.score; }));
}

TEST_CASE("links are found through the switch they end at") {
    const auto topology = test::small_topology();
    const std::string leaf = topology->path_of({ObjectClass::switch_, 0});
    const std::vector<SearchHit> hits = search(*topology, leaf, 40);
    CHECK(std::any_of(hits.begin(), hits.end(),
                      [](const SearchHit& h) { return h.id.object_class == ObjectClass::link; }));
}

TEST_CASE("paths put together from a node and a tail are the topology's own") {
    const auto topology = test::small_topology();
    const NameIndex& index = name_index(*topology);
    for (const ObjectClass c : {ObjectClass::gpu, ObjectClass::nic})
        for (uint32_t i = 0; i < topology->count(c); ++i) {
            const uint32_t node = c == ObjectClass::gpu ? topology->gpu_nodes[i] : topology->nics[i].node;
            const NameIndex::Tails& tails = index.tails(c);
            CHECK(std::string(index.paths(ObjectClass::node)[node]) + std::string(tails.paths[tails.which[i]]) ==
                  topology->path_of({c, i}));
            CHECK(std::string(tails.names[tails.which[i]]) == topology->name_of({c, i}));
        }
    CHECK(NameIndex::number_in("rack 07") == 7);
    CHECK(NameIndex::number_in("H2-P3-A1-R12") == 12);
    CHECK(NameIndex::number_in("spare") == -1);
    CHECK(NameIndex::number_in("99999999999999999999") == -1);
}

TEST_CASE("patterns") {
    const auto matches = [](const char* pattern, const char* text) { return Pattern::parse(pattern).matches(text); };
    CHECK(matches("r07", "H1-R07-N1"));
    CHECK_FALSE(matches("r07", "H1-R7-N1"));
    CHECK(matches("^h1.*n1$", "H1-R07-N1"));
    CHECK_FALSE(matches("^r07", "H1-R07-N1"));
    CHECK(matches("r0*7", "R7"));
    CHECK(matches("r0*7", "r0007"));
    CHECK(matches("gpu[0-3]$", "n1/gpu2"));
    CHECK_FALSE(matches("gpu[^0-3]$", "n1/gpu2"));
    CHECK(matches("a+b?c", "xaaac"));
    CHECK_FALSE(matches("a+b?c", "xc"));
    CHECK(matches("1\\.5", "v1.5"));
    CHECK_FALSE(matches("1\\.5", "v1x5"));
    CHECK(matches("", "anything"));
    CHECK(matches("$", ""));
    CHECK(Pattern::literal("a.b").matches("A.B"));
    CHECK_FALSE(Pattern::literal("a.b").matches("axb"));
    CHECK_THROWS_AS(Pattern::parse("*a"), std::invalid_argument);
    CHECK_THROWS_AS(Pattern::parse("[a"), std::invalid_argument);
    CHECK_THROWS_AS(Pattern::parse(std::string(61, 'a')), std::invalid_argument);
    // Reading a text in two parts is reading it whole.
    const Pattern pattern = Pattern::parse("b.d$");
    Pattern::Progress progress = pattern.begin();
    pattern.read(progress, "ab");
    pattern.read(progress, "cd");
    CHECK(pattern.ends(progress));
}

TEST_CASE("no pattern and no query crashes") {
    const auto topology = test::small_topology();
    std::mt19937 random(11);
    for (int i = 0; i < 3000; ++i) {
        std::string text;
        for (int n = int(random() % 12); n > 0; --n) text += "ab[]^$*+?\\.-0"[random() % 13];
        try {
            static_cast<void>(Pattern::parse(text).matches("ab-ab.0"));
        } catch (const std::invalid_argument&) {
        }
        if (i % 30 == 0) {
            for (char& c : text) c = char(random() % 256);
            CHECK(search(*topology, text, 5).size() <= 5);
        }
    }
}

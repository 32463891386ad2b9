// The other time of a comparison: read beside the frames, the newest question last, and never another time than it
// says.
#include "viewer/reference.h"

#include <doctest/doctest.h>

#include "tests/viewer/recorded.h"

using namespace bv;
using namespace bv::test;

namespace {

MetricId power() { return {ObjectClass::gpu, *find_metric(ObjectClass::gpu, "power_watts")}; }

}  // namespace

TEST_CASE("the state of the other time is the one that a seek gives") {
    const Recorded recorded(33);
    Reference reference;
    CHECK(reference.take() == nullptr);
    CHECK(reference.then_ns() == 0);
    // Of many questions the last counts.
    for (const int64_t time_ns : recorded.times) reference.seek(recorded.file, time_ns);
    reference.seek(recorded.file, recorded.times[12]);
    reference.wait();
    REQUIRE(reference.take() != nullptr);
    CHECK(reference.then_ns() == recorded.times[12]);
    CHECK(reference.problem().empty());
    CHECK_FALSE(reference.reading());
    Recording recording(recorded.file);
    ClusterState then, now;
    recording.seek(recorded.times[12], then);
    recording.seek(recorded.times[30], now);
    const Comparison* c = reference.compare_with(now, recorded.times[30], power());
    REQUIRE(c != nullptr);
    const Comparison expected = compare(now, recorded.times[30], then, recorded.times[12], power());
    CHECK(c->compared == expected.compared);
    CHECK(c->compared > 0);
    CHECK(most_changed(*c, 200) == most_changed(expected, 200));  // without NaN, which equals nothing
    // The same is not worked out again.
    const uint64_t version = c->version;
    CHECK(reference.compare_with(now, recorded.times[30], power())->version == version);
}

TEST_CASE("a recording that cannot be read has no state, and a sentence") {
    const Recorded recorded(12);
    Reference reference;
    reference.seek(recorded.file, recorded.times[5]);
    reference.wait();
    CHECK(reference.take() != nullptr);
    reference.seek(recorded.folder / "none.bvr", recorded.times[5]);
    reference.wait();
    CHECK(reference.take() == nullptr);
    CHECK(reference.then_ns() == 0);
    CHECK(reference.problem().find("none.bvr") != std::string::npos);
    ClusterState now(recorded.cluster.topology);
    CHECK(reference.compare_with(now, recorded.times[5], power()) == nullptr);
    // And the next that can be read is.
    reference.seek(recorded.file, recorded.times[7]);
    reference.wait();
    CHECK(reference.take() != nullptr);
    CHECK(reference.problem().empty());
}

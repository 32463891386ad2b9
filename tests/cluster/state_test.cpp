// What the state says: values, ages, derived and published health, and that none of it depends on the way it was
// reached.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "cluster/cluster_file.h"
#include "cluster/state.h"

namespace bv {
namespace {

constexpr int64_t second = 1'000'000'000, start = 1'767'225'600 * second;

std::shared_ptr<const Topology> small() {
    static const auto topology = std::make_shared<const Topology>(parse_cluster(R"(format = 1
name = "small"
job_slots = 4
[gpu_node]
gpus = 8
nics = 8
[gpu_rack]
nodes = 4
[array]
racks = 2
[site]
halls = 1
[fabric]
rails = 8
switch_ports = 64
)",
                                                                                "small"));
    return topology;
}

constexpr ObjectId gpu(uint32_t index) { return {ObjectClass::gpu, index}; }
MetricId metric_of(ObjectClass c, std::string_view name) { return {c, find_metric(c, name).value()}; }
const MetricId temp = metric_of(ObjectClass::gpu, "temp_celsius");
const MetricId power = metric_of(ObjectClass::gpu, "power_watts");
const MetricId gpu_health{ObjectClass::gpu, health_metric};

std::vector<uint16_t> raw(MetricId id, std::initializer_list<double> values) {
    std::vector<uint16_t> out;
    for (const double value : values) out.push_back(quantise(metric(id), value));
    return out;
}
std::vector<uint16_t> same(MetricId id, double value, size_t count) {
    return std::vector<uint16_t>(count, quantise(metric(id), value));
}

TEST_CASE("before anything was heard everything is unknown, and nothing is stale, zero or ok") {
    const ClusterState state(small());
    CHECK(state.health(gpu(0)) == Health::unknown);
    CHECK(std::isnan(state.value(gpu(0), temp.index)));
    CHECK(state.heard_ns(gpu(0)) == 0);
    CHECK(!state.stale(gpu(0), start));
    const auto counts = state.count_health(ObjectClass::gpu, start);
    CHECK(counts[size_t(Health::unknown)] == 64);
    CHECK(counts[size_t(Health::ok)] == 0);
    const auto runs = state.freshness(ObjectClass::gpu, start);
    REQUIRE(runs.size() == 1);
    CHECK(!runs[0].heard);
    CHECK(!runs[0].stale);
    CHECK(runs[0].count == 64);
    CHECK(state.summarise(temp, {0, 64}).count == 0);
}

TEST_CASE("an empty state can be asked") {
    const ClusterState state;
    CHECK(state.empty());
    CHECK(state.health(gpu(0)) == Health::unknown);
    CHECK(state.count_health(ObjectClass::gpu, 0)[size_t(Health::unknown)] == 0);
    CHECK(state.freshness(ObjectClass::gpu, 0).empty());
}

TEST_CASE("values are applied, read back and summed") {
    ClusterState state(small());
    REQUIRE(state.apply(power, 8, raw(power, {100, 200, 300}), start, second, 0));
    CHECK(state.value(gpu(9), power.index) == doctest::Approx(200).epsilon(0.001));
    CHECK(state.heard_ns(gpu(9)) == start);
    CHECK(state.heard_ns(gpu(9), power.index) == start);
    CHECK(state.heard_ns(gpu(9), temp.index) == 0);
    CHECK(state.heard_ns(gpu(11)) == 0);
    CHECK(state.time_ns == start);
    const auto summary = state.summarise(power, {0, 64});
    CHECK(summary.count == 3);
    CHECK(summary.sum == doctest::Approx(600).epsilon(0.001));
    CHECK(summary.mean == doctest::Approx(200).epsilon(0.001));
    CHECK(summary.min == doctest::Approx(100).epsilon(0.001));
    CHECK(summary.max == doctest::Approx(300).epsilon(0.001));
    CHECK(state.summarise(power, {60, UINT32_MAX}).count == 0);
}

TEST_CASE("a range that does not fit is refused and changes nothing") {
    ClusterState state(small());
    const uint64_t before = state.hash();
    CHECK(!state.apply(power, 62, same(power, 1, 3), start, second, 0));
    CHECK(!state.apply(power, 65, {}, start, second, 0));
    CHECK(!state.apply(power, UINT32_MAX, same(power, 1, 2), start, second, 0));
    CHECK(!state.apply({ObjectClass::gpu, 200}, 0, same(power, 1, 1), start, second, 0));
    CHECK(!state.apply({ObjectClass(99), 0}, 0, same(power, 1, 1), start, second, 0));
    CHECK(state.hash() == before);
    CHECK(state.heard_ns(gpu(63)) == 0);
    CHECK(state.apply(power, 64, {}, start, second, 0));
    CHECK(state.apply(power, 61, same(power, 1, 3), start, second, 0));
}

TEST_CASE("a batch with one bad column applies the others") {
    ClusterState state(small());
    const auto good = same(power, 500, 4);
    TelemetryBatch batch;
    batch.time_ns = start;
    batch.columns = {{{ObjectClass::gpu, 200}, 0, good}, {power, 0, good}};
    CHECK(!state.apply(batch, 0));
    CHECK(state.value(gpu(3), power.index) == doctest::Approx(500).epsilon(0.001));
}

TEST_CASE("older than three intervals is stale; a newer value in any column makes it fresh") {
    ClusterState state(small());
    REQUIRE(state.apply(power, 0, same(power, 500, 64), start, second, 0));
    CHECK(!state.stale(gpu(0), start + 3 * second));
    CHECK(state.stale(gpu(0), start + 3 * second + 1));
    REQUIRE(state.apply(temp, 0, same(temp, 45, 8), start + 3 * second, second, 0));
    CHECK(!state.stale(gpu(0), start + 4 * second));
    CHECK(state.stale(gpu(8), start + 4 * second));
    // A slow source is not stale sooner than its own rate says.
    REQUIRE(state.apply(power, 16, same(power, 500, 8), start, 15 * second, 1));
    CHECK(!state.stale(gpu(16), start + 45 * second));
    CHECK(state.stale(gpu(16), start + 46 * second));
    CHECK(state.value(gpu(8), power.index) == doctest::Approx(500).epsilon(0.001));  // the last value stays
}

TEST_CASE("an interrupted source is stale at once, the others are not, and its next value clears it") {
    ClusterState state(small());
    REQUIRE(state.apply(power, 0, same(power, 500, 32), start, second, 0));
    REQUIRE(state.apply(power, 32, same(power, 500, 32), start, second, 1));
    state.interrupt(0);
    CHECK(state.stale(gpu(0), start));
    CHECK(!state.stale(gpu(32), start));
    REQUIRE(state.apply(power, 0, same(power, 500, 16), start + second, second, 0));
    CHECK(!state.stale(gpu(15), start + second));
    CHECK(state.stale(gpu(16), start + second));
    const auto runs = state.freshness(ObjectClass::gpu, start + second);
    REQUIRE(runs.size() == 3);
    CHECK(runs[0].count == 16);
    CHECK(!runs[0].stale);
    CHECK(runs[1].count == 16);
    CHECK(runs[1].stale);
    CHECK(runs[1].heard);
    CHECK(runs[2].count == 32);
    CHECK(!runs[2].stale);
}

TEST_CASE("freshness says for every object what stale says") {
    ClusterState state(small());
    REQUIRE(state.apply(power, 3, same(power, 500, 20), start, second, 0));
    REQUIRE(state.apply(temp, 10, same(temp, 45, 30), start + 2 * second, second, 1));
    REQUIRE(state.apply(gpu_health, 50, same(gpu_health, 0, 4), start + 9 * second, second, 2));
    state.interrupt(1);
    for (int64_t now = start; now < start + 15 * second; now += second / 2) {
        uint32_t at = 0;
        for (const auto& run : state.freshness(ObjectClass::gpu, now)) {
            REQUIRE(run.first == at);
            for (; at < run.first + run.count; ++at) {
                REQUIRE(run.stale == state.stale(gpu(at), now));
                REQUIRE(run.heard == (state.heard_ns(gpu(at)) != 0));
            }
        }
        REQUIRE(at == 64);
    }
}

TEST_CASE("health is derived from thresholds where nobody publishes it") {
    ClusterState state(small());
    REQUIRE(state.apply(temp, 0, raw(temp, {45, 87, 89, 95}), start, second, 0));
    CHECK(state.health(gpu(0)) == Health::ok);
    CHECK(state.health(gpu(1)) == Health::warning);
    CHECK(state.health(gpu(2)) == Health::critical);
    CHECK(state.health(gpu(3)) == Health::critical);
    CHECK(state.health(gpu(4)) == Health::unknown);
    // Recomputed in both directions.
    REQUIRE(state.apply(temp, 2, raw(temp, {45}), start + second, second, 0));
    CHECK(state.health(gpu(2)) == Health::ok);
    // The worst of several metrics counts, and one that gets better does not hide another.
    const MetricId memory = metric_of(ObjectClass::gpu, "memory_temp_celsius");
    REQUIRE(state.apply(memory, 0, raw(memory, {96, 50}), start + second, second, 0));
    CHECK(state.health(gpu(0)) == Health::critical);
    CHECK(state.health(gpu(1)) == Health::warning);
    // No data is not health.
    const std::vector<uint16_t> none{no_data};
    REQUIRE(state.apply(temp, 3, none, start + second, second, 0));
    CHECK(state.health(gpu(3)) == Health::unknown);
    // Power has no threshold: it says nothing about health.
    REQUIRE(state.apply(power, 10, same(power, 690, 1), start, second, 0));
    CHECK(state.health(gpu(10)) == Health::unknown);
}

TEST_CASE("thresholds of metrics where low is bad") {
    ClusterState state(small());
    const MetricId link_state = metric_of(ObjectClass::link, "state");
    REQUIRE(state.apply(link_state, 0, raw(link_state, {2, 1, 0}), start, second, 0));
    CHECK(state.health({ObjectClass::link, 0}) == Health::ok);
    CHECK(state.health({ObjectClass::link, 1}) == Health::warning);
    CHECK(state.health({ObjectClass::link, 2}) == Health::critical);
}

TEST_CASE("derived health is the worst of all thresholds, for every raw value of every metric") {
    // Against the plainest reading of the catalogue, one class after the other, one metric at a time.
    for (const ObjectClass c :
         {ObjectClass::gpu, ObjectClass::node, ObjectClass::link, ObjectClass::nic, ObjectClass::rack}) {
        const auto metrics = metrics_of(c);
        for (size_t m = 1; m < metrics.size(); ++m) {
            const Metric& it = metrics[m];
            const bool speaks =
                it.direction != Direction::neutral && !(std::isnan(it.warning) && std::isnan(it.critical));
            ClusterState state(small());
            const uint32_t n = small()->count(c);
            for (uint32_t first = 0; first < 65536; first += 97 * n) {
                std::vector<uint16_t> values(n);
                for (uint32_t i = 0; i < n; ++i) values[i] = uint16_t(std::min(first + 97 * i, 65535u));
                for (const float edge : {it.warning, it.critical})
                    if (!std::isnan(edge)) values[n / 2] = uint16_t(quantise(it, edge) - (first / 97 % 3) + 1);
                REQUIRE(state.apply({c, MetricIndex(m)}, 0, values, start, second, 0));
                for (uint32_t i = 0; i < n; ++i) {
                    Health expected = Health::ok;
                    const auto passed = [&](float edge) {
                        if (std::isnan(edge)) return false;
                        const int raw_edge = quantise(it, edge);
                        return it.direction == Direction::high_is_bad ? values[i] >= raw_edge : values[i] <= raw_edge;
                    };
                    if (passed(it.warning)) expected = Health::warning;
                    if (passed(it.critical)) expected = Health::critical;
                    if (values[i] == no_data || !speaks) expected = Health::unknown;
                    REQUIRE_MESSAGE(state.health({c, i}) == expected, it.name << " raw " << values[i]);
                }
            }
        }
    }
}

TEST_CASE("published health is never overridden, whichever comes first") {
    for (const bool health_first : {true, false}) {
        CAPTURE(health_first);
        ClusterState state(small());
        const auto publish = [&] {
            REQUIRE(state.apply(gpu_health, 1, same(gpu_health, double(Health::maintenance), 2), start, second, 0));
        };
        if (health_first) publish();
        REQUIRE(state.apply(temp, 0, raw(temp, {95, 95, 45, 45}), start, second, 0));
        if (!health_first) publish();
        CHECK(state.health(gpu(0)) == Health::critical);
        CHECK(state.health(gpu(1)) == Health::maintenance);
        CHECK(state.health(gpu(2)) == Health::maintenance);
        CHECK(state.health(gpu(3)) == Health::ok);
    }
}

TEST_CASE("published nonsense is unknown, and stale objects count as unknown") {
    ClusterState state(small());
    const std::vector<uint16_t> nonsense{77, no_data, uint16_t(Health::down), uint16_t(Health::ok)};
    REQUIRE(state.apply(gpu_health, 0, nonsense, start, second, 0));
    CHECK(state.health(gpu(0)) == Health::unknown);
    CHECK(state.health(gpu(1)) == Health::unknown);
    CHECK(state.health(gpu(2)) == Health::down);
    auto counts = state.count_health(ObjectClass::gpu, start);
    CHECK(counts[size_t(Health::down)] == 1);
    CHECK(counts[size_t(Health::ok)] == 1);
    CHECK(counts[size_t(Health::unknown)] == 62);
    counts = state.count_health(ObjectClass::gpu, start + 10 * second);
    CHECK(counts[size_t(Health::unknown)] == 64);
}

TEST_CASE("copy_changed makes an equal state and copies only what changed") {
    ClusterState from(small()), to;
    REQUIRE(from.apply(power, 0, same(power, 500, 64), start, second, 0));
    to.copy_changed(from);
    CHECK(to.hash() == from.hash());
    CHECK(to.time_ns == from.time_ns);
    CHECK(to.heard_ns(gpu(0)) == start);

    const auto& columns = [](ClusterState& s) -> std::vector<Column>& {
        return s.classes[size_t(ObjectClass::gpu)].columns;
    };
    columns(to)[temp.index].values[5] = 1;  // a mark that shows whether an unchanged column is written
    REQUIRE(from.apply(power, 0, same(power, 600, 64), start + second, second, 0));
    from.interrupt(0);
    Event event;
    event.id = 7;
    event.time_ns = start;
    from.apply(event);
    to.copy_changed(from);
    CHECK(columns(to)[temp.index].values[5] == 1);
    CHECK(to.value(gpu(0), power.index) == doctest::Approx(600).epsilon(0.001));
    CHECK(to.stale(gpu(0), start));
    CHECK(to.events.size() == 1);
    // Two states that share no history never take each other's columns for their own.
    ClusterState other(small());
    REQUIRE(other.apply(temp, 0, same(temp, 45, 64), start, second, 0));
    to.copy_changed(other);
    CHECK(to.hash() == other.hash());
    CHECK(to.events.empty());
}

TEST_CASE("a copy goes on by itself") {
    ClusterState from(small()), to;
    Event event;
    event.source = "sim";
    event.id = 1;
    event.time_ns = start;
    from.apply(event);
    to.copy_changed(from);
    event.end_ns = start + second;
    to.apply(event);
    CHECK(to.events.size() == 1);
    CHECK(to.events[0].end_ns == start + second);
    CHECK(from.events[0].end_ns == 0);
}

TEST_CASE("the hash names the content, not the way to it") {
    const auto a_values = same(temp, 95, 32), b_values = same(power, 600, 64), health = same(gpu_health, 1, 8);
    Event one, two;
    one.id = 1, one.source = "a", one.time_ns = start;
    two.id = 1, two.source = "b", two.time_ns = start;
    Job job;
    job.slot = 2;
    job.id = "42";

    ClusterState a(small()), b(small());
    REQUIRE(a.apply(temp, 0, a_values, start, second, 0));
    REQUIRE(a.apply(gpu_health, 4, health, start, second, 0));
    REQUIRE(a.apply(power, 0, b_values, start, second, 1));
    a.apply(one);
    a.apply(two);
    a.apply(job);

    b.apply(job);
    b.apply(two);
    REQUIRE(b.apply(power, 0, same(power, 1, 64), start - second, second, 0));
    REQUIRE(b.apply(power, 32, std::span(b_values).subspan(32), start, second, 3));
    REQUIRE(b.apply(power, 0, std::span(b_values).subspan(0, 32), start, second, 3));
    REQUIRE(b.apply(gpu_health, 4, health, start, second, 0));
    REQUIRE(b.apply(temp, 0, a_values, start, second, 0));
    Event early = one;
    early.time_ns = start - 5;
    b.apply(early);
    b.apply(one);  // replaces the early one
    CHECK(a.hash() == b.hash());
    CHECK(b.events.size() == 2);
    CHECK(b.events[0].source == "a");

    REQUIRE(b.apply(power, 63, same(power, 599, 1), start, second, 3));
    CHECK(a.hash() != b.hash());
}

TEST_CASE("an event with the same source and id replaces the earlier one") {
    ClusterState state(small());
    Event event;
    event.id = 5;
    event.source = "sim";
    event.time_ns = start;
    state.apply(event);
    event.id = 6;
    state.apply(event);
    event.id = 5;
    event.end_ns = start + second;
    state.apply(event);
    REQUIRE(state.events.size() == 2);
    CHECK(state.events[0].end_ns == start + second);
    event.source = "other";
    state.apply(event);
    CHECK(state.events.size() == 3);
}

TEST_CASE("events stay sorted and bounded, the oldest go first") {
    ClusterState state(small());
    Event event;
    event.source = "sim";
    for (uint64_t i = 0; i < ClusterState::max_events + 500; ++i) {
        event.id = i;
        event.time_ns = start + int64_t(i ^ 3);  // slightly out of order
        state.apply(event);
    }
    REQUIRE(state.events.size() == ClusterState::max_events);
    CHECK(std::is_sorted(state.events.begin(), state.events.end(),
                         [](const Event& a, const Event& b) { return a.time_ns < b.time_ns; }));
    CHECK(state.events.front().time_ns == start + 500);
    // One that is known still replaces.
    event.time_ns = state.events[1000].time_ns;
    event.id = state.events[1000].id;
    event.text = "again";
    state.apply(event);
    CHECK(state.events.size() == ClusterState::max_events);
    CHECK(state.events[1000].text == "again");
}

TEST_CASE("of too many events those go first that are over or were only said") {
    ClusterState state(small());
    Event event;
    event.source = "sim";
    for (uint64_t i = 0; i < ClusterState::max_events + 500; ++i) {
        event.id = i;
        event.time_ns = start + int64_t(i);
        event.severity = i % 100 == 1 ? Severity::info : Severity::critical;
        event.end_ns = i % 100 < 2 ? 0 : event.time_ns + 10;  // one in a hundred goes on
        state.apply(event);
    }
    REQUIRE(state.events.size() == ClusterState::max_events);
    // All that go on are there, and of the first others none.
    for (size_t i = 0; i < 6; ++i) CHECK(state.events[i].id == 100 * i);
    CHECK(state.events[6].id > 500);
    CHECK(std::count_if(state.events.begin(), state.events.end(), [](const Event& e) { return e.id % 100 == 0; }) ==
          int64_t(ClusterState::max_events + 500) / 100);
}

TEST_CASE("jobs live in their slots; a slot that is not there is ignored") {
    ClusterState state(small());
    Job job;
    job.slot = 4;
    job.id = "1";
    state.apply(job);
    CHECK(state.jobs.empty());
    job.slot = 2;
    state.apply(job);
    REQUIRE(state.jobs.size() == 3);
    CHECK(state.jobs[2].id == "1");
    CHECK(state.jobs[1].slot == 1);
    CHECK(state.jobs[1].id.empty());
    const uint64_t version = state.jobs_version;
    job.id = "2";
    state.apply(job);
    CHECK(state.jobs_version > version);
    CHECK(state.jobs.size() == 3);
}

TEST_CASE("a column torn into too many stretches is refused, not grown for ever") {
    const auto topology = std::make_shared<const Topology>(parse_cluster(
        "format = 1\nname = \"x\"\n[gpu_node]\ngpus = 1024\n[gpu_rack]\nnodes = 20\n[array]\nracks = 1\n[site]\n",
        "x"));
    ClusterState state(topology);
    const auto one = same(power, 500, 1);
    uint32_t applied = 0;
    for (uint32_t i = 0; i < 20'000; i += 2) applied += state.apply(power, i, one, start, second, 0);
    CHECK(applied == ClusterState::max_coverage);
    CHECK(state.classes[size_t(ObjectClass::gpu)].columns[power.index].coverage.size() == ClusterState::max_coverage);
    CHECK(state.apply(power, 0, same(power, 500, 20'480), start, second, 0));
    CHECK(state.classes[size_t(ObjectClass::gpu)].columns[power.index].coverage.size() == 1);
}

}  // namespace
}  // namespace bv

// Incidents against simulated failures whose truth is known: the right root, no false ones; and nothing of the truth on
// the wire.
#include "feed/drill.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <map>
#include <set>

#include "cluster/incidents.h"
#include "cluster/watch.h"
#include "feed/simulator.h"
#include "net/cluster_library.h"
#include "net/messages.h"
#include "net/recorder.h"
#include "net/recording.h"

using namespace bv;

namespace {

std::shared_ptr<const Topology> drill_cluster() { return load_cluster(SHIPPED_CLUSTERS "/drill-768.toml").topology; }

std::string everything_at_once() {
    std::string scenario = "noise";
    for (const std::string& kind : drill_kinds()) scenario += "+" + kind;
    return scenario;
}

std::vector<Event> events_of(Simulator& simulator, int seconds) {
    std::vector<Event> events;
    for (int s = 0; s < seconds; ++s) {
        const TelemetryBatch& batch = simulator.step();
        events.insert(events.end(), batch.events.begin(), batch.events.end());
    }
    return events;
}

}  // namespace

TEST_CASE("a drill finds the root of nine faults in ten first, and nothing that is not there") {
    const DrillReport report = run_drill(drill_cluster(), {.seed = 11, .runs = 56});
    const DrillScore& all = report.total;
    std::printf("drill: %u faults, root first %u, in the first three %u, one incident %u, false per hour %.2f\n",
                all.injected, all.root_first, all.root_top3, all.one_incident, report.false_per_hour());
    for (const std::string& miss : report.misses) std::printf("  %s\n", miss.c_str());
    REQUIRE(all.injected >= 56);
    CHECK(all.root_first >= 0.90 * all.injected);
    CHECK(all.root_top3 >= 0.97 * all.injected);
    CHECK(all.one_incident >= 0.95 * all.injected);
    CHECK(report.false_per_hour() <= 1);
    CHECK(report.kinds.size() == drill_kinds().size());
    for (const auto& [kind, score] : report.kinds) {
        INFO(kind);
        CHECK(score.root_first * 2 > score.injected);
    }
}

TEST_CASE("the same seed gives the same drill") {
    const auto cluster = drill_cluster();
    const DrillReport a = run_drill(cluster, {.seed = 5, .runs = 4, .seconds = 120});
    const DrillReport b = run_drill(cluster, {.seed = 5, .runs = 4, .seconds = 120});
    CHECK(a.incidents == b.incidents);
    CHECK(a.total.root_first == b.total.root_first);
    CHECK(a.misses == b.misses);
}

TEST_CASE("keeping the truth changes no byte of what is sent") {
    const auto cluster = drill_cluster();
    Simulator told(cluster, {.seed = 3, .scenario = everything_at_once(), .keep_truth = true});
    Simulator plain(cluster, {.seed = 3, .scenario = everything_at_once()});
    const MessageHeader header{.source = "sim", .boot_id = 1, .topology_hash = cluster->hash};
    TickEncoder told_encoder(*cluster, {}), plain_encoder(*cluster, {});
    uint64_t told_sequence = 1, plain_sequence = 1;
    for (int s = 0; s < 120; ++s) {
        const TelemetryBatch &a = told.step(), &b = plain.step();
        std::vector<Bytes> a_bytes, b_bytes;
        told_encoder.encode(a, header, told_sequence, false, a_bytes);
        plain_encoder.encode(b, header, plain_sequence, false, b_bytes);
        CHECK(a_bytes == b_bytes);
        CHECK(encode_events(header, a.events) == encode_events(header, b.events));
        CHECK(encode_jobs(header, a.jobs) == encode_jobs(header, b.jobs));
    }
    CHECK(told.truth().size() > 10);
    CHECK(plain.truth().empty());
}

TEST_CASE("an event says nothing of its cause: serial numbers, and one wording and severity per kind and class") {
    const auto cluster = drill_cluster();
    Simulator simulator(cluster, {.seed = 8, .scenario = everything_at_once(), .keep_truth = true});
    const std::vector<Event> events = events_of(simulator, 300);
    uint64_t last = 0;
    std::set<std::string> wordings;
    std::map<std::string, std::set<std::string>> of_kind;
    std::set<uint32_t> faults;
    for (const Event& e : events) {
        // A number is new and the next, or one that was there before.
        if (e.id == last + 1) last = e.id;
        CHECK(e.id <= last);
        if (const auto fault = simulator.truth_of(e.id)) faults.insert(*fault);
        std::string text = e.text;
        const std::string path = cluster->path_of(e.object);
        const size_t at = text.find(path);
        if (at != std::string::npos) text.replace(at, path.size(), "…");
        // Nothing else is named: no other part, no cause.
        for (const char* word : {"H1-", "because", "due to", "caused", "inject", "planned", "scenario", "fault"}) {
            INFO(text);
            if (e.object.object_class != ObjectClass::link) CHECK(text.find(word) == std::string::npos);
        }
        if (e.kind.ends_with("_down") || e.kind == "link_flap" || e.kind == "link_lost")
            of_kind[fmt::format("{} {} {}", name_of(e.object.object_class), e.kind, name_of(e.severity))].insert(text);
    }
    // A leaf that failed and one that lost its power, a link that broke and one whose switch died, read alike.
    for (const auto& [kind, texts] : of_kind) {
        INFO(kind);
        CHECK(texts.size() == 1);
    }
    CHECK(of_kind.size() >= 5);
    CHECK(faults.size() >= 12);
}

// What a list of incidents says, as text.
std::string told(const std::vector<Incident>& incidents) {
    std::string text;
    for (const Incident& i : incidents) {
        text += fmt::format("{:016x} {} {}:{} {} {} {}\n", i.id, name_of(i.state), name_of(i.root.object_class),
                            i.root.index, i.root_events, i.children, i.title);
    }
    return text;
}

TEST_CASE("a recording has the incidents that were seen live, at any time, whatever way the cursor comes") {
    const std::filesystem::path file =
        std::filesystem::temp_directory_path() / fmt::format("belvedere-drill-{}.bvr", getpid());
    const LoadedCluster cluster = load_cluster(SHIPPED_CLUSTERS "/drill-768.toml");
    std::vector<std::pair<int64_t, std::string>> live;
    {
        Recorder recorder(file, cluster, {.wait = true});
        Simulator simulator(cluster.topology, {.seed = 4, .scenario = "leaf_switch+slow_rank+optic+noise"});
        ClusterState state(cluster.topology);
        Watch watch;
        Incidents incidents;
        for (int s = 0; s < 200; ++s) {
            TelemetryBatch batch = simulator.step();
            for (Event& event : batch.events) event.source = "sim";
            REQUIRE(state.apply(batch, 0));
            recorder.record("sim", batch);
            TelemetryBatch noticed;
            noticed.time_ns = batch.time_ns;
            watch.observe(state, noticed.events);
            for (const Event& event : noticed.events) state.apply(event);
            if (!noticed.events.empty()) recorder.record(Watch::source, noticed);
            incidents.update(state);
            live.emplace_back(batch.time_ns, told(incidents.list()));
        }
        recorder.flush();
    }
    CHECK(live.back().second.size() > 100);
    Recording recording(file);
    ClusterState state;
    Incidents incidents;
    for (size_t k = 0; k < 60; ++k) {
        const auto& [time_ns, expected] = live[k * 131 % live.size()];
        recording.seek(time_ns, state);
        incidents.update(state);
        REQUIRE(told(incidents.list()) == expected);
    }
    std::filesystem::remove(file);
}

TEST_CASE("scenarios are joined by +; what is none is refused with a sentence") {
    CHECK(Simulator::problem_of("optic+busway+noise").empty());
    CHECK(Simulator::problem_of("leaf_switch").empty());
    CHECK(Simulator::problem_of("training").empty());
    CHECK(Simulator::problem_of("optic+nonsense").find("'nonsense'") != std::string::npos);
    CHECK(Simulator::problem_of("").find("''") != std::string::npos);
    CHECK(Simulator::problem_of("optic+").find("''") != std::string::npos);
    CHECK(Simulator::problem_of("leaf_down+noise").find("'leaf_down'") != std::string::npos);
}

TEST_CASE("the seed chooses place and time") {
    const auto cluster = drill_cluster();
    std::set<uint32_t> places;
    std::set<int64_t> times;
    for (uint64_t seed = 1; seed <= 12; ++seed) {
        Simulator simulator(cluster, {.seed = seed, .scenario = "leaf_switch", .keep_truth = true});
        events_of(simulator, 70);
        REQUIRE(simulator.truth().size() == 1);
        const InjectedFault& fault = simulator.truth()[0];
        CHECK(fault.kind == "leaf_switch");
        CHECK(fault.planned);
        CHECK(cluster->switches[fault.object.index].role == SwitchRole::leaf);
        places.insert(fault.object.index);
        times.insert(fault.begin_ns);
    }
    CHECK(places.size() > 6);
    CHECK(times.size() > 10);
}

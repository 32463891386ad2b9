// Incidents from events alone: one for what belongs together, the right root, the same whatever way the events came.
#include "cluster/incidents.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iterator>
#include <random>

#include "tests/cluster/shipped.h"

using namespace bv;
using test::shipped;

namespace {

constexpr int64_t second = 1'000'000'000;
constexpr int64_t start = 1'767'225'600 * second;

struct Story {
    explicit Story(const Topology& topology) : t(topology) {}

    void say(double at, ObjectId object, const char* kind, Severity severity = Severity::critical, double end = -1,
             int32_t code = 0) {
        Event event;
        event.id = ++last_id;
        event.source = "site";
        event.time_ns = start + int64_t(at * 1e9);
        event.end_ns = end < 0 ? 0 : start + int64_t(end * 1e9);
        event.severity = severity;
        event.object = object;
        event.kind = kind;
        event.code = code;
        told.push_back(event);
    }
    void xid(double at, uint32_t gpu, int32_t code) {
        say(at, {ObjectClass::gpu, gpu}, "xid", Severity::critical, -1, code);
    }
    void links_down(double at, ObjectId device) {
        double delay = 0;
        for (const uint32_t l : t.links_of(device))
            if (t.links[l].link_class != LinkClass::management)
                say(at + (delay += 0.01), {ObjectClass::link, l}, "link_down");
    }
    // As a state keeps them: by time, source and id.
    std::deque<Event> events() const {
        std::vector<Event> sorted = told;
        std::sort(sorted.begin(), sorted.end(),
                  [](const Event& a, const Event& b) { return std::tie(a.time_ns, a.id) < std::tie(b.time_ns, b.id); });
        return {sorted.begin(), sorted.end()};
    }
    std::vector<Incident> incidents(double now, std::vector<IncidentAct> acts = {}) {
        known = events();
        return find_incidents({t, known, jobs, acts, start + int64_t(now * 1e9)});
    }
    IncidentInput input(double now) { return {t, known, jobs, {}, start + int64_t(now * 1e9)}; }

    const Topology& t;
    std::vector<Event> told;
    std::vector<Job> jobs;
    std::deque<Event> known;
    uint64_t last_id = 0;
};

Job everywhere(const Topology& t) {
    Job job;
    job.id.assign(1, '1'), job.name = "pretrain", job.state = JobState::running;
    job.nodes = {{0, uint32_t(t.nodes.size())}};
    job.gpus = uint32_t(t.gpu_nodes.size());
    return job;
}

const Topology& small() { return shipped("drill-768"); }
ObjectId a_leaf() {
    uint32_t leafs = 0;
    for (uint32_t s = 0; s < small().switches.size(); ++s)
        if (small().switches[s].role == SwitchRole::leaf && ++leafs == 20) return {ObjectClass::switch_, s};
    return {};
}

bool mentions(const std::vector<std::string>& lines, const std::string& what) {
    return std::any_of(lines.begin(), lines.end(),
                       [&](const std::string& line) { return line.find(what) != std::string::npos; });
}

}  // namespace

TEST_CASE("nothing said is no incident, and neither is good news") {
    Story s(small());
    CHECK(s.incidents(10).empty());
    s.say(1, {ObjectClass::link, 3}, "link_up", Severity::info);
    s.say(1, {ObjectClass::job, 0}, "job_start", Severity::info);
    CHECK(s.incidents(10).empty());
}

TEST_CASE("a leaf and the links that it takes down are one incident, though the links speak first") {
    Story s(small());
    s.jobs = {everywhere(s.t)};
    const ObjectId leaf = a_leaf();
    s.links_down(3, leaf);
    s.say(6, leaf, "switch_down");
    s.say(4, {ObjectClass::job, 0}, "job_interrupted", Severity::warning, -1, 37);
    const auto found = s.incidents(20);
    REQUIRE(found.size() == 1);
    const Incident& incident = found[0];
    CHECK(incident.root == leaf);
    CHECK(incident.origin == IncidentOrigin::hardware);
    CHECK(incident.severity == Severity::critical);
    CHECK(incident.state == IncidentState::open);
    CHECK(incident.children == s.t.links_of(leaf).size() + 1);
    CHECK(incident.members.size() == incident.children + 1);
    CHECK(incident.title == "Leaf switch " + s.t.path_of(leaf) + " does not answer");
    const auto evidence = evidence_of(s.input(20), incident);
    CHECK(mentions(evidence, "since 00:00:06"));
    CHECK(mentions(evidence, "32 links went down from 00:00:03 on, within 0.3 s"));
    CHECK(mentions(evidence, "Job pretrain stopped at 00:00:04"));
    // Sixteen servers lose one rail each.
    const BlastRadius radius = radius_of(s.input(20), incident);
    CHECK(radius.gpus == 16);
    CHECK(radius.ranks == 16);
    CHECK(radius.jobs == 1);
    CHECK(radius.nominal_watts == doctest::Approx(16 * 700));
    CHECK(radius.objects[size_t(ObjectClass::link)].size() > 0);
    const IncidentCost cost = cost_of(s.input(20), incident, radius);
    CHECK(cost.steps_lost == 37);
    CHECK(cost.jobs_stopped == 1);
    CHECK(cost.restart_seconds == doctest::Approx(16));
    CHECK(cost.gpu_hours == doctest::Approx((768 * 16 + 16 * 17) / 3600.0).epsilon(0.02));
}

TEST_CASE("a leaf that says nothing itself is concluded from its links") {
    Story s(small());
    s.links_down(3, a_leaf());
    const auto found = s.incidents(20);
    REQUIRE(found.size() == 1);
    CHECK(found[0].root == a_leaf());
    CHECK_FALSE(found[0].candidates[0].reported);
    CHECK(found[0].root_events == 0);
}

TEST_CASE("before the leaf's own event is due the incident is the same one") {
    Story s(small());
    s.links_down(3, a_leaf());
    s.say(6, a_leaf(), "switch_down");
    const auto early = s.incidents(4), late = s.incidents(30);
    REQUIRE(early.size() == 1);
    REQUIRE(late.size() == 1);
    CHECK(early[0].id == late[0].id);
    CHECK(early[0].root == late[0].root);
}

TEST_CASE("two faults at once are two incidents, also where they share a link") {
    Story s(small());
    const ObjectId leaf = a_leaf();
    const uint32_t node = s.t.nics[s.t.links[s.t.links_of(leaf)[2]].a.device].node;
    REQUIRE(node < s.t.nodes.size());
    s.say(4, leaf, "switch_down");
    s.links_down(3, leaf);
    s.say(5, {ObjectClass::node, node}, "node_down");
    for (uint32_t n = s.t.nodes[node].nics.first; n < s.t.nodes[node].nics.end(); ++n) {
        for (const uint32_t l : s.t.links_of({ObjectClass::nic, n}))
            if (s.t.links[l].b.device != leaf.index) s.say(3.5, {ObjectClass::link, l}, "link_down");
    }
    const auto found = s.incidents(20);
    REQUIRE(found.size() == 2);
    CHECK(std::min(found[0].root, found[1].root) == ObjectId{ObjectClass::node, node});
    CHECK(std::max(found[0].root, found[1].root) == leaf);
}

TEST_CASE("the order of arrival does not matter") {
    Story s(small());
    s.jobs = {everywhere(s.t)};
    s.links_down(3, a_leaf());
    s.say(6, a_leaf(), "switch_down");
    for (uint32_t k = 0; k < 40; ++k) s.xid(2.0 * k, (k * 37) % 768, k % 3 ? 31 : 79);
    for (uint32_t k = 0; k < 30; ++k)
        s.say(10.0 * k, {ObjectClass::link, 700}, "link_flap", Severity::warning, 10.0 * k + 2);
    const auto expected = s.incidents(400);
    std::mt19937 random(7);
    for (int round = 0; round < 5; ++round) {
        std::shuffle(s.told.begin(), s.told.end(), random);
        ClusterState state(std::shared_ptr<const Topology>(&s.t, [](const Topology*) {}));
        for (const Event& event : s.told) state.apply(event);
        state.apply(s.jobs[0]);
        state.time_ns = start + 400 * second;
        Incidents incidents;
        CHECK(incidents.update(state));
        CHECK_FALSE(incidents.update(state));
        REQUIRE(incidents.list().size() == expected.size());
        for (size_t i = 0; i < expected.size(); ++i) {
            CHECK(incidents.list()[i].id == expected[i].id);
            CHECK(incidents.list()[i].root == expected[i].root);
            CHECK(incidents.list()[i].members == expected[i].members);
            CHECK(incidents.list()[i].title == expected[i].title);
        }
    }
}

TEST_CASE("a link that flaps is one incident with a count") {
    Story s(small());
    for (int k = 0; k < 50; ++k) s.say(20.0 * k, {ObjectClass::link, 9}, "link_flap", Severity::warning, 20.0 * k + 3);
    const auto found = s.incidents(1010);
    REQUIRE(found.size() == 1);
    CHECK(found[0].root == ObjectId{ObjectClass::link, 9});
    CHECK(found[0].root_events == 50);
    CHECK(found[0].title.find("flaps (50 times)") != std::string::npos);
    CHECK(found[0].state == IncidentState::open);
    // It settles a minute after the last, and again an hour later it is another.
    CHECK(s.incidents(1100)[0].state == IncidentState::closed);
    s.say(5000, {ObjectClass::link, 9}, "link_flap", Severity::warning, 5003);
    CHECK(s.incidents(5010).size() == 2);
}

TEST_CASE("a server with trouble everywhere is one incident, and it is the server") {
    Story s(small());
    const Node& node = s.t.nodes[20];
    for (uint32_t k = 0; k < 60; ++k) s.xid(5.0 * k, node.gpus.first + k % 8, k % 2 ? 74 : 94);
    s.say(40, {ObjectClass::nic, node.nics.first}, "nic_down");
    const auto found = s.incidents(400);
    REQUIRE(found.size() == 1);
    CHECK(found[0].root == ObjectId{ObjectClass::node, 20});
    CHECK(found[0].members.size() == 61);
}

TEST_CASE("errors of a program are told apart from errors of the hardware") {
    Story s(small());
    s.jobs = {everywhere(s.t)};
    for (uint32_t k = 0; k < 64; ++k) s.xid(1 + 0.1 * k, k * 8, 31);
    const auto program = s.incidents(60);
    REQUIRE(program.size() == 1);
    CHECK(program[0].origin == IncidentOrigin::application);
    CHECK(program[0].root == ObjectId{ObjectClass::job, 0});
    CHECK(mentions(evidence_of(s.input(60), program[0]), "the GPU can stay in service"));

    Story h(small());
    h.jobs = {everywhere(h.t)};
    h.xid(2, 83, 48);
    h.xid(1, 84, 45), h.xid(3, 85, 45);  // the clean-up is logged before the cause
    const auto hardware = h.incidents(60);
    REQUIRE(hardware.size() == 1);
    CHECK(hardware[0].root == ObjectId{ObjectClass::gpu, 83});
    CHECK(hardware[0].origin == IncidentOrigin::hardware);
    CHECK(hardware[0].title.find("double-bit ECC error") != std::string::npos);
}

TEST_CASE("a GPU that dies without a word is the one that its siblings do not name") {
    Story s(small());
    for (uint32_t g = 40; g < 48; ++g)
        if (g != 43) s.xid(1 + 0.1 * g, g, 45);
    const auto found = s.incidents(60);
    REQUIRE(found.size() == 1);
    CHECK(found[0].root == ObjectId{ObjectClass::gpu, 43});
    CHECK_FALSE(found[0].candidates[0].reported);
}

TEST_CASE("a busway that says nothing is concluded from its racks; one dark rack is a rack") {
    Story s(small());
    const uint32_t busway = s.t.racks[s.t.nodes[0].rack].busway;
    const IndexRange racks = s.t.power[busway].racks;
    for (uint32_t r = racks.first; r < racks.end(); ++r) {
        for (uint32_t n = s.t.racks[r].nodes.first; n < s.t.racks[r].nodes.end(); ++n)
            s.say(3 + 0.1 * r, {ObjectClass::node, n}, "node_down");
        for (uint32_t w = s.t.racks[r].switches.first; w < s.t.racks[r].switches.end(); ++w)
            s.say(3.5, {ObjectClass::switch_, w}, "switch_down");
    }
    const auto found = s.incidents(20);
    REQUIRE(found.size() == 1);
    CHECK(found[0].root == ObjectId{ObjectClass::power, busway});
    CHECK(radius_of(s.input(20), found[0]).gpus == s.t.gpus_in(found[0].root).count);

    Story one(small());
    const Rack& rack = one.t.racks[one.t.nodes[0].rack];
    for (uint32_t n = rack.nodes.first; n < rack.nodes.end(); ++n) one.say(3, {ObjectClass::node, n}, "node_down");
    const auto dark = one.incidents(20);
    REQUIRE(dark.size() == 1);
    CHECK(dark[0].root == ObjectId{ObjectClass::rack, one.t.nodes[0].rack});
}

TEST_CASE("what is in maintenance raises no incident") {
    Story s(small());
    s.say(0, {ObjectClass::node, 5}, "maintenance", Severity::info);
    s.xid(10, s.t.nodes[5].gpus.first, 79);
    CHECK(s.incidents(20).empty());
    s.xid(10, s.t.nodes[6].gpus.first, 79);
    CHECK(s.incidents(20).size() == 1);
}

TEST_CASE("events of objects that there are not, and of the future, are left out") {
    Story s(small());
    s.say(1, {ObjectClass::gpu, 4'000'000}, "xid");
    s.say(1, {}, "fire");
    s.say(100, {ObjectClass::node, 5}, "node_down");
    CHECK(s.incidents(20).empty());
    // What is over later than now is still going on.
    s.say(5, {ObjectClass::node, 7}, "node_down", Severity::critical, 50);
    CHECK(s.incidents(20)[0].end_ns == 0);
    CHECK(s.incidents(60)[0].end_ns == start + 50 * second);
}

TEST_CASE("operators acknowledge, shelve for a time and reopen, and the past does not know it yet") {
    Story s(small());
    s.say(6, a_leaf(), "switch_down");
    s.links_down(3, a_leaf());
    const EventKey key = s.incidents(20)[0].first;
    using Kind = IncidentAct::Kind;
    const auto act = [&](Kind kind, double at, double until = 0) {
        return IncidentAct{kind, key, start + int64_t(at * 1e9), start + int64_t(until * 1e9), "anna", ""};
    };
    const std::vector<IncidentAct> acts{act(Kind::acknowledge, 30), act(Kind::shelve, 40, 100), act(Kind::reopen, 200)};
    CHECK(s.incidents(25, acts)[0].state == IncidentState::open);
    CHECK(s.incidents(35, acts)[0].state == IncidentState::acknowledged);
    CHECK(s.incidents(35, acts)[0].acknowledged_by == "anna");
    CHECK(s.incidents(50, acts)[0].state == IncidentState::shelved);
    CHECK(s.incidents(150, acts)[0].state == IncidentState::acknowledged);
    CHECK(s.incidents(250, acts)[0].state == IncidentState::open);
    // The incident is meant by any of its events.
    std::vector<IncidentAct> other{act(Kind::acknowledge, 30)};
    other[0].event = {"site", s.last_id};
    CHECK(s.incidents(35, other)[0].state == IncidentState::acknowledged);
}

TEST_CASE("whatever is said, every alarm is in one incident, and every incident has a root and words") {
    const char* kinds[] = {
        "xid",        "link_down",   "link_flap",       "switch_down", "node_down",    "nic_down",
        "power_lost", "pump_failed", "cooling_lost",    "overheating", "slow_rank",    "leak_detected",
        "job_slow",   "link_lost",   "job_interrupted", "something",   "power_supply", ""};
    std::mt19937 random(3);
    for (int round = 0; round < 6; ++round) {
        Story s(shipped(round % 2 ? "nvl72-8k" : "drill-768"));
        if (round < 4) s.jobs = {everywhere(s.t)};
        const int count = 1 + int(random() % 4000);
        for (int k = 0; k < count; ++k) {
            const auto object_class = ObjectClass(random() % object_class_count);
            const double at = double(random() % 3000) / 10;
            s.say(at, {object_class, uint32_t(random() % (s.t.count(object_class) + 1))},
                  kinds[random() % std::size(kinds)], Severity(random() % 3),
                  random() % 2 ? -1 : at + double(random() % 100), int32_t(random() % 180) - 3);
        }
        const auto found = s.incidents(200);
        std::vector<uint32_t> members;
        for (const Incident& incident : found) {
            CHECK(s.t.contains(incident.root));
            CHECK_FALSE(incident.title.empty());
            CHECK_FALSE(incident.candidates.empty());
            CHECK(incident.candidates.size() <= 5);
            CHECK(incident.root_events + incident.children == incident.members.size());
            CHECK_FALSE(evidence_of(s.input(200), incident).empty());
            members.insert(members.end(), incident.members.begin(), incident.members.end());
        }
        std::sort(members.begin(), members.end());
        CHECK(std::adjacent_find(members.begin(), members.end()) == members.end());
        const auto alarms = std::count_if(s.known.begin(), s.known.end(), [&](const Event& e) {
            return e.severity != Severity::info && s.t.contains(e.object) && e.time_ns <= start + 200 * second;
        });
        CHECK(members.size() == size_t(alarms));
        const BlastRadius radius = radius_of(s.input(200), found[0]);
        CHECK(radius.gpus <= s.t.gpu_nodes.size());
    }
}

TEST_CASE("what a storm of 100,000 events in a second costs is printed, and it stays a short list") {
    const Topology& t = shipped("reference-100k");
    Story s(t);
    s.jobs = {everywhere(t)};
    // Twelve spines and fifty leafs at once with all that hangs on them, and as many XIDs of programs as make it full.
    uint32_t switches = 0;
    for (uint32_t w = 0; w < t.switches.size() && switches < 600; w += 7) {
        if (t.switches[w].role != SwitchRole::leaf && t.switches[w].role != SwitchRole::spine) continue;
        ++switches;
        s.say(1.9, {ObjectClass::switch_, w}, "switch_down");
        s.links_down(1.0, {ObjectClass::switch_, w});
    }
    for (uint32_t g = 0; s.told.size() < 100'000; g += 3) s.xid(1.5, g % t.gpu_nodes.size(), 31);
    s.incidents(10);
    const auto begin = std::chrono::steady_clock::now();
    const auto found = s.incidents(10);
    const double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
    std::printf("incidents: %zu events, %u switches down: %zu incidents in %.0f ms\n", s.told.size(), switches,
                found.size(), ms);
    CHECK(found.size() < switches + 40);
    CHECK(found.size() >= switches / 2);
}

// One run: simulate → encode → decode → state → watch → incidents, second by second; at the end compare with the truth.
#include "feed/drill.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <stdexcept>

#include "cluster/incidents.h"
#include "cluster/watch.h"
#include "feed/simulator.h"
#include "feed/simulator/random.h"
#include "net/messages.h"

namespace bv {
namespace {

constexpr const char* kinds[] = {"optic",        "nic",         "link_flap",      "leaf_switch",
                                 "spine_switch", "gpu_off_bus", "double_bit_ecc", "node_power_supply",
                                 "busway",       "cdu_pump",    "coolant_leak",   "thermal_runaway",
                                 "slow_rank",    "noisy_node"};

// The wire between a simulator and a state, without the sockets: the same encoders, the same checks.
class Wire {
public:
    Wire(const std::shared_ptr<const Topology>& topology, double loss, uint64_t seed)
        : topology_(topology), loss_(loss), seed_(seed), encoder_(*topology, {}), state_(topology) {
        header_.source = "sim";
        header_.boot_id = 1;
        header_.topology_hash = topology->hash;
    }
    void carry(const TelemetryBatch& batch) {
        messages_.clear();
        encoder_.encode(batch, header_, tick_sequence_, false, messages_);
        uint64_t values = 0;
        for (const Bytes& message : messages_) check(decoder_.apply(message, state_, 0, values));
        header_.time_ns = batch.time_ns;
        if (!batch.events.empty()) {
            std::vector<Event> events;
            check(decode_events(encode_events(header_, batch.events), *topology_, events));
            for (const Event& event : events)
                if (!lost(event.id)) state_.apply(event);
        }
        if (!batch.jobs.empty()) {
            std::vector<Job> jobs;
            check(decode_jobs(encode_jobs(header_, batch.jobs), *topology_, jobs));
            for (const Job& job : jobs) state_.apply(job);
        }
    }
    [[nodiscard]] ClusterState& state() { return state_; }
    [[nodiscard]] const ClusterState& state() const { return state_; }

private:
    static void check(DecodeError error) {
        if (error != DecodeError::none) throw std::runtime_error(std::string(sentence(error)));
    }
    [[nodiscard]] bool lost(uint64_t id) const { return sim::unit(sim::hash(seed_, id, 99)) < loss_; }

    std::shared_ptr<const Topology> topology_;
    double loss_;
    uint64_t seed_;
    MessageHeader header_;
    TickEncoder encoder_;
    TickDecoder decoder_;
    ClusterState state_;
    uint64_t tick_sequence_ = 1;
    std::vector<Bytes> messages_;
};

// An incident that holds events of a fault, and how many.
struct Found {
    const Incident* incident;
    uint32_t events;
};
const Incident* best_of(const std::vector<Found>& list) {
    return std::max_element(list.begin(), list.end(),
                            [](const Found& a, const Found& b) { return a.events < b.events; })
        ->incident;
}

class Run {
public:
    Run(const std::shared_ptr<const Topology>& topology, const std::string& scenario, uint64_t seed, double loss)
        : simulator_(topology, {.seed = seed, .scenario = scenario, .keep_truth = true}), wire_(topology, loss, seed) {}

    void advance(int seconds, DrillReport& report) {
        for (int s = 0; s < seconds; ++s) {
            wire_.carry(simulator_.step());
            noticed_.clear();
            watch_.observe(wire_.state(), noticed_);
            for (const Event& event : noticed_) wire_.state().apply(event);
            const auto begin = std::chrono::steady_clock::now();
            incidents_.update(wire_.state());
            const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
            report.grouping_ms_max = std::max(report.grouping_ms_max, took.count());
        }
    }
    void judge(DrillReport& report, const std::string& name) const;

private:
    [[nodiscard]] std::map<uint32_t, std::vector<Found>> attribute(DrillReport& report, const std::string& name) const;
    [[nodiscard]] bool touches(const Event& event, const InjectedFault& fault) const;
    [[nodiscard]] std::map<uint32_t, uint32_t> faults_in(const Incident& incident) const;

    Simulator simulator_;
    Wire wire_;
    Watch watch_;
    Incidents incidents_;
    std::vector<Event> noticed_;
};

// Whether what the watch noticed lies in what the fault reaches.
bool Run::touches(const Event& event, const InjectedFault& fault) const {
    const Topology& t = wire_.state().topology();
    if (event.time_ns < fault.begin_ns) return false;
    const Placement placement(t, wire_.state().jobs);
    return event.object == fault.object ||
           find_reach(t, placement, {.from = fault.object, .losses_only = true}).holds(event.object);
}

// How many events of which fault an incident holds.
std::map<uint32_t, uint32_t> Run::faults_in(const Incident& incident) const {
    std::map<uint32_t, uint32_t> counts;
    const auto& events = wire_.state().events;
    const auto& truth = simulator_.truth();
    for (const uint32_t m : incident.members) {
        const Event& event = events[m];
        if (event.source == Watch::source) {
            // Of the fault of that very part, else of any that reaches it.
            const bool exact = std::any_of(truth.begin(), truth.end(), [&](const InjectedFault& fault) {
                return fault.planned && fault.object == event.object && touches(event, fault);
            });
            for (uint32_t f = 0; f < truth.size(); ++f)
                if (truth[f].planned && (!exact || truth[f].object == event.object) && touches(event, truth[f]))
                    ++counts[f];
        } else if (const auto fault = simulator_.truth_of(event.id)) {
            ++counts[*fault];
        }
    }
    return counts;
}

// Which incidents are of which fault: those that most of their events are of, and those that name its part.
std::map<uint32_t, std::vector<Found>> Run::attribute(DrillReport& report, const std::string& name) const {
    const auto& truth = simulator_.truth();
    std::map<uint32_t, std::vector<Found>> found;
    report.incidents += uint32_t(incidents_.list().size());
    for (const Incident& incident : incidents_.list()) {
        const auto faults = faults_in(incident);
        if (faults.empty()) {
            ++report.baseless;
            report.misses.push_back(fmt::format("{}: baseless: {}", name, incident.title));
        }
        uint32_t most = 0;
        for (const auto& [fault, events] : faults) most = std::max(most, events);
        for (const auto& [fault, events] : faults) {
            const ObjectId object = truth[fault].object;
            const bool named = std::any_of(incident.candidates.begin(), incident.candidates.end(),
                                           [&](const RootCandidate& c) { return c.object == object; });
            if (events == most || named) found[fault].push_back({&incident, events});
        }
    }
    for (const auto& [fault, list] : found) report.duplicates += uint32_t(list.size() - 1);
    return found;
}

void Run::judge(DrillReport& report, const std::string& name) const {
    const auto& truth = simulator_.truth();
    const auto found = attribute(report, name);
    // Two faults in one incident are not one incident each.
    std::map<const Incident*, uint32_t> shared;
    for (const auto& [fault, list] : found)
        if (truth[fault].planned) ++shared[best_of(list)];
    for (uint32_t f = 0; f < truth.size(); ++f) {
        if (!truth[f].planned) continue;
        DrillScore score{.injected = 1};
        std::string answer = "nothing found";
        if (const auto list = found.find(f); list != found.end()) {
            const Incident* const best = best_of(list->second);
            score.found = 1;
            score.one_incident = list->second.size() == 1 && shared[best] == 1;
            const auto& candidates = best->candidates;
            for (size_t c = 0; c < candidates.size() && c < 3; ++c) {
                if (candidates[c].object != truth[f].object) continue;
                score.root_top3 = 1;
                score.root_first = c == 0;
            }
            answer = fmt::format("{} incidents, first says: {}", list->second.size(), best->title);
        }
        if (!score.root_first || !score.one_incident) {
            const std::string path = wire_.state().topology().path_of(truth[f].object);
            report.misses.push_back(fmt::format("{}: {} at {}: {}", name, truth[f].kind, path, answer));
        }
        report.kinds[truth[f].kind] += score;
        report.total += score;
    }
}

}  // namespace

DrillScore& DrillScore::operator+=(const DrillScore& more) {
    injected += more.injected, found += more.found, root_first += more.root_first;
    root_top3 += more.root_top3, one_incident += more.one_incident;
    return *this;
}

std::vector<std::string> drill_kinds() { return {std::begin(kinds), std::end(kinds)}; }

DrillReport run_drill(const std::shared_ptr<const Topology>& topology, const DrillOptions& options,
                      const std::function<bool(uint32_t)>& progress) {
    DrillReport report;
    const size_t count = std::size(kinds);
    for (uint32_t r = 0; r < options.runs; ++r) {
        const bool two = options.faults == 2 || (options.faults == 0 && r % 3 == 2);
        const std::string first = options.kind.empty() ? kinds[r % count] : options.kind;
        // The second takes another turn, so that every pair meets.
        const std::string second = kinds[(r / count + r * 5 + 3) % count];
        const std::string scenario = first + (two ? "+" + second : "") + "+noise";
        const uint64_t seed = options.seed * 1'000'003 + r;
        Run run(topology, scenario, seed, options.loss);
        run.advance(options.seconds, report);
        run.judge(report, fmt::format("seed {} {}", seed, scenario));
        ++report.runs;
        report.hours += options.seconds / 3600.0;
        if (progress && !progress(r + 1)) break;
    }
    return report;
}

}  // namespace bv

// One interval of the simulated cluster, as one straight line: faults → jobs → power → coolant → temperatures → fabric
// → facility → health → batch. Reads a topology and options; the parts are in feed/simulator/.
#include "feed/simulator.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "feed/simulator/compute.h"
#include "feed/simulator/fabric.h"
#include "feed/simulator/facility.h"
#include "feed/simulator/faults.h"
#include "feed/simulator/health.h"
#include "feed/simulator/jobs.h"
#include "feed/simulator/presets.h"
#include "feed/simulator/swing.h"
#include "feed/simulator/world.h"

namespace bv {
namespace {

using sim::FaultKind;

struct Scenario {
    const char* name;
    sim::FaultPlan faults;
    sim::JobPlan jobs;
};

constexpr double seconds_between_notes = 3600;

// A single fault comes 30 s in and stays for some minutes, in an otherwise quiet cluster.
sim::FaultPlan single(FaultKind kind, double minutes) {
    return {.rate = 0, .repair_speed = 1, .population = false, .planned = {{kind, 30.0, minutes * 60}}};
}

const std::vector<Scenario>& scenario_table() {
    static const sim::FaultPlan none{.rate = 0, .repair_speed = 1, .population = false, .planned = {}};
    static const sim::JobPlan steady{.software_rate = 0, .checkpoint_at = -1};
    static const std::vector<Scenario> table = {
        {"training", {}, {}},
        {"quiet", none, steady},
        // 300 times the measured rates, mended 60 times as fast, so that some percent of the cluster is broken at any
        // time; the jobs restart within half a minute, or they would never run at a failure every few seconds.
        {"storm",
         {.rate = 300, .repair_speed = 60, .population = true, .planned = {}},
         {.software_rate = 1, .checkpoint_at = -1, .detect = 6, .reload = 14}},
        // An ordinary day of twenty times as many parts, with nothing broken before: what drills are drowned in.
        {"noise", {.rate = 20, .repair_speed = 1, .population = false, .planned = {}}, steady},
        {"gpu_off_bus", single(FaultKind::gpu_off_bus, 5), steady},
        {"link_down", single(FaultKind::link_down, 5), steady},
        {"leaf_down", single(FaultKind::switch_leaf, 6), steady},
        {"cdu_failure", single(FaultKind::cdu_failure, 6), steady},
        {"node_down", single(FaultKind::node_crash, 5), steady},
        {"busway_loss", single(FaultKind::busway_loss, 6), steady},
        // For the tour: an ordinary day, and 86 s in a cable between a server and its leaf fails; recovery from peers'
        // memory.
        {"story",
         {.rate = 0, .repair_speed = 1, .population = true, .planned = {{FaultKind::link_down, 86.0, 480}}},
         {.software_rate = 0, .checkpoint_at = -1, .detect = 8, .reload = 26}},
        {"checkpoint", none, {.software_rate = 0, .checkpoint_at = 30}},
    };
    return table;
}

// Faults that a scenario can be made of, at a place and a time that the seed chooses.
struct Injection {
    const char* name;
    FaultKind kind;
};
constexpr Injection injections[] = {
    {"optic", FaultKind::optic_degrading},      {"nic", FaultKind::nic_failure},
    {"link_flap", FaultKind::flapping_link},    {"leaf_switch", FaultKind::switch_leaf},
    {"spine_switch", FaultKind::switch_fabric}, {"gpu_off_bus", FaultKind::gpu_off_bus},
    {"double_bit_ecc", FaultKind::gpu_sram},    {"node_power_supply", FaultKind::node_power_supply},
    {"busway", FaultKind::busway_loss},         {"cdu_pump", FaultKind::cdu_pump},
    {"coolant_leak", FaultKind::coolant_leak},  {"thermal_runaway", FaultKind::thermal_runaway},
    {"slow_rank", FaultKind::slow_rank},        {"noisy_node", FaultKind::noisy_node}};
constexpr double injected_seconds = 600;

// One of the table, or names joined by '+': faults, and what they happen in ("quiet" where nothing is said).
Scenario scenario_named(const std::string& name) {
    for (const Scenario& scenario : scenario_table())
        if (name == scenario.name) return scenario;
    Scenario made = scenario_table()[1];
    made.name = "";
    std::vector<sim::FaultPlan::Planned> planned;
    for (size_t begin = 0; begin <= name.size();) {
        const size_t end = std::min(name.find('+', begin), name.size());
        const std::string part = name.substr(begin, end - begin);
        begin = end + 1;
        const auto* injection = std::find_if(std::begin(injections), std::end(injections),
                                             [&](const Injection& known) { return part == known.name; });
        if (injection != std::end(injections)) {
            planned.push_back({.kind = injection->kind, .at = 20, .duration = injected_seconds, .anywhere = true});
            continue;
        }
        const auto& table = scenario_table();
        const auto base = std::find_if(table.begin(), table.end(), [&](const Scenario& known) {
            return part == known.name && known.faults.planned.empty();
        });
        if (base == table.end()) {
            throw std::runtime_error(fmt::format("There is no scenario '{}'; choose one of {}{}.", part,
                                                 fmt::join(Simulator::scenarios(), ", "),
                                                 part == name ? "" : ", and join only faults and one background"));
        }
        made = *base;
    }
    made.faults.planned = planned;
    return made;
}

sim::FaultPlan under(sim::Preset preset, sim::FaultPlan plan) {
    plan.preset = preset;
    return plan;
}
sim::JobPlan under(sim::Preset preset, sim::JobPlan plan) {
    plan.preset = preset;
    return plan;
}

}  // namespace

struct Simulator::Impl {
    Impl(std::shared_ptr<const Topology> topology, const SimulatorOptions& options)
        : scenario(scenario_named(options.scenario)),
          preset(sim::preset_named(options.preset)),
          world(with_clock(std::move(topology), options)),
          faults(*world, under(preset, scenario.faults)),
          jobs(*world, under(preset, scenario.jobs)),
          compute(*world),
          swings(*world, jobs),
          fabric(*world),
          facility(*world),
          health(*world) {
        settle();
    }

    static std::unique_ptr<sim::World> with_clock(std::shared_ptr<const Topology> topology,
                                                  const SimulatorOptions& options) {
        if (options.interval_ns <= 0)
            throw std::runtime_error("The interval of the simulator must be longer than nothing.");
        auto world = std::make_unique<sim::World>(std::move(topology), options.seed);
        world->clock.start_ns = options.start_ns;
        world->clock.interval_ns = options.interval_ns;
        world->reports.keep_truth(options.keep_truth);
        return world;
    }

    // A run begins in the middle of an ordinary day: everything is as warm as its mean power makes it.
    void settle() {
        jobs.settle();
        compute.measure_power();
        fabric.measure();
        facility.settle();
        compute.settle();
    }

    // Says that this is a simulation and by which rates. Again every hour, for who joins after many other events.
    void tell_preset() {
        if (world->clock.end() < next_note) return;
        next_note = world->clock.end() + seconds_between_notes;
        Event event;
        event.id = sim::hash(world->seed, uint64_t(sim::Stream::preset_note)) | 1;
        event.time_ns = world->clock.start_ns;
        event.object = {ObjectClass::site, 0};
        event.kind = sim::simulation_event;
        event.text =
            fmt::format("Simulated with the preset {}: {}.", sim::describe(preset).name, sim::describe(preset).summary);
        world->report(std::move(event));
    }

    void step(bool shown) {
        world->clock.tick += 1;
        world->clock.shown = shown;
        world->measured.time_ns = world->clock.end_ns();
        tell_preset();
        faults.advance([this](uint32_t node, double at, uint32_t fault) { jobs.stop(node, at, fault); });
        jobs.advance();
        compute.measure_power();
        fabric.measure();
        facility.measure_racks();
        compute.measure_temperatures();
        compute.measure_columns();
        jobs.measure();
        facility.set_goodput(jobs.goodput());
        facility.set_swing(swings.measure());
        facility.measure_columns();
        health.measure();
        world->reports.send(world->clock.end_ns(), world->events);
    }

    const Scenario scenario;
    const sim::Preset preset;
    double next_note = 0;  // seconds of the run
    std::unique_ptr<sim::World> world;
    sim::Faults faults;
    sim::Jobs jobs;
    sim::Compute compute;
    sim::Swings swings;
    sim::Fabric fabric;
    sim::Facility facility;
    sim::HealthRules health;
    TelemetryBatch batch;
};

Simulator::Simulator(std::shared_ptr<const Topology> topology, SimulatorOptions options)
    : impl_(std::make_unique<Impl>(std::move(topology), options)) {}
Simulator::~Simulator() = default;
Simulator::Simulator(Simulator&&) noexcept = default;

const TelemetryBatch& Simulator::step() {
    Impl& s = *impl_;
    s.step(true);
    s.batch.time_ns = s.world->clock.end_ns();
    s.batch.interval_ns = s.world->clock.interval_ns;
    if (s.batch.columns.empty()) s.batch.columns = s.world->columns.spans();
    s.batch.events.swap(s.world->events);
    s.batch.jobs.swap(s.world->jobs);
    s.world->events.clear();
    s.world->jobs.clear();
    return s.batch;
}

void Simulator::pass() { impl_->step(false); }

const std::vector<InjectedFault>& Simulator::truth() const { return impl_->world->reports.truth(); }

std::optional<uint32_t> Simulator::truth_of(uint64_t event_id) const {
    const uint32_t fault = impl_->world->reports.fault_of(event_id);
    return fault == sim::no_fault ? std::nullopt : std::optional(fault);
}

int64_t Simulator::time_ns() const { return impl_->world->clock.end_ns(); }

std::vector<std::string> Simulator::scenarios() {
    std::vector<std::string> names;
    for (const Scenario& scenario : scenario_table()) names.emplace_back(scenario.name);
    for (const Injection& injection : injections)
        if (std::find(names.begin(), names.end(), injection.name) == names.end()) names.emplace_back(injection.name);
    return names;
}

std::vector<std::string> Simulator::presets() { return sim::preset_names(); }

std::string Simulator::problem_of(const std::string& scenario) {
    try {
        static_cast<void>(scenario_named(scenario));
        return {};
    } catch (const std::runtime_error& e) {
        return e.what();
    }
}

}  // namespace bv

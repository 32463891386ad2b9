// belvedere-feed simulate: publishes the telemetry of a simulated cluster at a steady rate until it is stopped.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "feed/commands/commands.h"
#include "feed/commands/curve.h"
#include "feed/commands/stop.h"
#include "feed/simulator.h"
#include "net/publisher.h"

namespace bv {

namespace {

using Clock = std::chrono::steady_clock;

struct SimulateArguments {
    std::string cluster, scenario = "training", preset = "measured";
    PublisherOptions publisher;
    CurveServerArguments curve;
    uint64_t seed = 1;
    double rate_hz = 1, speed = 1, duration_s = 0;
};

int64_t utc_now_ns() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

Clock::duration seconds(double s) {
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(s));
}

// Says that publishing cannot keep up, at most once per 10 s.
class LagReport {
public:
    void skipped(uint64_t ticks, double rate_hz, Clock::time_point now) {
        skipped_ += ticks;
        if (told_ && now - *told_ < std::chrono::seconds(10)) return;
        fmt::print(stderr,
                   "belvedere-feed: cannot keep up with {:g} ticks per second; {} left out since the last report.\n",
                   rate_hz, skipped_);
        told_ = now;
        skipped_ = 0;
    }

private:
    std::optional<Clock::time_point> told_;
    uint64_t skipped_ = 0;
};

// Answers snapshot requests until then, in slices short enough that a signal ends the program at once.
void serve_until(Publisher& publisher, Clock::time_point deadline) {
    do {
        publisher.serve_until(std::min(deadline, Clock::now() + std::chrono::milliseconds(100)));
    } while (!stop_requested() && Clock::now() < deadline);
}

// Steps the simulator at most a second at a time, so that what happens does not depend on the speed, and joins the
// steps of one tick.
class Ticks {
public:
    Ticks(std::shared_ptr<const Topology> topology, const SimulateArguments& arguments)
        : seconds_per_tick_(arguments.speed / arguments.rate_hz),
          seconds_per_step_(std::min(1.0, seconds_per_tick_)),
          simulator_(std::move(topology), options(arguments, seconds_per_step_)) {}

    // The tick after `skipped` that were left out. Valid until the next call.
    const TelemetryBatch& next(uint64_t skipped) {
        seconds_due_ += seconds_per_tick_ * double(1 + skipped);
        const auto due = std::max(uint64_t(1), uint64_t(std::llround(seconds_due_ / seconds_per_step_)));
        for (uint64_t step = 1; step < due && !stop_requested(); ++step) simulator_.pass();
        const TelemetryBatch& batch = simulator_.step();
        tick_ = batch;
        seconds_due_ -= double(due) * seconds_per_step_;
        tick_.interval_ns = int64_t(double(due) * seconds_per_step_ * 1e9);
        return tick_;
    }

private:
    static SimulatorOptions options(const SimulateArguments& arguments, double seconds_per_step) {
        SimulatorOptions options;
        options.seed = arguments.seed;
        options.scenario = arguments.scenario;
        options.preset = arguments.preset;
        options.start_ns = utc_now_ns();
        options.interval_ns = int64_t(seconds_per_step * 1e9);
        return options;
    }

    const double seconds_per_tick_, seconds_per_step_;
    double seconds_due_ = 0;
    Simulator simulator_;
    TelemetryBatch tick_;
};

void publish_steadily(Publisher& publisher, Ticks& ticks, const SimulateArguments& arguments) {
    const Clock::duration interval = seconds(1 / arguments.rate_hz);
    const Clock::time_point begin = Clock::now();
    const bool endless = arguments.duration_s <= 0;
    const Clock::time_point end = endless ? Clock::time_point::max() : begin + seconds(arguments.duration_s);
    LagReport lag;
    uint64_t skipped = 0;
    for (Clock::time_point next = begin; !stop_requested() && next < end;) {
        publisher.publish(ticks.next(skipped));
        next += interval;
        const Clock::time_point now = Clock::now();
        skipped = now > next + interval ? uint64_t((now - next) / interval) : 0;
        if (skipped > 0) lag.skipped(skipped, arguments.rate_hz, now);
        next += skipped * interval;
        // Even a publisher that is late answers who asks for a snapshot.
        serve_until(publisher, std::min(next, end));
    }
}

void run_simulate(const SimulateArguments& arguments) {
    stop_on_signals();
    LoadedCluster cluster = load_cluster(arguments.cluster);
    Ticks ticks(cluster.topology, arguments);
    const std::string name = cluster.topology->name;
    PublisherOptions publisher_options = arguments.publisher;
    publisher_options.curve = curve_server(arguments.curve);
    Publisher publisher(std::move(cluster), publisher_options);
    fmt::print("publishing {} on {} (snapshots on {}), {:g} ticks per second at {:g}x speed, preset {}\n", name,
               publisher.endpoint(), publisher.snapshot_endpoint(), arguments.rate_hz, arguments.speed,
               arguments.preset);
    std::fflush(stdout);
    publish_steadily(publisher, ticks, arguments);
}

}  // namespace

void add_simulate_command(CLI::App& app) {
    CLI::App* simulate = app.add_subcommand("simulate", "Publish the telemetry of a simulated cluster");
    auto arguments = std::make_shared<SimulateArguments>();
    simulate
        ->add_option("--cluster", arguments->cluster,
                     "Cluster file, or the name of a shipped one such as reference-100k")
        ->required();
    simulate
        ->add_option("--bind", arguments->publisher.bind,
                     "Where to publish: tcp://127.0.0.1:5600, tcp://*:5600, ipc:///run/bv")
        ->required();
    simulate->add_option("--snapshot-bind", arguments->publisher.snapshot_bind,
                         "Where late joiners ask for the whole state; by default the next port");
    simulate->add_option("--seed", arguments->seed, "Seed: the same seed gives the same telemetry")
        ->capture_default_str();
    simulate
        ->add_option("--scenario", arguments->scenario,
                     "What happens in the cluster; faults and a background can be joined: optic+busway+noise")
        ->type_name(fmt::format("{{{}}}", fmt::join(Simulator::scenarios(), ",")))
        ->capture_default_str()
        ->check([](const std::string& name) {
            std::string problem = Simulator::problem_of(name);
            if (problem.ends_with('.')) problem.pop_back();  // the parser's sentence goes on
            return problem;
        });
    simulate->add_option("--preset", arguments->preset, "By which rates things fail")
        ->capture_default_str()
        ->check(CLI::IsMember(Simulator::presets()));
    simulate->add_option("--rate", arguments->rate_hz, "Ticks per second")
        ->capture_default_str()
        ->check(CLI::Range(0.001, 1000.0));
    simulate->add_option("--speed", arguments->speed, "Simulated seconds per second")
        ->capture_default_str()
        ->check(CLI::Range(0.001, 10000.0));
    simulate->add_option("--duration", arguments->duration_s, "Seconds after which to end; by default never")
        ->check(CLI::NonNegativeNumber);
    simulate->add_option("--source", arguments->publisher.source, "Name of this source: [a-z0-9_.-], at most 64")
        ->capture_default_str();
    simulate->add_flag("--insecure", arguments->publisher.insecure,
                       "Allow publishing beyond this machine without encryption");
    add_curve_server_options(*simulate, arguments->curve);
    simulate->callback([arguments] { run_simulate(*arguments); });
}

}  // namespace bv

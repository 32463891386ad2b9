// belvedere-feed simulate: publishes the telemetry of a simulated cluster at a steady rate until it is stopped.
#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "feed/commands/commands.h"
#include "feed/commands/stop.h"
#include "feed/simulator.h"
#include "net/publisher.h"

namespace bv {

namespace {

using Clock = std::chrono::steady_clock;

struct SimulateArguments {
    std::string cluster, scenario = "training";
    PublisherOptions publisher;
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

void publish_steadily(Publisher& publisher, Simulator& simulator, const SimulateArguments& arguments) {
    const Clock::time_point begin = Clock::now();
    const Clock::duration interval = seconds(1 / arguments.rate_hz);
    const bool endless = arguments.duration_s <= 0;
    const Clock::time_point end = endless ? Clock::time_point::max() : begin + seconds(arguments.duration_s);
    LagReport lag;
    Clock::time_point next = begin;
    while (!stop_requested() && next < end) {
        publisher.publish(simulator.step());
        next += interval;
        if (const Clock::time_point now = Clock::now(); now > next + interval) {
            const auto late = uint64_t((now - next) / interval);
            lag.skipped(late, arguments.rate_hz, now);
            next += late * interval;
        }
        serve_until(publisher, std::min(next, end));
    }
}

void run_simulate(const SimulateArguments& arguments) {
    stop_on_signals();
    LoadedCluster cluster = load_cluster(arguments.cluster);
    SimulatorOptions options;
    options.seed = arguments.seed;
    options.scenario = arguments.scenario;
    options.start_ns = utc_now_ns();
    options.interval_ns = int64_t(1e9 * arguments.speed / arguments.rate_hz);
    Simulator simulator(cluster.topology, options);
    const std::string name = cluster.topology->name;
    Publisher publisher(std::move(cluster), arguments.publisher);
    fmt::print("publishing {} on {} (snapshots on {}), {:g} ticks per second at {:g}x speed\n", name,
               publisher.endpoint(), publisher.snapshot_endpoint(), arguments.rate_hz, arguments.speed);
    std::fflush(stdout);
    publish_steadily(publisher, simulator, arguments);
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
    simulate->add_option("--scenario", arguments->scenario, "What happens in the cluster")
        ->capture_default_str()
        ->check(CLI::IsMember(Simulator::scenarios()));
    simulate->add_option("--rate", arguments->rate_hz, "Ticks per second")
        ->capture_default_str()
        ->check(CLI::Range(0.001, 1000.0));
    simulate->add_option("--speed", arguments->speed, "Simulated seconds per second")
        ->capture_default_str()
        ->check(CLI::Range(0.001, 100000.0));
    simulate->add_option("--duration", arguments->duration_s, "Seconds after which to end; by default never")
        ->check(CLI::NonNegativeNumber);
    simulate->add_option("--source", arguments->publisher.source, "Name of this source: [a-z0-9_.-], at most 64")
        ->capture_default_str();
    simulate->add_flag("--insecure", arguments->publisher.insecure,
                       "Allow publishing beyond this machine without encryption");
    simulate->callback([arguments] { run_simulate(*arguments); });
}

}  // namespace bv

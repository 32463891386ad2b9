// belvedere-feed drill: how often incidents name the part that really broke.
#include <memory>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "feed/commands/commands.h"
#include "feed/commands/stop.h"
#include "feed/drill.h"
#include "feed/progress.h"
#include "net/cluster_library.h"

namespace bv {

namespace {

struct DrillArguments {
    std::string cluster = "drill-768";
    DrillOptions options;
    bool json = false, misses = false;
};

double ratio(uint32_t part, uint32_t whole) { return whole == 0 ? 0 : double(part) / whole; }

nlohmann::json json_of(const DrillScore& score) {
    return {{"runs", score.injected},
            {"root_first_ratio", ratio(score.root_first, score.injected)},
            {"root_top3_ratio", ratio(score.root_top3, score.injected)},
            {"one_incident_ratio", ratio(score.one_incident, score.injected)}};
}

void print_json(const DrillReport& report) {
    nlohmann::json kinds = nlohmann::json::object();
    for (const auto& [kind, score] : report.kinds) kinds[kind] = json_of(score);
    nlohmann::json all = json_of(report.total);
    all["runs"] = report.runs;
    all["faults"] = report.total.injected;
    all["incidents"] = report.incidents;
    all["duplicate_incidents"] = report.duplicates;
    all["baseless_incidents"] = report.baseless;
    all["simulated_hours"] = report.hours;
    all["false_incidents_per_hour"] = report.false_per_hour();
    all["grouping_ms_max"] = report.grouping_ms_max;
    all["kinds"] = kinds;
    fmt::print("{}\n", all.dump());
}

void print_text(const DrillReport& report) {
    fmt::print("{:<20}{:>7}{:>12}{:>10}{:>15}\n", "fault", "runs", "root first", "top 3", "one incident");
    const auto line = [](const std::string& name, const DrillScore& s) {
        fmt::print("{:<20}{:>7}{:>11.1f}%{:>9.1f}%{:>14.1f}%\n", name, s.injected,
                   100 * ratio(s.root_first, s.injected), 100 * ratio(s.root_top3, s.injected),
                   100 * ratio(s.one_incident, s.injected));
    };
    for (const auto& [kind, score] : report.kinds) line(kind, score);
    line("all", report.total);
    fmt::print("{} incidents in {:.1f} simulated hours; false: {:.2f} per hour ({} twice, {} of nothing)\n",
               report.incidents, report.hours, report.false_per_hour(), report.duplicates, report.baseless);
}

void run(const DrillArguments& arguments) {
    stop_on_signals();
    const LoadedCluster cluster = load_cluster(arguments.cluster);
    const DrillReport report = [&] {
        Progress progress("drilling");
        return run_drill(cluster.topology, arguments.options, [&](uint32_t done) {
            progress.at(done, arguments.options.runs);
            return !stop_requested();
        });
    }();
    if (arguments.misses)
        for (const std::string& miss : report.misses) fmt::print(stderr, "{}\n", miss);
    arguments.json ? print_json(report) : print_text(report);
}

}  // namespace

void add_drill_command(CLI::App& app) {
    CLI::App* drill = app.add_subcommand("drill", "Measure how often incidents name the part that really broke");
    auto arguments = std::make_shared<DrillArguments>();
    drill->add_option("--cluster", arguments->cluster, "Cluster file, or the name of a shipped one")
        ->capture_default_str();
    drill->add_option("--runs", arguments->options.runs, "Simulated failures, one run each")
        ->capture_default_str()
        ->check(CLI::Range(1, 1'000'000));
    drill->add_option("--seed", arguments->options.seed, "Seed: the same seed gives the same runs")
        ->capture_default_str();
    drill->add_option("--duration", arguments->options.seconds, "Simulated seconds of each run")
        ->capture_default_str()
        ->check(CLI::Range(60, 86'400));
    drill->add_option("--faults", arguments->options.faults, "Faults at once: 1 or 2; 0: two in every third run")
        ->capture_default_str()
        ->check(CLI::Range(0, 2));
    drill->add_option("--kind", arguments->options.kind, "Only this kind of fault; by default all in turn")
        ->check(CLI::IsMember(drill_kinds()));
    drill->add_option("--loss", arguments->options.loss, "Share of events that never arrive")
        ->capture_default_str()
        ->check(CLI::Range(0.0, 1.0));
    drill->add_flag("--json", arguments->json, "One JSON object");
    drill->add_flag("--misses", arguments->misses, "Name every run whose answer was not right, on stderr");
    drill->callback([arguments] { run(*arguments); });
}

}  // namespace bv

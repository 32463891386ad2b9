// belvedere-feed export: values, events or jobs of a recording as CSV or JSON lines, in the order of time.
#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cluster/object_set.h"
#include "feed/commands/commands.h"
#include "feed/commands/times.h"
#include "feed/table_writer.h"
#include "net/recording_objects.h"
#include "net/recording_schema.h"
#include "net/recording_walk.h"

namespace bv {

namespace {

struct ExportArguments {
    std::string file, output, from, to, what = "values", format = "csv";
    std::vector<std::string> metrics, objects;
};

// What every export reads from.
struct Source {
    explicit Source(const ExportArguments& arguments)
        : range(time_range(arguments.from, arguments.to, Recording(arguments.file).info())),
          database(arguments.file, Database::Mode::read),
          cluster(read_cluster(database)),
          kept(choose_objects(database, *cluster.topology, arguments.objects, range.begin_ns, range.end_ns)),
          everything(arguments.objects.empty()) {}
    [[nodiscard]] bool keeps(ObjectId id) const { return everything || kept.contains(id); }

    TimeRange range;
    Database database;
    LoadedCluster cluster;
    ObjectSet kept;
    bool everything;
    uint64_t damaged = 0;
};

// "gpu.temp_celsius", or "gpu" for all of its metrics.
std::vector<MetricId> chosen_metrics(const std::vector<std::string>& names) {
    std::vector<MetricId> chosen;
    for (const std::string& name : names) {
        const size_t dot = name.find('.');
        const auto object_class = object_class_from(std::string_view(name).substr(0, dot));
        if (object_class && dot == std::string::npos) {
            for (size_t i = 0; i < metrics_of(*object_class).size(); ++i)
                chosen.push_back({*object_class, MetricIndex(i)});
            continue;
        }
        const auto index =
            object_class ? find_metric(*object_class, std::string_view(name).substr(dot + 1)) : std::nullopt;
        if (!index)
            throw UsageError(fmt::format(
                "--metric: there is no '{}'; give one such as gpu.temp_celsius, or a class such as gpu.", name));
        chosen.push_back({*object_class, *index});
    }
    return chosen;
}

std::vector<Series> chosen_series(Source& source, const std::vector<MetricId>& metrics) {
    auto all = read_series(source.database, *source.cluster.topology, 0, source.damaged);
    std::erase_if(all, [&](const Series& s) {
        return (!metrics.empty() && std::find(metrics.begin(), metrics.end(), s.metric) == metrics.end()) ||
               source.kept.runs(s.metric.object_class, {s.first, s.count}).empty();
    });
    return all;
}

void export_values(Source& source, const std::vector<MetricId>& metrics, TableWriter& out) {
    const Topology& topology = *source.cluster.topology;
    const auto names = read_sources(source.database, source.damaged);
    std::array<std::vector<std::string>, object_class_count> paths;  // of the classes that are met
    TickWalk walk(source.database, chosen_series(source, metrics), source.range.begin_ns, source.range.end_ns);
    while (walk.next()) {
        const Series& s = walk.series();
        const ObjectClass object_class = s.metric.object_class;
        const Metric& m = metric(s.metric);
        auto& path = paths[size_t(object_class)];
        if (path.empty())
            for (uint32_t i = 0; i < topology.count(object_class); ++i)
                path.push_back(topology.path_of({object_class, i}));
        for (const IndexRange& run : source.kept.runs(object_class, {s.first, s.count}))
            for (uint32_t i = run.first; i < run.end(); ++i)
                out.time(walk.time_ns())
                    .text(s.source < names.size() ? names[s.source] : std::string())
                    .text(name_of(object_class))
                    .text(path[i])
                    .text(m.name)
                    .text(m.unit)
                    .number(dequantise(m, walk.values()[i - s.first]));
    }
    source.damaged += walk.damaged();
}

// As they are known at the end of the recording, by when they began.
void export_events(Source& source, TableWriter& out) {
    Statement row(source.database, fmt::format("select {} from event_version where time_ns >= ? and time_ns <= ? and "
                                               "until_ns = 9223372036854775807 order by time_ns, id",
                                               event_columns));
    row.bind_all(source.range.begin_ns, source.range.end_ns);
    while (row.step()) {
        const auto version = read_event(row);
        if (!version) {
            ++source.damaged;
            continue;
        }
        const Event& e = version->event;
        if (e.object.valid() && !source.keeps(e.object)) continue;
        out.time(e.time_ns).time(e.end_ns).text(name_of(e.severity)).text(e.kind).text(name_of(e.object.object_class));
        out.text(row.text(12)).integer(e.code).text(e.source).text(e.text);
    }
}

// Every version of every job: what was said of it from `known` on, until it was said anew.
void export_jobs(Source& source, TableWriter& out) {
    Statement row(source.database, fmt::format("select {} from job_version where known_ns <= ? and until_ns > ? and "
                                               "job_id <> '' order by known_ns, id",
                                               job_columns));
    row.bind_all(source.range.end_ns, source.range.begin_ns);
    while (row.step()) {
        const auto version = read_job(row);
        if (!version) {
            ++source.damaged;
            continue;
        }
        const Job& j = version->job;
        if (!source.keeps({ObjectClass::job, j.slot})) continue;
        out.time(version->known_ns)
            .time(version->until_ns == never_ns ? 0 : version->until_ns)
            .integer(j.slot)
            .text(j.id);
        out.text(j.name).text(j.user).text(j.partition).text(name_of(j.state));
        out.time(j.submit_ns).time(j.start_ns).time(j.end_ns).integer(j.gpus).text(row.text(11));
    }
}

void run_export(const ExportArguments& arguments) {
    const auto metrics = chosen_metrics(arguments.metrics);
    if (!metrics.empty() && arguments.what != "values")
        throw UsageError("--metric chooses values; leave it out, or export --what values.");
    Source source(arguments);
    const std::map<std::string, std::vector<std::string>> columns{
        {"values", {"time", "source", "class", "object", "metric", "unit", "value"}},
        {"events", {"time", "end", "severity", "kind", "class", "object", "code", "source", "text"}},
        {"jobs",
         {"known", "until", "slot", "id", "name", "user", "partition", "state", "submit", "start", "end", "gpus",
          "nodes"}}};
    TableWriter out(arguments.output, arguments.format == "csv" ? TableFormat::csv : TableFormat::jsonl,
                    columns.at(arguments.what));
    if (arguments.what == "values")
        export_values(source, metrics, out);
    else if (arguments.what == "events")
        export_events(source, out);
    else
        export_jobs(source, out);
    out.close();
    if (source.damaged)
        fmt::print(stderr, "belvedere-feed: {}: {} damaged row{} left out; belvedere-feed verify says which.\n",
                   arguments.file, source.damaged, source.damaged == 1 ? " was" : "s were");
}

}  // namespace

void add_export_command(CLI::App& app) {
    CLI::App* command = app.add_subcommand("export", "Write values, events or jobs of a recording as text");
    auto arguments = std::make_shared<ExportArguments>();
    command->add_option("FILE", arguments->file, "Recording")->required();
    command->add_option("--what", arguments->what, "values, events or jobs; by default values")
        ->check(CLI::IsMember({"values", "events", "jobs"}));
    command->add_option("--format", arguments->format, "csv, or jsonl: one JSON object a line; by default csv")
        ->check(CLI::IsMember({"csv", "jsonl"}));
    command
        ->add_option("--from", arguments->from, "RFC 3339, +90s from the begin, -5m from the end; by default the begin")
        ->type_name("TIME");
    command->add_option("--to", arguments->to, "The same; by default the end")->type_name("TIME");
    command->add_option("--metric", arguments->metrics, "Such as gpu.temp_celsius, or gpu; may be given several times")
        ->allow_extra_args(false)
        ->type_name("CLASS.METRIC");
    command->add_option("--objects", arguments->objects, "As with cut; may be given several times")
        ->allow_extra_args(false)
        ->type_name("NAME");
    command->add_option("-o,--output", arguments->output, "File to write; by default standard output")
        ->type_name("FILE");
    command->callback([arguments] { run_export(*arguments); });
}

}  // namespace bv

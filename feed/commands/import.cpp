// belvedere-feed import FORMAT INPUT... -o FILE: from what an operator has to a cluster file or a recording. The
// summary goes to stderr as text, or to stdout as one JSON object. Tables are in import_tables.cpp.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "feed/commands/commands.h"
#include "feed/commands/import_input.h"
#include "feed/import/fabric_cluster.h"
#include "feed/import/ibnetdiscover.h"

namespace bv {

namespace {

struct ImportArguments {
    std::vector<std::string> inputs;
    std::string output;
    FabricImportOptions options;
    int64_t gpus_per_host = -1;
    bool json = false;
};

nlohmann::ordered_json summary_json(const ImportSummary& it) {
    return {{"files", it.files},
            {"lines", it.lines},
            {"ignored_lines", it.ignored_lines},
            {"switches", it.switches},
            {"switches_by_role",
             {{"leaf", it.leaves}, {"spine", it.spines}, {"core", it.cores}, {"other", it.other_switches}}},
            {"channel_adapters", it.adapters},
            {"aggregation_nodes", it.aggregation_nodes},
            {"routers", it.routers},
            {"cables", it.cables},
            {"host_cables", it.host_cables},
            {"switch_cables", it.switch_cables},
            {"compute_hosts", it.compute_hosts},
            {"other_hosts", it.other_hosts},
            {"gpus", it.gpus},
            {"halls", it.halls},
            {"rows", it.rows},
            {"racks", it.racks},
            {"placed", it.placed},
            {"unplaced", it.unplaced},
            {"host_names_lost", it.names_lost},
            {"duplicate_names", it.duplicate_names},
            {"mentioned_only", it.mentioned_only},
            {"unknown_rates", it.unknown_rates},
            {"one_sided_cables", it.one_sided},
            {"conflicts", it.conflicts},
            {"lone_devices", it.lone_devices},
            {"guessed", it.guesses},
            {"dropped", it.dropped},
            {"unplaced_names", it.unplaced_names}};
}

void print_summary(const ImportSummary& it, const std::string& output) {
    fmt::print(stderr,
               "{}: {} ({} leaf, {} spine, {} core, {} of no known tier), {} ({} of them aggregation nodes), {} ({} "
               "host, {} switch–switch)\n",
               output, fmt::format("{} switch{}", it.switches, it.switches == 1 ? "" : "es"), it.leaves, it.spines,
               it.cores, it.other_switches, counted(it.adapters, "channel adapter"), it.aggregation_nodes,
               counted(it.cables, "cable"), it.host_cables, it.switch_cables);
    fmt::print(stderr, "  {} with {}, {}; {}, {}; read from {} in {}\n", counted(it.compute_hosts, "compute host"),
               counted(it.gpus, "GPU"), counted(it.other_hosts, "other host"), counted(it.rows, "row"),
               counted(it.racks, "rack"), counted(it.lines, "line"), counted(it.files, "file"));
    print_list("guessed", it.guesses);
    if (it.unplaced > 0)
        fmt::print(stderr,
                   "  unplaced: {} of {} hosts and switches have no place in their name, such as {}; they stand in a "
                   "row of their own\n",
                   it.unplaced, it.placed + it.unplaced, it.unplaced_names.front());
    if (it.names_lost > 0)
        fmt::print(stderr, "  {} without the name of a host: each became a host named after its GUID\n",
                   counted(it.names_lost, "adapter"));
    if (it.duplicate_names > 0)
        fmt::print(stderr, "  {} with the host and adapter name of another: made a host of its own\n",
                   counted(it.duplicate_names, "adapter"));
    if (it.mentioned_only > 0)
        fmt::print(stderr, "  {} only mentioned by a neighbour\n", counted(it.mentioned_only, "device"));
    if (it.unknown_rates > 0)
        fmt::print(stderr, "  {} with a rate that is not known\n", counted(it.unknown_rates, "cable"));
    print_list("cables that one end alone reports", it.one_sided);
    print_list("contradictions", it.conflicts);
    print_list("devices without a cable", it.lone_devices);
    print_list("dropped", it.dropped);
}

void run_import(ImportArguments& arguments) {
    if (arguments.json && arguments.output == "-")
        throw UsageError("--json and -o - both write to stdout; choose one.");
    if (arguments.options.name.empty()) arguments.options.name = name_from(arguments.output, "fabric");
    if (arguments.options.title.empty())
        arguments.options.title =
            arguments.options.name == "fabric" ? "InfiniBand fabric" : "InfiniBand fabric " + arguments.options.name;
    if (arguments.gpus_per_host >= 0) arguments.options.gpus_per_host = uint32_t(arguments.gpus_per_host);
    try {
        NameRules::with_defaults(arguments.options.name_rules);
    } catch (const std::invalid_argument& error) {
        throw UsageError(error.what());
    }
    Fabric fabric;
    for (const std::string& input : arguments.inputs)
        read_ibnetdiscover(read_input(input, "the file that ibnetdiscover's output was written to"),
                           input == "-" ? "stdin" : input, fabric);
    FabricImport imported = import_fabric(fabric, arguments.options);
    imported.summary.files = uint32_t(arguments.inputs.size());
    if (fabric.ignored_lines > 0)
        imported.summary.dropped.push_back(fmt::format("{}: {} that ibnetdiscover does not print, this one first.",
                                                       fabric.first_ignored, counted(fabric.ignored_lines, "line")));
    imported.cluster.comment = "Written by belvedere-feed import ibnetdiscover; docs/import.md says how.";
    write_cluster(imported.cluster, arguments.output);
    if (arguments.json)
        fmt::print("{}\n", summary_json(imported.summary).dump(2));
    else
        print_summary(imported.summary, arguments.output == "-" ? "stdout" : arguments.output);
}

}  // namespace

void add_import_command(CLI::App& app) {
    CLI::App* import =
        app.add_subcommand("import", "Make a cluster file or a recording of what tells about a real cluster");
    import->require_subcommand(1);
    add_import_layout_command(*import);
    add_import_events_command(*import);
    CLI::App* ib =
        import->add_subcommand("ibnetdiscover", "An InfiniBand fabric as ibnetdiscover prints it (also with -p)");
    auto arguments = std::make_shared<ImportArguments>();
    arguments->options.name.clear();
    ib->add_option("INPUT", arguments->inputs, "Output of ibnetdiscover, one file per fabric segment; - is stdin")
        ->required();
    ib->add_option("-o,--output", arguments->output, "Cluster file to write; - is stdout")->required();
    ib->add_option("--name-rule", arguments->options.name_rules,
                   "Regular expression that reads a place from a host's or switch's name, with groups such as "
                   "(?<row>…) (?<rack>…) "
                   "(?<unit>…) (?<slot>…) (?<pod>…); several may be given, the first that matches decides, built-in "
                   "ones come last")
        ->allow_extra_args(false);
    ib->add_option("--gpus-per-host", arguments->gpus_per_host,
                   "GPUs of each compute host; by default one for each of its adapters")
        ->check(CLI::Range(0, 1024));
    ib->add_option("--gpu-model", arguments->options.gpu_model, "GPU model, for people");
    ib->add_option("--name", arguments->options.name, "Name of the cluster; by default that of the output file");
    ib->add_option("--title", arguments->options.title, "Title of the cluster, for people");
    ib->add_flag("--json", arguments->json, "Summary as one JSON object on stdout");
    ib->callback([arguments] { run_import(*arguments); });
}

}  // namespace bv

// belvedere-feed import layout-csv: tables of things and their places → a cluster file.
#include <array>
#include <charconv>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "feed/commands/commands.h"
#include "feed/commands/import_input.h"

namespace bv {

namespace {

struct LayoutArguments {
    std::vector<std::string> inputs;
    std::string output, name_column, rows_are = "hosts", rack_size, delimiter;
    std::string hall, row, rack, unit, slot, pod, gpus, x, y, yaw;
    LayoutOptions options;
    bool json = false, dry_run = false;
};

// "0.6,1.2,2.2" metres.
void set_rack_size(const std::string& text, FloorOptions& floor) {
    std::array<float*, 3> sizes{&floor.rack_width_m, &floor.rack_depth_m, &floor.rack_height_m};
    const char* at = text.data();
    const char* end = at + text.size();
    for (size_t i = 0; i < sizes.size(); ++i) {
        const auto [rest, error] = std::from_chars(at, end, *sizes[i]);
        const bool last = i + 1 == sizes.size();
        if (error != std::errc() || !(*sizes[i] >= 0.1f && *sizes[i] <= 10) || (rest == end) != last ||
            (!last && *rest != ','))
            throw UsageError(fmt::format(
                "--rack-size: '{}' is no width,depth,height in metres from 0.1 to 10 such as 0.6,1.2,2.2.", text));
        at = rest + 1;
    }
}

nlohmann::ordered_json summary_json(const LayoutSummary& it) {
    return {{"files", it.files},
            {"lines", it.lines},
            {"data_rows", it.rows},
            {"repeated", it.repeated},
            {"hosts", it.hosts},
            {"gpus", it.gpus},
            {"halls", it.halls},
            {"rows", it.rack_rows},
            {"racks", it.racks},
            {"placed", it.placed},
            {"unplaced", it.unplaced},
            {"racks_without_position", it.without_position},
            {"findings", findings_json(it.findings)},
            {"unplaced_names", it.unplaced_names}};
}

void print_summary(const LayoutSummary& it, const std::string& output) {
    fmt::print(stderr, "{}: {} with {} in {}, {}, {}; read from {} in {}\n", output, counted(it.hosts, "host"),
               counted(it.gpus, "GPU"), counted(it.racks, "rack"), counted(it.rack_rows, "row"),
               counted(it.halls, "hall"), counted(it.rows, "line"), counted(it.files, "file"));
    if (it.repeated > 0) fmt::print(stderr, "  {} that name something again\n", counted(it.repeated, "line"));
    if (it.unplaced > 0)
        fmt::print(stderr,
                   "  unplaced: {} of {} have no place that a column or a name rule tells, such as {}; they stand "
                   "in a row of their own\n",
                   it.unplaced, it.placed + it.unplaced, it.unplaced_names.front());
    if (it.without_position > 0)
        fmt::print(stderr, "  {} without coordinates in a hall where others have some; they line up north of those\n",
                   counted(it.without_position, "rack"));
    print_findings(it.findings);
}

LayoutOptions options_from(LayoutArguments& arguments) {
    LayoutOptions options = arguments.options;
    if (options.name.empty()) options.name = name_from(arguments.output, "layout");
    if (options.title.empty()) options.title = options.name;
    options.rows_are_racks = arguments.rows_are == "racks";
    if (!arguments.rack_size.empty()) set_rack_size(arguments.rack_size, options.floor);
    const auto set = [](CellText& into, const char* option, const std::string& spec) {
        if (!spec.empty()) into = CellText::column(option, spec);
    };
    set(options.thing, "--name-column", arguments.name_column);
    set(options.hall, "--hall-column", arguments.hall);
    set(options.row, "--row-column", arguments.row);
    set(options.rack, "--rack-column", arguments.rack);
    set(options.unit, "--unit-column", arguments.unit);
    set(options.slot, "--slot-column", arguments.slot);
    set(options.pod, "--pod-column", arguments.pod);
    set(options.gpus, "--gpus-column", arguments.gpus);
    set(options.x, "--x-column", arguments.x);
    set(options.y, "--y-column", arguments.y);
    set(options.yaw, "--yaw-column", arguments.yaw);
    return options;
}

void run_import_layout(LayoutArguments& arguments) {
    if (arguments.json && arguments.output == "-")
        throw UsageError("--json and -o - both write to stdout; choose one.");
    LayoutImport imported;
    try {
        LayoutOptions options = options_from(arguments);
        const char delimiter = delimiter_option(arguments.delimiter);
        NameRules::with_defaults(options.name_rules);
        imported = import_layout(read_tables(arguments.inputs), std::move(options), delimiter);
    } catch (const std::invalid_argument& error) {
        throw UsageError(error.what());
    }
    imported.cluster.comment = "Written by belvedere-feed import layout-csv; docs/import.md says how.";
    if (!arguments.dry_run) write_cluster(imported.cluster, arguments.output);
    if (arguments.json)
        fmt::print("{}\n", summary_json(imported.summary).dump(2));
    else
        print_summary(imported.summary, arguments.dry_run         ? arguments.output + " (not written)"
                                        : arguments.output == "-" ? "stdout"
                                                                  : arguments.output);
}

}  // namespace

void add_import_layout_command(CLI::App& import) {
    CLI::App* layout = import.add_subcommand("layout-csv", "A table of hosts or racks and where they stand");
    auto arguments = std::make_shared<LayoutArguments>();
    arguments->options.name.clear();
    LayoutOptions& options = arguments->options;
    const auto column = [&](const char* option, std::string& into, const char* what) {
        return layout->add_option(option, into, what)->type_name("COLUMN");
    };
    layout->add_option("INPUT", arguments->inputs, "Table with a line of column names; - is stdin")->required();
    layout->add_option("-o,--output", arguments->output, "Cluster file to write; - is stdout")->required();
    column("--name-column", arguments->name_column, "What a row is called; a column, or text with {COLUMN}s in it")
        ->required();
    layout->add_option("--class", arguments->rows_are, "What a row is: hosts (default) or racks")
        ->check(CLI::IsMember({"hosts", "racks"}));
    layout
        ->add_option(
            "--name-rule", options.name_rules,
            "Regular expression that reads a place from the name, with groups such as (?<row>…) (?<rack>…) "
            "(?<chassis>…) (?<bay>…) (?<slot>…) (?<unit>…); several may be given, the first that matches decides")
        ->allow_extra_args(false);
    column("--hall-column", arguments->hall, "Hall");
    column("--row-column", arguments->row, "Row of racks");
    column("--rack-column", arguments->rack, "Rack");
    column("--unit-column", arguments->unit, "Lowest rack unit, from 1");
    column("--slot-column", arguments->slot, "Order within the rack, where no unit is known");
    column("--pod-column", arguments->pod, "Number of the pod");
    column("--x-column", arguments->x, "East, metres: where the rack's middle stands");
    column("--y-column", arguments->y, "North, metres");
    column("--yaw-column", arguments->yaw, "Degrees counter-clockwise; 0 faces south");
    layout->add_option("--gpus", options.gpus_per_host, "GPUs of each host; default 0")->check(CLI::Range(0, 1024));
    column("--gpus-column", arguments->gpus, "GPUs of this host");
    layout->add_option("--gpu-model", options.gpu_model, "GPU model, for people");
    layout->add_option("--hall-name", options.floor.hall_name, "How the hall is called where there is one alone")
        ->type_name("TEXT");
    layout->add_option("--rack-name", options.floor.rack_name, "How racks are called: text with {hall} {row} {rack}")
        ->type_name("TEXT");
    layout->add_option("--row-name", options.floor.row_name, "How rows are called: text with {hall} {row}")
        ->type_name("TEXT");
    layout->add_option("--rack-size", arguments->rack_size, "Width, depth and height in metres; default 0.6,1.2,2.25")
        ->type_name("W,D,H");
    layout->add_option("--aisle", options.floor.aisle_m, "Metres between two rows; default 1.8")
        ->check(CLI::Range(0.0, 100.0));
    layout->add_option("--delimiter", arguments->delimiter, "Between cells; by default what the first line uses")
        ->type_name("CHAR");
    layout->add_option("--name", options.name, "Name of the cluster; by default that of the output file");
    layout->add_option("--title", options.title, "Title of the cluster, for people");
    layout->add_flag("--dry-run", arguments->dry_run, "Say what would be made and write nothing");
    layout->add_flag("--json", arguments->json, "Summary as one JSON object on stdout");
    layout->callback([arguments] { run_import_layout(*arguments); });
}

}  // namespace bv

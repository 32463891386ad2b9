// belvedere-feed import events-csv: tables of what happened when → a recording of a cluster.
#include <array>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cluster/time_text.h"
#include "feed/commands/commands.h"
#include "feed/commands/import_input.h"
#include "feed/import/event_history.h"
#include "feed/import/event_table.h"
#include "feed/progress.h"
#include "net/cluster_library.h"

namespace bv {

namespace {

struct EventArguments {
    std::vector<std::string> inputs;
    std::string cluster, output, delimiter, object_class, severity, duration, interval = "1d";
    std::string object, time, end, kind_column, severity_column, code_column, text, from, to, part;
    std::vector<std::string> severity_map, code_map, words;
    EventRules rules;
    HistoryRules history;
    bool json = false, dry_run = false;
};

// "DBE=critical" → DBE, critical.
std::pair<std::string, std::string> mapping(const char* option, const std::string& text) {
    const size_t equals = text.rfind('=');
    if (equals == std::string::npos || equals == 0)
        throw UsageError(fmt::format("{}: '{}' is no CELL=MEANING.", option, text));
    return {text.substr(0, equals), text.substr(equals + 1)};
}

Severity severity_option(const char* option, const std::string& word) {
    for (const Severity severity : {Severity::info, Severity::warning, Severity::critical})
        if (word == name_of(severity)) return severity;
    throw UsageError(fmt::format("{}: '{}' is no severity; there are info, warning and critical.", option, word));
}

int64_t span_option(const char* option, const std::string& text) {
    const auto span = span_from(text);
    if (!span || *span <= 0) throw UsageError(fmt::format("{}: '{}' is no time such as 1d or 90m.", option, text));
    return *span;
}

EventRules rules_from(const EventArguments& arguments) {
    EventRules rules = arguments.rules;
    if (!arguments.object_class.empty()) {
        rules.object_class = object_class_from(arguments.object_class);
        if (!rules.object_class)
            throw UsageError(
                fmt::format("--class: '{}' is no class of objects such as gpu or node.", arguments.object_class));
    }
    if (!arguments.severity.empty()) rules.severity = severity_option("--severity", arguments.severity);
    for (const std::string& text : arguments.severity_map) {
        const auto [cell, word] = mapping("--severity-map", text);
        rules.severities[cell] = severity_option("--severity-map", word);
    }
    for (const std::string& text : arguments.code_map) {
        const auto [cell, word] = mapping("--code-map", text);
        int32_t code = 0;
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), code);
        if (error != std::errc() || end != word.data() + word.size())
            throw UsageError(fmt::format("--code-map: '{}' is no CELL=NUMBER.", text));
        rules.codes[cell] = code;
    }
    for (const std::string& text : arguments.words) {
        const auto [cell, word] = mapping("--words", text);
        rules.words[cell] = word;
    }
    return rules;
}

EventColumns columns_from(const EventArguments& arguments) {
    EventColumns columns;
    const auto set = [](CellText& into, const char* option, const std::string& spec) {
        if (!spec.empty()) into = CellText::column(option, spec);
    };
    set(columns.object, "--object-column", arguments.object);
    set(columns.time, "--time-column", arguments.time);
    set(columns.end, "--end-column", arguments.end);
    set(columns.kind, "--kind-column", arguments.kind_column);
    set(columns.severity, "--severity-column", arguments.severity_column);
    set(columns.code, "--code-column", arguments.code_column);
    set(columns.from, "--present-from", arguments.from);
    set(columns.to, "--present-to", arguments.to);
    set(columns.part, "--part-column", arguments.part);
    if (!arguments.text.empty()) columns.text = CellText::words("--text", arguments.text);
    if (!columns.time.given() && !columns.from.given())
        throw UsageError("Give --time-column for events, --present-from for stays, or both.");
    if (columns.from.given() != columns.to.given())
        throw UsageError("--present-from and --present-to belong together.");
    if (!arguments.severity_map.empty() && !columns.severity.given() && !columns.kind.given())
        throw UsageError("--severity-map needs --severity-column or --kind-column.");
    if (!arguments.code_map.empty() && !columns.code.given()) throw UsageError("--code-map needs --code-column.");
    if (!arguments.words.empty() && !columns.text.given()) throw UsageError("--words needs --text.");
    if (columns.part.given() && !columns.from.given())
        throw UsageError("--part-column needs --present-from and --present-to.");
    return columns;
}

nlohmann::ordered_json summary_json(const EventTable& table, const History& history, const RecordedHistory& recorded) {
    std::map<std::string, uint64_t> kinds, severities;
    for (const Event& event : history.events) {
        ++kinds[event.kind];
        ++severities[std::string(name_of(event.severity))];
    }
    return {{"files", table.files},
            {"lines", table.lines},
            {"data_rows", table.rows},
            {"rows_without_event", table.rows_without_event},
            {"repeated", table.repeated},
            {"events", history.events.size()},
            {"events_read", table.events.size()},
            {"part_events", history.part_events},
            {"open_at_end", history.still_open},
            {"events_by_kind", kinds},
            {"events_by_severity", severities},
            {"stays", table.stays.size()},
            {"overlapping_stays", history.overlapping_stays},
            {"health_changes", history.changes.size()},
            {"time_begin", utc_text(history.begin_ns)},
            {"time_end", utc_text(history.end_ns)},
            {"ticks", recorded.ticks},
            {"samples", recorded.samples},
            {"bytes", recorded.bytes},
            {"findings", findings_json(table.findings)}};
}

void print_summary(const EventTable& table, const History& history, const RecordedHistory& recorded,
                   const std::string& output) {
    fmt::print(stderr, "{}: {} from {} to {}{}; read from {} in {}\n", output, counted(history.events.size(), "event"),
               utc_text(history.begin_ns), utc_text(history.end_ns),
               recorded.ticks > 0 ? fmt::format(", {}, {}", counted(recorded.ticks, "tick"), bytes_text(recorded.bytes))
                                  : std::string(),
               counted(table.rows, "line"), counted(table.files, "file"));
    std::map<std::string, uint64_t> kinds;
    for (const Event& event : history.events)
        ++kinds[fmt::format("{}{} {}", event.kind, event.code ? fmt::format(" {}", event.code) : "",
                            name_of(event.severity))];
    for (const auto& [kind, count] : kinds) fmt::print(stderr, "  {:>8} {}\n", count, kind);
    if (!table.stays.empty())
        fmt::print(stderr, "  {} of parts at objects; {} of health\n", counted(table.stays.size(), "stay"),
                   counted(history.changes.size(), "change"));
    if (history.overlapping_stays > 0)
        fmt::print(stderr, "  {} that begin while another one lasts at the same object\n",
                   counted(history.overlapping_stays, "stay"));
    if (history.still_open > 0)
        fmt::print(stderr, "  {} not over when the tables end\n", counted(history.still_open, "event"));
    if (table.repeated > 0)
        fmt::print(stderr, "  {} that repeat another one letter by letter ({})\n", counted(table.repeated, "line"),
                   "kept; --unique leaves them out");
    if (table.rows_without_event > 0)
        fmt::print(stderr, "  {} without an event\n", counted(table.rows_without_event, "line"));
    print_findings(table.findings);
}

void check_output(const std::filesystem::path& output) {
    std::error_code error;
    if (std::filesystem::is_directory(output, error))
        throw std::runtime_error(fmt::format("{} is a folder; give the name of a file.", output.string()));
}

void run_import_events(EventArguments& arguments) {
    EventTable table;
    LoadedCluster cluster;
    HistoryRules rules = arguments.history;
    if (rules.source.empty()) rules.source = name_from(arguments.output, "events");
    if (!arguments.duration.empty()) rules.duration_ns = span_option("--duration", arguments.duration);
    rules.interval_ns = span_option("--interval", arguments.interval);
    check_output(arguments.output);
    try {
        const EventRules event_rules = rules_from(arguments);
        EventColumns columns = columns_from(arguments);
        const char delimiter = delimiter_option(arguments.delimiter);
        cluster = load_cluster(arguments.cluster);
        table =
            read_events(read_tables(arguments.inputs), *cluster.topology, std::move(columns), event_rules, delimiter);
    } catch (const std::invalid_argument& error) {
        throw UsageError(error.what());
    }
    const History history = history_of(table, rules);
    RecordedHistory recorded;
    if (!arguments.dry_run) {
        Progress progress("recording");
        recorded = record_history(history, rules, cluster, arguments.output,
                                  [&](double done) { progress.at(uint64_t(done * 1000), 1000); });
    }
    if (arguments.json)
        fmt::print("{}\n", summary_json(table, history, recorded).dump(2));
    else
        print_summary(table, history, recorded, arguments.output + (arguments.dry_run ? " (not written)" : ""));
}

}  // namespace

void add_import_events_command(CLI::App& import) {
    CLI::App* events = import.add_subcommand("events-csv", "Tables of what happened when, into a recording");
    auto arguments = std::make_shared<EventArguments>();
    arguments->history.source.clear();
    const auto column = [&](const char* option, std::string& into, const char* what) {
        return events->add_option(option, into, what)->type_name("COLUMN");
    };
    events->add_option("INPUT", arguments->inputs, "Table with a line of column names; - is stdin")->required();
    events->add_option("--cluster", arguments->cluster, "Cluster file, or the name of a shipped one")
        ->required()
        ->type_name("NAME|FILE");
    events->add_option("-o,--output", arguments->output, "Recording to write; replaced where there is one")
        ->required()
        ->type_name("FILE.bvr");
    column("--object-column", arguments->object, "The object's name; a column, or text with {COLUMN}s in it")
        ->required();
    events->add_option("--class", arguments->object_class,
                       "Class of the objects, such as gpu or node; by default whatever has that name");
    column("--time-column", arguments->time, "When it happened");
    events
        ->add_option("--time-format", arguments->rules.time_format,
                     "iso (default), us, eu, epoch (seconds) or epoch_ms; see docs/import.md")
        ->type_name("FORM");
    events
        ->add_option("--time-zone", arguments->rules.time_zone,
                     "Of times that say none: UTC (default), +02:00, America/New_York")
        ->type_name("ZONE");
    column("--end-column", arguments->end, "When it was over");
    events->add_option("--duration", arguments->duration, "How long an event lasts whose end is not said, such as 1d")
        ->type_name("TIME");
    events->add_option("--kind", arguments->rules.kind, "Kind of all events, such as xid; default event");
    column("--kind-column", arguments->kind_column, "Kind of the event; a row without one is no event");
    events->add_option("--severity", arguments->severity,
                       "info, warning (default) or critical, where nothing else says");
    column("--severity-column", arguments->severity_column, "Severity; a row without one is no event");
    events
        ->add_option("--severity-map", arguments->severity_map,
                     "What cells of the severity column, or else of the kind column, mean: DBE=critical,SBE=info")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->type_name("CELL=SEVERITY");
    events->add_option("--code", arguments->rules.code, "Code of all events");
    column("--code-column", arguments->code_column, "Code; a row without one is no event");
    events->add_option("--code-map", arguments->code_map, "What cells of the code column mean: DBE=48,OTB=79")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->type_name("CELL=NUMBER");
    events->add_option("--text", arguments->text, "Text of the event, with {COLUMN}s in it");
    events->add_option("--words", arguments->words, "How a cell reads in that text: DBE=Double-bit error")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->type_name("CELL=TEXT");
    column("--present-from", arguments->from, "A part is seen at the object from then on");
    column("--present-to", arguments->to, "… until then; empty: it still is");
    column("--part-column", arguments->part, "Its serial number: installations, moves and removals become events");
    events->add_option("--part-word", arguments->history.part_word, "What a part is called, such as \"GPU card\"");
    events->add_flag("--unique", arguments->rules.unique, "Leave out rows that repeat another one letter by letter");
    events->add_option("--interval", arguments->interval, "At least so often everything is said anew; default 1d")
        ->type_name("TIME");
    events->add_option("--source", arguments->history.source, "Name of this source, as viewers show it");
    events->add_option("--delimiter", arguments->delimiter, "Between cells; by default what the first line uses")
        ->type_name("CHAR");
    events->add_flag("--dry-run", arguments->dry_run, "Say what would be recorded and write nothing");
    events->add_flag("--json", arguments->json, "Summary as one JSON object on stdout");
    events->callback([arguments] { run_import_events(*arguments); });
}

}  // namespace bv

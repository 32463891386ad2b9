// belvedere-feed cut: a part of a recording as a recording of its own, with or without its names.
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cluster/time_text.h"
#include "feed/commands/commands.h"
#include "feed/commands/times.h"
#include "feed/progress.h"
#include "net/recording_cut.h"

namespace bv {

namespace {

struct CutArguments {
    std::string file, output, from, to;
    std::vector<std::string> objects;
    bool redact = false;
};

void run_cut(const CutArguments& arguments) {
    CutOptions options{.objects = arguments.objects, .redact = arguments.redact, .progress = {}};
    const TimeRange range = time_range(arguments.from, arguments.to, Recording(arguments.file).info());
    options.begin_ns = range.begin_ns;
    options.end_ns = range.end_ns;
    const CutResult result = [&] {
        Progress progress("cutting");
        options.progress = [&](uint64_t done, uint64_t all) { progress.at(done, all); };
        return cut_recording(arguments.file, arguments.output, options);
    }();
    if (result.damaged)
        fmt::print(stderr, "belvedere-feed: {}: {} damaged row{} left out; belvedere-feed verify says which.\n",
                   arguments.file, result.damaged, result.damaged == 1 ? " was" : "s were");
    fmt::print("{}: {} to {}, {} samples, {} events, {} jobs, cluster {}.\n", arguments.output,
               utc_text(range.begin_ns), utc_text(range.end_ns), result.samples, result.events, result.jobs,
               result.cluster_hash);
}

}  // namespace

void add_cut_command(CLI::App& app) {
    CLI::App* cut = app.add_subcommand("cut", "Write a part of a recording as a recording of its own");
    auto arguments = std::make_shared<CutArguments>();
    cut->add_option("FILE", arguments->file, "Recording")->required();
    cut->add_option("-o,--output", arguments->output, "Recording to write; must not exist")
        ->required()
        ->type_name("FILE.bvr");
    cut->add_option("--from", arguments->from, "RFC 3339, +90s from the begin, -5m from the end; by default the begin")
        ->type_name("TIME");
    cut->add_option("--to", arguments->to, "The same; by default the end")->type_name("TIME");
    cut->add_option(
           "--objects", arguments->objects,
           "Keep these alone, with all that is in them and all that they stand in: a name, CLASS:NAME, job:ID, or "
           "a whole CLASS; may be given several times")
        ->allow_extra_args(false)
        ->type_name("NAME");
    cut->add_flag("--redact", arguments->redact,
                  "Neutral names in place of all names: cluster, objects, jobs, users, sources, events, bookmarks");
    cut->callback([arguments] { run_cut(*arguments); });
}

}  // namespace bv

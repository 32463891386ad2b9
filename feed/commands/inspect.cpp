// belvedere-feed inspect FILE: what a cluster file or a recording holds, as a table or as one JSON object.
#include <cstdio>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "feed/commands/commands.h"
#include "feed/inspect.h"
#include "net/cluster_library.h"

namespace bv {

namespace {

struct InspectArguments {
    std::string file;
    bool json = false;
};

void run_inspect(const InspectArguments& arguments) {
    std::string text;
    if (looks_like_recording(arguments.file)) {
        const RecordingTotals totals = total_up(arguments.file);
        text = arguments.json ? inspect_recording_json(totals) : inspect_recording_text(totals);
    } else {
        const LoadedCluster cluster = load_cluster(arguments.file);
        text = arguments.json ? inspect_cluster_json(cluster) : inspect_cluster_text(cluster);
    }
    if (text.empty() || text.back() != '\n') text += '\n';
    std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace

void add_inspect_command(CLI::App& app) {
    CLI::App* inspect = app.add_subcommand("inspect", "Say what a cluster file or a recording holds");
    auto arguments = std::make_shared<InspectArguments>();
    inspect->add_option("FILE", arguments->file, "Recording, cluster file, or the name of a shipped one")->required();
    inspect->add_flag("--json", arguments->json, "One JSON object on stdout");
    inspect->callback([arguments] { run_inspect(*arguments); });
}

}  // namespace bv

// belvedere-feed state-hash: one number for the state of everything at one time of a recording.
#include <memory>
#include <string>

#include <fmt/format.h>

#include "feed/commands/commands.h"
#include "feed/commands/times.h"
#include "net/recording.h"

namespace bv {

namespace {

struct StateHashArguments {
    std::string file, at = "end";
};

void run_state_hash(const StateHashArguments& arguments) {
    Recording recording(arguments.file);
    const int64_t at_ns = time_option("--at", arguments.at, recording.info());
    ClusterState state;
    recording.seek(at_ns, state);
    if (recording.damage().rows > 0) throw std::runtime_error(recording.damage().sentence);
    fmt::print("{:016x}\n", state.hash());
}

}  // namespace

void add_state_hash_command(CLI::App& app) {
    CLI::App* hash = app.add_subcommand("state-hash", "Print 16 hex digits of the state at one time of a recording");
    auto arguments = std::make_shared<StateHashArguments>();
    hash->add_option("FILE", arguments->file, "Recording")->required();
    hash->add_option("--at", arguments->at,
                     "RFC 3339, +90s from the begin, -5m from the end; by default the end of the recording")
        ->type_name("TIME");
    hash->callback([arguments] { run_state_hash(*arguments); });
}

}  // namespace bv

// belvedere-feed: where telemetry comes from, without a window. Reads the command line; every subcommand is a file in
// commands/. Exit codes: 0 good, 1 failed with one sentence on stderr, 2 wrong usage.
#include <algorithm>
#include <exception>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "feed/commands/commands.h"

namespace {

// What the protocol promises for later.
constexpr const char* later_commands[] = {"bridge"};

std::string commands_of(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
        names.push_back(command->get_name());
    return fmt::format("{}", fmt::join(names, ", "));
}

// One sentence that names the argument and what there is instead; the parser's own words do so only for options.
std::string sentence(const CLI::App& app, const CLI::ParseError& error) {
    const CLI::App* chosen = &app;
    std::string called = "belvedere-feed";
    while (!chosen->get_subcommands().empty()) {
        chosen = chosen->get_subcommands().front();
        called += " " + chosen->get_name();
    }
    const std::string commands = commands_of(*chosen);
    const std::vector<std::string> unknown = chosen->remaining();
    if (!commands.empty() && unknown.empty()) return fmt::format("{} needs one of: {}", called, commands);
    if (!commands.empty() && std::count(std::begin(later_commands), std::end(later_commands), unknown.front()))
        return fmt::format("{} is not supported yet; there are: {}", unknown.front(), commands);
    if (!unknown.empty() && unknown.front().rfind('-', 0) != 0 && !commands.empty())
        return fmt::format("{} knows no '{}'; there are: {}", called, unknown.front(), commands);
    std::string words = unknown.empty() ? error.what() : fmt::format("{} knows no '{}'", called, unknown.front());
    std::replace(words.begin(), words.end(), '\n', ' ');
    return fmt::format("{}; see {} --help", words, called);
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{
        "Feeds belvedere: simulates clusters, imports what describes a real one, relays publishers to viewers, records."};
    app.name("belvedere-feed");
    app.set_version_flag("--version", "belvedere-feed " BELVEDERE_VERSION);
    app.require_subcommand(1);
    app.footer("belvedere-feed COMMAND --help tells more; man belvedere-feed tells all.");
    bv::add_simulate_command(app);
    bv::add_import_command(app);
    bv::add_inspect_command(app);
    bv::add_proxy_command(app);
    bv::add_keygen_command(app);
    bv::add_record_command(app);
    bv::add_state_hash_command(app);
    bv::add_verify_command(app);
    bv::add_cut_command(app);
    bv::add_export_command(app);
    bv::add_what_if_command(app);
    bv::add_drill_command(app);
    try {
        app.parse(argc, argv);
        return 0;
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
        fmt::print(stderr, "belvedere-feed: {}.\n", sentence(app, error));
        return 2;
    } catch (const bv::UsageError& error) {
        fmt::print(stderr, "belvedere-feed: {}\n", error.what());
        return 2;
    } catch (const std::exception& error) {
        fmt::print(stderr, "belvedere-feed: {}\n", error.what());
        return 1;
    }
}

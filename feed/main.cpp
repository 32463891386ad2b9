// belvedere-feed: where telemetry comes from, without a window. Reads the command line; every subcommand is a file in
// commands/. Exit codes: 0 good, 1 failed with one sentence on stderr, 2 wrong usage.
#include <exception>

#include <fmt/format.h>

#include "feed/commands/commands.h"

int main(int argc, char** argv) {
    CLI::App app{
        "Feeds belvedere: simulates clusters, imports what describes a real one, relays publishers to viewers."};
    app.name("belvedere-feed");
    app.set_version_flag("--version", "belvedere-feed " BELVEDERE_VERSION);
    app.require_subcommand(1);
    app.footer("belvedere-feed COMMAND --help tells more; man belvedere-feed tells all.");
    bv::add_simulate_command(app);
    bv::add_import_command(app);
    bv::add_inspect_command(app);
    bv::add_proxy_command(app);
    bv::add_keygen_command(app);
    try {
        app.parse(argc, argv);
        return 0;
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    } catch (const bv::UsageError& error) {
        fmt::print(stderr, "belvedere-feed: {}\n", error.what());
        return 2;
    } catch (const std::exception& error) {
        fmt::print(stderr, "belvedere-feed: {}\n", error.what());
        return 1;
    }
}

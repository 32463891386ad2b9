// The subcommands of belvedere-feed: each adds itself to the command line and runs when it was chosen.
#pragma once

#include <stdexcept>

#include <CLI/CLI.hpp>

namespace bv {

// Wrong usage that the parser cannot see; exit code 2.
struct UsageError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

void add_simulate_command(CLI::App& app);
void add_import_command(CLI::App& app);
void add_import_layout_command(CLI::App& import);  // below import
void add_import_events_command(CLI::App& import);
void add_inspect_command(CLI::App& app);
void add_proxy_command(CLI::App& app);
void add_keygen_command(CLI::App& app);
void add_record_command(CLI::App& app);
void add_state_hash_command(CLI::App& app);
void add_verify_command(CLI::App& app);
void add_cut_command(CLI::App& app);
void add_drill_command(CLI::App& app);
void add_export_command(CLI::App& app);
void add_what_if_command(CLI::App& app);

}  // namespace bv

// belvedere-feed keygen FILE: a CURVE key pair; FILE stays with its owner, FILE.pub is what others are given.
#include <memory>
#include <string>

#include <fmt/format.h>

#include "feed/commands/commands.h"
#include "net/keys.h"

namespace bv {

void add_keygen_command(CLI::App& app) {
    CLI::App* keygen = app.add_subcommand("keygen", "Make a key pair for encrypted connections");
    auto file = std::make_shared<std::string>();
    keygen->add_option("FILE", *file, "Key file to write, readable by its owner alone; FILE.pub is the public key")
        ->required();
    keygen->callback([file] {
        const CurveKeys keys = make_curve_keys();
        write_curve_keys(*file, keys);
        fmt::print("{} {}\n", keys.public_key, *file + ".pub");
    });
}

}  // namespace bv

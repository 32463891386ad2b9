// The options that encrypt, alike on every command that publishes or subscribes.
#pragma once

#include <string>
#include <vector>

#include "feed/commands/commands.h"
#include "net/publisher.h"
#include "net/subscriber.h"

namespace bv {

struct CurveServerArguments {
    std::string key;
    std::vector<std::string> allowed;
};
void add_curve_server_options(CLI::App& command, CurveServerArguments& arguments);
// Throws one sentence where a key cannot be read.
CurveServer curve_server(const CurveServerArguments& arguments);

struct CurveClientArguments {
    std::string key, server_key;
};
void add_curve_client_options(CLI::App& command, CurveClientArguments& arguments);
CurveClient curve_client(const CurveClientArguments& arguments);

}  // namespace bv

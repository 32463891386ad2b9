// Reads key files that keygen wrote, writes the keys that publisher and subscriber take.
#include "feed/commands/curve.h"

#include "net/keys.h"

namespace bv {

void add_curve_server_options(CLI::App& command, CurveServerArguments& arguments) {
    auto* key = command.add_option("--curve-key", arguments.key, "Key file of this publisher (see keygen): encrypts")
                    ->type_name("FILE");
    command
        .add_option("--curve-allow", arguments.allowed,
                    "Public key or key file of a viewer that may subscribe; may be given several times; by default any")
        ->allow_extra_args(false)
        ->needs(key)
        ->type_name("KEY");
}

CurveServer curve_server(const CurveServerArguments& arguments) {
    CurveServer server;
    if (arguments.key.empty()) return server;
    const CurveKeys keys = read_curve_keys(arguments.key);
    server.public_key = keys.public_key;
    server.secret_key = keys.secret_key;
    for (const std::string& allowed : arguments.allowed)
        server.allowed_client_keys.push_back(read_curve_public_key(allowed));
    return server;
}

void add_curve_client_options(CLI::App& command, CurveClientArguments& arguments) {
    auto* server = command
                       .add_option("--curve-server-key", arguments.server_key,
                                   "Public key or key file of the publishers to connect to: encrypts")
                       ->type_name("KEY");
    command
        .add_option("--curve-client-key", arguments.key,
                    "Key file to connect to publishers with; by default one made for this run")
        ->needs(server)
        ->type_name("FILE");
}

CurveClient curve_client(const CurveClientArguments& arguments) {
    CurveClient client;
    if (arguments.server_key.empty()) return client;
    const CurveKeys keys = arguments.key.empty() ? make_curve_keys() : read_curve_keys(arguments.key);
    client.public_key = keys.public_key;
    client.secret_key = keys.secret_key;
    client.server_key = read_curve_public_key(arguments.server_key);
    return client;
}

}  // namespace bv

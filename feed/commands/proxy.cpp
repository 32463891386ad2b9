// belvedere-feed proxy: where many publishers and many viewers meet.
#include <memory>
#include <string>

#include <fmt/format.h>

#include "feed/commands/commands.h"
#include "feed/commands/curve.h"
#include "feed/commands/stop.h"
#include "net/proxy.h"

namespace bv {

namespace {

struct ProxyArguments {
    ProxyOptions options;
    std::string cluster;
    CurveServerArguments server;
    CurveClientArguments client;
};

void run_proxy_command(ProxyArguments& arguments) {
    stop_on_signals();
    ProxyOptions& options = arguments.options;
    options.curve_server = curve_server(arguments.server);
    options.curve_client = curve_client(arguments.client);
    if (!arguments.cluster.empty()) options.cluster = load_cluster(arguments.cluster);
    options.on_ready = [&](const std::string& endpoint, const std::string& snapshot_endpoint) {
        fmt::print("relaying {} publisher{} on {} (snapshots on {})\n", options.connect.size(),
                   options.connect.size() == 1 ? "" : "s", endpoint, snapshot_endpoint);
        std::fflush(stdout);
    };
    run_proxy(options, stop_requested());
}

}  // namespace

void add_proxy_command(CLI::App& app) {
    CLI::App* proxy = app.add_subcommand("proxy", "Relay many publishers to many viewers");
    auto arguments = std::make_shared<ProxyArguments>();
    proxy->add_option("--connect", arguments->options.connect, "Publisher or other proxy; may be given several times")
        ->required()
        ->type_name("ENDPOINT");
    proxy->add_option("--bind", arguments->options.bind, "Where viewers connect")->required()->type_name("ENDPOINT");
    proxy
        ->add_option("--snapshot-bind", arguments->options.snapshot_bind,
                     "Where late joiners ask for the whole state; by default the next port")
        ->type_name("ENDPOINT");
    proxy
        ->add_option("--cluster", arguments->cluster,
                     "Cluster file, or the name of a shipped one; by default asked from the publishers")
        ->type_name("NAME|FILE");
    proxy->add_flag("--insecure", arguments->options.insecure,
                    "Allow both sides to leave this machine without encryption");
    add_curve_server_options(*proxy, arguments->server);
    add_curve_client_options(*proxy, arguments->client);
    proxy->callback([arguments] { run_proxy_command(*arguments); });
}

}  // namespace bv

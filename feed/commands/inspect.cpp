// belvedere-feed inspect FILE: what a cluster file holds, as a table or as one JSON object.
#include <memory>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "feed/commands/commands.h"
#include "net/cluster_library.h"

namespace bv {

namespace {

struct InspectArguments {
    std::string file;
    bool json = false;
};

void run_inspect(const InspectArguments& arguments) {
    const LoadedCluster cluster = load_cluster(arguments.file);
    nlohmann::ordered_json objects;
    for (ObjectClass object_class : all_object_classes)
        objects[std::string(name_of(object_class))] = cluster.topology->count(object_class);
    if (arguments.json) {
        fmt::print("{}\n", nlohmann::ordered_json{{"name", cluster.topology->name}, {"objects", objects}}.dump(2));
        return;
    }
    for (const auto& [name, count] : objects.items()) fmt::print("{:>12} {}\n", count.get<uint32_t>(), name);
}

}  // namespace

void add_inspect_command(CLI::App& app) {
    CLI::App* inspect = app.add_subcommand("inspect", "Say what a cluster file holds");
    auto arguments = std::make_shared<InspectArguments>();
    inspect->add_option("FILE", arguments->file, "Cluster file, or the name of a shipped one")->required();
    inspect->add_flag("--json", arguments->json, "One JSON object on stdout");
    inspect->callback([arguments] { run_inspect(*arguments); });
}

}  // namespace bv

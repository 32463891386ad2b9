// belvedere-feed what-if: reckons and plays a training job under two settings side by side: when it first fails, where
// its time goes, what the site draws, evaporates and costs.
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "feed/commands/commands.h"
#include "feed/progress.h"
#include "feed/reliability/what_if.h"

namespace bv {

namespace {

struct WhatIfArguments {
    std::vector<std::string> base, set;
    uint32_t runs = 1000;
    uint64_t seed = 1;
    bool json = false;
};

reliability::Setting setting(const std::vector<std::string>& assignments) {
    try {
        return reliability::setting_of(assignments);
    } catch (const std::invalid_argument& error) {
        throw UsageError(error.what());
    }
}

void run_what_if(const WhatIfArguments& arguments) {
    reliability::WhatIf what_if;
    what_if.seed = arguments.seed;
    what_if.set = arguments.set;
    std::vector<std::string> both = arguments.base;
    both.insert(both.end(), arguments.set.begin(), arguments.set.end());
    const reliability::Setting base = setting(arguments.base), changed = setting(both);
    {
        Progress progress("playing");
        const uint64_t all = uint64_t(arguments.runs) * (arguments.set.empty() ? 1 : 2);
        what_if.base =
            reliability::answer(base, arguments.runs, arguments.seed, [&](uint32_t runs) { progress.at(runs, all); });
        what_if.changed = arguments.set.empty()
                              ? what_if.base
                              : reliability::answer(changed, arguments.runs, arguments.seed,
                                                    [&](uint32_t runs) { progress.at(arguments.runs + runs, all); });
    }
    const std::string text = arguments.json ? what_if_json(what_if) : what_if_text(what_if);
    std::fwrite(text.data(), 1, text.size(), stdout);
}

std::string keys_text() {
    std::string text = "Keys of --set and --base:\n";
    for (const reliability::Key& key : reliability::keys()) {
        const std::string measured = reliability::value_of(reliability::setting_of({}), key.name);
        const std::string video = reliability::value_of(reliability::setting_of({"preset=video-2024"}), key.name);
        text += fmt::format("  {}: {}. ", key.name, key.meaning);
        if (!key.words.empty()) {
            text += fmt::format("{}. {}\n", fmt::join(key.words, " or "), key.basis);
        } else {
            text += measured == video ? fmt::format("{}. {}\n", measured, key.basis)
                                      : fmt::format("{}, video-2024 {}. {}\n", measured, video, key.basis);
        }
    }
    return text;
}

}  // namespace

void add_what_if_command(CLI::App& app) {
    CLI::App* what_if = app.add_subcommand("what-if", "Reckon and play a job under two settings, side by side");
    auto arguments = std::make_shared<WhatIfArguments>();
    what_if->add_option("--set", arguments->set, "KEY=VALUE that the changed setting has and the base has not")
        ->allow_extra_args(false);
    what_if->add_option("--base", arguments->base, "KEY=VALUE that both have; else the preset measured")
        ->allow_extra_args(false);
    what_if->add_option("--runs", arguments->runs, "Runs to play")
        ->capture_default_str()
        ->check(CLI::Range(2u, 1000000u));
    what_if->add_option("--seed", arguments->seed, "Seed: the same seed gives the same runs")->capture_default_str();
    what_if->add_flag("--json", arguments->json, "One JSON object on stdout");
    what_if->footer(keys_text);
    what_if->callback([arguments] { run_what_if(*arguments); });
}

}  // namespace bv

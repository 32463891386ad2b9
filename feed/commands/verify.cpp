// belvedere-feed verify: checks every checksum and every tick of a recording, and says what is damaged and what can
// still be read.
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cluster/time_text.h"
#include "feed/commands/commands.h"
#include "feed/progress.h"
#include "net/recording_verify.h"

namespace bv {

namespace {

using Json = nlohmann::ordered_json;

struct VerifyArguments {
    std::string file;
    bool json = false;
};

Json time_json(int64_t time_ns) { return time_ns == 0 ? Json(nullptr) : Json(utc_text(time_ns)); }

std::string json_of(const Verification& found) {
    Json json;
    json["sound"] = found.sound();
    json["damaged_rows"] = found.damaged_rows();
    json["rows"] = found.rows;
    json["blocks"] = found.blocks;
    json["ticks"] = found.ticks;
    json["samples"] = found.samples;
    json["events"] = found.events;
    json["jobs"] = found.jobs;
    json["time_begin"] = time_json(found.begin_ns);
    json["time_end"] = time_json(found.end_ns);
    json["unknown_series"] = found.unknown_series;
    json["flaws"] = Json::array();
    for (const Flaw& flaw : found.flaws) {
        Json one{{"table", flaw.table}, {"rows", flaw.rows}};
        if (!flaw.metric.empty()) {
            one["source"] = flaw.source;
            one["metric"] = flaw.metric;
            one["first_object"] = flaw.first;
            one["objects"] = flaw.objects;
        }
        one["time_begin"] = time_json(flaw.begin_ns);
        one["time_end"] = time_json(flaw.end_ns);
        one["sentence"] = flaw.sentence();
        json["flaws"].push_back(std::move(one));
    }
    return json.dump(2);
}

std::string text_of(const Verification& found) {
    std::string text;
    for (const Flaw& flaw : found.flaws) text += flaw.sentence() + "\n";
    if (found.blocks == 0) return text + "No values can be read.\n";
    return text + fmt::format("{} {} ticks, {} samples, {} events and {} jobs, {} to {}.\n",
                              found.sound() ? "All is sound:" : "What can be read:", found.ticks, found.samples,
                              found.events, found.jobs, utc_text(found.begin_ns), utc_text(found.end_ns));
}

void run_verify(const VerifyArguments& arguments) {
    const Verification found = [&] {
        Progress progress("verifying");
        return verify_recording(arguments.file, [&](uint64_t done, uint64_t all) { progress.at(done, all); });
    }();
    std::string text = arguments.json ? json_of(found) + "\n" : text_of(found);
    std::fwrite(text.data(), 1, text.size(), stdout);
    if (!found.sound())
        throw std::runtime_error(fmt::format("{} is damaged: {} row{} cannot be used and {} left out when it is read.",
                                             arguments.file, found.damaged_rows(), found.damaged_rows() == 1 ? "" : "s",
                                             found.damaged_rows() == 1 ? "is" : "are"));
}

}  // namespace

void add_verify_command(CLI::App& app) {
    CLI::App* verify = app.add_subcommand("verify", "Check a recording as a whole and say what is damaged");
    auto arguments = std::make_shared<VerifyArguments>();
    verify->add_option("FILE", arguments->file, "Recording")->required();
    verify->add_flag("--json", arguments->json, "One JSON object on stdout");
    verify->callback([arguments] { run_verify(*arguments); });
}

}  // namespace bv

// Figures by name, for JSON, and in words, for people. Both sides are made of the same list.
#include "feed/reliability/what_if.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>
#include <string_view>

namespace bv::reliability {
namespace {

using Json = nlohmann::ordered_json;

struct Figure {
    std::string_view name, words;  // JSON key; line of the table, empty where it has none
    std::function<double(const Answer&)> value;
    std::string_view format;
};

Figure share(std::string_view name, std::string_view words, Estimate ShareEstimates::*part) {
    return {name, words, [part](const Answer& a) { return (a.played.shares.*part).mean; }, "{:.4f}"};
}
Figure exact(std::string_view name, double TimeShares::*part) {
    return {name, "", [part](const Answer& a) { return a.analytic.shares.*part; }, "{:.4f}"};
}
Figure site(std::string_view name, std::string_view words, double SiteModel::*field, double unit,
            std::string_view format) {
    return {name, words, [field, unit](const Answer& a) { return a.site.*field / unit; }, format};
}

// What is not computing costs as much as what is.
double idle_dollars(const Answer& a) {
    return (1 - a.goodput.mean) * (a.site.power_dollars_per_hour + a.site.machine_dollars_per_hour);
}

const std::vector<Figure>& figures() {
    using A = const Answer&;
    static const std::vector<Figure> all = {
        {"first_failure_minutes_mean", "first failure, mean min", [](A a) { return a.played.first_failure.mean / 60; },
         "{:.2f}"},
        {"first_failure_minutes_error", "", [](A a) { return a.played.first_failure.error / 60; }, "{:.2f}"},
        {"first_failure_minutes_median", "first failure, median min",
         [](A a) { return a.played.first_failure_median_seconds / 60; }, "{:.2f}"},
        {"first_failure_minutes_analytic", "  exact mean", [](A a) { return a.analytic.first_failure_seconds / 60; },
         "{:.2f}"},
        {"first_failure_minutes_median_analytic", "  exact median",
         [](A a) { return a.analytic.first_failure_median_seconds / 60; }, "{:.2f}"},
        {"stops_per_day", "stops a day", [](A a) { return a.played.stops_per_day.mean; }, "{:.2f}"},
        {"stops_per_day_analytic", "  exact", [](A a) { return a.analytic.stops_per_second * 86400; }, "{:.2f}"},
        {"goodput_ratio", "goodput", [](A a) { return a.goodput.mean; }, "{:.4f}"},
        {"goodput_ratio_error", "", [](A a) { return a.goodput.error; }, "{:.5f}"},
        {"goodput_ratio_analytic", "  exact", [](A a) { return a.goodput_analytic; }, "{:.4f}"},
        {"goodput_ratio_small_loss", "  approximation for small losses",
         [](A a) { return a.analytic.small_loss_ettr / step_stretch(a.setting); }, "{:.4f}"},
        share("compute_ratio", "computing, kept", &ShareEstimates::compute),
        share("checkpoint_ratio", "checkpoints", &ShareEstimates::checkpoint),
        share("lost_ratio", "computed and lost", &ShareEstimates::lost),
        share("restart_ratio", "restarting", &ShareEstimates::restart),
        share("waiting_ratio", "waiting for servers", &ShareEstimates::waiting),
        exact("compute_ratio_analytic", &TimeShares::compute),
        exact("checkpoint_ratio_analytic", &TimeShares::checkpoint),
        exact("lost_ratio_analytic", &TimeShares::lost),
        exact("restart_ratio_analytic", &TimeShares::restart),
        exact("waiting_ratio_analytic", &TimeShares::waiting),
        {"servers_out", "servers being mended", [](A a) { return a.played.servers_out.mean; }, "{:.1f}"},
        {"servers_out_analytic", "  exact", [](A a) { return a.analytic.servers_out; }, "{:.1f}"},
        {"down_seconds", "down after a stop, s", [](A a) { return a.setting.down_seconds(); }, "{:.0f}"},
        {"restart_exceeds_compute_from_seconds", "down at which that outweighs computing",
         [](A a) { return a.analytic.restart_exceeds_compute_seconds; }, "{:.0f}"},
        {"restart_exceeds_compute_from_seconds_small_loss", "  approximation for small losses",
         [](A a) { return a.analytic.restart_exceeds_compute_small_loss_seconds; }, "{:.0f}"},
        {"optimal_checkpoint_interval_seconds", "best time between checkpoints, s",
         [](A a) { return a.analytic.optimal_interval_seconds; }, "{:.0f}"},
        {"step_stretch_ratio", "a step against an open fabric", [](A a) { return step_stretch(a.setting); }, "{:.3f}"},
        site("gpu_megawatts", "GPU chips alone at their limit, MW", &SiteModel::gpu_watts, 1e6, "{:.1f}"),
        site("it_megawatts", "IT, MW", &SiteModel::it_watts, 1e6, "{:.1f}"),
        site("site_megawatts", "site, MW", &SiteModel::site_watts, 1e6, "{:.1f}"),
        site("site_megawatts_low", "  at a PUE of 1.20", &SiteModel::site_watts_low, 1e6, "{:.1f}"),
        site("site_megawatts_high", "  at a PUE of 1.25", &SiteModel::site_watts_high, 1e6, "{:.1f}"),
        {"pue", "PUE", [](A a) { return a.setting.pue; }, "{:.3f}"},
        site("water_gallons_per_day", "water, gallons a day", &SiteModel::water_gallons_per_day, 1, "{:.0f}"),
        site("water_gallons_per_day_all_evaporative", "  if all heat evaporates it",
             &SiteModel::water_gallons_per_day_all_evaporative, 1, "{:.0f}"),
        site("wue_litres_per_kwh", "WUE, L/kWh", &SiteModel::wue_litres_per_kwh, 1, "{:.2f}"),
        site("fabric_links", "links of the fabric", &SiteModel::fabric_links, 1, "{:.0f}"),
        site("power_dollars_per_hour", "electricity, $/h", &SiteModel::power_dollars_per_hour, 1, "{:.0f}"),
        site("machine_dollars_per_hour", "servers written off, $/h", &SiteModel::machine_dollars_per_hour, 1, "{:.0f}"),
        {"idle_dollars_per_hour", "  of both, while not computing", idle_dollars, "{:.0f}"}};
    return all;
}

Json setting_json(const Setting& s) {
    Json json;
    for (const Key& key : keys()) {
        const std::string text = value_of(s, key.name);
        const bool number = text.find_first_not_of("0123456789.e+-") == std::string::npos;
        json[std::string(key.name)] = number ? Json(std::stod(text)) : Json(text);
    }
    return json;
}

Json answer_json(const Answer& a) {
    Json json;
    json["preset"] = sim::describe(a.setting.preset).name;
    json["preset_summary"] = sim::describe(a.setting.preset).summary;
    json["preset_notes"] = Json::array();
    for (const sim::PresetNote& note : sim::describe(a.setting.preset).notes)
        json["preset_notes"].push_back({{"subject", note.subject},
                                        {"text", note.text},
                                        {"provenance", bv::name_of(note.provenance)},
                                        {"source", note.source}});
    // Of a new machine the closed forms are means over its age, and the crew is reckoned as in its steady state.
    json["analytic_is_exact"] = !a.setting.early_life;
    for (const Figure& figure : figures()) json[std::string(figure.name)] = figure.value(a);
    json["causes"] = Json::array();
    for (const CauseCount& cause : a.played.causes)
        json["causes"].push_back({{"cause", cause.name},
                                  {"stops_per_day", cause.per_day},
                                  {"stops_per_day_analytic", cause.expected_per_day}});
    json["setting"] = setting_json(a.setting);
    return json;
}

void line(std::string& text, std::string_view words, std::string_view base, std::string_view changed) {
    fmt::format_to(std::back_inserter(text), "{:<40}{:>14}{}\n", words, base,
                   changed.empty() ? "" : fmt::format("{:>16}", changed));
}

// Stops a day, played, of every cause that either setting has.
void append_causes(std::string& text, const WhatIf& w) {
    std::vector<std::string_view> names;
    for (const Answer* a : {&w.base, &w.changed})
        for (const CauseCount& cause : a->played.causes)
            if (std::find(names.begin(), names.end(), cause.name) == names.end()) names.push_back(cause.name);
    text += "\nstops a day by cause\n";
    for (const std::string_view name : names) {
        const auto cell = [&](const Answer& a) {
            double per_day = 0;
            for (const CauseCount& cause : a.played.causes)
                if (cause.name == name) per_day += cause.per_day;
            return fmt::format("{:.2f}", per_day);
        };
        line(text, fmt::format("  {}", name), cell(w.base), w.set.empty() ? "" : cell(w.changed));
    }
}

void append_sources(std::string& text, const WhatIf& w) {
    text += "\nWhere it comes from\n";
    for (const Answer* a : {&w.base, &w.changed}) {
        if (a == &w.changed && w.base.setting.preset == w.changed.setting.preset) break;
        const sim::PresetDescription& preset = sim::describe(a->setting.preset);
        fmt::format_to(std::back_inserter(text), "  preset {}: {}\n", preset.name, preset.summary);
        for (const sim::PresetNote& note : preset.notes)
            fmt::format_to(std::back_inserter(text), "    [{}] {}: {}{}\n", bv::name_of(note.provenance), note.subject,
                           note.text, note.source.empty() ? "" : fmt::format(" ({})", note.source));
    }
    for (const Formula& f : site_formulas())
        fmt::format_to(std::back_inserter(text), "  {}: {}; {}\n", f.figure, f.formula, f.assumptions);
}

}  // namespace

Answer answer(const Setting& setting, uint32_t runs, uint64_t seed, const Told& told) {
    Answer a{setting, analyse(setting), play(setting, runs, seed, told), site_of(setting), {}, 0};
    const double stretch = step_stretch(setting);
    a.goodput = {a.played.shares.compute.mean / stretch, a.played.shares.compute.error / stretch};
    a.goodput_analytic = a.analytic.shares.compute / stretch;
    return a;
}

std::string what_if_json(const WhatIf& w) {
    Json json;
    json["runs"] = w.changed.played.runs;
    json["seed"] = w.seed;
    json["set"] = w.set;
    json.update(answer_json(w.changed));
    json["base"] = answer_json(w.base);
    json["formulas"] = Json::array();
    for (const Formula& f : site_formulas())
        json["formulas"].push_back({{"figure", f.figure}, {"formula", f.formula}, {"assumptions", f.assumptions}});
    return json.dump(2) + "\n";
}

std::string what_if_text(const WhatIf& w) {
    const bool both = !w.set.empty();
    std::string text =
        fmt::format("{} runs of {:g} days, seed {}\n\n", w.changed.played.runs, w.changed.setting.days, w.seed);
    if (both) line(text, "", "base", "changed");
    for (const Key& key : keys()) {
        const std::string base = value_of(w.base.setting, key.name), now = value_of(w.changed.setting, key.name);
        if (base != now || key.name == "preset") line(text, key.name, base, both ? now : "");
    }
    text += '\n';
    for (const Figure& figure : figures()) {
        if (figure.words.empty()) continue;
        const auto cell = [&](const Answer& a) { return fmt::format(fmt::runtime(figure.format), figure.value(a)); };
        line(text, figure.words, cell(w.base), both ? cell(w.changed) : "");
    }
    append_causes(text, w);
    append_sources(text, w);
    return text;
}

}  // namespace bv::reliability

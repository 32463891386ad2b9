// The keys of a what-if with ranges and defaults by preset. Sources of the defaults stand beside each: section numbers
// are those of reference-cluster.md, D is derived, A is assumed.
#include "feed/reliability/setting.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>

#include "cluster/nearest.h"
#include "feed/simulator/faults.h"

namespace bv::reliability {
namespace {

using Texts = std::vector<std::string_view>;

struct NumberKey {
    Key key;
    double Setting::*field;
    double low, high, measured, video;  // range; defaults of the presets
    bool whole = false;
};

// clang-format off
const std::vector<NumberKey>& number_keys() {
    static const std::vector<NumberKey> table = {
        {{"gpus", "GPUs of the job", "98,304 of 100,352 (0.6 A); 100,000 [SA]"}, &Setting::gpus, 8, 1e7, 98304, 100000, true},
        {{"links", "NIC-leaf links of the job; by default one per GPU", "one NIC per GPU [4NOW]"}, &Setting::links, 0, 1e8, 0, 0, true},
        {{"spares", "idle servers that stand in for broken ones", "256 (0.6 D)"}, &Setting::spares, 0, 1e6, 256, 256, true},
        {{"optics_mttf_years", "mean time to failure of a NIC-leaf link", "1.44 % a year [LL3]; 5 years [SA]"}, &Setting::optics_mttf_years, 0.01, 1e6, 0, 0},
        {{"detection_seconds", "from a failure until it is noticed", "A; within restart_seconds in video-2024"}, &Setting::detection_seconds, 0, 1e6, 25, 0},
        {{"restart_seconds", "from then until the first step, from a checkpoint", "95 A; 15 min A (3.7)"}, &Setting::restart_seconds, 0, 1e6, 95, 900},
        {{"rebuild_seconds", "the same, from the memory of peers", "1 min with detection A (3.7); 1.6 s of it copying [SA]"}, &Setting::rebuild_seconds, 0, 1e6, 35, 60},
        {{"warmup_seconds", "lost until the first steps run at full speed", "half of a ramp of 5-30 s (4.3 A)"}, &Setting::warmup_seconds, 0, 1e6, 8, 0},
        {{"step_seconds", "one training step", "2 s (4.3 A)"}, &Setting::step_seconds, 0.001, 1e5, 2, 2},
        {{"checkpoint_interval_steps", "steps between checkpoints", "about 100 [SA]"}, &Setting::checkpoint_interval_steps, 1, 1e9, 100, 100, true},
        {{"checkpoint_stall_seconds", "how long a checkpoint holds the job", "10 s (3.7 A); SA reckons without"}, &Setting::checkpoint_stall_seconds, 0, 1e6, 10, 0},
        {{"peer_copy_stall_seconds", "how long copying state to peers holds it, as often", "1 s (3.7 A)"}, &Setting::peer_copy_stall_seconds, 0, 1e6, 1, 0},
        {{"days", "simulated days of one run", "54 [LL3]"}, &Setting::days, 0.01, 3650, 54, 54},
        {{"gpu_tdp_watts", "power limit of a GPU", "700 W [SMI]"}, &Setting::gpu_tdp_watts, 1, 1e4, 700, 700},
        {{"server_watts", "a server in training", "8.4 kW, the most measured [BNL]"}, &Setting::server_watts, 1, 1e6, 8400, 8400},
        {{"pue", "power of the site per power of its IT", "1.20-1.25 (4.2 A), the middle"}, &Setting::pue, 1, 4, 1.225, 1.225},
        {{"evaporative_share", "share of the heat that leaves by evaporation", "0.65 (4.4 A)"}, &Setting::evaporative_share, 0, 1, 0.65, 0.65},
        {{"concentration_cycles", "cycles of concentration of the cooling water", "4-5 (4.4 A)"}, &Setting::concentration_cycles, 1.1, 100, 5, 5},
        {{"dollars_per_kwh", "price of electricity", "0.078 [SA]"}, &Setting::dollars_per_kwh, 0, 100, 0.078, 0.078},
        {{"machine_dollars", "price of the servers", "more than 4e9 for 100,000 GPUs [SA]"}, &Setting::machine_dollars, 0, 1e12, 4e9, 4e9},
        {{"depreciation_years", "years in which they are written off", "5 A"}, &Setting::depreciation_years, 0.1, 100, 5, 5}};
    return table;
}

struct ChoiceKey {
    Key key;
    std::array<std::string_view, 2> words;
};
const std::vector<ChoiceKey>& choice_keys() {
    static const std::vector<ChoiceKey> table = {
        {{"preset", "by which rates things fail", "3.7"}, {"measured", "video-2024"}},
        {{"recovery", "how the job comes back", "[SA]"}, {"checkpoint", "memory"}},
        {{"fabric", "one fabric, or islands of 24,576 GPUs with 7:1 between", "5.2 C [SA]"}, {"single", "islands"}},
        {{"placement", "rings that know the islands, or not", "D"}, {"aware", "scattered"}},
        {{"software", "software stops the job too", "[LL3]"}, {"on", "off"}},
        {{"early_life", "a new machine: Weibull, shape 0.75, for 30 days", "A (3.7), after [LANL]"}, {"off", "on"}},
        {{"lemon_nodes", "the 1.3 % of nodes that fail 15 times as often are in the job", "[RSC], factor A (3.7)"}, {"on", "off"}}};
    return table;
}
// clang-format on

// Which word of a choice a setting has.
size_t chosen(const Setting& s, std::string_view key) {
    if (key == "preset") return size_t(s.preset);
    if (key == "recovery") return size_t(s.recovery);
    if (key == "fabric") return size_t(s.fabric);
    if (key == "placement") return size_t(s.placement);
    if (key == "software") return s.software ? 0 : 1;
    if (key == "early_life") return s.early_life ? 1 : 0;
    return s.lemons ? 0 : 1;
}

void choose(Setting& s, std::string_view key, size_t word) {
    if (key == "preset") s.preset = sim::Preset(word);
    if (key == "recovery") s.recovery = Recovery(word);
    if (key == "fabric") s.fabric = FabricShape(word);
    if (key == "placement") s.placement = Placement(word);
    if (key == "software") s.software = word == 0;
    if (key == "early_life") s.early_life = word == 1;
    if (key == "lemon_nodes") s.lemons = word == 0;
}

// Up to three keys that look like the word; all of them where none does.
std::string nearest_keys(std::string_view word) {
    Texts left, near;
    for (const Key& key : keys()) left.push_back(key.name);
    while (near.size() < 3) {
        const std::string_view next = nearest(word, left);
        if (next.empty()) break;
        near.push_back(next);
        std::erase(left, next);
    }
    if (near.empty()) return fmt::format("there are {}", fmt::join(left, ", "));
    return fmt::format("the nearest {} {}", near.size() == 1 ? "is" : "are", fmt::join(near, ", "));
}

double number_of(std::string_view key, std::string_view text, double low, double high, bool whole) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool good = error == std::errc{} && end == text.data() + text.size() && value >= low && value <= high &&
                      (!whole || value == std::floor(value));
    if (!good) {
        throw std::invalid_argument(fmt::format("{} must be a {}number from {:.10g} to {:.10g}, not '{}'.", key,
                                                whole ? "whole " : "", low, high, text));
    }
    return value;
}

const ChoiceKey* choice_named(std::string_view key) {
    for (const ChoiceKey& choice : choice_keys())
        if (choice.key.name == key) return &choice;
    return nullptr;
}

size_t word_of(const ChoiceKey& choice, std::string_view text) {
    for (size_t w = 0; w < choice.words.size(); ++w)
        if (choice.words[w] == text) return w;
    throw std::invalid_argument(
        fmt::format("{} must be {} or {}, not '{}'.", choice.key.name, choice.words[0], choice.words[1], text));
}

std::pair<std::string_view, std::string_view> split(const std::string& assignment) {
    const size_t equals = assignment.find('=');
    if (equals == std::string::npos || equals == 0)
        throw std::invalid_argument(
            fmt::format("'{}' is no setting; write KEY=VALUE, such as recovery=memory.", assignment));
    return {std::string_view(assignment).substr(0, equals), std::string_view(assignment).substr(equals + 1)};
}

// checkpoint_interval_seconds is another way to say checkpoint_interval_steps: the nearest number of whole steps.
constexpr std::string_view interval_in_seconds = "checkpoint_interval_seconds";

void assign(Setting& s, std::string_view key, std::string_view text) {
    if (const ChoiceKey* const choice = choice_named(key)) return choose(s, key, word_of(*choice, text));
    for (const NumberKey& number : number_keys()) {
        if (number.key.name != key) continue;
        s.*number.field = number_of(key, text, number.low, number.high, number.whole);
        return;
    }
    throw std::invalid_argument(fmt::format("There is no key '{}' to set; {}.", key, nearest_keys(key)));
}

void fill_in(Setting& s) {
    if (s.links == 0) s.links = s.gpus;
    if (s.optics_mttf_years == 0) s.optics_mttf_years = 1 / sim::failures_per_year(s.preset, sim::FaultKind::link_down);
    if (s.fabric == FabricShape::islands && s.gpus < 2) throw std::invalid_argument("Islands need at least two GPUs.");
}

}  // namespace

const std::vector<Key>& keys() {
    static const std::vector<Key> all = [] {
        std::vector<Key> found;
        for (const ChoiceKey& choice : choice_keys()) {
            found.push_back(choice.key);
            found.back().words.assign(choice.words.begin(), choice.words.end());
        }
        for (const NumberKey& number : number_keys()) {
            found.push_back(number.key);
            if (number.field == &Setting::checkpoint_interval_steps)
                found.push_back({interval_in_seconds, "the same in seconds, rounded to whole steps", "D"});
        }
        return found;
    }();
    return all;
}

Setting setting_of(const std::vector<std::string>& assignments) {
    Setting s;
    // The preset first, since the defaults of all others hang on it.
    for (const std::string& assignment : assignments) {
        const auto [key, text] = split(assignment);
        if (key == "preset") assign(s, key, text);
    }
    for (const NumberKey& number : number_keys())
        s.*number.field = s.preset == sim::Preset::measured ? number.measured : number.video;
    std::string_view seconds;
    for (const std::string& assignment : assignments) {
        const auto [key, text] = split(assignment);
        if (key == interval_in_seconds) {
            number_of(key, text, 0.001, 1e9, false);
            seconds = text;
        } else {
            if (key == "checkpoint_interval_steps") seconds = {};
            assign(s, key, text);
        }
    }
    if (!seconds.empty()) {
        const double wanted = number_of(interval_in_seconds, seconds, 0.001, 1e9, false);
        s.checkpoint_interval_steps = std::max(1.0, std::round(wanted / s.step_seconds));
    }
    fill_in(s);
    return s;
}

std::string value_of(const Setting& setting, std::string_view key) {
    if (const ChoiceKey* const choice = choice_named(key)) return std::string(choice->words[chosen(setting, key)]);
    if (key == interval_in_seconds) return fmt::format("{:.6g}", setting.interval_seconds());
    for (const NumberKey& number : number_keys())
        if (number.key.name == key) return fmt::format("{:.10g}", setting.*number.field);
    return {};
}

}  // namespace bv::reliability

// Under which assumptions a machine fails: two labelled sets of rates, what differs between them in words, and how long
// a job is down after a stop. Read by the simulator's faults and jobs and by feed/reliability/, so that both break
// alike.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/topology.h"

namespace bv::sim {

enum class FaultKind : uint8_t;

enum class Preset : uint8_t { measured, video_2024 };

// One thing that a preset says, as a panel shows it beside the other preset's.
struct PresetNote {
    std::string_view subject, text;
    Provenance provenance;
    std::string_view source;
};

struct PresetDescription {
    Preset preset;
    std::string_view name;     // as it is written in options
    std::string_view summary;  // one sentence, for the screen
    std::span<const PresetNote> notes;
};

const PresetDescription& describe(Preset preset);
std::vector<std::string> preset_names();
// Throws one sentence that names the presets there are.
Preset preset_named(const std::string& name);

// What the simulator says of itself: the text of its event of kind "simulation", and the preset's name in such a text;
// empty where the text is another.
inline constexpr std::string_view simulation_event = "simulation";
std::string simulation_text(Preset preset);
std::string_view preset_name_in(std::string_view simulation_text);

// How often an object fails in this way, per year.
double failures_per_year(Preset preset, FaultKind kind);

// What stops a job although nothing is broken. Scales with the job's GPUs.
struct SoftwareCause {
    std::string_view name;
    double per_gpu_year;
};
std::span<const SoftwareCause> software_causes(Preset preset);
double software_stops_per_year(Preset preset, double gpus);

// From a failure until it is noticed, and from then until the first step.
struct RestartTimes {
    double detect_seconds, reload_seconds;
};
RestartTimes restart_times(Preset preset);

// 1.3 % of the nodes are lemons (reference-cluster.md 3.7: 40 found of about 3,000 [RSC]) and fail fifteen times as
// often as others (assumed, within 10–30). The rates of the table are means over all nodes, lemons included.
inline constexpr double lemon_share = 0.013, lemon_factor = 15;
// Of the failures inside servers, those that hit lemons.
constexpr double lemon_failures(double share) { return share * lemon_factor / (1 + share * (lemon_factor - 1)); }

}  // namespace bv::sim

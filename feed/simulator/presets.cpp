// The two presets: numbers and words. Sources: reference-cluster.md sections 0, 3.1, 3.6 and 3.7; [LL3] is The Llama 3
// Herd of Models, [SA] is SemiAnalysis' 100,000 H100 Clusters (June 2024), D is derived, A is assumed.
#include "feed/simulator/presets.h"

#include <fmt/format.h>

#include <array>
#include <stdexcept>

#include "feed/simulator/faults.h"

namespace bv::sim {
namespace {

// A mean time to failure of five years per NIC–leaf link [SA].
constexpr double assumed_link_failures_per_year = 1.0 / 5;
// [LL3] Table 5 by GPU-year (16,384 GPUs in 54 days: 2,423.9 GPU-years): 54 software bugs, 7 of the watchdog, 6 silent
// corruptions, 2 external dependencies. That they grow with the job is an assumption: counted by the job, as one a day,
// software would stop 98,304 GPUs every 34.6 instead of every 30.9 minutes (D).
constexpr std::array<SoftwareCause, 4> measured_software{{{"software bug", 0.0223},
                                                          {"watchdog, cause unknown", 0.0029},
                                                          {"silent data corruption", 0.0025},
                                                          {"external dependency", 0.0008}}};

constexpr PresetNote measured_notes[] = {
    {"Failures", "Every component fails at rates published for machines in use: 419 stops in 54 days on 16,384 H100.",
     Provenance::sourced, "The Llama 3 Herd of Models, Table 5"},
    {"First stop of a job", "About 31 minutes for 98,304 GPUs, from all causes; GPUs and their memory make two thirds.",
     Provenance::derived, "Llama 3, scaled by GPUs"},
    {"NIC–leaf links", "1.44 % fail in a year, a mean time to failure of 69 years.", Provenance::sourced,
     "Llama 3, switch or cable"},
    {"Switches", "0.61 % fail in a year; a dead leaf cuts one rail of 64 servers.", Provenance::sourced,
     "Alibaba HPN, SIGCOMM 2024"},
    {"Flaps, pumps, leaks", "Happen at rates for which there is no public source.", Provenance::assumed, ""},
    {"Repair", "Reset 10 min in the median, swap 2.2 h in the mean, board 2 days in the mean.", Provenance::assumed,
     "lognormal after LANL; 2.2 h is a simulated case of Delta"},
    {"Restart of a job", "2 minutes from the failure to the first step.", Provenance::assumed, ""}};
constexpr PresetNote video_notes[] = {
    {"Failures", "Only NIC–leaf links fail; GPUs, servers, switches, software and cooling never do.",
     Provenance::assumed, "the case that SemiAnalysis reckons"},
    {"First stop of a job", "5 years / 100,000 links = 26.28 minutes: a mean of an assumption, not a measurement.",
     Provenance::derived, "SemiAnalysis, 100,000 H100 Clusters, June 2024"},
    {"NIC–leaf links",
     "20 % fail in a year, a mean time to failure of 5 years; measured links are 6 to 30 times better.",
     Provenance::assumed, "SemiAnalysis"},
    {"Repair", "A link is swapped as in the preset measured.", Provenance::assumed, ""},
    {"Restart of a job", "15 minutes from the failure to the first step.", Provenance::assumed, ""}};

constexpr std::array<PresetDescription, 2> descriptions{
    {{Preset::measured, "measured", "components fail at published rates, all causes together", measured_notes},
     {Preset::video_2024, "video-2024", "what-if of 2024: links with a 5-year mean life fail, and nothing else",
      video_notes}}};

constexpr std::string_view text_begin = "Simulated with the preset ";

}  // namespace

const PresetDescription& describe(Preset preset) { return descriptions.at(size_t(preset)); }

std::vector<std::string> preset_names() {
    std::vector<std::string> names;
    for (const PresetDescription& d : descriptions) names.emplace_back(d.name);
    return names;
}

Preset preset_named(const std::string& name) {
    for (const PresetDescription& d : descriptions)
        if (d.name == name) return d.preset;
    throw std::runtime_error(
        fmt::format("There is no preset '{}'; choose one of {}.", name, fmt::join(preset_names(), ", ")));
}

std::string simulation_text(Preset preset) {
    return fmt::format("{}{}: {}.", text_begin, describe(preset).name, describe(preset).summary);
}

std::string_view preset_name_in(std::string_view text) {
    if (!text.starts_with(text_begin)) return {};
    text.remove_prefix(text_begin.size());
    const size_t colon = text.find(':');
    return colon == std::string_view::npos ? std::string_view{} : text.substr(0, colon);
}

double failures_per_year(Preset preset, FaultKind kind) {
    if (preset == Preset::measured) return spec_of(kind).per_year;
    return kind == FaultKind::link_down ? assumed_link_failures_per_year : 0;
}

std::span<const SoftwareCause> software_causes(Preset preset) {
    if (preset == Preset::measured) return measured_software;
    return {};
}

double software_stops_per_year(Preset preset, double gpus) {
    double per_gpu_year = 0;
    for (const SoftwareCause& cause : software_causes(preset)) per_gpu_year += cause.per_gpu_year;
    return per_gpu_year * gpus;
}

// Detection A; 15 min in all for video-2024, A (reference-cluster.md 3.7).
RestartTimes restart_times(Preset preset) {
    return preset == Preset::measured ? RestartTimes{25, 95} : RestartTimes{25, 875};
}

}  // namespace bv::sim

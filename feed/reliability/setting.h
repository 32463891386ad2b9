// What a what-if asks: a machine, its job, how it fails and recovers, and what cools it. Reads KEY=VALUE; what is not
// said has the preset's value. Read by everything in feed/reliability/.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "feed/simulator/presets.h"

namespace bv::reliability {

enum class Recovery : uint8_t { checkpoint, memory };
enum class FabricShape : uint8_t { single, islands };
enum class Placement : uint8_t { aware, scattered };

struct Setting {
    sim::Preset preset = sim::Preset::measured;
    Recovery recovery = Recovery::checkpoint;
    FabricShape fabric = FabricShape::single;
    Placement placement = Placement::aware;
    double gpus = 0, links = 0, spares = 0;  // of the job; NIC–leaf links of the job; idle servers
    double optics_mttf_years = 0;            // of a NIC–leaf link
    bool software = true, early_life = false, lemons = true;
    // After a failure: until it is noticed; until the job computes again, from a checkpoint or from its peers' memory;
    // what is lost until the first steps run at full speed.
    double detection_seconds = 0, restart_seconds = 0, rebuild_seconds = 0, warmup_seconds = 0;
    double step_seconds = 0, checkpoint_interval_steps = 0;
    double checkpoint_stall_seconds = 0,
           peer_copy_stall_seconds = 0;  // how long a checkpoint, a copy to peers holds the job
    double days = 0;                     // of one run
    double gpu_tdp_watts = 0, server_watts = 0, pue = 0, evaporative_share = 0, concentration_cycles = 0;
    double dollars_per_kwh = 0, machine_dollars = 0, depreciation_years = 0;

    [[nodiscard]] double servers() const { return gpus / 8; }
    [[nodiscard]] double interval_seconds() const { return checkpoint_interval_steps * step_seconds; }
    [[nodiscard]] double stall_seconds() const {
        return recovery == Recovery::memory ? peer_copy_stall_seconds : checkpoint_stall_seconds;
    }
    // From a failure until the job computes again, if nothing fails meanwhile.
    [[nodiscard]] double down_seconds() const {
        return detection_seconds + (recovery == Recovery::memory ? rebuild_seconds : restart_seconds) + warmup_seconds;
    }
};

// One key of --set: its name, what it means, where its default comes from.
struct Key {
    std::string_view name, meaning, basis;
    std::vector<std::string_view> words = {};  // to choose from, the default first; empty: a number
};
const std::vector<Key>& keys();

// A setting from "key=value" texts; later ones win. Throws std::invalid_argument with one sentence where a key is
// unknown (it names the nearest keys), a value is no number or out of range, or values contradict each other.
Setting setting_of(const std::vector<std::string>& assignments);
// The value of a key as text, for reports.
std::string value_of(const Setting& setting, std::string_view key);

}  // namespace bv::reliability

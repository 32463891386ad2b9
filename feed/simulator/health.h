// The health that is published for every object. Reads World::effects and the measured temperatures and loads; writes
// the health columns and makes silent objects' metrics "no data".
//
// The rule. A part has the health of its fault, or warning and critical by temperature with hysteresis. A rack, row,
// hall or site is judged by the share of its GPUs that are critical or down (of its nodes or switches where it has no
// GPUs), so that one dead GPU never paints a hall:
//            warning    critical      down
//   rack     ≥ 1/8      ≥ 1/2         all, or no power
//   row      ≥ 5 %      ≥ 20 %        all
//   hall     ≥ 2 %      ≥ 10 %        all
//   site     ≥ 1 %      ≥  5 %        all
// A level is left again below half of the share that led to it. A rack also follows its CDU and its coolant
// temperature.
#pragma once

#include "feed/simulator/world.h"

namespace bv::sim {

class HealthRules {
public:
    explicit HealthRules(World& world);
    void measure();

private:
    void measure_gpus();
    void measure_nodes();
    void measure_racks();
    void measure_groups();
    void measure_gear();
    void silence();

    World& world_;
    std::array<Channel, object_class_count> health_;
    std::vector<uint8_t> gpu_hot_, rack_hot_, gear_hot_;  // 0 ok, 1 warning, 2 critical: the memory of hysteresis
    std::vector<float> gear_load_;                        // [power] mean load over the last minute
    std::vector<uint8_t> rack_level_, row_level_, hall_level_, site_level_;
    std::vector<uint32_t> rack_parts_, rack_bad_, rack_service_;  // counted parts; critical or down; in maintenance
    bool any_hot_ = false;
};

}  // namespace bv::sim

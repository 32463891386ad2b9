// What can be measured on the building: racks, rows, halls, the site, CDUs, power gear and cooling plant. Where a range
// or threshold comes from stands beside it; "assumed" has no public source.
#include "cluster/metric_tables.h"

namespace bv::metric_tables {
namespace {

constexpr auto high = Direction::high_is_bad;
constexpr auto low = Direction::low_is_bad;
constexpr auto neutral = Direction::neutral;

constexpr Metric litres_per_minute(std::string_view name, std::string_view label, float most, float warning,
                                   float critical, double step) {
    return {name, label, "L/min", 0, most, warning, critical, low, Aggregate::sum, step, 0.0};
}

// 0 dry, 1 damp, 2 wet.
constexpr Metric leak{"leak", "Leak sensor", "", 0, 2, 1, 2, high, Aggregate::worst, 1.0, 0.0};

constexpr Metric site_metrics[] = {
    health,
    // 144-150 MW for 100,352 GPUs (derived); a million GPUs of 1.4 kW need 2.5 GW.
    watts("power_watts", "Site power", 0, 1.6e8f, none, none, 3.2767e9),
    watts("it_power_watts", "IT power", 0, 1.3e8f, none, none, 3.2767e9),
    // The GPU chips alone; 70 MW for 100,000 × 700 W. Never to be shown as site power.
    watts("gpu_power_watts", "GPU power", 0, 7.5e7f, none, none, 3.2767e9),
    {"pue", "PUE", "", 1, 1.6f, 1.4f, 1.6f, high, Aggregate::mean, 0.0001, 0.0},  // 1.2-1.25 assumed
    {"wue_litres_per_kwh", "WUE", "L/kWh", 0, 3, none, none, neutral, Aggregate::mean, 0.0001,
     0.0},  // 1.31 at 1 M gal/day
    {"water_litres_per_second", "Water drawn", "L/s", 0, 80, none, none, neutral, Aggregate::sum, 0.02,
     0.0},  // 43.8 = 1 M gal/day
    ratio("goodput_ratio", "Goodput to date", 0.8f, 0.6f,
          low),  // 0.84 for 98,304 GPUs is what measured rates leave (derived)
    celsius("outdoor_celsius", "Outdoors", -10, 45, none, none, neutral),
    // Within the tick, every 20 ms: a synchronous job of 98,304 GPUs swings by 48 MW with every step (derived).
    watts("power_low_watts", "Lowest in the tick", 0, 1.6e8f, none, none, 3.2767e9),
    watts("power_high_watts", "Highest in the tick", 0, 1.6e8f, none, none, 3.2767e9),
    {"power_ramp_watts_per_second", "Steepest ramp", "W/s", 0, 1e9f, none, none, neutral, Aggregate::sum, 500000.0,
     0.0},
};

constexpr Metric hall_metrics[] = {
    health,
    watts("power_watts", "Hall power", 0, 4.0e7f, none, none, 1.31068e9),
    celsius("inlet_celsius", "Cold aisles", 15, 40, 32, 36),  // assumed
    celsius("outlet_celsius", "Hot aisles", 20, 55, 48, 52),  // assumed
    {"humidity_ratio", "Humidity", "", 0, 1, none, none, neutral, Aggregate::mean, 1.0 / 60000.0, 0.0},
};

constexpr Metric row_metrics[] = {
    health, watts("power_watts", "Row power", 0, 5.0e6f, none, none, 6.5534e7),
    celsius("inlet_celsius", "Cold aisle", 15, 40, 32, 36),  // assumed
    celsius("outlet_celsius", "Hot aisle", 20, 55, 48, 52),  // assumed
};

constexpr Metric rack_metrics[] = {
    health,
    // 67 kW from measured servers, 81.6 kW nameplate (derived); 120-140 kW for an NVL72, more than 600 kW for an
    // NVL576.
    watts("power_watts", "Rack power", 0, 82000, none, none, 6.5534e5),
    celsius("inlet_celsius", "Air inlet", 15, 40, 32, 36),    // assumed
    celsius("outlet_celsius", "Air outlet", 20, 55, 48, 52),  // assumed
    // Coolant: 25 → 35 °C by default; OCP's 1.5 L/min per kW gives 86 L/min for 57 kW of liquid heat.
    celsius("coolant_supply_celsius", "Coolant supply", 15, 50, 32, 37),  // assumed
    celsius("coolant_return_celsius", "Coolant return", 15, 60, 45, 50),  // assumed
    litres_per_minute("flow_litres_per_minute", "Coolant flow", 150, 60, 40, 0.02),
    leak,
};

constexpr Metric cdu_metrics[] = {
    health,
    celsius("supply_celsius", "Supply to racks", 15, 50, 32, 37),    // 25 °C assumed; thresholds assumed
    celsius("return_celsius", "Return from racks", 15, 60, 45, 50),  // 35 °C assumed; thresholds assumed
    litres_per_minute("flow_litres_per_minute", "Flow", 150, 60, 40,
                      0.1),                                 // per-rack CDU; larger ones fit: 6,553 L/min
    ratio("pump_ratio", "Pump speed", 0.95f, none, high),   // assumed
    ratio("valve_ratio", "Valve open", 0.95f, none, high),  // assumed
    {"pressure_bar", "Pressure difference", "bar", 0, 4, 2.8f, 3.5f, high, Aggregate::mean, 0.0005, 0.0},  // assumed
    {"pumps_ok_count", "Pumps good", "", 0, 2, 1, 0, low, Aggregate::none, 1.0, 0.0},  // two, redundant
    leak,
};

constexpr Metric power_metrics[] = {
    health,
    watts("power_watts", "Power", 0, 1.6e8f, none, none, 3.2767e9),
    ratio("load_ratio", "Load of rating", 0.9f, 1.0f, high),
    {"voltage_ratio", "Voltage of nominal", "", 0.85f, 1.1f, 0.95f, 0.9f, low, Aggregate::mean, 0.0001,
     0.0},  // ANSI C84.1: ±5 %
    {"state_of_charge_ratio", "Charge", "", 0, 1, 0.2f, 0.1f, low, Aggregate::mean, 1.0 / 60000.0,
     0.0},                                                   // batteries, UPS; assumed
    celsius("temp_celsius", "Temperature", 0, 110, 80, 95),  // assumed
};

constexpr Metric plant_metrics[] = {
    health,
    watts("heat_watts", "Heat rejected", 0, 4.0e7f, none, none, 1.31068e9),
    {"water_litres_per_second", "Water drawn", "L/s", 0, 20, none, none, neutral, Aggregate::sum, 0.002, 0.0},
    celsius("supply_celsius", "Supply to CDUs", 10, 45, 28, 33),    // assumed
    celsius("return_celsius", "Return from CDUs", 10, 55, 42, 47),  // assumed
    ratio("fan_ratio", "Fan speed", 0.98f, none, high),             // assumed
    // How far above the wet bulb the tower's water leaves; 3-5 K by design (assumed).
    {"approach_kelvin", "Approach", "K", 0, 15, 8, 12, high, Aggregate::mean, 0.001, 0.0},
    {"flow_litres_per_second", "Flow", "L/s", 0, 2000, none, none, neutral, Aggregate::sum, 0.2, 0.0},
};

}  // namespace

std::span<const Metric> site() { return site_metrics; }
std::span<const Metric> hall() { return hall_metrics; }
std::span<const Metric> row() { return row_metrics; }
std::span<const Metric> rack() { return rack_metrics; }
std::span<const Metric> cdu() { return cdu_metrics; }
std::span<const Metric> power() { return power_metrics; }
std::span<const Metric> plant() { return plant_metrics; }

}  // namespace bv::metric_tables

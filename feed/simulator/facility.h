// Heat, coolant, electricity and water: racks, rows, halls, CDUs, the power tree, the cooling plant and the site. Reads
// the power of nodes and switches and the effects; writes those columns and the coolant temperatures that the GPUs
// feel.
#pragma once

#include "feed/simulator/swing.h"
#include "feed/simulator/world.h"

namespace bv::sim {

// Of the power that enters, this leaves. A watt at a rack is 1.05 W at the utility.
double efficiency(PowerKind kind);
// What a battery or UPS draws to stay ready, as a share of its rating.
double standby_share(PowerKind kind);
// Heat that leaves by the coolant where a rack has a CDU (reference-cluster.md 4.4: 80–95 %, 85 % used).
inline constexpr double liquid_share = 0.85;
// PG25 coolant, J per kg and K and kg per litre: 57 kW at 86 L/min give 10.1 K (4.4).
inline constexpr double coolant_heat_capacity = 3860, coolant_kg_per_litre = 1.02;

class Facility {
public:
    explicit Facility(World& world);
    void measure_racks();    // sums and coolant: before the GPUs' temperatures
    void measure_columns();  // everything that is sent
    void settle();           // flows and coolant at their steady state
    void set_goodput(double goodput) { goodput_ = goodput; }
    void set_swing(const Swing& swing) { swing_ = swing; }

private:
    void sum_racks();
    void measure_coolant(double seconds);
    void measure_power_tree();
    void measure_plant();
    void measure_site();
    void order_power();
    void write_racks();
    void write_cdus();
    void write_halls();

    World& world_;
    double goodput_ = 0.9, outdoor_celsius_ = 15, water_litres_per_second_ = 0, full_it_watts_ = 1;
    Swing swing_;
    std::vector<uint32_t> power_order_;      // children before parents
    std::vector<uint32_t> power_roots_;      // what the site buys from
    std::vector<float> rack_nominal_watts_;  // heat to liquid at full training power
    std::vector<float> rack_flow_litres_, rack_outlet_kelvin_;
    std::vector<float> cdu_nominal_litres_, cdu_flow_ratio_, cdu_supply_, cdu_return_;
    Channel rack_power_, rack_inlet_, rack_outlet_, rack_supply_, rack_return_, rack_flow_, rack_leak_;
    Channel row_power_, row_inlet_, row_outlet_, hall_power_, hall_inlet_, hall_outlet_, hall_humidity_;
    Channel cdu_supply_channel_, cdu_return_channel_, cdu_flow_, cdu_pump_, cdu_valve_, cdu_pressure_, cdu_pumps_ok_,
        cdu_leak_;
    Channel power_power_, power_load_, power_voltage_, power_charge_, power_temp_;
    Channel plant_heat_, plant_water_, plant_supply_, plant_return_, plant_fan_, plant_approach_, plant_flow_;
    Channel site_power_, site_it_, site_gpu_, site_pue_, site_wue_, site_water_, site_goodput_, site_outdoor_,
        site_low_, site_high_, site_ramp_;
};

}  // namespace bv::sim

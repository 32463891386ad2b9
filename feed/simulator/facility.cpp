// Racks and their coolant: what the servers draw becomes heat, 85 % of it in the coolant of the rack's CDU, whose pumps
// follow the heat slowly. Also the columns of racks, rows, halls and CDUs; the power tree, plant and site are in
// site.cpp.
#include "feed/simulator/facility.h"

#include <algorithm>
#include <cmath>

namespace bv::sim {
namespace {

// Secondary supply 25 °C (4.4, assumed); room air 23.5 °C (assumed).
constexpr float coolant_supply_celsius = 25.0f, room_celsius = 23.5f;
// 1.5 L/min per kW of liquid heat [PROPHET].
constexpr double litres_per_minute_per_watt = 1.5e-3;
// A GPU's share of the heat to liquid in training: 57 kW / 64 (4.4).
constexpr float liquid_watts_per_gpu = 890.0f, liquid_watts_other_rack = 9000.0f;
// Pumps hold 75 % at least and change by 3 % a minute [PROPHET]; when they stop, the flow dies away in seconds
// (assumed).
constexpr double lowest_pump = 0.75, highest_pump = 1.15, pump_per_second = 0.03 / 60, stop_lag_seconds = 6;
// Rack outlet and coolant rise lag behind the power by the mass of metal and coolant (assumed).
constexpr double rise_lag_seconds = 12, highest_rise_kelvin = 22;
// A cold plate passes on less heat at low flow: part of its resistance goes with flow^-0.8 (turbulent film; share
// assumed).
constexpr float film_share = 0.35f, thickest_film = 2.5f;
// The most that a rack's coolant may be warmer than its CDU's mean rise, where racks share one.
constexpr float hottest_part = 4;
// A CDU's own electricity at full speed, W per kW of heat: 0.8 kW for 57 kW (assumed).
constexpr double pump_watts_per_heat_watt = 0.014;

}  // namespace

Facility::Facility(World& world) : world_(world) {
    const Topology& t = *world.topology;
    Columns& c = world.columns;
    const auto claim = [&](ObjectClass object_class) {
        return [&c, object_class](const char* n) { return c.claim(object_class, n); };
    };
    const auto rack = claim(ObjectClass::rack), row = claim(ObjectClass::row), hall = claim(ObjectClass::hall);
    const auto cdu = claim(ObjectClass::cdu), power = claim(ObjectClass::power), plant = claim(ObjectClass::plant);
    const auto site = claim(ObjectClass::site);
    rack_power_ = rack("power_watts"), rack_inlet_ = rack("inlet_celsius"), rack_outlet_ = rack("outlet_celsius");
    rack_supply_ = rack("coolant_supply_celsius"), rack_return_ = rack("coolant_return_celsius");
    rack_flow_ = rack("flow_litres_per_minute"), rack_leak_ = rack("leak");
    row_power_ = row("power_watts"), row_inlet_ = row("inlet_celsius"), row_outlet_ = row("outlet_celsius");
    hall_power_ = hall("power_watts"), hall_inlet_ = hall("inlet_celsius"), hall_outlet_ = hall("outlet_celsius");
    hall_humidity_ = hall("humidity_ratio");
    cdu_supply_channel_ = cdu("supply_celsius"), cdu_return_channel_ = cdu("return_celsius");
    cdu_flow_ = cdu("flow_litres_per_minute"), cdu_pump_ = cdu("pump_ratio"), cdu_valve_ = cdu("valve_ratio");
    cdu_pressure_ = cdu("pressure_bar"), cdu_pumps_ok_ = cdu("pumps_ok_count"), cdu_leak_ = cdu("leak");
    power_power_ = power("power_watts"), power_load_ = power("load_ratio"), power_voltage_ = power("voltage_ratio");
    power_charge_ = power("state_of_charge_ratio"), power_temp_ = power("temp_celsius");
    plant_heat_ = plant("heat_watts"), plant_water_ = plant("water_litres_per_second"),
    plant_supply_ = plant("supply_celsius");
    plant_return_ = plant("return_celsius"), plant_fan_ = plant("fan_ratio"),
    plant_approach_ = plant("approach_kelvin");
    plant_flow_ = plant("flow_litres_per_second");
    site_power_ = site("power_watts"), site_it_ = site("it_power_watts"), site_gpu_ = site("gpu_power_watts");
    site_pue_ = site("pue"), site_wue_ = site("wue_litres_per_kwh"), site_water_ = site("water_litres_per_second");
    site_goodput_ = site("goodput_ratio"), site_outdoor_ = site("outdoor_celsius");
    site_low_ = site("power_low_watts"), site_high_ = site("power_high_watts");
    site_ramp_ = site("power_ramp_watts_per_second");

    Measured& m = world.measured;
    m.rack_it_watts.assign(t.racks.size(), 0);
    m.rack_watts.assign(t.racks.size(), 0);
    m.rack_supply_celsius.assign(t.racks.size(), coolant_supply_celsius);
    m.rack_rise_kelvin.assign(t.racks.size(), 0);
    m.rack_film.assign(t.racks.size(), 1);
    m.cdu_heat_watts.assign(t.cdus.size(), 0);
    m.cdu_flow_kg.assign(t.cdus.size(), 0);
    m.cdu_watts.assign(t.cdus.size(), 0);
    m.power_in_watts.assign(t.power.size(), 0);
    m.power_out_watts.assign(t.power.size(), 0);
    rack_nominal_watts_.resize(t.racks.size());
    rack_flow_litres_.assign(t.racks.size(), 0);
    rack_outlet_kelvin_.assign(t.racks.size(), 0);
    cdu_nominal_litres_.assign(t.cdus.size(), 0);
    cdu_flow_ratio_.assign(t.cdus.size(), 1);
    cdu_supply_.assign(t.cdus.size(), coolant_supply_celsius);
    cdu_return_.assign(t.cdus.size(), coolant_supply_celsius);
    const float scale = t.gpu_tdp_watts > 0 ? t.gpu_tdp_watts / 700.0f : 1.0f;
    for (size_t r = 0; r < t.racks.size(); ++r) {
        const float gpus = static_cast<float>(t.racks[r].gpus.count);
        rack_nominal_watts_[r] = gpus > 0 ? gpus * liquid_watts_per_gpu * scale : liquid_watts_other_rack;
        if (t.racks[r].cdu != no_index) {
            cdu_nominal_litres_[t.racks[r].cdu] += rack_nominal_watts_[r] * float(litres_per_minute_per_watt);
        }
    }
    for (const float watts : rack_nominal_watts_) full_it_watts_ += watts / liquid_share;
    order_power();
}

void Facility::sum_racks() {
    const Topology& t = *world_.topology;
    Measured& m = world_.measured;
    std::fill(m.rack_it_watts.begin(), m.rack_it_watts.end(), 0.0f);
    m.it_watts = 0;
    for (size_t n = 0; n < t.nodes.size(); ++n) {
        m.it_watts += m.node_watts[n];
        if (t.nodes[n].rack != no_index) m.rack_it_watts[t.nodes[n].rack] += m.node_watts[n];
    }
    for (size_t s = 0; s < t.switches.size(); ++s) {
        m.it_watts += m.switch_watts[s];
        if (t.switches[s].rack != no_index) m.rack_it_watts[t.switches[s].rack] += m.switch_watts[s];
    }
}

void Facility::measure_racks() {
    sum_racks();
    measure_coolant(world_.clock.interval());
}

void Facility::measure_coolant(double seconds) {
    const Topology& t = *world_.topology;
    Measured& m = world_.measured;
    std::fill(m.cdu_heat_watts.begin(), m.cdu_heat_watts.end(), 0.0f);
    for (size_t r = 0; r < t.racks.size(); ++r) {
        if (t.racks[r].cdu != no_index) m.cdu_heat_watts[t.racks[r].cdu] += float(liquid_share) * m.rack_it_watts[r];
    }
    m.liquid_heat_watts = 0;
    for (size_t c = 0; c < t.cdus.size(); ++c) {
        const double nominal = std::max(cdu_nominal_litres_[c], 1.0f);
        const double wanted =
            std::clamp(m.cdu_heat_watts[c] * litres_per_minute_per_watt / nominal, lowest_pump, highest_pump);
        const double allowed = world_.effects.cdu_capacity[c];
        double ratio = cdu_flow_ratio_[c];
        ratio += std::clamp(wanted - ratio, -pump_per_second * seconds, pump_per_second * seconds);
        if (ratio > allowed) ratio = allowed + (cdu_flow_ratio_[c] - allowed) * std::exp(-seconds / stop_lag_seconds);
        // A pump that comes back is run up within seconds, not minutes.
        else if (ratio < lowest_pump && allowed >= lowest_pump)
            ratio = std::min(lowest_pump, ratio + 0.05 * seconds);
        cdu_flow_ratio_[c] = static_cast<float>(ratio);
        const double kg = nominal * ratio / 60 * coolant_kg_per_litre;
        m.cdu_flow_kg[c] = static_cast<float>(kg);
        m.cdu_watts[c] =
            static_cast<float>(m.cdu_heat_watts[c] > 0 ? nominal / litres_per_minute_per_watt *
                                                             pump_watts_per_heat_watt * ratio * ratio * ratio
                                                       : 0);
        // What the pumps draw ends as heat in what they move.
        const double rise = std::min((m.cdu_heat_watts[c] + m.cdu_watts[c]) / std::max(kg * coolant_heat_capacity, 1.0),
                                     2 * highest_rise_kelvin);
        const double gain = 1 - std::exp(-seconds / rise_lag_seconds);
        const double now = cdu_return_[c] - cdu_supply_[c];
        const uint32_t first = t.cdus[c].racks.first;
        const float offset = t.cdus[c].racks.count > 0 ? world_.traits.rack_inlet_celsius[first] : 0.0f;
        cdu_supply_[c] = coolant_supply_celsius + offset;
        cdu_return_[c] = static_cast<float>(cdu_supply_[c] + now + gain * (rise - now));
        m.liquid_heat_watts += m.cdu_heat_watts[c];
    }
    m.air_heat_watts = m.it_watts - m.liquid_heat_watts;
    const double air_gain = 1 - std::exp(-seconds / 40.0);
    for (size_t r = 0; r < t.racks.size(); ++r) {
        const uint32_t c = t.racks[r].cdu;
        const float offset = world_.traits.rack_inlet_celsius[r];
        m.rack_watts[r] = m.rack_it_watts[r];
        // Air through the rack: 15 % of a loaded rack's heat warms it by about 11 K; without coolant air flow is made
        // for 14 K.
        const float air = c != no_index ? 11.0f * m.rack_it_watts[r] / (rack_nominal_watts_[r] / 0.85f)
                                        : 14.0f * m.rack_it_watts[r] / (rack_nominal_watts_[r] * 1.35f);
        rack_outlet_kelvin_[r] += static_cast<float>(air_gain) * (std::min(air, 20.0f) - rack_outlet_kelvin_[r]);
        if (c != no_index) {
            const float share =
                rack_nominal_watts_[r] * float(litres_per_minute_per_watt) / std::max(cdu_nominal_litres_[c], 1.0f);
            if (t.cdus[c].placement == CduPlacement::in_rack) m.rack_watts[r] += m.cdu_watts[c];
            rack_flow_litres_[r] = m.cdu_flow_kg[c] * share * 60 / float(coolant_kg_per_litre);
            m.rack_supply_celsius[r] = coolant_supply_celsius + offset;
            // Where racks share a CDU, each warms its part of the flow by its part of the heat.
            const float heat =
                m.cdu_heat_watts[c] > 0 ? float(liquid_share) * m.rack_it_watts[r] / m.cdu_heat_watts[c] : 0;
            const float own = heat > 0 && share > 0 ? std::min(heat / share, hottest_part) : 0;
            m.rack_rise_kelvin[r] = 0.5f * (cdu_return_[c] - cdu_supply_[c]) * own;
            const float flow = std::min(cdu_flow_ratio_[c] / 0.9f, 1.0f);
            m.rack_film[r] = std::min(thickest_film, 1 + film_share * (std::pow(std::max(flow, 0.01f), -0.8f) - 1));
        } else {
            m.rack_supply_celsius[r] = room_celsius + offset;
            m.rack_rise_kelvin[r] = 0.5f * rack_outlet_kelvin_[r];
        }
    }
}

void Facility::settle() {
    sum_racks();
    // Steps of an hour: pumps reach their speed and metal its temperature.
    for (int i = 0; i < 3; ++i) measure_coolant(3600);
}

void Facility::measure_columns() {
    if (world_.clock.shown) {
        write_racks();
        write_halls();
        write_cdus();
    }
    measure_power_tree();
    measure_plant();
    measure_site();
}

void Facility::write_racks() {
    const Topology& t = *world_.topology;
    const Measured& m = world_.measured;
    const Noise& noise = world_.noise;
    const uint64_t tick = world_.clock.tick;
    const auto inlet = [&](uint32_t r) { return room_celsius + 0.5f * world_.traits.rack_inlet_celsius[r]; };
    fill(rack_power_, [&](uint32_t r) { return m.rack_watts[r]; });
    fill(rack_inlet_, noise, tick, [&](uint32_t r, float z) { return inlet(r) + 0.05f * z; });
    fill(rack_outlet_, noise, tick, [&](uint32_t r, float z) { return inlet(r) + rack_outlet_kelvin_[r] + 0.08f * z; });
    fill(rack_supply_, noise, tick, [&](uint32_t r, float z) { return m.rack_supply_celsius[r] + 0.03f * z; });
    fill(rack_return_, noise, tick,
         [&](uint32_t r, float z) { return m.rack_supply_celsius[r] + 2 * m.rack_rise_kelvin[r] + 0.04f * z; });
    fill(rack_flow_, noise, tick, [&](uint32_t r, float z) { return rack_flow_litres_[r] * (1.0f + 0.002f * z); });
    fill(rack_leak_, [&](uint32_t r) { return static_cast<float>(world_.effects.rack_leak[r]); });
    for (uint32_t r = 0; r < t.racks.size(); ++r) {
        if (t.racks[r].cdu != no_index) continue;
        for (const Channel* channel : {&rack_supply_, &rack_return_, &rack_flow_, &rack_leak_}) channel->clear(r);
    }
}

void Facility::write_halls() {
    const Topology& t = *world_.topology;
    const Measured& m = world_.measured;
    const auto summarise = [&](IndexRange racks, double& watts, double& inlet, double& outlet) {
        watts = inlet = outlet = 0;
        for (uint32_t r = racks.first; r < racks.end(); ++r) {
            watts += m.rack_watts[r];
            inlet += room_celsius + 0.5f * world_.traits.rack_inlet_celsius[r];
            outlet += room_celsius + 0.5f * world_.traits.rack_inlet_celsius[r] + rack_outlet_kelvin_[r];
        }
        const double n = std::max(1u, racks.count);
        inlet = racks.count ? inlet / n : room_celsius;
        outlet = racks.count ? outlet / n : room_celsius;
    };
    double watts, inlet, outlet;
    for (uint32_t i = 0; i < t.rows.size(); ++i) {
        summarise(t.rows[i].racks, watts, inlet, outlet);
        row_power_.set(i, watts), row_inlet_.set(i, inlet), row_outlet_.set(i, outlet);
    }
    for (uint32_t i = 0; i < t.halls.size(); ++i) {
        summarise(t.halls[i].racks, watts, inlet, outlet);
        hall_power_.set(i, watts), hall_inlet_.set(i, inlet), hall_outlet_.set(i, outlet);
        const double phase = 6.2831853 * (world_.clock.end() / 5400 + 0.37 * i);
        hall_humidity_.set(i, 0.42 + 0.015 * i + 0.012 * std::sin(phase));  // assumed; ASHRAE asks for less than 0.70
    }
}

void Facility::write_cdus() {
    const Measured& m = world_.measured;
    const Noise& noise = world_.noise;
    const uint64_t tick = world_.clock.tick;
    const auto ratio = [&](uint32_t c) { return cdu_flow_ratio_[c]; };
    const auto capacity = [&](uint32_t c) { return world_.effects.cdu_capacity[c]; };
    fill(cdu_supply_channel_, noise, tick, [&](uint32_t c, float z) { return cdu_supply_[c] + 0.03f * z; });
    fill(cdu_return_channel_, noise, tick, [&](uint32_t c, float z) { return cdu_return_[c] + 0.04f * z; });
    fill(cdu_flow_, noise, tick, [&](uint32_t c, float z) {
        return m.cdu_flow_kg[c] * 60 / float(coolant_kg_per_litre) * (1.0f + 0.002f * z);
    });
    // Both pumps share the work; one alone runs flat out. 1.5 bar at nominal flow, rising with its square (assumed).
    fill(cdu_pump_, [&](uint32_t c) {
        return capacity(c) < 0.5f ? 0.0f : capacity(c) < 0.99f ? 1.0f : 0.8f * ratio(c);
    });
    fill(cdu_valve_, noise, tick, [&](uint32_t c, float z) { return std::min(0.94f, 0.62f * ratio(c)) + 0.004f * z; });
    fill(cdu_pressure_, noise, tick, [&](uint32_t c, float z) { return 1.5f * ratio(c) * ratio(c) + 0.006f * z; });
    fill(cdu_pumps_ok_, [&](uint32_t c) { return capacity(c) < 0.5f ? 0.0f : capacity(c) < 0.99f ? 1.0f : 2.0f; });
    fill(cdu_leak_, [&](uint32_t) { return 0.0f; });
}

}  // namespace bv::sim

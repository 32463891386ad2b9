// From the racks to the utility: the power tree with its losses, the cooling plant with its water, and the site's sums.
// What enters a level is what leaves it divided by its efficiency; what the racks and the cooling draw is what the site
// buys.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "feed/simulator/facility.h"
#include "feed/simulator/site_physics.h"

namespace bv::sim {
namespace {

// On a warm day the cooling draws more, per watt of IT and kelvin above 16 °C outside (assumed).
constexpr double cooling_per_kelvin = 0.0015;
// Where a cluster file has no power tree, the losses are those of the reference site's.
constexpr double plain_loss_per_watt = 0.05;
// Facility water, 10 K between supply and return; 20 °C supply (assumed).
constexpr double plant_supply_celsius = 20, water_heat_capacity = 4186;

}  // namespace

// Assumed, from what makers of such gear print: double-conversion UPS 97 %, transformers 99 %, busways 99.5 %.
double efficiency(PowerKind kind) {
    switch (kind) {
        case PowerKind::utility:
            return 0.995;
        case PowerKind::substation:
            return 0.990;
        case PowerKind::ups:
            return 0.970;
        case PowerKind::busway:
            return 0.995;
        case PowerKind::battery:
            return 0.985;
        case PowerKind::generator:
            return 1.0;
    }
    return 1.0;
}

double standby_share(PowerKind kind) { return kind == PowerKind::battery ? 0.001 : 0.0; }

void Facility::order_power() {
    const Topology& t = *world_.topology;
    std::vector<uint32_t> depth(t.power.size(), 0);
    for (uint32_t p = 0; p < t.power.size(); ++p) {
        uint32_t steps = 0;
        for (uint32_t at = t.power[p].parent; at != no_index && steps < t.power.size(); at = t.power[at].parent)
            ++steps;
        depth[p] = steps;
        const PowerKind kind = t.power[p].kind;
        if (t.power[p].parent == no_index && kind != PowerKind::generator && kind != PowerKind::battery)
            power_roots_.push_back(p);
    }
    // Where there is a utility among the roots, only utilities sell.
    const auto utility = [&](uint32_t p) { return t.power[p].kind == PowerKind::utility; };
    if (std::any_of(power_roots_.begin(), power_roots_.end(), utility)) {
        std::erase_if(power_roots_, [&](uint32_t p) { return !utility(p); });
    }
    power_order_.resize(t.power.size());
    std::iota(power_order_.begin(), power_order_.end(), 0u);
    std::stable_sort(power_order_.begin(), power_order_.end(),
                     [&](uint32_t a, uint32_t b) { return depth[a] > depth[b]; });
}

void Facility::measure_power_tree() {
    const Topology& t = *world_.topology;
    Measured& m = world_.measured;
    double central = 0;  // CDUs that stand beside the racks draw from the house supply
    for (size_t c = 0; c < t.cdus.size(); ++c) {
        if (t.cdus[c].placement != CduPlacement::in_rack) central += m.cdu_watts[c];
    }
    outdoor_celsius_ =
        16 + 6 * std::sin(6.2831853 * (static_cast<double>(m.time_ns % 86'400'000'000'000) / 86.4e12 - 0.375));
    m.cooling_watts =
        m.it_watts * (cooling_per_it_watt + house_per_it_watt + cooling_per_kelvin * (outdoor_celsius_ - 16)) + central;
    std::vector<float>& out = m.power_out_watts;
    std::fill(out.begin(), out.end(), 0.0f);
    double elsewhere = m.cooling_watts, racks = 0;
    for (size_t r = 0; r < t.racks.size(); ++r) {
        racks += m.rack_watts[r];
        if (t.racks[r].busway != no_index) {
            out[t.racks[r].busway] += m.rack_watts[r];
        } else {
            elsewhere += m.rack_watts[r];
        }
    }
    double homeless = m.it_watts - std::accumulate(m.rack_it_watts.begin(), m.rack_it_watts.end(), 0.0);
    elsewhere += homeless > 1 ? homeless : 0;
    for (const uint32_t p : power_roots_) out[p] += static_cast<float>(elsewhere / double(power_roots_.size()));
    for (const uint32_t p : power_order_) {
        const Power& gear = t.power[p];
        m.power_in_watts[p] =
            static_cast<float>(out[p] / efficiency(gear.kind) + standby_share(gear.kind) * gear.rated_watts);
        if (gear.parent != no_index) out[gear.parent] += m.power_in_watts[p];
    }
    m.site_watts = 0;
    for (const uint32_t p : power_roots_) m.site_watts += m.power_in_watts[p];
    if (power_roots_.empty()) m.site_watts = (racks + homeless) * (1 + plain_loss_per_watt) + m.cooling_watts;

    const Noise& noise = world_.noise;
    const uint64_t tick = world_.clock.tick;
    const auto load = [&](uint32_t p) {
        return t.power[p].rated_watts > 0 ? m.power_in_watts[p] / t.power[p].rated_watts : 0.5f;
    };
    const auto live = [&](uint32_t p) { return world_.effects.power_health[p] == uint8_t(Health::down) ? 0.0f : 1.0f; };
    fill(power_power_, [&](uint32_t p) { return m.power_in_watts[p]; });
    fill(power_load_, [&](uint32_t p) { return load(p); });
    fill(power_voltage_, noise, tick,
         [&](uint32_t p, float z) { return live(p) * (1.008f - 0.018f * std::min(load(p), 1.2f) + 0.0006f * z); });
    fill(power_temp_, noise, tick,
         [&](uint32_t p, float z) { return 27.0f + 30.0f * std::min(load(p), 1.2f) + 0.2f * z; });
    for (uint32_t p = 0; p < t.power.size(); ++p) {
        const bool stores = t.power[p].kind == PowerKind::battery || t.power[p].kind == PowerKind::ups;
        if (stores) {
            power_charge_.set(p, 0.965 + 0.02 * std::sin(world_.clock.end() / 900 + p));
        } else {
            power_charge_.clear(p);
        }
    }
}

void Facility::measure_plant() {
    const Topology& t = *world_.topology;
    Measured& m = world_.measured;
    // The compressors, fans and pumps of the cooling heat it too, those in the racks' CDUs among them.
    double heat = m.it_watts + m.cooling_watts - m.it_watts * house_per_it_watt;
    for (size_t c = 0; c < t.cdus.size(); ++c) {
        if (t.cdus[c].placement == CduPlacement::in_rack) heat += m.cdu_watts[c];
    }
    water_litres_per_second_ = water_kg_per_second(heat, evaporative_share, concentration_cycles);
    std::array<uint32_t, 4> count{};
    for (const Plant& plant : t.plants) ++count[size_t(plant.kind)];
    const auto share_of = [&](PlantKind kind) {
        const double n = std::max(1u, count[size_t(kind)]);
        if (kind == PlantKind::tower) return (count[size_t(PlantKind::chiller)] ? evaporative_share : 1.0) / n;
        if (kind == PlantKind::chiller) return (count[size_t(PlantKind::tower)] ? 1 - evaporative_share : 1.0) / n;
        return 1.0 / n;
    };
    for (uint32_t p = 0; p < t.plants.size(); ++p) {
        const PlantKind kind = t.plants[p].kind;
        const double watts = heat * share_of(kind), load = std::min(1.0, m.it_watts / std::max(full_it_watts_, 1.0));
        const double wobble = normal(hash(world_.seed, p, world_.clock.tick / 20)) * 0.03;
        plant_heat_.set(p, watts);
        plant_supply_.set(p, plant_supply_celsius + wobble);
        plant_return_.set(p, plant_supply_celsius + 10 * (0.35 + 0.65 * load) + wobble);
        plant_flow_.set(p, watts / (water_heat_capacity * 10 * (0.35 + 0.65 * load)));
        const bool wet = kind == PlantKind::tower || (kind == PlantKind::plant && count[size_t(PlantKind::tower)] == 0);
        const double wet_count =
            std::max(1u, count[size_t(count[size_t(PlantKind::tower)] ? PlantKind::tower : PlantKind::plant)]);
        plant_water_.set(p, wet || kind == PlantKind::plant
                                ? water_litres_per_second_ / (wet ? wet_count : std::max(1u, count[0]))
                                : 0);
        plant_fan_.set(p, kind == PlantKind::loop ? 0 : 0.30 + 0.50 * load + wobble);
        plant_approach_.set(p, 3.4 + 1.2 * load + wobble);  // 3–5 K by design (assumed)
    }
}

void Facility::measure_site() {
    const Measured& m = world_.measured;
    site_power_.set(0, m.site_watts);
    site_it_.set(0, m.it_watts);
    site_gpu_.set(0, m.gpu_watts_total);
    site_pue_.set(0, m.it_watts > 0 ? m.site_watts / m.it_watts : 1.0);
    site_wue_.set(0, m.it_watts > 0 ? water_litres_per_second_ * 3600 / (m.it_watts / 1000) : 0.0);
    site_water_.set(0, water_litres_per_second_);
    site_goodput_.set(0, goodput_);
    site_outdoor_.set(0, outdoor_celsius_);
    site_low_.set(0, m.site_watts + swing_.low_watts);
    site_high_.set(0, m.site_watts + swing_.high_watts);
    site_ramp_.set(0, swing_.ramp_watts_per_second);
}

}  // namespace bv::sim

// Applies the rule of health.h once per interval.
#include "feed/simulator/health.h"

#include <algorithm>
#include <cmath>

namespace bv::sim {
namespace {

// GPU slowdown begins at 87 °C, at 89 °C it is critical [SMI]; both are left 3 K lower.
constexpr float gpu_warning = 87, gpu_critical = 89, gpu_hysteresis = 3;
// Coolant return from a rack: 45 and 50 °C (the catalogue's thresholds), left 2 K lower.
constexpr float return_warning = 45, return_critical = 50, return_hysteresis = 2;
// Gear is judged by its load over a minute, as its own heat is; a training step swings it by a tenth every second. A
// site runs near its rating on purpose, so only an overload is trouble (limits assumed).
constexpr float load_warning = 1.0f, load_critical = 1.1f, load_hysteresis = 0.03f, load_memory_seconds = 60;

uint8_t next_level(uint8_t before, float value, float warning, float critical, float hysteresis) {
    if (value >= critical || (before == 2 && value > critical - hysteresis)) return 2;
    if (value >= warning || (before >= 1 && value > warning - hysteresis)) return 1;
    return 0;
}
Health health_of_level(uint8_t level) {
    return level == 2 ? Health::critical : level == 1 ? Health::warning : Health::ok;
}

struct Limits {
    float warning, critical;
};
constexpr Limits rack_limits{1.0f / 8, 1.0f / 2}, row_limits{0.05f, 0.20f}, hall_limits{0.02f, 0.10f},
    site_limits{0.01f, 0.05f};

Health group_health(uint8_t& level, uint32_t bad, uint32_t service, uint32_t parts, Limits limits) {
    if (parts == 0) return Health::ok;
    const float share = static_cast<float>(bad) / static_cast<float>(parts);
    if (share >= limits.critical || (level == 2 && share > limits.critical / 2)) {
        level = 2;
    } else {
        level = share >= limits.warning || (level >= 1 && share > limits.warning / 2) ? 1 : 0;
    }
    if (bad == parts) return Health::down;
    if (level == 0 && service > 0 && service + bad == parts) return Health::maintenance;
    return health_of_level(level);
}

bool bad(uint8_t health) { return health == uint8_t(Health::critical) || health == uint8_t(Health::down); }

}  // namespace

HealthRules::HealthRules(World& world) : world_(world) {
    const Topology& t = *world.topology;
    for (const ObjectClass object_class : all_object_classes) {
        if (object_class == ObjectClass::job) continue;  // the jobs say it themselves
        health_[size_t(object_class)] = world.columns.claim(object_class, "health");
    }
    gpu_hot_.assign(t.gpu_nodes.size(), 0);
    rack_hot_.assign(t.racks.size(), 0);
    gear_hot_.assign(t.power.size(), 0);
    gear_load_.assign(t.power.size(), 0);
    rack_level_.assign(t.racks.size(), 0);
    row_level_.assign(t.rows.size(), 0);
    hall_level_.assign(t.halls.size(), 0);
    site_level_.assign(1, 0);
    rack_parts_.assign(t.racks.size(), 0);
    rack_bad_.assign(t.racks.size(), 0);
    rack_service_.assign(t.racks.size(), 0);
}

void HealthRules::measure() {
    measure_gpus();
    measure_nodes();
    measure_racks();
    measure_groups();
    measure_gear();
    silence();
}

void HealthRules::measure_gpus() {
    const Measured& m = world_.measured;
    const auto& effects = world_.effects.gpu_health;
    float hottest = 0;
    for (const float celsius : m.gpu_celsius) hottest = std::max(hottest, celsius);
    uint16_t* const out = health_[size_t(ObjectClass::gpu)].values;
    if (hottest < gpu_warning && !any_hot_) {
        for (size_t i = 0; i < effects.size(); ++i) out[i] = effects[i];
        return;
    }
    any_hot_ = false;
    for (size_t i = 0; i < effects.size(); ++i) {
        gpu_hot_[i] = next_level(gpu_hot_[i], m.gpu_celsius[i], gpu_warning, gpu_critical, gpu_hysteresis);
        any_hot_ = any_hot_ || gpu_hot_[i] != 0;
        out[i] = static_cast<uint16_t>(worse(static_cast<Health>(effects[i]), health_of_level(gpu_hot_[i])));
    }
}

void HealthRules::measure_nodes() {
    const Topology& t = *world_.topology;
    const Effects& e = world_.effects;
    const Channel& node = health_[size_t(ObjectClass::node)];
    for (uint32_t n = 0; n < node.count; ++n) {
        Health health = static_cast<Health>(e.node_health[n]);
        // Several throttled GPUs make the node late: a warning (a single hot GPU says so itself).
        if (any_hot_ && t.nodes[n].gpus.count > 0) {
            uint32_t hot = 0;
            for (uint32_t g = t.nodes[n].gpus.first; g < t.nodes[n].gpus.end(); ++g) hot += gpu_hot_[g] != 0;
            if (hot * 4 >= t.nodes[n].gpus.count) health = worse(health, Health::warning);
        }
        node.values[n] = static_cast<uint16_t>(health);
    }
    const auto copy = [&](ObjectClass object_class, const std::vector<uint8_t>& healths) {
        const Channel& channel = health_[size_t(object_class)];
        for (uint32_t i = 0; i < channel.count; ++i) channel.values[i] = healths[i];
    };
    copy(ObjectClass::nic, e.nic_health);
    copy(ObjectClass::link, e.link_health);
    copy(ObjectClass::switch_, e.switch_health);
    copy(ObjectClass::cdu, e.cdu_health);
}

void HealthRules::measure_racks() {
    const Topology& t = *world_.topology;
    const Effects& e = world_.effects;
    const Measured& m = world_.measured;
    const Channel& rack = health_[size_t(ObjectClass::rack)];
    const uint16_t* const gpus = health_[size_t(ObjectClass::gpu)].values;
    std::fill(rack_parts_.begin(), rack_parts_.end(), 0u);
    std::fill(rack_bad_.begin(), rack_bad_.end(), 0u);
    std::fill(rack_service_.begin(), rack_service_.end(), 0u);
    const auto count = [&](uint32_t r, uint8_t health) {
        ++rack_parts_[r];
        rack_bad_[r] += bad(health);
        rack_service_[r] += health == uint8_t(Health::maintenance);
    };
    for (uint32_t r = 0; r < t.racks.size(); ++r) {
        const Rack& described = t.racks[r];
        for (uint32_t g = described.gpus.first; g < described.gpus.end(); ++g) count(r, static_cast<uint8_t>(gpus[g]));
        if (described.gpus.count > 0) continue;
        for (uint32_t n = described.nodes.first; n < described.nodes.end(); ++n) count(r, e.node_health[n]);
    }
    for (uint32_t s = 0; s < t.switches.size(); ++s) {
        const uint32_t r = t.switches[s].rack;
        if (r != no_index && t.racks[r].gpus.count == 0 && t.racks[r].nodes.count == 0) count(r, e.switch_health[s]);
    }
    for (uint32_t r = 0; r < t.racks.size(); ++r) {
        Health health = group_health(rack_level_[r], rack_bad_[r], rack_service_[r], rack_parts_[r], rack_limits);
        if (t.racks[r].cdu != no_index) {
            const float celsius = m.rack_supply_celsius[r] + 2 * m.rack_rise_kelvin[r];
            rack_hot_[r] = next_level(rack_hot_[r], celsius, return_warning, return_critical, return_hysteresis);
            health = worse(health, health_of_level(rack_hot_[r]));
            const Health cdu = static_cast<Health>(e.cdu_health[t.racks[r].cdu]);
            if (cdu == Health::critical || cdu == Health::down) health = worse(health, Health::warning);
            if (e.rack_leak[r] > 0) health = worse(health, e.rack_leak[r] > 1 ? Health::critical : Health::warning);
        }
        if (e.rack_feed[r] == 0.0f) health = Health::down;
        rack.values[r] = static_cast<uint16_t>(health);
    }
}

// Rows, halls and the site are judged by GPUs where the cluster has any, so that a dead leaf rack does not outvote
// them.
void HealthRules::measure_groups() {
    const Topology& t = *world_.topology;
    const bool by_gpus = !t.gpu_nodes.empty();
    struct Sum {
        uint32_t bad = 0, service = 0, parts = 0;
    };
    const auto sum = [&](IndexRange racks) {
        Sum s;
        for (uint32_t r = racks.first; r < racks.end(); ++r) {
            if (by_gpus && t.racks[r].gpus.count == 0) continue;
            s.bad += rack_bad_[r], s.service += rack_service_[r], s.parts += rack_parts_[r];
        }
        return s;
    };
    const Channel &row = health_[size_t(ObjectClass::row)], &hall = health_[size_t(ObjectClass::hall)];
    for (uint32_t i = 0; i < row.count; ++i) {
        const Sum s = sum(t.rows[i].racks);
        row.values[i] = static_cast<uint16_t>(group_health(row_level_[i], s.bad, s.service, s.parts, row_limits));
    }
    for (uint32_t i = 0; i < hall.count; ++i) {
        const Sum s = sum(t.halls[i].racks);
        hall.values[i] = static_cast<uint16_t>(group_health(hall_level_[i], s.bad, s.service, s.parts, hall_limits));
    }
    const Sum s = sum({0, static_cast<uint32_t>(t.racks.size())});
    health_[size_t(ObjectClass::site)].set(
        0, double(group_health(site_level_[0], s.bad, s.service, s.parts, site_limits)));
}

void HealthRules::measure_gear() {
    const Topology& t = *world_.topology;
    const Channel& power = health_[size_t(ObjectClass::power)];
    const float gain = 1 - std::exp(-static_cast<float>(world_.clock.interval()) / load_memory_seconds);
    for (uint32_t p = 0; p < power.count; ++p) {
        const float rated = t.power[p].rated_watts;
        const float load = rated > 0 ? world_.measured.power_in_watts[p] / rated : 0.0f;
        gear_load_[p] += gain * (load - gear_load_[p]);
        gear_hot_[p] = next_level(gear_hot_[p], gear_load_[p], load_warning, load_critical, load_hysteresis);
        power.values[p] = static_cast<uint16_t>(
            worse(static_cast<Health>(world_.effects.power_health[p]), health_of_level(gear_hot_[p])));
    }
    const Channel& plant = health_[size_t(ObjectClass::plant)];
    for (uint32_t p = 0; p < plant.count; ++p) plant.values[p] = static_cast<uint16_t>(Health::ok);
}

// Silent objects have a health, which others see, but no metrics of their own.
void HealthRules::silence() {
    const Effects& e = world_.effects;
    Columns& columns = world_.columns;
    const auto clear = [&](ObjectClass object_class, const std::vector<uint32_t>& indices) {
        for (const uint32_t i : indices) columns.clear({object_class, i});
    };
    clear(ObjectClass::gpu, e.dark_gpus);
    clear(ObjectClass::node, e.dark_nodes);
    clear(ObjectClass::nic, e.dark_nics);
    clear(ObjectClass::switch_, e.dark_switches);
    clear(ObjectClass::cdu, e.dark_cdus);
}

}  // namespace bv::sim

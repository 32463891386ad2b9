// What goes in comes out: the simulator's published values, level by level. Power from GPU to utility, heat from rack
// to tower, water, and bytes from NIC to core. Tolerances are half a step of every published value and the stated noise
// of a sensor.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "feed/simulator/facility.h"
#include "feed/simulator/site_physics.h"
#include "tests/feed/simulated.h"

using namespace bv;
using test::make_cluster;
using test::Simulated;

namespace {

using C = ObjectClass;

double step_of(C object_class, std::string_view name) {
    return metric(MetricId{object_class, *find_metric(object_class, name)}).scale;
}
double or_zero(double value) { return std::isnan(value) ? 0 : value; }

// A sum of published values and how far it may be off.
struct Sum {
    double value = 0, slack = 0;
    void add(double published, double step, double noise = 0) {
        if (std::isnan(published)) return;
        value += published, slack += step / 2 + noise * std::abs(published);
    }
};

bool silent(const Simulated& s, C object_class, const char* name, uint32_t i) {
    return std::isnan(s.value(object_class, name, i));
}

// A CDU's own electricity from what it publishes: 14 W per kW at full flow, with the cube of the speed (facility.cpp).
double pump_watts(const Simulated& s, uint32_t cdu) {
    const double pump = s.value(C::cdu, "pump_ratio", cdu), litres = s.value(C::cdu, "flow_litres_per_minute", cdu);
    if (!(pump > 0) || !(litres > 0)) return 0;
    const double ratio = pump / 0.8, nominal = litres / ratio;
    return nominal / 1.5e-3 * 0.014 * ratio * ratio * ratio;
}

void check_servers(const Simulated& s) {
    const Topology& t = *s.topology;
    for (uint32_t n = 0; n < t.nodes.size(); ++n) {
        const Node& node = t.nodes[n];
        if (node.gpus.count == 0 || silent(s, C::node, "power_watts", n)) continue;
        Sum gpus;
        bool all_speak = true;
        for (uint32_t g = node.gpus.first; g < node.gpus.end(); ++g) {
            gpus.add(s.value(C::gpu, "power_watts", g), step_of(C::gpu, "power_watts"));
            all_speak = all_speak && !silent(s, C::gpu, "power_watts", g);
        }
        // CPUs, memory, NICs, fans and supplies: 1.26 kW idle to 3.0 kW in training (reference-cluster.md 4.2).
        const double rest = s.value(C::node, "power_watts", n) - gpus.value;
        const double slack = gpus.slack + step_of(C::node, "power_watts");
        CHECK(rest > 1260 - slack);
        CHECK(rest < 3000 + slack + (all_speak ? 0 : 8 * 700));
    }
}

void check_racks(const Simulated& s) {
    const Topology& t = *s.topology;
    for (uint32_t r = 0; r < t.racks.size(); ++r) {
        const Rack& rack = t.racks[r];
        Sum inside;
        for (uint32_t n = rack.nodes.first; n < rack.nodes.end(); ++n)
            inside.add(s.value(C::node, "power_watts", n), step_of(C::node, "power_watts"));
        for (uint32_t w = rack.switches.first; w < rack.switches.end(); ++w)
            inside.add(s.value(C::switch_, "power_watts", w), step_of(C::switch_, "power_watts"), 0.002 * 3.5);
        if (rack.cdu != no_index) inside.add(pump_watts(s, rack.cdu), step_of(C::rack, "power_watts"), 0.02);
        const double watts = or_zero(s.value(C::rack, "power_watts", r));
        INFO(t.path_of({C::rack, r}), " draws ", watts, ", inside ", inside.value, " ± ", inside.slack);
        CHECK(std::abs(watts - inside.value) <= inside.slack + step_of(C::rack, "power_watts"));
    }
    for (const auto& [object_class, count] : {std::pair{C::row, t.rows.size()}, std::pair{C::hall, t.halls.size()}}) {
        for (uint32_t i = 0; i < count; ++i) {
            const IndexRange racks = object_class == C::row ? t.rows[i].racks : t.halls[i].racks;
            Sum inside;
            for (uint32_t r = racks.first; r < racks.end(); ++r)
                inside.add(s.value(C::rack, "power_watts", r), step_of(C::rack, "power_watts"));
            CHECK(std::abs(s.value(object_class, "power_watts", i) - inside.value) <=
                  inside.slack + step_of(object_class, "power_watts"));
        }
    }
}

// Power in = (power out + standby) with the losses of each level, up to the utility, which feeds the cooling too.
void check_power_tree(const Simulated& s) {
    const Topology& t = *s.topology;
    const double step = step_of(C::power, "power_watts");
    double bought = 0, lost = 0, racks = 0;
    for (uint32_t r = 0; r < t.racks.size(); ++r) racks += or_zero(s.value(C::rack, "power_watts", r));
    const double it = s.value(C::site, "it_power_watts", 0);
    // Electricity of cooling and offices as site_physics.h has it, by the published temperature outside.
    const double cooling = it * (sim::cooling_per_it_watt + sim::house_per_it_watt +
                                 0.0015 * (s.value(C::site, "outdoor_celsius", 0) - 16));
    for (uint32_t p = 0; p < t.power.size(); ++p) {
        Sum out;
        for (uint32_t c = 0; c < t.power.size(); ++c)
            if (t.power[c].parent == p) out.add(or_zero(s.value(C::power, "power_watts", c)), step);
        for (uint32_t r = 0; r < t.racks.size(); ++r)
            if (t.racks[r].busway == p) out.add(s.value(C::rack, "power_watts", r), step_of(C::rack, "power_watts"));
        const bool root = t.power[p].parent == no_index;
        if (root) out.add(cooling, step_of(C::site, "it_power_watts"), 0.002);
        const double in = or_zero(s.value(C::power, "power_watts", p));
        const double standby = sim::standby_share(t.power[p].kind) * t.power[p].rated_watts;
        const double efficiency = sim::efficiency(t.power[p].kind), losses = out.value * (1 / efficiency - 1) + standby;
        INFO(t.path_of({C::power, p}), " in ", in, " out ", out.value, " losses ", losses, " slack ", out.slack);
        CHECK(std::abs(in - out.value - losses) <= out.slack / efficiency + step);
        lost += losses;
        if (root) bought += in;
    }
    if (t.power.empty()) return;
    const double site = s.value(C::site, "power_watts", 0);
    CHECK(site == doctest::Approx(bought).epsilon(1e-9).scale(1).epsilon(2 * step / site));
    CHECK(std::abs(site - racks - cooling - lost) < step * double(t.power.size()) + 0.002 * cooling);
    CHECK(s.value(C::site, "pue", 0) == doctest::Approx(site / it).epsilon(2 * step / it));
}

void check_site(const Simulated& s) {
    const Topology& t = *s.topology;
    Sum gpus, it;
    for (uint32_t g = 0; g < t.gpu_nodes.size(); ++g)
        gpus.add(s.value(C::gpu, "power_watts", g), step_of(C::gpu, "power_watts"),
                 silent(s, C::gpu, "power_watts", g) ? 1 : 0);
    uint32_t silent_gpus = 0;
    for (uint32_t g = 0; g < t.gpu_nodes.size(); ++g) silent_gpus += silent(s, C::gpu, "power_watts", g);
    for (uint32_t n = 0; n < t.nodes.size(); ++n)
        it.add(s.value(C::node, "power_watts", n), step_of(C::node, "power_watts"));
    for (uint32_t w = 0; w < t.switches.size(); ++w)
        it.add(s.value(C::switch_, "power_watts", w), step_of(C::switch_, "power_watts"), 0.002 * 3.5);
    const double step = step_of(C::site, "gpu_power_watts");
    CHECK(std::abs(s.value(C::site, "gpu_power_watts", 0) - gpus.value) <= gpus.slack + step + silent_gpus * 700.0);
    CHECK(std::abs(s.value(C::site, "it_power_watts", 0) - it.value) <= it.slack + step);
}

// Heat that arrives at the plant: that of the servers and of the cooling itself. Towers evaporate their share of it.
void check_plant(const Simulated& s) {
    const Topology& t = *s.topology;
    double rejected = 0, water = 0, pumps = 0, plants_of[4] = {};
    for (uint32_t p = 0; p < t.plants.size(); ++p) {
        const double heat = s.value(C::plant, "heat_watts", p);
        plants_of[size_t(t.plants[p].kind)] += heat;
        if (t.plants[p].kind == PlantKind::tower || t.plants[p].kind == PlantKind::chiller) rejected += heat;
        if (t.plants[p].kind == PlantKind::tower) water += s.value(C::plant, "water_litres_per_second", p);
        // Water: 4,186 J/kg and K.
        const double carried = s.value(C::plant, "flow_litres_per_second", p) * 4186 *
                               (s.value(C::plant, "return_celsius", p) - s.value(C::plant, "supply_celsius", p));
        INFO(t.path_of({C::plant, p}), " carries ", carried, " of ", heat);
        CHECK(std::abs(carried - heat) < 0.005 * heat + step_of(C::plant, "heat_watts"));
    }
    if (plants_of[size_t(PlantKind::tower)] == 0) return;
    for (uint32_t c = 0; c < t.cdus.size(); ++c)
        if (t.cdus[c].placement == CduPlacement::in_rack) pumps += pump_watts(s, c);
    const double it = s.value(C::site, "it_power_watts", 0);
    const double cooling = it * (sim::cooling_per_it_watt + 0.0015 * (s.value(C::site, "outdoor_celsius", 0) - 16));
    CHECK(rejected == doctest::Approx(it + cooling + pumps).epsilon(0.005 + 1e5 / it));
    if (plants_of[size_t(PlantKind::loop)] > 0)
        CHECK(plants_of[size_t(PlantKind::loop)] == doctest::Approx(rejected).epsilon(0.005 + 1e5 / it));
    // Make-up water × (C − 1) / C is what evaporates; × latent heat is the towers' heat.
    const double evaporated = water * (sim::concentration_cycles - 1) / sim::concentration_cycles;
    const double by_water = plants_of[size_t(PlantKind::chiller)] > 0 ? plants_of[size_t(PlantKind::tower)]
                                                                      : rejected * sim::evaporative_share;
    CHECK(evaporated * sim::latent_joules_per_kg == doctest::Approx(by_water).epsilon(0.01 + 1e5 / it));
    CHECK(s.value(C::site, "water_litres_per_second", 0) == doctest::Approx(water).epsilon(0.01 + 0.05 / water));
}

// Bytes: what a NIC sends and receives is what its links carry; what enters a switch leaves it.
void check_fabric(const Simulated& s) {
    const Topology& t = *s.topology;
    constexpr double noise = 0.012 * 3.5;  // of a counter, at most (fabric.cpp)
    const double step = step_of(C::link, "tx_bytes_per_second");
    std::vector<Sum> nic_tx(t.nics.size()), nic_rx(t.nics.size()), in(t.switches.size()), out(t.switches.size());
    for (uint32_t l = 0; l < t.links.size(); ++l) {
        const double up = or_zero(s.value(C::link, "tx_bytes_per_second", l));
        const double down = or_zero(s.value(C::link, "rx_bytes_per_second", l));
        const Link& link = t.links[l];
        if (link.a.device != no_index) {
            (link.a.is_switch ? out[link.a.device] : nic_tx[link.a.device]).add(up, step, noise);
            (link.a.is_switch ? in[link.a.device] : nic_rx[link.a.device]).add(down, step, noise);
        }
        if (link.b.device != no_index && link.b.is_switch) {
            in[link.b.device].add(up, step, noise);
            out[link.b.device].add(down, step, noise);
        }
        CHECK(up <= link.capacity_bytes_per_second * (1 + noise) + step);
    }
    for (uint32_t i = 0; i < t.nics.size(); ++i) {
        if (t.links_of({C::nic, i}).empty()) continue;
        const double tx = or_zero(s.value(C::nic, "tx_bytes_per_second", i)),
                     rx = or_zero(s.value(C::nic, "rx_bytes_per_second", i));
        INFO(t.path_of({C::nic, i}), " sends ", tx, ", its links carry ", nic_tx[i].value);
        CHECK(std::abs(tx - nic_tx[i].value) <= nic_tx[i].slack + noise * tx + step);
        CHECK(std::abs(rx - nic_rx[i].value) <= nic_rx[i].slack + noise * rx + step);
    }
    const double switch_step = step_of(C::switch_, "tx_bytes_per_second");
    for (uint32_t w = 0; w < t.switches.size(); ++w) {
        INFO(t.path_of({C::switch_, w}), " in ", in[w].value, " out ", out[w].value);
        CHECK(std::abs(in[w].value - out[w].value) <= in[w].slack + out[w].slack);
        if (silent(s, C::switch_, "tx_bytes_per_second", w)) continue;
        CHECK(std::abs(s.value(C::switch_, "tx_bytes_per_second", w) - out[w].value) <=
              out[w].slack * 1.4 + switch_step);
    }
}

}  // namespace

TEST_CASE("power, heat at the plant, water and bytes are conserved at every level, in quiet and in trouble") {
    for (const char* scenario :
         {"quiet", "training", "storm", "checkpoint", "leaf_down", "busway_loss", "node_down", "gpu_off_bus"}) {
        Simulated s(make_cluster({}), scenario, 4);
        for (const int second : {1, 2, 33, 36, 40, 95}) {
            s.run_to(second);
            INFO(scenario, " at ", second, " s");
            check_servers(s);
            check_racks(s);
            check_power_tree(s);
            check_site(s);
            check_plant(s);
            check_fabric(s);
        }
    }
}

TEST_CASE("the swing within a second is what ticks of a twentieth of a second show") {
    const auto cluster = make_cluster({});
    Simulated seconds(cluster, "checkpoint", 3);
    Simulator fine(cluster, {.seed = 3, .scenario = "checkpoint", .interval_ns = 50'000'000});
    const MetricIndex power = *find_metric(C::site, "power_watts");
    double widest = 0, steepest = 0;
    for (int second = 1; second <= 34; ++second) {
        seconds.run_to(second);
        double low = 1e12, high = 0;
        for (int k = 0; k < 20; ++k) {
            for (const TickColumn& c : fine.step().columns) {
                if (c.metric != MetricId{C::site, power}) continue;
                const double watts = dequantise(metric(c.metric), c.values[0]);
                low = std::min(low, watts), high = std::max(high, watts);
            }
        }
        const double lowest = seconds.value(C::site, "power_low_watts", 0),
                     highest = seconds.value(C::site, "power_high_watts", 0);
        const double mean = seconds.value(C::site, "power_watts", 0);
        INFO(second, " s: ", lowest, " to ", highest, ", by fine ticks ", low, " to ", high, ", mean ", mean);
        CHECK(lowest <= mean);
        CHECK(highest >= mean);
        // Silicon spread and noise are in the ticks alone; the cooling follows the ticks' mean.
        CHECK(std::abs((highest - lowest) - (high - low)) < 0.2 * (highest - lowest) + 0.04 * mean);
        widest = std::max(widest, highest - lowest),
        steepest = std::max(steepest, seconds.value(C::site, "power_ramp_watts_per_second", 0));
    }
    // From compute to all-reduce 467 W per GPU and its part of the server, 1.05 of that at the utility; then to a
    // checkpoint.
    const double gpus = seconds.jobs.front().gpus;
    CHECK(widest > 400 * gpus);
    CHECK(widest < 800 * double(cluster->gpu_nodes.size()));
    CHECK(steepest > 5 * 300 * gpus);  // within a tenth of a second
}

TEST_CASE("the heat of every rack leaves with its coolant: flow times capacity times rise, within the sensors' noise") {
    Simulated s(make_cluster({}), "quiet");
    const Topology& t = *s.topology;
    s.run_to(300);
    const auto carry = [](double litres, double kelvin) {
        return litres / 60 * sim::coolant_kg_per_litre * sim::coolant_heat_capacity * kelvin;
    };
    const auto carried_now = [&](uint32_t c) {
        return carry(s.value(C::cdu, "flow_litres_per_minute", c),
                     s.value(C::cdu, "return_celsius", c) - s.value(C::cdu, "supply_celsius", c));
    };
    std::vector<double> heat(t.cdus.size()), carried(t.cdus.size()), by_racks(t.cdus.size()), begin(t.cdus.size());
    for (uint32_t c = 0; c < t.cdus.size(); ++c) begin[c] = carried_now(c);
    constexpr int seconds = 240;
    for (int i = 0; i < seconds; ++i) {
        s.run_to(s.now + 1);
        for (uint32_t c = 0; c < t.cdus.size(); ++c) {
            carried[c] += carried_now(c);
            const double pump = pump_watts(s, c);
            heat[c] += pump;
            for (uint32_t r = t.cdus[c].racks.first; r < t.cdus[c].racks.end(); ++r) {
                heat[c] += sim::liquid_share * (s.value(C::rack, "power_watts", r) - pump);
                by_racks[c] += carry(
                    s.value(C::rack, "flow_litres_per_minute", r),
                    s.value(C::rack, "coolant_return_celsius", r) - s.value(C::rack, "coolant_supply_celsius", r));
            }
        }
    }
    double worst = 0;
    for (uint32_t c = 0; c < t.cdus.size(); ++c) {
        // Metal and coolant hold the heat of 12 s (facility.cpp): what is in them more at the end has not left yet.
        const double held = 11.5 * (carried_now(c) - begin[c]);
        worst = std::max(worst, std::abs((carried[c] + held) / heat[c] - 1));
        CHECK(by_racks[c] == doctest::Approx(carried[c]).epsilon(0.003));
    }
    MESSAGE("the coolant of ", t.cdus.size(), " racks carries their heat to ", 100 * worst, " % over four minutes");
    CHECK(worst < 0.005);
}

// What the parts of the simulator share: the cluster, the clock, what every object is like (fixed, from the seed), what
// is broken (faults) and what runs (jobs), and the physical quantities of the present interval. Arrays by dense index.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cluster/event.h"
#include "cluster/topology.h"
#include "feed/simulator/columns.h"
#include "feed/simulator/random.h"
#include "feed/simulator/reports.h"

namespace bv::sim {

// Instant within a run: seconds since its start. Exact to 0.1 µs over a year.
using Seconds = double;

struct Clock {
    int64_t start_ns = 0;
    int64_t interval_ns = 1'000'000'000;
    uint64_t tick = 0;
    bool shown = true;  // false: nobody will see this interval, so no columns need to be written but those that last
    [[nodiscard]] double interval() const { return static_cast<double>(interval_ns) * 1e-9; }
    // The interval that is being measured is (begin, end].
    [[nodiscard]] Seconds end() const { return static_cast<double>(tick) * interval(); }
    [[nodiscard]] Seconds begin() const { return end() - interval(); }
    [[nodiscard]] int64_t end_ns() const { return start_ns + static_cast<int64_t>(tick) * interval_ns; }
    [[nodiscard]] int64_t ns(Seconds at) const { return start_ns + static_cast<int64_t>(at * 1e9); }
};

// What an object is like for good: made once from the seed.
struct Traits {
    std::vector<float> gpu_gain;             // power relative to its model, silicon spread
    std::vector<float> gpu_idle_watts;       // difference from the mean idle power
    std::vector<float> gpu_kelvin_per_watt;  // die over coolant
    std::vector<float> gpu_memory_rise;      // HBM over die under load, K
    std::vector<float> node_late_seconds;    // how much later than the median it finishes a step
    std::vector<uint8_t> node_phase;         // which phase offset (index of phase_offsets) it has
    std::vector<uint8_t> node_lemon;         // 1: fails and lags more often
    std::vector<uint32_t> lemons;            // those nodes
    std::vector<float> rack_inlet_celsius;   // coolant or air supply, difference from the set point
    std::vector<uint8_t> rack_liquid;        // 1: a CDU cools it
    std::vector<float> link_spread;          // share of load relative to its peers (hashing of flows)
    std::vector<float> link_error_log10;     // bit error rate, log10
};

// What is broken now. Rebuilt from the list of active faults whenever that list changes.
struct Effects {
    std::vector<uint8_t> gpu_health, node_health, nic_health, switch_health, link_health, cdu_health,
        power_health;                  // Health
    std::vector<float> gpu_alive;      // 0 or 1: takes part in power and heat
    std::vector<float> gpu_cooling;    // multiplies kelvin per watt: 1, more where the cold plate lost contact
    std::vector<uint8_t> node_usable;  // 1: the scheduler may place a job on it
    std::vector<float> node_alive, switch_alive, nic_alive, link_alive;  // 0 or 1
    std::vector<float> cdu_capacity;                                     // of its full flow
    std::vector<float> rack_feed;                                        // 0: its busway is dead
    std::vector<uint8_t> node_supplies;                                  // power supplies that deliver
    std::vector<uint16_t> switch_ports_down;
    std::vector<uint16_t> gpu_xid;  // last XID; stays after the repair, as drivers report it
    std::vector<uint32_t> dark_gpus, dark_nodes, dark_nics, dark_switches, dark_cdus, dark_power, dark_racks;  // silent
    std::vector<uint32_t> noisy_links, noisy_gpus;           // with many bit errors; with many corrected memory errors
    std::vector<std::pair<uint32_t, float>> failing_optics;  // link, bit error rate (log10)
    std::vector<std::pair<uint32_t, float>> slow_gpus;       // GPU, share of full speed
    std::vector<uint8_t> rack_leak;                          // 0 dry, 1 damp, 2 wet
    uint64_t version = 0;                                    // grows with every rebuild
};

// Shares of the present interval that a node spends in each phase of its job; they sum to one.
struct Share {
    float compute = 0, reduce = 0, checkpoint = 0, stalled = 0, idle = 0;
};

// Physical quantities of the present interval, before quantisation.
struct Measured {
    std::vector<Share> node_share;
    std::vector<float> node_gpu_watts, node_watts, node_throttle;
    std::vector<float> gpu_watts, gpu_celsius, gpu_throttle;  // throttle: 1 full speed … 0.35
    std::vector<float> rack_it_watts, rack_watts;  // the second includes what is lost or used inside the rack
    std::vector<float> rack_supply_celsius, rack_rise_kelvin;  // coolant or air into the rack; mean rise in it
    std::vector<float> rack_film;                              // multiplies kelvin per watt: 1, more at low flow
    std::vector<float> nic_load, switch_load, link_load;       // share of capacity, 0..1
    std::vector<float> switch_watts;
    std::vector<float> cdu_heat_watts, cdu_flow_kg, cdu_watts;  // flow in kg/s
    std::vector<float> power_in_watts, power_out_watts;
    double it_watts = 0, gpu_watts_total = 0, liquid_heat_watts = 0, air_heat_watts = 0;
    double cooling_watts = 0, site_watts = 0;
    int64_t time_ns = 0;
};

inline constexpr uint32_t phase_count = 32;
// Phase offset of bin b, seconds: ±20 ms over the nodes (reference-cluster.md 4.3).
inline double phase_offset(uint32_t bin) { return -0.020 + 0.040 * (bin + 0.5) / phase_count; }

struct World {
    World(std::shared_ptr<const Topology> cluster, uint64_t run_seed);

    std::shared_ptr<const Topology> topology;
    uint64_t seed;
    Clock clock;
    Noise noise;
    Columns columns;
    Traits traits;
    Effects effects;
    Measured measured;
    std::vector<int16_t> node_slot;   // [node] → job slot, -1 idle
    std::vector<uint8_t> node_stage;  // [node] pipeline stage of its job: decides the memory in use
    std::vector<Event> events;        // of this step
    std::vector<Job> jobs;            // changed in this step

    // Says it when it has been noticed: at `due`, or at once.
    void report(Event event, uint32_t fault = no_fault, Seconds due = -1e9) {
        reports.say(std::move(event), clock.ns(due), fault);
    }
    Reports reports;
};

}  // namespace bv::sim

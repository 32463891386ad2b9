// GPUs: power from the phases of the job, temperature following power, clocks and activity following both. Loops run
// over whole columns without branches, so that 100,000 GPUs cost milliseconds.
#include "feed/simulator/compute.h"

#include <cmath>

#include "feed/simulator/phase_watts.h"

namespace bv::sim {
namespace {

// GPU temperature follows power with the lag of die, spreader and cold plate (assumed); in air the heat sink is
// heavier.
constexpr float liquid_lag_seconds = 6, air_lag_seconds = 20;
// Slowdown begins 2 K before 89 °C and takes 8 % of the clock a second; it is given back below 83 °C (rates assumed)
// [SMI].
constexpr float throttle_begin = 87, throttle_end = 83, throttle_per_second = 0.08f, recover_per_second = 0.04f;
constexpr float throttle_floor = 0.35f;
// Clock event reasons of DCGM field 112: 0x1 idle, 0x4 software power cap, 0x20 software thermal slowdown.
constexpr float reason_idle = 1, reason_power_cap = 4, reason_thermal = 0x20;

}  // namespace

Compute::Compute(World& world) : world_(world) {
    const Topology& t = *world.topology;
    scale_ = t.gpu_tdp_watts > 0 ? t.gpu_tdp_watts / reference_tdp : 1.0f;
    Columns& c = world.columns;
    const auto gpu = [&](const char* name) { return c.claim(ObjectClass::gpu, name); };
    const auto node = [&](const char* name) { return c.claim(ObjectClass::node, name); };
    power_ = gpu("power_watts"), temp_ = gpu("temp_celsius"), memory_temp_ = gpu("memory_temp_celsius");
    tensor_ = gpu("tensor_active_ratio"), util_ = gpu("gpu_util_ratio"), clock_ = gpu("sm_clock_hertz");
    memory_ = gpu("memory_used_bytes"), nvlink_ = gpu("nvlink_bytes_per_second"), corrected_ = gpu("ecc_corrected");
    lateness_ = gpu("step_lateness_seconds"), xid_ = gpu("xid"), throttle_ = gpu("throttle_reasons");
    node_power_ = node("power_watts"), node_cpu_ = node("cpu_util_ratio"), node_memory_ = node("memory_used_bytes");
    node_cpu_temp_ = node("cpu_temp_celsius"), node_inlet_ = node("inlet_celsius"),
    node_outlet_ = node("outlet_celsius");
    node_fan_ = node("fan_rpm"), node_psu_ = node("psu_ok_count");
    Measured& m = world.measured;
    m.gpu_watts.assign(t.gpu_nodes.size(), idle_watts * scale_);
    m.gpu_celsius.assign(t.gpu_nodes.size(), 30);
    m.gpu_throttle.assign(t.gpu_nodes.size(), 1);
    target_celsius_.assign(t.gpu_nodes.size(), 30);
    m.node_gpu_watts.assign(t.nodes.size(), 0);
    m.node_watts.assign(t.nodes.size(), 0);
    m.node_throttle.assign(t.nodes.size(), 1);
    for (auto* v : {&node_watts_per_gpu_, &node_tensor_, &node_busy_, &node_clock_, &node_nvlink_, &node_active_}) {
        v->assign(t.nodes.size(), 0);
    }
    corrected_count_.resize(t.gpu_nodes.size());
    for (size_t i = 0; i < corrected_count_.size(); ++i) {
        // A few corrected errors since the driver was loaded; a long tail (assumed).
        const float u = unit(hash(stream(world.seed, Stream::gpu_memory), i, 9));
        corrected_count_[i] = static_cast<uint16_t>(u < 0.8f ? 0 : std::min(60.0f, 2.0f / (1.001f - u)));
    }
}

void Compute::measure_power() {
    const Topology& t = *world_.topology;
    Measured& m = world_.measured;
    for (size_t n = 0; n < t.nodes.size(); ++n) {
        const Share& s = m.node_share[n];
        node_watts_per_gpu_[n] =
            scale_ * (s.compute * compute_watts + s.reduce * reduce_watts + s.checkpoint * checkpoint_watts +
                      s.stalled * stalled_watts + s.idle * idle_watts);
        // Training software keeps tensor cores 55–60 % active in compute; NVLink carries tensor-parallel traffic
        // (assumed).
        node_tensor_[n] = 0.57f * s.compute;
        node_busy_[n] = 0.995f * (s.compute + s.reduce) + 0.30f * s.checkpoint + 0.9f * s.stalled;
        // 345 MHz idle, 1.98 GHz at most, 1.4–1.75 GHz when capped by power (4.1).
        node_clock_[n] =
            1.0e6f * (1610 * s.compute + 1905 * s.reduce + 1980 * (s.checkpoint + s.stalled) + 345 * s.idle);
        node_nvlink_[n] = 3.6e11f * s.compute + 1.1e11f * s.reduce + 2.0e10f * s.checkpoint;
        node_active_[n] = s.compute + reduce_activity * s.reduce + checkpoint_activity * s.checkpoint;
    }
    const uint32_t count = static_cast<uint32_t>(t.gpu_nodes.size());
    const float limit = t.gpu_tdp_watts > 0 ? t.gpu_tdp_watts : reference_tdp;
    const float* const mean = node_watts_per_gpu_.data();
    const uint32_t* const node = t.gpu_nodes.data();
    const Traits& traits = world_.traits;
    for (uint32_t first = 0, b = 0; first < count; first += Noise::block, ++b) {
        const float* const noise = world_.noise.run(power_.id, b, world_.clock.tick);
        const uint32_t end = std::min(count, first + Noise::block);
        for (uint32_t i = first; i < end; ++i) {
            // Noise of ±15 W at full power (4.3) is mostly between GPUs; a second's mean moves by a few watts.
            const float level = mean[node[i]];
            float watts = level * traits.gpu_gain[i] * m.gpu_throttle[i] + traits.gpu_idle_watts[i] +
                          noise[i - first] * 0.006f * level;
            watts = watts < limit ? watts : limit;
            m.gpu_watts[i] = watts * world_.effects.gpu_alive[i];
        }
    }
    m.gpu_watts_total = 0;
    for (size_t n = 0; n < t.nodes.size(); ++n) {
        const Node& described = t.nodes[n];
        float sum = 0, slowest = 1;
        for (uint32_t g = described.gpus.first; g < described.gpus.end(); ++g) {
            sum += m.gpu_watts[g];
            slowest = std::min(slowest, m.gpu_throttle[g]);
        }
        m.node_gpu_watts[n] = sum;
        m.node_throttle[n] = slowest;
        m.gpu_watts_total += sum;
        // Storage and CPU servers: about 1.1 kW (assumed; 5 MW for 2,048 of them with management in 4.2).
        const float gpus = static_cast<float>(described.gpus.count);
        const float rest = gpus > 0 ? gpus * (rest_idle_watts + rest_active_watts * node_active_[n]) * scale_
                                    : 1000.0f + 100.0f * described.height_units + 200.0f * node_active_[n];
        m.node_watts[n] = (sum + rest) * world_.effects.node_alive[n];
    }
}

// What a GPU's temperature tends to: coolant or air in the middle of its rack, and its own power over the way to it.
// Half of the coolant's rise lies below the middle (4.4). Without a known rack: 27 °C air around it.
void Compute::find_targets() {
    const Topology& t = *world_.topology;
    const Measured& m = world_.measured;
    for (size_t n = 0; n < t.nodes.size(); ++n) {
        const uint32_t rack = t.nodes[n].rack;
        const float base = rack == no_index ? 27.0f : m.rack_supply_celsius[rack] + m.rack_rise_kelvin[rack];
        const float film = (rack == no_index ? 1.0f : m.rack_film[rack]) / scale_;
        const IndexRange gpus = t.nodes[n].gpus;
        for (uint32_t g = gpus.first; g < gpus.end(); ++g) {
            const float kelvin_per_watt = world_.traits.gpu_kelvin_per_watt[g] * film * world_.effects.gpu_cooling[g];
            target_celsius_[g] = base + m.gpu_watts[g] * kelvin_per_watt;
        }
    }
}

void Compute::measure_temperatures() {
    find_targets();
    const Topology& t = *world_.topology;
    Measured& m = world_.measured;
    const float dt = static_cast<float>(world_.clock.interval());
    const float liquid_gain = 1 - std::exp(-dt / liquid_lag_seconds), air_gain = 1 - std::exp(-dt / air_lag_seconds);
    const float slower = throttle_per_second * dt, faster = recover_per_second * dt;
    for (size_t n = 0; n < t.nodes.size(); ++n) {
        const Node& described = t.nodes[n];
        const bool liquid = described.rack == no_index || world_.traits.rack_liquid[described.rack];
        const float gain = liquid ? liquid_gain : air_gain;
        for (uint32_t g = described.gpus.first; g < described.gpus.end(); ++g) {
            const float celsius = m.gpu_celsius[g] + gain * (target_celsius_[g] - m.gpu_celsius[g]);
            m.gpu_celsius[g] = celsius;
            float throttle = m.gpu_throttle[g];
            throttle -= celsius > throttle_begin ? slower : 0.0f;
            throttle += celsius < throttle_end ? faster : 0.0f;
            throttle = throttle > throttle_floor ? throttle : throttle_floor;
            m.gpu_throttle[g] = throttle < 1.0f ? throttle : 1.0f;
        }
    }
    for (const auto& [gpu, share] : world_.effects.slow_gpus)
        m.gpu_throttle[gpu] = std::min(m.gpu_throttle[gpu], share);
}

void Compute::settle() {
    find_targets();
    for (size_t g = 0; g < target_celsius_.size(); ++g) {
        world_.measured.gpu_celsius[g] = std::min(throttle_begin, target_celsius_[g]);
    }
}

void Compute::measure_columns() {
    measure_slow();
    if (!world_.clock.shown) return;
    const Topology& t = *world_.topology;
    const Measured& m = world_.measured;
    const Traits& traits = world_.traits;
    const uint32_t* const node = t.gpu_nodes.data();
    const uint64_t tick = world_.clock.tick;
    const Noise& noise = world_.noise;
    const auto whole = [](float v) { return static_cast<float>(static_cast<int32_t>(v + 0.5f)); };
    fill(power_, [&](uint32_t i) { return m.gpu_watts[i]; });
    // Drivers report whole degrees.
    fill(temp_, [&](uint32_t i) { return whole(m.gpu_celsius[i]); });
    // HBM: 6 K over the die when idle [SMI], 8–15 K under load (4.1).
    fill(memory_temp_, [&](uint32_t i) {
        return whole(m.gpu_celsius[i] + 6.0f + traits.gpu_memory_rise[i] * node_active_[node[i]]);
    });
    fill(tensor_, noise, tick,
         [&](uint32_t i, float n) { return node_tensor_[node[i]] * m.gpu_throttle[i] * (1.0f + 0.01f * n); });
    fill(util_, [&](uint32_t i) { return node_busy_[node[i]]; });
    // The driver steps the SM clock by 15 MHz.
    fill(clock_, noise, tick, [&](uint32_t i, float n) {
        const float hertz =
            node_clock_[node[i]] * (2.0f - traits.gpu_gain[i]) * m.gpu_throttle[i] * (1.0f + 0.008f * n);
        return 15.0e6f * whole(hertz * (1.0f / 15.0e6f));
    });
    fill(nvlink_, noise, tick,
         [&](uint32_t i, float n) { return node_nvlink_[node[i]] * m.gpu_throttle[i] * (1.0f + 0.01f * n); });
    // A lemon and a throttled GPU come late; the others wait for them. Idle GPUs run no step.
    fill(lateness_, noise, tick, [&](uint32_t i, float n) {
        const float late = traits.node_late_seconds[node[i]] + (1.0f / m.gpu_throttle[i] - 1.0f) * 1.7f + 0.0015f * n;
        return late * (node_tensor_[node[i]] > 0.05f ? 1.0f : 0.0f);
    });
    fill(throttle_, [&](uint32_t i) {
        const float thermal = m.gpu_throttle[i] < 0.995f ? reason_thermal : 0.0f;
        const float watts = m.gpu_watts[i];
        const float load = watts < 140.0f * scale_ ? reason_idle : watts > 640.0f * scale_ ? reason_power_cap : 0.0f;
        return thermal + load;
    });
    measure_nodes();
}

// What changes rarely: rewritten when faults change and every ten seconds.
void Compute::measure_slow() {
    const Topology& t = *world_.topology;
    const uint64_t tick = world_.clock.tick;
    if (slow_version_ == world_.effects.version && tick % 10 != 0) return;
    slow_version_ = world_.effects.version;
    for (const uint32_t g : world_.effects.noisy_gpus) {
        corrected_count_[g] = static_cast<uint16_t>(std::min(40000, corrected_count_[g] + 150));
    }
    fill(corrected_, [&](uint32_t i) { return static_cast<float>(corrected_count_[i]); });
    fill(xid_, [&](uint32_t i) { return static_cast<float>(world_.effects.gpu_xid[i]); });
    // 60–78 GB of 81,559 MiB in a job, by pipeline stage (4.1; first stages hold the most activations); 1 MiB idle.
    const uint32_t* const node = t.gpu_nodes.data();
    const int16_t* const slot = world_.node_slot.data();
    const uint8_t* const stage = world_.node_stage.data();
    const float model = scale_ > 1.2f ? 2.4f : 1.0f;  // newer models carry 180–288 GB
    fill(memory_, [&](uint32_t i) {
        const float used =
            77.5e9f - 1.05e9f * static_cast<float>(stage[node[i]]) + 2.0e8f * world_.traits.gpu_idle_watts[i];
        return slot[node[i]] >= 0 ? used * model : 1.0e6f;
    });
}

void Compute::measure_nodes() {
    const Topology& t = *world_.topology;
    const Measured& m = world_.measured;
    const uint64_t tick = world_.clock.tick;
    const Noise& noise = world_.noise;
    const auto inlet = [&](uint32_t n) {
        // Room air: half of the coolant's differences are felt in it (assumed).
        const uint32_t rack = t.nodes[n].rack;
        return rack == no_index ? 24.0f : 23.5f + 0.5f * world_.traits.rack_inlet_celsius[rack];
    };
    const auto active = [&](uint32_t n) { return node_active_[n]; };
    fill(node_power_, [&](uint32_t n) { return m.node_watts[n]; });
    fill(node_cpu_, noise, tick, [&](uint32_t n, float z) {
        return 0.03f + 0.24f * active(n) + 0.35f * m.node_share[n].checkpoint + 0.01f * z;
    });
    fill(node_memory_, [&](uint32_t n) { return 3.1e10f + (world_.node_slot[n] >= 0 ? 6.2e11f : 0.0f); });
    fill(node_cpu_temp_, noise, tick,
         [&](uint32_t n, float z) { return inlet(n) + 14.0f + 18.0f * active(n) + 0.3f * z; });
    fill(node_inlet_, noise, tick, [&](uint32_t n, float z) { return inlet(n) + 0.08f * z; });
    // 15 % of the heat leaves by air (4.4): about 11 K for a loaded server (assumed air flow).
    fill(node_outlet_, noise, tick,
         [&](uint32_t n, float z) { return inlet(n) + 0.0013f * m.node_watts[n] / scale_ + 0.1f * z; });
    fill(node_fan_, noise, tick, [&](uint32_t n, float z) {
        return (4200.0f + 0.35f * m.node_watts[n] / scale_ + 25.0f * z) * world_.effects.node_alive[n];
    });
    fill(node_psu_, [&](uint32_t n) { return static_cast<float>(world_.effects.node_supplies[n]); });
}

}  // namespace bv::sim

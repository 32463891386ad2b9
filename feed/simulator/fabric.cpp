// Traffic starts at the NICs (gradients in all-reduce, activations between pipeline stages, checkpoints on the front
// end), and what a switch receives from below goes up in equal parts over the uplinks that are alive, so that a dead
// link loads its peers.
#include "feed/simulator/fabric.h"

#include <algorithm>

namespace bv::sim {
namespace {

// A 400G port, where the cluster file names no speed.
constexpr float default_capacity = 5.0e10f;
// Share of the line rate by phase (assumed): all-reduce is bound by the network at 86 % (Spectrum-X is quoted with 95 %
// at most), pipeline traffic hides behind compute at 7 %, a checkpoint leaves through the front end.
constexpr float reduce_load = 0.86f, pipeline_load = 0.07f, background_load = 0.004f;
constexpr float checkpoint_load = 0.55f, checkpoint_backend_load = 0.01f;
// Of what reaches a switch from below this goes further up; rings are placed so that neighbours are near (assumed).
constexpr float upward_share[] = {0.78f, 0.62f, 0.5f};
constexpr float most_load = 0.98f;
// SN5600: 0.94 kW typical for 128 ports, and 8 W per port of optics (reference-cluster.md 4.2, not confirmed).
constexpr float watts_per_port = 7.35f, optic_watts = 8.0f;

}  // namespace

Fabric::Fabric(World& world) : world_(world) {
    const Topology& t = *world.topology;
    Columns& c = world.columns;
    const auto nic = [&](const char* name) { return c.claim(ObjectClass::nic, name); };
    const auto link = [&](const char* name) { return c.claim(ObjectClass::link, name); };
    const auto sw = [&](const char* name) { return c.claim(ObjectClass::switch_, name); };
    nic_tx_ = nic("tx_bytes_per_second"), nic_rx_ = nic("rx_bytes_per_second"), nic_temp_ = nic("temp_celsius");
    nic_optic_ = nic("optic_temp_celsius"), nic_order_ = nic("out_of_order_packets");
    nic_congestion_ = nic("congestion_packets"), nic_error_count_ = nic("errors");
    link_tx_ = link("tx_bytes_per_second"), link_rx_ = link("rx_bytes_per_second"), link_ber_ = link("bit_error_rate");
    link_error_count_ = link("errors"), link_state_ = link("state");
    switch_power_ = sw("power_watts"), switch_temp_ = sw("temp_celsius"), switch_tx_ = sw("tx_bytes_per_second");
    switch_rx_ = sw("rx_bytes_per_second"), switch_buffer_ = sw("buffer_ratio"), switch_errors_ = sw("errors");
    switch_ports_ = sw("ports_down"), switch_fan_ = sw("fan_rpm");
    world.measured.nic_load.assign(t.nics.size(), 0);
    world.measured.link_load.assign(t.links.size(), 0);
    world.measured.switch_load.assign(t.switches.size(), 0);
    world.measured.switch_watts.assign(t.switches.size(), 0);
    nic_bytes_.assign(t.nics.size(), 0);
    nic_capacity_.assign(t.nics.size(), 0);
    link_errors_.assign(t.links.size(), 0);
    nic_errors_.assign(t.nics.size(), 0);
    for (auto* v : {&uplink_capacity_, &switch_up_bytes_, &switch_bytes_, &switch_capacity_, &switch_idle_watts_}) {
        v->assign(t.switches.size(), 0);
    }
    order_links();
    for (size_t s = 0; s < t.switches.size(); ++s) {
        const bool management = t.switches[s].role == SwitchRole::management;
        switch_idle_watts_[s] += management ? 150.0f : watts_per_port * std::max<float>(32, t.switches[s].ports);
    }
}

// Tiers by height over the NICs: a switch stands one above the highest thing on the lower end of its links.
void Fabric::order_links() {
    const Topology& t = *world_.topology;
    std::vector<uint8_t> height(t.switches.size(), 1);
    constexpr int highest = 8;  // also ends the search in a fabric wired in a circle
    for (int round = 0; round < highest; ++round) {
        for (const Link& link : t.links) {
            if (!link.a.is_switch || !link.b.is_switch) continue;
            height[link.b.device] =
                std::max<uint8_t>(height[link.b.device], std::min<int>(highest, height[link.a.device] + 1));
        }
    }
    tiers_.resize(highest);
    capacity_.resize(t.links.size());
    for (uint32_t i = 0; i < t.links.size(); ++i) {
        const Link& link = t.links[i];
        capacity_[i] = link.capacity_bytes_per_second > 0 ? link.capacity_bytes_per_second : default_capacity;
        if (link.a.is_switch && link.a.device != no_index) {
            tiers_[std::min(height[link.a.device], uint8_t(highest)) - 1].push_back(i);
        } else {
            host_links_.push_back(i);
        }
        for (const PortRef& port : {link.a, link.b}) {
            if (port.device == no_index) continue;
            if (!port.is_switch) nic_capacity_[port.device] += capacity_[i];
            if (!port.is_switch) continue;
            switch_capacity_[port.device] += capacity_[i];
            if (link.link_class != LinkClass::management) switch_idle_watts_[port.device] += optic_watts;
        }
    }
    while (!tiers_.empty() && tiers_.back().empty()) tiers_.pop_back();
    std::replace(nic_capacity_.begin(), nic_capacity_.end(), 0.0f, default_capacity);
}

void Fabric::weigh_uplinks() {
    const Topology& t = *world_.topology;
    std::fill(uplink_capacity_.begin(), uplink_capacity_.end(), 0.0f);
    for (const auto& tier : tiers_) {
        for (const uint32_t l : tier)
            uplink_capacity_[t.links[l].a.device] += capacity_[l] * world_.effects.link_alive[l];
    }
    weighed_version_ = world_.effects.version;
}

void Fabric::measure() {
    if (weighed_version_ != world_.effects.version) weigh_uplinks();
    measure_nics();
    measure_links();
    measure_switches();
    measure_slow();
}

void Fabric::measure_nics() {
    const Topology& t = *world_.topology;
    Measured& m = world_.measured;
    const Noise& noise = world_.noise;
    const uint64_t tick = world_.clock.tick;
    for (size_t i = 0; i < t.nics.size(); ++i) {
        const Nic& nic = t.nics[i];
        float load = background_load;
        if (nic.node != no_index) {
            const Share& s = m.node_share[nic.node];
            load += nic.role == NicRole::compute
                        ? reduce_load * s.reduce + pipeline_load * s.compute + checkpoint_backend_load * s.checkpoint
                        : checkpoint_load * s.checkpoint + 0.015f * (s.compute + s.reduce);
        }
        m.nic_load[i] = load * world_.effects.nic_alive[i];
        nic_bytes_[i] = m.nic_load[i] * nic_capacity_[i];
    }
    if (!world_.clock.shown) return;
    const auto load = [&](uint32_t i) { return m.nic_load[i]; };
    fill(nic_tx_, noise, tick, [&](uint32_t i, float z) { return nic_bytes_[i] * (1.0f + 0.012f * z); });
    fill(nic_rx_, noise, tick, [&](uint32_t i, float z) { return nic_bytes_[i] * (1.0f + 0.012f * z); });
    const auto whole = [](float v) { return static_cast<float>(static_cast<int32_t>(v + 0.5f)); };
    // Temperatures assumed; modules stay below their case limit of 70 °C. Reported in whole degrees.
    fill(nic_temp_, [&](uint32_t i) { return whole(56.0f + 22.0f * load(i)); });
    fill(nic_congestion_, noise, tick,
         [&](uint32_t i, float z) { return 900.0f * load(i) * load(i) * (1.0f + 0.3f * z); });
    fill(nic_order_, noise, tick, [&](uint32_t i, float z) { return 160.0f * load(i) * (1.0f + 0.15f * z); });
}

void Fabric::measure_links() {
    const Topology& t = *world_.topology;
    Measured& m = world_.measured;
    const float* const alive = world_.effects.link_alive.data();
    const float* const spread = world_.traits.link_spread.data();
    std::fill(switch_up_bytes_.begin(), switch_up_bytes_.end(), 0.0f);
    std::fill(switch_bytes_.begin(), switch_bytes_.end(), 0.0f);
    for (const uint32_t l : host_links_) {
        const Link& link = t.links[l];
        // What a NIC sends goes over its own link: nothing is hashed there.
        const float load = link.a.device == no_index ? 0.0f : m.nic_load[link.a.device];
        m.link_load[l] = load * alive[l];
        if (!link.b.is_switch || link.b.device == no_index) continue;
        const float bytes = m.link_load[l] * capacity_[l];
        switch_up_bytes_[link.b.device] += bytes;
        switch_bytes_[link.b.device] += bytes;
    }
    for (size_t tier = 0; tier < tiers_.size(); ++tier) {
        const float share = upward_share[std::min<size_t>(tier, 2)];
        for (const uint32_t l : tiers_[tier]) {
            const Link& link = t.links[l];
            const float up = uplink_capacity_[link.a.device];
            const float even = up > 0 ? share * switch_up_bytes_[link.a.device] / up : 0.0f;
            m.link_load[l] = std::min(most_load, even * spread[l] + background_load) * alive[l];
            const float bytes = m.link_load[l] * capacity_[l];
            switch_bytes_[link.a.device] += bytes;
            if (!link.b.is_switch) continue;
            switch_up_bytes_[link.b.device] += bytes;
            switch_bytes_[link.b.device] += bytes;
        }
    }
    if (!world_.clock.shown) return;
    const Noise& noise = world_.noise;
    const uint64_t tick = world_.clock.tick;
    fill(link_tx_, noise, tick,
         [&](uint32_t i, float z) { return m.link_load[i] * capacity_[i] * (1.0f + 0.012f * z); });
    fill(link_rx_, noise, tick,
         [&](uint32_t i, float z) { return m.link_load[i] * capacity_[i] * (1.0f + 0.012f * z); });
}

void Fabric::measure_switches() {
    const Topology& t = *world_.topology;
    Measured& m = world_.measured;
    const Effects& e = world_.effects;
    for (size_t s = 0; s < t.switches.size(); ++s) {
        m.switch_load[s] = switch_capacity_[s] > 0 ? switch_bytes_[s] / switch_capacity_[s] : 0.0f;
        m.switch_watts[s] = switch_idle_watts_[s] * (0.93f + 0.10f * m.switch_load[s]) * e.switch_alive[s];
    }
    if (!world_.clock.shown) return;
    const Noise& noise = world_.noise;
    const uint64_t tick = world_.clock.tick;
    const auto load = [&](uint32_t i) { return m.switch_load[i]; };
    fill(switch_power_, noise, tick, [&](uint32_t i, float z) { return m.switch_watts[i] * (1.0f + 0.002f * z); });
    fill(switch_tx_, noise, tick, [&](uint32_t i, float z) { return switch_bytes_[i] * (1.0f + 0.004f * z); });
    fill(switch_rx_, noise, tick, [&](uint32_t i, float z) { return switch_bytes_[i] * (1.0f + 0.004f * z); });
    fill(switch_temp_, noise, tick, [&](uint32_t i, float z) { return 58.0f + 18.0f * load(i) + 0.4f * z; });
    fill(switch_buffer_, noise, tick,
         [&](uint32_t i, float z) { return 0.02f + 0.55f * load(i) * load(i) + 0.01f * z; });
    fill(switch_fan_, noise, tick, [&](uint32_t i, float z) { return 8200.0f + 3000.0f * load(i) + 30.0f * z; });
    fill(switch_ports_, [&](uint32_t i) { return static_cast<float>(e.switch_ports_down[i]); });
}

// Counters, error rates and states: rewritten when faults change and every ten seconds.
void Fabric::measure_slow() {
    const Effects& e = world_.effects;
    const uint64_t tick = world_.clock.tick;
    if (slow_version_ == e.version && tick % 10 != 0) return;
    slow_version_ = e.version;
    const auto add = [](uint16_t& counter, int more) {
        counter = static_cast<uint16_t>(std::min(60000, counter + more));
    };
    const Topology& t = *world_.topology;
    for (const uint32_t l : e.noisy_links) {
        add(link_errors_[l], 3);
        const PortRef& a = t.links[l].a;
        if (!a.is_switch && a.device != no_index) add(nic_errors_[a.device], 1);
    }
    fill(link_error_count_, [&](uint32_t i) { return static_cast<float>(link_errors_[i]); });
    fill(nic_error_count_, [&](uint32_t i) { return static_cast<float>(nic_errors_[i]); });
    fill(switch_errors_, [&](uint32_t) { return 0.0f; });
    fill(link_state_, [&](uint32_t i) { return 2.0f * e.link_alive[i]; });
    fill(link_ber_, world_.noise, tick,
         [&](uint32_t i, float z) { return world_.traits.link_error_log10[i] + 0.04f * z; });
    fill(nic_optic_, [&](uint32_t i) {
        return static_cast<float>(static_cast<int32_t>(44.5f + 9.0f * unit(hash(world_.seed, i))));
    });
    for (const uint32_t l : e.noisy_links) link_ber_.set(l, -4.6 + 0.1 * normal(hash(world_.seed, l, tick)));
    for (const auto& [l, rate] : e.failing_optics)
        link_ber_.set(l, double(rate) + 0.05 * double(normal(hash(world_.seed, l, tick))));
    for (size_t l = 0; l < t.links.size(); ++l) {
        if (e.link_alive[l] == 0.0f) link_ber_.clear(static_cast<uint32_t>(l));
    }
}

}  // namespace bv::sim

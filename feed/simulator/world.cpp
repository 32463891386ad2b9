// Draws what every object is like from the seed, so that a picture has the structure of a real site: warm halls and row
// ends, good and bad silicon, a few lemon nodes; and sizes the arrays of the other parts.
#include "feed/simulator/world.h"

#include "cluster/object.h"
#include "feed/simulator/presets.h"

namespace bv::sim {
namespace {

void draw_gpus(const Topology& topology, uint64_t seed, Traits& traits) {
    const size_t n = topology.gpu_nodes.size();
    traits.gpu_gain.resize(n);
    traits.gpu_idle_watts.resize(n);
    traits.gpu_kelvin_per_watt.resize(n);
    traits.gpu_memory_rise.resize(n);
    const uint64_t silicon = stream(seed, Stream::gpu_silicon), thermal = stream(seed, Stream::gpu_thermal);
    const uint64_t memory = stream(seed, Stream::gpu_memory);
    for (size_t i = 0; i < n; ++i) {
        const uint32_t node = topology.gpu_nodes[i];
        const bool lemon = node < traits.node_lemon.size() && traits.node_lemon[node];
        const bool liquid = topology.nodes[node].rack == no_index || traits.rack_liquid[topology.nodes[node].rack];
        traits.gpu_gain[i] = 1.0f + 0.014f * normal(hash(silicon, i));
        // 83–101 W idle [SMI]: ±9 W about the mean.
        traits.gpu_idle_watts[i] = 3.2f * normal(hash(silicon, i, 1));
        // 0.025 K/W closes 25 °C + 5 K + 700 W to 47.5 °C (reference-cluster.md 4.4, assumed); in air 54–72 °C [COOL].
        // A lemon has badly seated cold plates (assumed).
        traits.gpu_kelvin_per_watt[i] =
            (liquid ? 0.025f : 0.055f) * (1.0f + 0.055f * normal(hash(thermal, i))) * (lemon ? 1.18f : 1.0f);
        traits.gpu_memory_rise[i] = 5.5f + 1.1f * normal(hash(memory, i));  // with the 6 K at idle: 8…15 K (4.1)
    }
}

void draw_nodes(const Topology& topology, uint64_t seed, Traits& traits) {
    const size_t n = topology.nodes.size();
    traits.node_late_seconds.resize(n);
    traits.node_phase.resize(n);
    traits.node_lemon.assign(n, 0);
    const uint64_t phase = stream(seed, Stream::node_phase), lemon = stream(seed, Stream::node_lemon);
    for (size_t i = 0; i < n; ++i) {
        if (topology.nodes[i].gpus.count > 0 && unit(hash(lemon, i)) < float(lemon_share)) {
            traits.node_lemon[i] = 1;
            traits.lemons.push_back(static_cast<uint32_t>(i));
        }
        traits.node_phase[i] = static_cast<uint8_t>(hash(phase, i) % phase_count);
        traits.node_late_seconds[i] = 0.004f + 0.0012f * normal(hash(phase, i, 1)) +
                                      (traits.node_lemon[i] ? 0.020f + 0.050f * unit(hash(phase, i, 2)) : 0.0f);
    }
}

// Supply temperature differs by hall, by side of the hall (the far end of the loop is warmer) and at row ends, where
// warm air or short pipes come round (all assumed; the sizes are those of ordinary commissioning reports, 0.5–2 K).
void draw_racks(const Topology& topology, uint64_t seed, Traits& traits) {
    const size_t n = topology.racks.size();
    traits.rack_inlet_celsius.resize(n);
    traits.rack_liquid.resize(n);
    std::vector<uint16_t> last_slot(topology.rows.size(), 0);
    for (const Rack& rack : topology.racks) {
        if (rack.row < last_slot.size()) last_slot[rack.row] = std::max(last_slot[rack.row], rack.slot);
    }
    const uint64_t inlet = stream(seed, Stream::rack_inlet), ambient = stream(seed, Stream::hall_ambient);
    for (size_t i = 0; i < n; ++i) {
        const Rack& rack = topology.racks[i];
        traits.rack_liquid[i] = rack.cdu != no_index;
        float offset = 0.25f * normal(hash(inlet, i));
        if (rack.hall < topology.halls.size()) {
            const Hall& hall = topology.halls[rack.hall];
            offset += 0.5f * normal(hash(ambient, rack.hall));
            const float width = std::max(hall.extent.width, 1.0f), depth = std::max(hall.extent.depth, 1.0f);
            const float side = unit(hash(ambient, rack.hall, 1)) < 0.5f ? 1.0f : -1.0f;
            offset +=
                1.6f * side * (rack.place.x - hall.place.x) / width + 0.7f * (rack.place.y - hall.place.y) / depth;
        }
        if (rack.row < last_slot.size() && last_slot[rack.row] >= 4) {
            const int from_end = std::min<int>(rack.slot, last_slot[rack.row] - rack.slot);
            offset += from_end == 0 ? 1.8f : from_end == 1 ? 0.8f : 0.0f;
        }
        traits.rack_inlet_celsius[i] = offset;
    }
}

void draw_links(const Topology& topology, uint64_t seed, Traits& traits) {
    const size_t n = topology.links.size();
    traits.link_spread.resize(n);
    traits.link_error_log10.resize(n);
    const uint64_t spread = stream(seed, Stream::link_spread), errors = stream(seed, Stream::link_errors);
    for (size_t i = 0; i < n; ++i) {
        const bool host = topology.links[i].link_class == LinkClass::host;
        traits.link_spread[i] = 1.0f + (host ? 0.010f : 0.045f) * normal(hash(spread, i));
        const bool optical = topology.links[i].medium != LinkMedium::copper;
        // Before correction a healthy PAM4 lane runs at 1e-9…1e-7; the limit of KP4 is 2.4e-4 (IEEE 802.3). Assumed
        // spread.
        traits.link_error_log10[i] = (optical ? -8.3f : -9.0f) + 0.5f * normal(hash(errors, i));
    }
}

}  // namespace

World::World(std::shared_ptr<const Topology> cluster, uint64_t run_seed)
    : topology(std::move(cluster)), seed(run_seed), noise(run_seed), columns(*topology) {
    const Topology& t = *topology;
    draw_racks(t, seed, traits);
    draw_nodes(t, seed, traits);
    draw_gpus(t, seed, traits);
    draw_links(t, seed, traits);
    node_slot.assign(t.nodes.size(), -1);
    node_stage.assign(t.nodes.size(), 0);
}

}  // namespace bv::sim

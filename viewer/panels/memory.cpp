// What panels ask of an object: its numbers that matter, its job, its colour, and the way there. Reads: state,
// topology, what is compared. Writes: the selection and the camera.
#include "viewer/panels/memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/composition.h"
#include "viewer/scene.h"
#include "viewer/theme.h"

namespace bv {

void go_to(const UiContext& ui, ObjectId id) {
    if (ui.state.empty() || !ui.state.topology().contains(id)) return;
    ui.view.select(id);
    if (id.object_class == ObjectClass::job) return;
    look_at(ui.view, ui.state.topology(), id, 0.9f);
}

std::array<MetricIndex, 3> key_metrics(ObjectClass object_class) {
    const auto pick_three = [&](std::array<std::string_view, 3> names) {
        std::array<MetricIndex, 3> out{};
        for (size_t i = 0; i < 3; ++i) out[i] = find_metric(object_class, names[i]).value_or(health_metric);
        return out;
    };
    switch (object_class) {
        case ObjectClass::gpu:
            return pick_three({"power_watts", "temp_celsius", "tensor_active_ratio"});
        case ObjectClass::node:
            return pick_three({"power_watts", "cpu_temp_celsius", "inlet_celsius"});
        case ObjectClass::nic:
            return pick_three({"tx_bytes_per_second", "rx_bytes_per_second", "temp_celsius"});
        case ObjectClass::switch_:
            return pick_three({"tx_bytes_per_second", "temp_celsius", "ports_down"});
        case ObjectClass::link:
            return pick_three({"tx_bytes_per_second", "rx_bytes_per_second", "bit_error_rate"});
        case ObjectClass::rack:
            return pick_three({"power_watts", "coolant_return_celsius", "flow_litres_per_minute"});
        case ObjectClass::row:
        case ObjectClass::hall:
            return pick_three({"power_watts", "inlet_celsius", "outlet_celsius"});
        case ObjectClass::site:
            return pick_three({"power_watts", "pue", "goodput_ratio"});
        case ObjectClass::cdu:
            return pick_three({"supply_celsius", "return_celsius", "flow_litres_per_minute"});
        case ObjectClass::power:
            return pick_three({"power_watts", "load_ratio", "voltage_ratio"});
        case ObjectClass::plant:
            return pick_three({"heat_watts", "supply_celsius", "water_litres_per_second"});
        case ObjectClass::job:
            return pick_three({"goodput_ratio", "step_seconds", "power_watts"});
    }
    return {};
}

uint32_t job_of(const Topology& t, const Digest& digest, ObjectId id) {
    uint32_t node = no_index;
    if (id.object_class == ObjectClass::node) node = id.index;
    if (id.object_class == ObjectClass::gpu) node = t.gpu_nodes[id.index];
    if (id.object_class == ObjectClass::nic) node = t.nics[id.index].node;
    return node < digest.node_jobs.size() ? digest.node_jobs[node] : no_index;
}

const Job* job_in_slot(const ClusterState& state, uint32_t slot) {
    for (const Job& job : state.jobs)
        if (job.slot == slot && !job.id.empty()) return &job;
    return nullptr;
}

Rgba color_map_color(ColorMap map, float t) {
    static const std::vector<glm::u8vec4> texels = color_map_texels();
    const size_t row = size_t(map) * 256, column = size_t(std::clamp(t, 0.f, 1.f) * 255.f + 0.5f);
    if (row + column >= texels.size()) return 0xFF808080u;
    const glm::u8vec4 c = texels[row + column];
    return uint32_t(c.r) | uint32_t(c.g) << 8 | uint32_t(c.b) << 16 | 0xFF000000u;
}

namespace {

// What an object's value has changed by, where differences are shown; nothing where they are not.
std::optional<float> difference_of(const UiContext& ui, ObjectId id) {
    const Comparison* c = ui.memory.reference.newest();
    if (!shows_differences(ui.view, c) || c->metric.object_class != id.object_class || id.index >= c->difference.size())
        return {};
    return c->difference[id.index];
}

}  // namespace

bool lacks_difference(const UiContext& ui, ObjectId id) {
    const auto difference = difference_of(ui, id);
    return difference && std::isnan(*difference);
}

Rgba cell_color(const UiContext& ui, ObjectId id) {
    const Palette& colors = palette(ui.view.theme);
    const Shown shown = shown_health(ui.state, id, ui.timeline.now_ns());
    if (!shown.heard || shown.stale) return colors.unknown;
    const MetricId by = ui.view.color_metric;
    if (in_trouble(shown.health)) return health_color(colors, shown.health);
    if (const auto change = difference_of(ui, id)) {
        if (std::isnan(*change)) return colors.unknown;
        return color_map_color(ColorMap::diverging, *change / ui.memory.reference.newest()->range * 0.5f + 0.5f);
    }
    if (ui.view.color_by == ColorBy::metric && by.object_class == id.object_class) {
        const double value = ui.state.value(id, by.index);
        if (std::isnan(value)) return colors.unknown;
        const Metric& m = metric(by);
        return color_map_color(ui.view.color_map, float((value - double(m.display_min)) /
                                                        (double(m.display_max) - double(m.display_min))));
    }
    return health_color(colors, shown.health);
}

}  // namespace bv

// A small cluster, a state with everything healthy, a view of it, and rows in plain memory instead of a GPU's.
#pragma once

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>
#include <vector>

#include "net/cluster_library.h"
#include "viewer/scene.h"
#include "viewer/scene_layout.h"

namespace bv::test {

inline std::shared_ptr<const Topology> array_512() {
    static const std::shared_ptr<const Topology> topology = load_cluster("array-512").topology;
    return topology;
}

inline constexpr int64_t test_time_ns = 1'767'225'690'000'000'000;
inline constexpr int64_t test_interval_ns = 1'000'000'000;

inline void set_raw(ClusterState& state, ObjectClass object_class, MetricIndex index, uint32_t first, uint32_t count,
                    uint16_t raw, int64_t time_ns = test_time_ns) {
    const std::vector<uint16_t> values(count, raw);
    if (!state.apply({object_class, index}, first, values, time_ns, test_interval_ns, 0))
        throw std::runtime_error("does not fit");
    state.time_ns = std::max(state.time_ns, time_ns);
}

inline void set_health(ClusterState& state, ObjectId id, Health health) {
    set_raw(state, id.object_class, health_metric, id.index, 1, uint16_t(health));
}

inline void set_value(ClusterState& state, ObjectId id, std::string_view name, double value) {
    const MetricIndex index = find_metric(id.object_class, name).value();
    set_raw(state, id.object_class, index, id.index, 1, quantise(metrics_of(id.object_class)[index], value));
}

// Every object of every class has been heard and is ok.
inline ClusterState healthy_state(const std::shared_ptr<const Topology>& topology) {
    ClusterState state(topology);
    state.sources.emplace_back();
    for (const ObjectClass object_class : all_object_classes)
        if (const uint32_t count = topology->count(object_class))
            set_raw(state, object_class, health_metric, 0, count, uint16_t(Health::ok));
    return state;
}

struct TestRows : FrameRows {
    TestRows() { use(racks), use(cells), use(boxes), use(trunks), use(beacons), use(outlines); }
    template <typename Row>
    static void use(Rows<Row>& rows) {
        auto memory = std::make_shared<std::unique_ptr<Row[]>>();
        rows.reallocate = [memory](size_t capacity, Row* old, size_t count) {
            auto grown = std::make_unique<Row[]>(capacity);
            if (count) std::copy(old, old + count, grown.get());
            *memory = std::move(grown);
            return memory->get();
        };
    }
};

inline View view_from(const Topology& topology, std::string_view name) {
    View view;
    view.viewport_width = 1920;
    view.viewport_height = 1080;
    view.color_with({ObjectClass::gpu, *find_metric(ObjectClass::gpu, "temp_celsius")});
    view.camera.jump(named_view(topology, name, 1920.0f / 1080));
    return view;
}

// The rack row of a rack, by its place.
inline const gpu::RackRow* row_of(const FrameRows& rows, const Topology& topology, uint32_t rack) {
    const Place& place = topology.racks[rack].place;
    for (const gpu::RackRow& row : rows.racks.rows())
        if (std::abs(row.position.x - place.x) < 1e-3f && std::abs(row.position.y - place.y) < 1e-3f) return &row;
    return nullptr;
}

inline uint32_t gpu_rack(const Topology& topology, uint32_t gpu) {
    return topology.nodes[topology.gpu_nodes[gpu]].rack;
}

}  // namespace bv::test

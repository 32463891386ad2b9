// One array of the reference cluster (512 GPUs) with every value heard: the state that viewer tests start from.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "cluster/state.h"
#include "net/cluster_library.h"

namespace bv::test {

inline constexpr int64_t noon_ns = 1'767'268'800'000'000'000;  // 2026-01-01T12:00:00Z

inline std::shared_ptr<const Topology> small_topology() {
    static const std::shared_ptr<const Topology> topology = load_cluster("array-512").topology;
    return topology;
}

// Every metric of every object in the middle of its display range, every health ok, heard at noon.
inline ClusterState small_state() {
    ClusterState state(small_topology());
    for (const ObjectClass c : all_object_classes) {
        const auto metrics = metrics_of(c);
        const uint32_t count = state.topology().count(c);
        for (size_t m = metrics.size(); m-- > 0;) {
            const double middle =
                m == health_metric ? 0 : (double(metrics[m].display_min) + double(metrics[m].display_max)) * 0.5;
            const std::vector<uint16_t> values(count, quantise(metrics[m], middle));
            if (count > 0) static_cast<void>(state.apply({c, MetricIndex(m)}, 0, values, noon_ns, 1'000'000'000, 0));
        }
    }
    state.time_ns = noon_ns;
    return state;
}

inline void set_raw(ClusterState& state, ObjectId id, std::string_view metric, uint16_t raw) {
    const MetricId which{id.object_class, find_metric(id.object_class, metric).value()};
    static_cast<void>(state.apply(which, id.index, {&raw, 1}, state.time_ns, 1'000'000'000, 0));
}
inline void set(ClusterState& state, ObjectId id, std::string_view metric, double value) {
    set_raw(state, id, metric,
            quantise(metrics_of(id.object_class)[find_metric(id.object_class, metric).value()], value));
}
inline void forget(ClusterState& state, ObjectId id, std::string_view metric) { set_raw(state, id, metric, no_data); }

}  // namespace bv::test

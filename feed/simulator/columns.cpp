// Allocates the simulator's columns as the catalogue says and hands them out by name.
#include "feed/simulator/columns.h"

namespace bv::sim {

Columns::Columns(const Topology& topology) : topology_(&topology) {
    for (const ObjectClass object_class : all_object_classes) {
        stores_[size_t(object_class)].resize(metrics_of(object_class).size());
    }
}

Channel Columns::claim(ObjectClass object_class, std::string_view name) {
    const auto index = find_metric(object_class, name);
    const uint32_t count = topology_->count(object_class);
    if (!index || count == 0) return {};
    Store& store = stores_[size_t(object_class)][*index];
    if (!store.claimed) {
        store.claimed = true;
        store.values.assign(count, no_data);
        spans_.push_back({{object_class, *index}, 0, store.values});
    }
    const Metric& described = metrics_of(object_class)[*index];
    Channel channel;
    channel.values = store.values.data();
    channel.count = count;
    channel.id = static_cast<uint32_t>(object_class) * 64u + *index;
    channel.scale = static_cast<float>(1.0 / described.scale);
    channel.offset = static_cast<float>(-described.offset / described.scale + 0.5);
    return channel;
}

void Columns::clear(ObjectId id) {
    auto& stores = stores_[size_t(id.object_class)];
    for (size_t m = 1; m < stores.size(); ++m) {
        if (stores[m].claimed && id.index < stores[m].values.size()) stores[m].values[id.index] = no_data;
    }
}

}  // namespace bv::sim

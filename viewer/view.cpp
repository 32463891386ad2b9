// The history of selections, and which colour map suits which metric. Reads and writes the View only.
#include "viewer/view.h"

#include <algorithm>

#include "cluster/routes.h"

namespace bv {

namespace {

void color(View& view, MetricId id) {
    view.color_by = ColorBy::metric;
    view.color_metric = id;
    const std::string_view unit = metric(id).unit;
    view.color_map = unit == "°C" || unit == "W" ? ColorMap::inferno : ColorMap::cividis;
}

std::optional<MetricId> first_heard(const ClusterState& state, ObjectClass object_class) {
    for (const std::string_view name : {"gpu_util_ratio", "power_watts", "temp_celsius", "tx_bytes_per_second"})
        if (const auto index = find_metric(object_class, name); index && has_data(state, {object_class, *index}))
            return MetricId{object_class, *index};
    for (size_t m = 1; m < metrics_of(object_class).size(); ++m)
        if (has_data(state, {object_class, MetricIndex(m)})) return MetricId{object_class, MetricIndex(m)};
    return {};
}

}  // namespace

MetricId default_color() {
    return {ObjectClass::gpu, find_metric(ObjectClass::gpu, "tensor_active_ratio").value_or(MetricIndex{1})};
}

bool is_published(const ClusterState& state, MetricId id) {
    const auto& columns = state.classes[size_t(id.object_class)].columns;
    return id.index < columns.size() && !columns[id.index].coverage.empty();
}

bool has_data(const ClusterState& state, MetricId id) {
    if (!is_published(state, id)) return false;
    const auto& values = state.classes[size_t(id.object_class)].columns[id.index].values;
    return std::any_of(values.begin(), values.end(), [](uint16_t raw) { return raw != no_data; });
}

void color_by_what_is_heard(const ClusterState& state, View& view) {
    if (view.color_chosen || state.empty() || state.values_heard_ns == 0) return;
    std::optional<MetricId> heard;
    // A cluster that has gone dark keeps its colours.
    if (is_published(state, default_color())) heard = default_color();
    for (const ObjectClass c : {ObjectClass::gpu, ObjectClass::node, ObjectClass::switch_})
        if (!heard) heard = first_heard(state, c);
    if (heard)
        color(view, *heard);
    else
        view.color_by = ColorBy::health;
}

void View::color_with(MetricId id) {
    color_chosen = true;
    color(*this, id);
}

void View::color_with(ColorBy by) {
    color_chosen = true;
    color_by = by;
}

void View::select(ObjectId id) {
    trunk = {};
    if (id == selected) return;
    constexpr size_t longest = 100;
    if (selected.valid()) history.push_back(selected);
    if (history.size() > longest) history.erase(history.begin());
    selected = id;
}

void View::select(const TrunkRef& stretch) {
    select(ObjectId{});
    trunk = stretch;
}

void View::toggle_route() {
    if (route_from.valid())
        route_from = {};
    else if (is_route_end(selected))
        route_from = selected;
}

void View::select_back() {
    trunk = {};
    if (history.empty()) {
        selected = {};
        return;
    }
    selected = history.back();
    history.pop_back();
}

}  // namespace bv

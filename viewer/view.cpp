// The history of selections, and which colour map suits which metric. Reads and writes the View only.
#include "viewer/view.h"

namespace bv {

void View::color_with(MetricId id) {
    color_by = ColorBy::metric;
    color_metric = id;
    const std::string_view unit = metric(id).unit;
    color_map = unit == "°C" || unit == "W" ? ColorMap::inferno : ColorMap::cividis;
}

void View::select(ObjectId id) {
    if (id == selected) return;
    constexpr size_t longest = 100;
    if (selected.valid()) history.push_back(selected);
    if (history.size() > longest) history.erase(history.begin());
    selected = id;
}

void View::select_back() {
    if (history.empty()) {
        selected = {};
        return;
    }
    selected = history.back();
    history.pop_back();
}

}  // namespace bv

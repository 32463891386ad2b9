// Fabric loads → ribbons: quiet trunks along the trays, with a coloured core where links in them are in trouble. Loads
// are summed again only when a link column changed.
#include <algorithm>
#include <cmath>

#include "viewer/scene_layout.h"

namespace bv {

namespace {

constexpr double terabyte = 1e12;

// 0.05 m for 1 TB/s, growing with the root, so that one rack and one hall fit the same picture.
float width_of(double bytes_per_second) {
    return std::clamp(0.05f * float(std::sqrt(bytes_per_second / terabyte)), 0.03f, 1.3f);
}

float share(double bytes_per_second, double capacity) {
    return capacity > 0 ? std::clamp(float(bytes_per_second / capacity), 0.0f, 1.0f) : 0.0f;
}

// What trunks are drawn with, besides their load.
struct TrunkLook {
    FrameRows& rows;
    std::vector<DrawnLine>& lines;
    const View& view;
    bool dimmed = false;  // a route, an opened trunk or a brush is what is looked at
};

void push(TrunkLook& look, glm::vec3 a, glm::vec3 b, const TrunkLoad& load, const TrunkRef& ref,
          float pixels_per_metre_there) {
    const float width = width_of(load.bytes_per_second);
    const float forth = share(load.forth, load.capacity), back = share(load.back, load.capacity);
    const bool failing = load.failing() > 0;
    const Health rest = load.worst() == Health::unknown ? Health::unknown : Health::ok;
    uint32_t state = word_by_health | health_word(rest);
    if (look.view.hovered_trunk == ref) state |= gpu::state_hovered;
    if (look.view.trunk == ref) state |= gpu::state_selected;
    if (look.dimmed && look.view.trunk != ref) state |= gpu::state_dimmed;
    // A healthy trunk far below a pixel only adds shimmer.
    if (width * pixels_per_metre_there > 0.12f) {
        look.rows.trunks.push({a, width, b, forth, back, state, 0.6f});
        look.lines.push_back({a, b, width, 0.6f, no_index, ref});
    }
    if (!failing) return;
    const float failing_share = float(load.failing()) / float(std::max(1, load.links));
    const glm::vec3 above{0, 0, 0.03f};
    look.rows.trunks.push({a + above, std::max(0.03f, width * failing_share), b + above, forth, back,
                           word_by_health | health_word(load.worst()), 1.1f});
}

bool alike(const TrunkLoad& a, const TrunkLoad& b) {
    return a.worst() == b.worst() &&
           std::abs(a.bytes_per_second - b.bytes_per_second) <= 0.2 * std::max(a.bytes_per_second, b.bytes_per_second);
}

// One tray, lane by lane; neighbouring segments become one ribbon where they carry about the same, or where they are
// tiny on screen.
void pack_tray(const Tray& tray, std::span<const TrunkLoad> loads, size_t segments, float lane_m, TrunkRef ref,
               const Sight& sight, TrunkLook& look) {
    if (tray.segments() == 0) return;
    const glm::vec3 middle = (tray.stops.front() + tray.stops.back()) * 0.5f;
    const float reach = glm::length(tray.stops.back() - tray.stops.front()) / 2 + 1;
    if (!sight.sees(middle, reach)) return;
    for (uint32_t lane = 0; lane < lane_count; ++lane) {
        const TrunkLoad* load = &loads[lane * segments + tray.first_segment];
        uint32_t begin = 0;
        while (begin < tray.segments()) {
            TrunkLoad sum = load[begin];
            const float here = sight.pixels(tray.stops[begin], 1.0f);
            uint32_t end = begin + 1;
            while (end < tray.segments() && end - begin < 24 && load[end].links > 0 && sum.links > 0 &&
                   (alike(load[begin], load[end]) || glm::length(tray.stops[end + 1] - tray.stops[begin]) * here < 14))
                sum += load[end++];
            if (sum.links > 0) {
                const uint32_t merged = end - begin;
                sum.bytes_per_second /= merged, sum.capacity /= merged, sum.forth /= merged, sum.back /= merged;
                const glm::vec3 from = tray.stops[begin], to = tray.stops[end],
                                aside = beside(tray.stops.front(), tray.stops.back(), lane, lane_m);
                const glm::vec3 up{0, 0, over_tray_m};
                ref.lane = lane, ref.first = begin, ref.end = end;
                if (sight.sees((from + to) * 0.5f, glm::length(to - from) / 2 + 1))
                    push(look, from + aside + up, to + aside + up, sum, ref, here);
            }
            begin = end;
        }
    }
}

void pack_between_halls(const SceneLayout::Impl& layout, const Sight& sight, TrunkLook& look) {
    const FabricPlan& plan = layout.fabric;
    for (uint32_t lane = 0; lane < lane_count; ++lane)
        for (uint32_t i = 0; i < plan.hall_pairs.size(); ++i) {
            const TrunkLoad& load = layout.cache.loads.pairs[lane * plan.hall_pairs.size() + i];
            if (load.links == 0) continue;
            const glm::vec3 from = plan.hall_trays[plan.hall_pairs[i].hall_a].stops.back();
            const glm::vec3 to = plan.hall_trays[plan.hall_pairs[i].hall_b].stops.back();
            const glm::vec3 aside = beside(from, to, lane, hall_lane_m) + glm::vec3(0, 0, over_tray_m);
            const glm::vec3 a = from + aside, b = to + aside;
            push(look, a, b, load, {TrunkRef::Kind::pair, lane, i, 0, 1},
                 std::max(sight.pixels(a, 1), sight.pixels(b, 1)));
        }
}

}  // namespace

TrunkLoad load_of(const SceneLayout::Impl& layout, const TrunkRef& trunk) {
    const FabricPlan& plan = layout.fabric;
    const FabricLoads& loads = layout.cache.loads;
    TrunkLoad sum;
    if (!trunk.valid() || loads.row.empty()) return sum;
    if (trunk.kind == TrunkRef::Kind::pair) return loads.pairs[trunk.lane * plan.hall_pairs.size() + trunk.tray];
    const bool row = trunk.kind == TrunkRef::Kind::row;
    const Tray& tray = (row ? plan.row_trays : plan.hall_trays)[trunk.tray];
    const TrunkLoad* load = &(
        row ? loads.row : loads.hall)[trunk.lane * (row ? plan.row_segments : plan.hall_segments) + tray.first_segment];
    // Of several segments the fullest says how full the stretch is.
    for (uint32_t i = trunk.first; i < std::min(trunk.end, tray.segments()); ++i)
        if (load[i].bytes_per_second >= sum.bytes_per_second) sum = load[i];
    return sum;
}

void refresh_links(const ClusterState& state, const SceneLayout::Impl& layout, const View& view) {
    SceneCache& cache = layout.cache;
    uint64_t versions = 0;
    for (const Column& column : state.classes[size_t(ObjectClass::link)].columns) versions += column.version;
    const bool changed = versions != cache.link_versions || &state != cache.link_state;
    if (changed || view.links != cache.link_filter) {
        sum_loads(state, layout.fabric, view.links, cache.scratch, cache.loads);
        cache.link_versions = versions;
        cache.link_state = &state;
        cache.link_filter = view.links;
    }
    if (view.trunk != cache.opened) {
        cache.opened = view.trunk;
        cache.opened_links = layout.fabric.links_in(view.trunk);
    }
    const bool wanted = view.route_from.valid() && view.selected.valid();
    const bool same = cache.routes.from == view.route_from && cache.routes.to == view.selected;
    if (wanted && (!same || versions != cache.routes_version)) {
        cache.routes = routes_between(*layout.topology, view.route_from, view.selected, &state);
        cache.routes_version = versions;
    }
    if (!wanted) cache.routes = {};
}

void pack_trunks(const ClusterState& state, const SceneLayout::Impl& layout, const View& view, const Sight& sight,
                 FrameRows& rows) {
    SceneCache& cache = layout.cache;
    refresh_links(state, layout, view);
    cache.lines.clear();
    TrunkLook look{rows, cache.lines, view, cache.routes.kind == Routes::Kind::fabric || view.trunk.valid() || view.brush.on()};
    for (uint32_t i = 0; i < layout.fabric.row_trays.size(); ++i)
        pack_tray(layout.fabric.row_trays[i], cache.loads.row, layout.fabric.row_segments, row_lane_m,
                  {TrunkRef::Kind::row, 0, i, 0, 0}, sight, look);
    for (uint32_t i = 0; i < layout.fabric.hall_trays.size(); ++i)
        pack_tray(layout.fabric.hall_trays[i], cache.loads.hall, layout.fabric.hall_segments, hall_lane_m,
                  {TrunkRef::Kind::hall, 0, i, 0, 0}, sight, look);
    pack_between_halls(layout, sight, look);
    pack_single_links(state, layout, view, rows);
}

}  // namespace bv

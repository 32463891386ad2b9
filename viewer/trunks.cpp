// Fabric loads → ribbons: quiet trunks along the trays with a coloured core where links in them are in trouble, and the
// single links of what is selected, from end to end. Loads are summed again only when a link column changed.
#include <algorithm>
#include <cmath>

#include "viewer/scene_layout.h"

namespace bv {

namespace {

constexpr double terabyte = 1e12;
constexpr size_t most_routes = 160;
constexpr float over_tray_m = 0.08f;

// 0.05 m for 1 TB/s, growing with the root, so that one rack and one hall fit the same picture.
float width_of(double bytes_per_second) {
    return std::clamp(0.05f * float(std::sqrt(bytes_per_second / terabyte)), 0.03f, 1.3f);
}

void push(FrameRows& rows, glm::vec3 a, glm::vec3 b, const TrunkLoad& load, float pixels_per_metre_there) {
    const float width = width_of(load.bytes_per_second);
    const float flow = load.capacity > 0 ? std::clamp(float(load.bytes_per_second / load.capacity), 0.0f, 1.0f) : 0.0f;
    const bool failing = load.failing() > 0;
    const Health rest = load.worst() == Health::unknown ? Health::unknown : Health::ok;
    // A healthy trunk far below a pixel only adds shimmer.
    if (width * pixels_per_metre_there > 0.12f)
        rows.trunks.push({a, width, b, flow, word_by_health | health_word(rest), 0.6f});
    if (!failing) return;
    const float share = float(load.failing()) / float(std::max(1, load.links));
    const glm::vec3 above{0, 0, 0.03f};
    rows.trunks.push(
        {a + above, std::max(0.03f, width * share), b + above, flow, word_by_health | health_word(load.worst()), 1.1f});
}

bool alike(const TrunkLoad& a, const TrunkLoad& b) {
    return a.worst() == b.worst() &&
           std::abs(a.bytes_per_second - b.bytes_per_second) <= 0.2 * std::max(a.bytes_per_second, b.bytes_per_second);
}

// One tray, lane by lane; neighbouring segments become one ribbon where they carry about the same, or where they are
// tiny on screen.
void pack_tray(const Tray& tray, std::span<const TrunkLoad> loads, size_t segments, float lane_m, const Sight& sight,
               FrameRows& rows) {
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
                sum.bytes_per_second /= merged, sum.capacity /= merged;
                const glm::vec3 from = tray.stops[begin], to = tray.stops[end],
                                aside = beside(tray.stops.front(), tray.stops.back(), lane, lane_m);
                const glm::vec3 up{0, 0, over_tray_m};
                if (sight.sees((from + to) * 0.5f, glm::length(to - from) / 2 + 1))
                    push(rows, from + aside + up, to + aside + up, sum, here);
            }
            begin = end;
        }
    }
}

void pack_between_halls(const SceneLayout::Impl& layout, const Sight& sight, FrameRows& rows) {
    const FabricPlan& plan = layout.fabric;
    for (uint32_t lane = 0; lane < lane_count; ++lane)
        for (size_t i = 0; i < plan.hall_pairs.size(); ++i) {
            const TrunkLoad& load = layout.cache.loads.pairs[lane * plan.hall_pairs.size() + i];
            if (load.links == 0) continue;
            const glm::vec3 from = plan.hall_trays[plan.hall_pairs[i].hall_a].stops.back();
            const glm::vec3 to = plan.hall_trays[plan.hall_pairs[i].hall_b].stops.back();
            const glm::vec3 aside = beside(from, to, lane, hall_lane_m) + glm::vec3(0, 0, over_tray_m);
            const glm::vec3 a = from + aside, b = to + aside;
            push(rows, a, b, load, std::max(sight.pixels(a, 1), sight.pixels(b, 1)));
        }
}

// Links of the selection, and of what it contains.
std::vector<uint32_t> links_of_selection(const SceneLayout::Impl& layout, ObjectId id) {
    const Topology& t = *layout.topology;
    std::vector<uint32_t> links;
    if (!t.contains(id)) return links;
    const auto add = [&](ObjectId device) {
        for (const uint32_t l : t.links_of(device)) links.push_back(l);
    };
    if (id.object_class == ObjectClass::link) links.push_back(id.index);
    if (id.object_class == ObjectClass::nic || id.object_class == ObjectClass::switch_) add(id);
    if (id.object_class == ObjectClass::gpu && layout.gpu_nics[id.index] != no_index)
        add({ObjectClass::nic, layout.gpu_nics[id.index]});
    IndexRange nodes;
    if (id.object_class == ObjectClass::node) nodes = {id.index, 1};
    if (id.object_class == ObjectClass::rack) nodes = t.racks[id.index].nodes;
    for (uint32_t n = nodes.first; n < nodes.end(); ++n)
        for (uint32_t i = t.nodes[n].nics.first; i < t.nodes[n].nics.end(); ++i) add({ObjectClass::nic, i});
    return links;
}

uint32_t rack_of(const SceneLayout::Impl& layout, const PortRef& end) { return layout.rack_of(end.object()); }

// The single link from the device up to the tray, along its way, and down to the other device.
void pack_route(const SceneLayout::Impl& layout, uint32_t index, uint32_t state, FrameRows& rows) {
    const Link& link = layout.topology->links[index];
    const uint32_t rack_a = rack_of(layout, link.a), rack_b = rack_of(layout, link.b);
    PlacedBox a, b;
    if (rack_a == no_index || rack_b == no_index || !layout.box_of(link.a.object(), a) ||
        !layout.box_of(link.b.object(), b))
        return;
    const auto rear = [](const PlacedBox& box) { return box.position + glm::vec3(0, 0, box.size.z / 2); };
    std::vector<glm::vec3> path = layout.fabric.route(rack_a, rack_b, lane_of(link.link_class));
    for (glm::vec3& point : path) point.z += over_tray_m + 0.05f;
    glm::vec3 start = rear(a), finish = rear(b);
    path.insert(path.begin(), glm::vec3(start.x, start.y, path.front().z));
    path.insert(path.begin(), start);
    path.emplace_back(finish.x, finish.y, path.back().z);
    path.push_back(finish);
    for (size_t i = 0; i + 1 < path.size(); ++i)
        if (glm::length(path[i + 1] - path[i]) > 0.01f)
            rows.trunks.push({path[i], 0.02f, path[i + 1], 1.0f, state, 1.6f});
}

void pack_selected(const SceneLayout::Impl& layout, const View& view, FrameRows& rows) {
    const std::vector<uint32_t> links = links_of_selection(layout, view.selected);
    // Of a switch's many links those that take the same way are one line; trouble always has its own.
    std::vector<uint64_t> done;
    size_t drawn = 0;
    for (const uint32_t l : links) {
        const uint32_t word = word_of(layout, {ObjectClass::link, l});
        const uint64_t way = layout.fabric.link_bundle[l];
        const bool healthy = badness(health_of(word)) < badness(Health::warning);
        if (healthy && links.size() > 16 && std::find(done.begin(), done.end(), way) != done.end()) continue;
        if (drawn++ >= most_routes) break;
        done.push_back(way);
        pack_route(layout, l, (word & ~gpu::state_dimmed) | gpu::state_selected, rows);
    }
    if (view.hovered.object_class == ObjectClass::link && layout.topology->contains(view.hovered))
        pack_route(layout, view.hovered.index, word_of(layout, view.hovered) | gpu::state_hovered, rows);
}

}  // namespace

void pack_trunks(const ClusterState& state, const SceneLayout::Impl& layout, const View& view, const Sight& sight,
                 FrameRows& rows) {
    SceneCache& cache = layout.cache;
    uint64_t versions = 0;
    for (const Column& column : state.classes[size_t(ObjectClass::link)].columns) versions += column.version;
    if (versions != cache.link_versions || &state != cache.link_state) {
        sum_loads(state, layout.fabric, cache.scratch, cache.loads);
        cache.link_versions = versions;
        cache.link_state = &state;
    }
    for (const Tray& tray : layout.fabric.row_trays)
        pack_tray(tray, cache.loads.row, layout.fabric.row_segments, row_lane_m, sight, rows);
    for (const Tray& tray : layout.fabric.hall_trays)
        pack_tray(tray, cache.loads.hall, layout.fabric.hall_segments, hall_lane_m, sight, rows);
    pack_between_halls(layout, sight, rows);
    pack_selected(layout, view, rows);
}

}  // namespace bv

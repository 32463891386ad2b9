// Links drawn one by one, from end to end along their trays: what is in trouble or hot at any distance, and what the
// person asked for: the links of the selection, of a brush, of an opened trunk, or on the ways between two ends. Of
// healthy links that take the same way one stands for all.
#include <algorithm>
#include <unordered_set>

#include "viewer/scene_layout.h"

namespace bv {

namespace {

constexpr size_t most_asked = 400, most_failing = 256,
                 most_brushed = 20'000;  // 0.7 µs a line on a software device, some eight lines a link
constexpr size_t few = 16;               // so many are drawn each, whatever way they take

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

std::vector<uint32_t> links_of_brush(const SceneLayout::Impl& layout, const Brush& brush) {
    std::vector<uint32_t> links;
    for (const ObjectId id : brush.objects) {
        if (links.size() > most_brushed) break;
        if (id.object_class == ObjectClass::link)
            links.push_back(id.index);
        else if (id.object_class == ObjectClass::switch_)
            for (const uint32_t l : layout.topology->links_of(id)) links.push_back(l);
    }
    return links;
}

class SingleLinks {
public:
    SingleLinks(const ClusterState& state, const SceneLayout::Impl& layout, const View& view, FrameRows& rows)
        : layout_(layout),
          view_(view),
          rows_(rows),
          tx_(find_metric(ObjectClass::link, "tx_bytes_per_second").value()),
          rx_(find_metric(ObjectClass::link, "rx_bytes_per_second").value()),
          state_(state) {}

    // Each link once, whoever asks first; `over` is or-ed to its state word.
    void draw(uint32_t link, uint32_t over) {
        if (!drawn_.insert(link).second) return;
        const uint32_t word = word_of(layout_, {ObjectClass::link, link});
        route(link, (word & ~uint32_t(gpu::state_dimmed)) | over);
    }

    // Of healthy links with the same way only the first is drawn where they are many.
    void draw_asked(const std::vector<uint32_t>& links, uint32_t over) {
        std::unordered_set<uint32_t> ways;
        size_t drawn = 0;
        for (const uint32_t link : links) {
            if (!view_.links.shows(layout_.topology->links[link])) continue;
            const bool fresh = ways.insert(layout_.fabric.link_bundle[link]).second;
            if (healthy(link) && links.size() > few && !fresh) continue;
            if (drawn++ >= most_asked) break;
            draw(link, over);
        }
    }

    void draw_failing() {
        std::vector<uint32_t> failing;
        for (const ObjectId id : layout_.cache.trouble)
            if (id.object_class == ObjectClass::link && view_.links.shows(layout_.topology->links[id.index]))
                failing.push_back(id.index);
        const auto badness_of = [&](uint32_t link) {
            return badness(health_of(word_of(layout_, {ObjectClass::link, link})));
        };
        if (failing.size() > most_failing) {
            std::nth_element(failing.begin(), failing.begin() + most_failing, failing.end(),
                             [&](uint32_t a, uint32_t b) { return badness_of(a) > badness_of(b); });
            failing.resize(most_failing);
        }
        for (const uint32_t link : failing) draw(link, 0);
    }

private:
    [[nodiscard]] bool healthy(uint32_t link) const {
        return badness(health_of(word_of(layout_, {ObjectClass::link, link}))) < badness(Health::warning);
    }

    [[nodiscard]] float share(uint32_t link, MetricIndex metric) const {
        const double value = state_.value({ObjectClass::link, link}, metric);
        const double capacity = double(layout_.topology->links[link].capacity_bytes_per_second);
        return value > 0 && capacity > 0 ? std::min(1.0f, float(value / capacity)) : 0.0f;
    }

    // From the device up to the tray, along the link's way, and down to the other device.
    void route(uint32_t index, uint32_t state) {
        const Link& link = layout_.topology->links[index];
        const uint32_t rack_a = layout_.rack_of(link.a.object()), rack_b = layout_.rack_of(link.b.object());
        PlacedBox a, b;
        if (rack_a == no_index || rack_b == no_index || !layout_.box_of(link.a.object(), a) ||
            !layout_.box_of(link.b.object(), b))
            return;
        std::vector<glm::vec3> path = layout_.fabric.route(rack_a, rack_b, lane_of(link.link_class));
        for (glm::vec3& point : path) point.z += over_tray_m + 0.05f;
        const glm::vec3 start = a.position + glm::vec3(0, 0, a.size.z / 2),
                        finish = b.position + glm::vec3(0, 0, b.size.z / 2);
        path.insert(path.begin(), glm::vec3(start.x, start.y, path.front().z));
        path.insert(path.begin(), start);
        path.emplace_back(finish.x, finish.y, path.back().z);
        path.push_back(finish);
        const bool asked = (state & (gpu::state_selected | gpu::state_hovered)) != 0;
        const float forth = share(index, tx_), back = share(index, rx_), width = 0.02f, pixels = asked ? 1.6f : 1.3f;
        for (size_t i = 0; i + 1 < path.size(); ++i) {
            if (glm::length(path[i + 1] - path[i]) <= 0.01f) continue;
            rows_.trunks.push({path[i], width, path[i + 1], forth, back, state, pixels});
            layout_.cache.lines.push_back({path[i], path[i + 1], width, pixels, index, {}});
        }
    }

    const SceneLayout::Impl& layout_;
    const View& view_;
    FrameRows& rows_;
    MetricIndex tx_, rx_;
    const ClusterState& state_;
    std::unordered_set<uint32_t> drawn_;
};

}  // namespace

void pack_single_links(const ClusterState& state, const SceneLayout::Impl& layout, const View& view, FrameRows& rows) {
    const SceneCache& cache = layout.cache;
    SingleLinks links(state, layout, view, rows);
    if (view.hovered.object_class == ObjectClass::link && layout.topology->contains(view.hovered))
        links.draw(view.hovered.index, gpu::state_hovered);
    if (view.selected.object_class == ObjectClass::link && layout.topology->contains(view.selected))
        links.draw(view.selected.index, gpu::state_selected);
    links.draw_failing();
    for (const uint32_t link : cache.loads.hot) links.draw(link, 0);
    if (cache.routes.kind == Routes::Kind::fabric)
        links.draw_asked(cache.routes.links, gpu::state_selected);
    else
        links.draw_asked(links_of_selection(layout, view.selected), gpu::state_selected);
    links.draw_asked(cache.opened_links, gpu::state_selected);
    if (view.brush.on()) links.draw_asked(links_of_brush(layout, view.brush), gpu::state_selected);
}

}  // namespace bv

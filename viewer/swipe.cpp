// Two times in one picture: state words of what lies left of the divider on screen are those of then, the others those
// of now. A rack changes side as a whole unless the divider cuts through it: then cell by cell. Reads both times'
// words, writes the words that the frame shows.
#include <algorithm>
#include <limits>

#include "viewer/scene_layout.h"

namespace bv {

namespace {

class Divider {
public:
    Divider(const View& view, float pixels)
        : clip_from_world_(Sight(view).clip_from_world), ndc_(2 * pixels / std::max(1.0f, view.viewport_width) - 1) {}

    // < 0: left of the divider. What is behind the eye is on neither side; it does not show.
    [[nodiscard]] float side(glm::vec3 at) const {
        const glm::vec4 clip = clip_from_world_ * glm::vec4(at, 1);
        return clip.w > 0 ? clip.x / clip.w - ndc_ : 0;
    }
    [[nodiscard]] bool is_then(const PlacedBox& box) const {
        return side(box.position + glm::vec3(0, 0, box.size.z / 2)) < 0;
    }
    // Corners of the box lie on both sides.
    [[nodiscard]] bool cuts(const PlacedBox& box) const {
        float low = std::numeric_limits<float>::max(), high = std::numeric_limits<float>::lowest();
        for (const float x : {-0.5f, 0.5f})
            for (const float y : {-0.5f, 0.5f})
                for (const float z : {0.0f, 1.0f}) {
                    const float at = side(within(box, box.size * glm::vec3(x, y, z), {}).position);
                    low = std::min(low, at);
                    high = std::max(high, at);
                }
        return low < 0 && high >= 0;
    }

private:
    glm::mat4 clip_from_world_;
    float ndc_;
};

void take(const SceneCache& then, IndexRange range, ObjectClass object_class, SceneCache& shown) {
    const auto& from = then.words[size_t(object_class)];
    auto& to = shown.words[size_t(object_class)];
    const size_t end = std::min({from.size(), to.size(), size_t(range.end())});
    for (size_t i = range.first; i < end; ++i) to[i] = from[i];
}

void take_rack(const SceneLayout::Impl& layout, const SceneCache& then, uint32_t index, SceneCache& shown) {
    const Rack& rack = layout.topology->racks[index];
    take(then, rack.gpus, ObjectClass::gpu, shown);
    take(then, rack.nodes, ObjectClass::node, shown);
    take(then, rack.switches, ObjectClass::switch_, shown);
    take(then, {index, 1}, ObjectClass::rack, shown);
    shown.rack_trouble[index] = then.rack_trouble[index];
    shown.rack_words[index] = then.rack_words[index];
}

// A rack that the divider cuts through: GPUs and nodes each by where they stand.
void take_cells(const SceneLayout::Impl& layout, const Divider& divider, const SceneCache& now, const SceneCache& then,
                uint32_t index, SceneCache& shown) {
    const Rack& rack = layout.topology->racks[index];
    const auto choose = [&](IndexRange range, ObjectClass object_class, auto box_of) {
        const size_t c = size_t(object_class);
        for (uint32_t i = range.first; i < range.end(); ++i)
            shown.words[c][i] = (divider.is_then(box_of(i)) ? then : now).words[c][i];
    };
    choose(rack.gpus, ObjectClass::gpu, [&](uint32_t i) { return layout.gpu_box(i); });
    choose(rack.nodes, ObjectClass::node, [&](uint32_t i) { return layout.node_box(i); });
    choose(rack.switches, ObjectClass::switch_, [&](uint32_t i) { return layout.switch_box(i); });
}

}  // namespace

void compose_sides(const SceneLayout::Impl& layout, const View& view, const Beside& beside, const SceneCache& now,
                   const SceneCache& then, SceneCache& shown) {
    const Divider divider(view, beside.divider);
    shown.words = now.words;
    shown.rack_trouble = now.rack_trouble;
    shown.rack_words = now.rack_words;
    shown.state = now.state;
    shown.now_ns = now.now_ns;
    shown.color_by = now.color_by;
    shown.metric = now.metric;
    shown.comparison = nullptr;
    for (uint32_t r = 0; r < layout.racks.size(); ++r) {
        const PlacedBox& box = layout.racks[r].box;
        if (divider.is_then(box)) take_rack(layout, then, r, shown);
        if (divider.cuts(box)) take_cells(layout, divider, now, then, r, shown);
    }
    for (const FacilityPiece& piece : layout.facility)
        if (divider.is_then(piece.box)) take(then, {piece.id.index, 1}, piece.id.object_class, shown);
    // Marks stand where their objects stand, on the side whose time has the trouble.
    const auto on_side = [&](ObjectId id, bool left) {
        PlacedBox box;
        return layout.box_of(id, box) ? divider.is_then(box) == left : !left;
    };
    shown.trouble.clear();
    for (const ObjectId id : now.trouble)
        if (on_side(id, false)) shown.trouble.push_back(id);
    for (const ObjectId id : then.trouble)
        if (on_side(id, true)) shown.trouble.push_back(id);
}

}  // namespace bv

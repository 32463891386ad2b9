// Marks on everything that is warning, critical or down: one per rack while it is far, one per thing when it is near. A
// level of detail never hides trouble, so nothing here is ever culled for being small.
#include <algorithm>
#include <map>

#include "viewer/camera.h"
#include "viewer/scene_layout.h"

namespace bv {

namespace {

// Pixels at scale 1. What is worse is larger: the eye finds it from 5 m.
float pixels_of(Health health) { return health == Health::critical ? 15.0f : health == Health::down ? 13.0f : 9.0f; }

struct Mark {
    glm::vec3 position;
    Health health;
    uint32_t count;
    float pixels;
    bool dimmed;
};

constexpr size_t most_warning_marks = 260;  // more of them, and those of a row become one

glm::vec3 above(const PlacedBox& box, float metres) { return box.position + glm::vec3(0, 0, box.size.z + metres); }

bool dimmed(const SceneLayout::Impl& layout, ObjectId id) { return (word_of(layout, id) & gpu::state_dimmed) != 0; }

void mark_far_racks(const SceneLayout::Impl& layout, const View& view, const Sight& sight,
                    const std::vector<uint8_t>& is_near, std::vector<Mark>& marks) {
    std::vector<uint32_t> warnings;
    for (uint32_t r = 0; r < layout.racks.size(); ++r) {
        const Trouble& trouble = layout.cache.rack_trouble[r];
        if (trouble.total() == 0 || is_near[r]) continue;
        const glm::vec3 at = above(layout.racks[r].box, 0.75f);
        if (!sight.sees(at, 2)) continue;
        if (trouble.worst == Health::warning) {
            warnings.push_back(r);
            continue;
        }
        // The number says how many are as bad as the mark shows: three down, not three down and ninety warnings.
        marks.push_back({at, trouble.worst, trouble.count[size_t(trouble.worst)],
                         pixels_of(trouble.worst) * view.ui_scale,
                         (layout.cache.rack_words[r] & gpu::state_dimmed) != 0});
    }
    std::map<uint32_t, Mark> rows;
    const bool by_row = warnings.size() > most_warning_marks;
    for (const uint32_t r : warnings) {
        const Mark mark{above(layout.racks[r].box, 0.75f), Health::warning, layout.cache.rack_trouble[r].total(),
                        pixels_of(Health::warning) * view.ui_scale,
                        (layout.cache.rack_words[r] & gpu::state_dimmed) != 0};
        const uint32_t row = layout.topology->racks[r].row;
        if (!by_row || row == no_index) {
            marks.push_back(mark);
            continue;
        }
        const auto [entry, fresh] = rows.try_emplace(row, mark);
        if (fresh) continue;
        entry->second.position =
            (entry->second.position * float(entry->second.count) + mark.position * float(mark.count)) /
            float(entry->second.count + mark.count);
        entry->second.count += mark.count;
        entry->second.dimmed = entry->second.dimmed && mark.dimmed;
    }
    for (const auto& [row, mark] : rows) marks.push_back(mark);
}

// Things in near racks, each on its own front; and what stands outside racks.
void mark_single_things(const SceneLayout::Impl& layout, const View& view, const Sight& sight,
                        const std::vector<uint8_t>& is_near, std::vector<Mark>& marks) {
    for (const ObjectId id : layout.cache.trouble) {
        const uint32_t rack = layout.rack_of(id);
        if (rack != no_index && !is_near[rack]) continue;
        PlacedBox box;
        if (id.object_class == ObjectClass::link) {
            // A link's mark sits at its lower end.
            if (!layout.box_of(layout.topology->links[id.index].a.object(), box)) continue;
        } else if (!layout.box_of(id, box)) {
            continue;
        }
        const Health health = health_of(word_of(layout, id));
        glm::vec3 at = above(box, rack == no_index ? 0.6f : 0.05f);
        if (rack != no_index && id.object_class != ObjectClass::rack) {
            // On the face that is turned to the eye.
            const glm::vec3 front = front_of(box.yaw);
            const float sign = glm::dot(sight.eye - box.position, front) >= 0 ? 1.0f : -1.0f;
            at = box.position + front * (sign * (box.size.y / 2 + 0.03f)) + glm::vec3(0, 0, box.size.z / 2);
            // Links and NICs share their node's box: beside its GPUs, not over them.
            if (id.object_class == ObjectClass::nic || id.object_class == ObjectClass::link)
                at += side_of(box.yaw) * (box.size.x * 0.46f);
        }
        if (!sight.sees(at, 1)) continue;
        marks.push_back({at, health, 1, pixels_of(health) * view.ui_scale, dimmed(layout, id)});
    }
}

}  // namespace

void pack_beacons(const SceneLayout::Impl& layout, const View& view, const Sight& sight,
                  const std::vector<uint8_t>& is_near, FrameRows& rows) {
    std::vector<Mark> marks;
    mark_far_racks(layout, view, sight, is_near, marks);
    mark_single_things(layout, view, sight, is_near, marks);
    // The worst is drawn last, on top.
    std::stable_sort(marks.begin(), marks.end(),
                     [](const Mark& a, const Mark& b) { return badness(a.health) < badness(b.health); });
    for (const Mark& mark : marks)
        rows.beacons.push({mark.position, mark.pixels,
                           word_by_health | health_word(mark.health) | (mark.dimmed ? uint32_t(gpu::state_dimmed) : 0u),
                           std::max(1u, mark.count)});
}

}  // namespace bv

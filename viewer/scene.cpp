// State → rows: which racks are in sight, how near, and what each shows. Reads the state, the layout and the view;
// writes the frame's rows. Trunks, beacons and the inside of near racks have files of their own.
#include "viewer/scene.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "viewer/scene_layout.h"

namespace bv {

namespace {

// A rack is drawn with its nodes and GPUs as boxes when it is this tall on screen, and with doors, ports and cables
// when nearer.
constexpr float near_pixels = 250, nearest_pixels = 620;
constexpr size_t most_near = 72, most_nearest = 10;
// Below this width of a cell nobody can tell cells apart: the rack shows their mean.
constexpr float smallest_cell_pixels = 0.22f;
// And below this width of a rack, racks side by side are one box with a cell for each.
// Where there are very many racks it is done earlier: most of them stand behind others.
constexpr float group_pixels = 2.2f, group_pixels_of_many = 7;
constexpr size_t many_racks = 6000;
// How far the body of a near rack stands back, so that nodes and GPUs come out of it.
constexpr float recess_m = 0.05f;

struct Seen {
    uint32_t rack;
    float pixels;  // height on screen
};

void mark_cell(std::span<uint32_t> cells, const SceneLayout::Impl& layout, const RackPlan& plan, ObjectId id,
               uint32_t flag) {
    if (!id.valid()) return;
    IndexRange range{id.index, 1};
    ObjectClass object_class = id.object_class;
    if (object_class == ObjectClass::node && layout.topology->contains(id) &&
        layout.topology->nodes[id.index].gpus.count) {
        range = layout.topology->nodes[id.index].gpus;
        object_class = ObjectClass::gpu;
    }
    for (uint32_t k = plan.first_run; k < plan.first_run + plan.runs; ++k) {
        const CellRun& run = layout.runs[k];
        if (run.object_class != object_class) continue;
        for (uint32_t i = range.first; i < range.end(); ++i)
            if (i >= run.first_object && i - run.first_object < run.count)
                cells[run.first_cell + i - run.first_object] |= flag;
    }
}

gpu::RackRow body_of(const RackPlan& plan, uint32_t state) {
    gpu::RackRow row{};
    row.position = plan.box.position;
    row.yaw = plan.box.yaw;
    row.size = plan.box.size;
    row.state = state;
    row.cells_bottom = plan.cells_bottom;
    row.cells_top = plan.cells_top;
    return row;
}

void pack_rack(const SceneLayout::Impl& layout, const View& view, const Seen& seen, bool near, FrameRows& rows) {
    const RackPlan& plan = layout.racks[seen.rack];
    const SceneCache& cache = layout.cache;
    uint32_t state = cache.rack_words[seen.rack];
    if (view.selected == ObjectId{ObjectClass::rack, seen.rack}) state |= gpu::state_selected;
    if (view.hovered == ObjectId{ObjectClass::rack, seen.rack}) state |= gpu::state_hovered;
    gpu::RackRow row = body_of(plan, state);
    row.first_cell = uint32_t(rows.cells.size());
    const float cell_pixels = seen.pixels / plan.box.size.z *
                              std::min(plan.box.size.x / float(std::max<uint16_t>(plan.columns, 1)),
                                       (plan.cells_top - plan.cells_bottom) / float(std::max<uint16_t>(plan.rows, 1)));
    if (plan.runs && cell_pixels < smallest_cell_pixels && view.lod) {
        row.columns_rows = 1u | 1u << 16;
        rows.cells.push(state);
    } else if (plan.runs) {
        row.columns_rows = uint32_t(plan.columns) | uint32_t(plan.rows) << 16;
        const std::span<uint32_t> cells = rows.cells.extend(size_t(plan.columns) * plan.rows);
        if (!plan.evenly) std::fill(cells.begin(), cells.end(), gpu::state_absent | word_by_health);
        for (uint32_t k = plan.first_run; k < plan.first_run + plan.runs; ++k) {
            const CellRun& run = layout.runs[k];
            std::memcpy(&cells[run.first_cell], &cache.words[size_t(run.object_class)][run.first_object],
                        run.count * sizeof(uint32_t));
        }
        mark_cell(cells, layout, plan, view.selected, gpu::state_selected);
        mark_cell(cells, layout, plan, view.hovered, gpu::state_hovered);
    }
    if (near) row.size.y -= 2 * recess_m;
    rows.racks.push(row);
}

// A cell per rack with the mean of its cells and the worst health in it.
void pack_group(const SceneLayout::Impl& layout, const RackGroup& group, FrameRows& rows) {
    gpu::RackRow row{};
    row.position = group.box.position;
    row.yaw = group.box.yaw;
    row.size = group.box.size;
    row.first_cell = uint32_t(rows.cells.size());
    row.columns_rows = group.count | 1u << 16;
    row.cells_bottom = 0.25f;
    row.cells_top = group.box.size.z - 0.15f;
    const std::span<uint32_t> cells = rows.cells.extend(group.count);
    Health worst = Health::ok;
    for (uint32_t i = 0; i < group.count; ++i) {
        const uint32_t word = layout.cache.rack_words[group.first + i];
        cells[group.reversed ? group.count - 1 - i : i] = word;
        worst = worse(worst, health_of(word));
    }
    row.state = word_by_health | health_word(worst);
    rows.racks.push(row);
}

// Everything in sight: single racks, and from very far groups of them, which are left out of the list and packed at
// once.
std::vector<Seen> racks_in_sight(const SceneLayout::Impl& layout, const View& view, const Sight& sight,
                                 FrameRows& rows) {
    std::vector<Seen> seen;
    seen.reserve(layout.racks.size());
    const float narrowest = layout.racks.size() > many_racks ? group_pixels_of_many : group_pixels;
    for (const RackGroup& group : layout.groups) {
        const glm::vec3 middle = group.box.position + glm::vec3(0, 0, group.box.size.z / 2);
        if (!sight.sees(middle, 0.5f * (group.box.size.x + group.box.size.y + group.box.size.z))) continue;
        if (view.lod && sight.pixels(middle, group.box.size.x) < narrowest * float(group.count)) {
            pack_group(layout, group, rows);
            continue;
        }
        for (uint32_t i = group.first; i < group.first + group.count; ++i) {
            const PlacedBox& box = layout.racks[i].box;
            const glm::vec3 centre = box.position + glm::vec3(0, 0, box.size.z / 2);
            if (sight.sees(centre, 0.5f * (box.size.x + box.size.y + box.size.z)))
                seen.push_back({i, sight.pixels(centre, box.size.z)});
        }
    }
    // Near to far: the depth test then hides most of what lies behind before it is shaded.
    std::sort(seen.begin(), seen.end(), [](const Seen& a, const Seen& b) { return a.pixels > b.pixels; });
    return seen;
}

void pack_racks(const SceneLayout::Impl& layout, const View& view, const Sight& sight, std::vector<uint8_t>& is_near,
                FrameRows& rows) {
    const std::vector<Seen> seen = racks_in_sight(layout, view, sight, rows);
    for (size_t i = 0; i < seen.size(); ++i) {
        const bool near = !view.lod || (seen[i].pixels > near_pixels && i < most_near);
        // From below its top a near rack shows nothing that its boxes do not: its grid would be shaded only to be
        // covered.
        const PlacedBox& box = layout.racks[seen[i].rack].box;
        const bool top_in_sight = sight.eye.z > box.position.z + box.size.z;
        if (!near || top_in_sight) pack_rack(layout, view, seen[i], near, rows);
        if (!near) continue;
        is_near[seen[i].rack] = 1;
        pack_near_rack(layout, view, seen[i].rack, view.lod && seen[i].pixels > nearest_pixels && i < most_nearest,
                       top_in_sight, rows);
    }
    if (rows.cells.size() == 0) rows.cells.push(gpu::state_absent);
}

// CDUs outside racks, power gear and plants: few, always boxes.
void pack_facility(const SceneLayout::Impl& layout, const View& view, const Sight& sight, FrameRows& rows) {
    for (const FacilityPiece& piece : layout.facility) {
        if (!sight.sees(piece.box.position, glm::length(piece.box.size))) continue;
        // Thousands of busways, each thinner than a pixel, are only shimmer; their trouble has its mark.
        if (piece.material == gpu::material_busway && sight.pixels(piece.box.position, piece.box.size.z) < 0.6f)
            continue;
        uint32_t state = layout.cache.words[size_t(piece.id.object_class)][piece.id.index];
        if (view.selected == piece.id) state |= gpu::state_selected;
        if (view.hovered == piece.id) state |= gpu::state_hovered;
        rows.boxes.push({piece.box.position, piece.box.yaw, piece.box.size, piece.material, state});
    }
}

uint32_t rgba(uint32_t rgb) { return (rgb >> 16 & 0xFF) | (rgb & 0xFF00) | (rgb & 0xFF) << 16 | 0xFF000000u; }

// Who stands in a hall sees its outline as a line across everything: there it says nothing.
bool stands_in(const PlacedBox& box, glm::vec3 eye) {
    const glm::vec3 from = eye - box.position;
    const float c = std::cos(box.yaw), s = std::sin(box.yaw);
    const glm::vec2 inside{from.x * c + from.y * s, from.y * c - from.x * s};
    return std::abs(inside.x) < box.size.x * 0.5f && std::abs(inside.y) < box.size.y * 0.5f && from.z < box.size.z;
}

void pack_outline(const SceneLayout::Impl& layout, const View& view, ObjectId id, uint32_t color, FrameRows& rows) {
    PlacedBox box;
    if (!id.valid() || !layout.box_of(id, box)) return;
    if (id.object_class == ObjectClass::hall && stands_in(box, view.camera.pose().eye)) return;
    const float margin = id.object_class == ObjectClass::gpu || id.object_class == ObjectClass::node ? 0.004f : 0.03f;
    if (id.object_class == ObjectClass::hall) box.size.z = std::min(box.size.z, 0.3f);
    rows.outlines.push({box.position - glm::vec3(0, 0, margin), box.yaw, box.size + 2 * margin, color});
}

void pack_outlines(const SceneLayout::Impl& layout, const View& view, FrameRows& rows) {
    const bool light = view.theme == Theme::light;
    const uint32_t accent = rgba(light ? 0x0077BB : 0x4CC2FF), faint = rgba(light ? 0x5B6875 : 0x93A1B0);
    if (view.hovered != view.selected) pack_outline(layout, view, view.hovered, faint, rows);
    pack_outline(layout, view, view.selected, accent, rows);
    if (view.selected.object_class == ObjectClass::link && layout.topology->contains(view.selected)) {
        const Link& link = layout.topology->links[view.selected.index];
        for (const PortRef& end : {link.a, link.b}) pack_outline(layout, view, end.object(), accent, rows);
    }
}

}  // namespace

Sight::Sight(const View& view, const Pane& pane) {
    const float aspect = view.viewport_width / std::max(1.0f, view.viewport_height);
    clip_from_world = view.camera.clip_from_world(aspect);
    eye = view.camera.pose().eye;
    pixels_per_metre = view.viewport_height / (2 * std::tan(view.camera.pose().fov_y / 2));
    const glm::mat4 rows = glm::transpose(clip_from_world);
    planes = {rows[0] - (2 * pane.from - 1) * rows[3], (2 * pane.to - 1) * rows[3] - rows[0], rows[3] + rows[1],
              rows[3] - rows[1], rows[3] - rows[2]};
    for (glm::vec4& plane : planes) plane /= glm::length(glm::vec3(plane));
}

void pack_rows(const ClusterState& state, const SceneLayout& scene, const View& view, int64_t now_ns, FrameRows& rows,
               const Comparison* comparison, const Pane& pane) {
    const SceneLayout::Impl& layout = scene.impl();
    if (pane.then) std::swap(layout.cache, layout.cache_of_then);
    refresh_cache(state, layout, view, now_ns, comparison);
    const Sight sight(view, pane);
    std::vector<uint8_t> is_near(layout.racks.size(), 0);
    pack_racks(layout, view, sight, is_near, rows);
    if (view.show_structure) pack_facility(layout, view, sight, rows);
    if (view.show_trunks) pack_trunks(state, layout, view, sight, rows);
    if (view.show_beacons) pack_beacons(layout, view, sight, is_near, rows);
    pack_outlines(layout, view, rows);
    if (pane.then) std::swap(layout.cache, layout.cache_of_then);
}

}  // namespace bv

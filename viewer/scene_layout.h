// What the parts of the scene share and nobody else needs: where every thing of a topology stands as a box, which
// object is which cell of which rack, and the cache of what a frame reuses while the telemetry has not changed.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include <glm/glm.hpp>

#include "cluster/routes.h"
#include "viewer/fabric_plan.h"
#include "viewer/scene.h"

namespace bv {

inline constexpr float rack_unit_m = 0.04445f;
inline constexpr uint32_t word_by_health = gpu::state_by_health;  // its value bits are 0

inline uint32_t health_word(Health health) { return uint32_t(health) << gpu::state_health_shift; }
inline Health health_of(uint32_t word) { return Health((word >> gpu::state_health_shift) & 7u); }

inline bool by_health(uint32_t word) { return (word & gpu::state_by_health) == gpu::state_by_health; }
inline bool has_value(uint32_t word) { return (word & 0xFFFFu) != gpu::state_no_value && !by_health(word); }

struct PlacedBox {
    glm::vec3 position{0};  // centre of the base
    float yaw = 0;
    glm::vec3 size{0};  // width, depth, height
};

// Consecutive cells of a rack that show consecutive objects of one class.
struct CellRun {
    uint32_t first_cell = 0;
    ObjectClass object_class = ObjectClass::gpu;
    uint32_t first_object = 0;
    uint32_t count = 0;
};

struct RackPlan {
    PlacedBox box;
    uint16_t columns = 0,
             rows = 0;  // of the cell grid; cells are row-major from the bottom left as seen from the front
    uint32_t first_run = 0, runs = 0;
    float cells_bottom = 0, cells_top = 0;
    bool evenly = true;  // every cell has an object: no empty cells between
};

// Racks that stand side by side: from very far they are drawn as one box with a cell per rack.
struct RackGroup {
    uint32_t first = 0, count = 0;
    PlacedBox box;
    bool reversed = false;  // the first rack is the rightmost as seen from the front
};

// A piece of power or cooling gear as it is drawn: a battery bank is rows of cabinets, a substation a few transformers.
struct FacilityPiece {
    ObjectId id;
    PlacedBox box;
    uint32_t material = gpu::material_power;
};

// Health of what is inside one rack, without the healthy.
struct Trouble {
    std::array<uint32_t, health_count> count{};
    Health worst = Health::ok;
    void add(Health health) {
        ++count[size_t(health)];
        worst = worse(worst, health);
    }
    [[nodiscard]] uint32_t total() const {
        return count[size_t(Health::warning)] + count[size_t(Health::critical)] + count[size_t(Health::down)];
    }
};

// A line of the fabric as the last frame drew it: what the pointer can be on.
struct DrawnLine {
    glm::vec3 a, b;
    float width = 0, min_pixels = 0;  // metres; pixels
    uint32_t link = no_index;         // of a single link
    TrunkRef trunk;                   // of a stretch of tray
};

// Worked out from the telemetry and the colouring; kept until either changes.
struct SceneCache {
    struct Key {
        const ClusterState* state = nullptr;
        int64_t time_ns = 0, now_half_seconds = 0;
        uint64_t versions = 0;
        ColorBy color_by = ColorBy::metric;
        MetricId metric;
        std::string filter_text;
        std::optional<Health> health_filter;
        uint64_t brush_version = 0;
        uint64_t comparison_version = 0;
        auto operator<=>(const Key&) const = default;
    } key;
    // State word of every object, [class][index]. Links and NICs, of which there are most and few are looked at, have
    // theirs worked out one by one, see word_of; their vectors are empty.
    std::array<std::vector<uint32_t>, object_class_count> words;
    const ClusterState* state = nullptr;
    int64_t now_ns = 0;
    ColorBy color_by = ColorBy::metric;
    MetricId metric;
    const Comparison* comparison = nullptr;  // of this metric; null: values are shown
    std::vector<Trouble> rack_trouble;       // [rack]
    std::vector<ObjectId> trouble;           // everything warning, critical or down
    std::vector<uint32_t> rack_words;        // mean value and worst health of the cells, [rack]

    uint64_t link_versions = ~0ull;
    const ClusterState* link_state = nullptr;
    LinkFilter link_filter;
    FabricLoads loads;
    FabricScratch scratch;
    std::vector<DrawnLine> lines;  // of the last frame
    TrunkRef opened;               // the trunk whose links are listed below
    std::vector<uint32_t> opened_links;
    Routes routes;  // between view.route_from and the selection, of these links
    uint64_t routes_version = ~0ull;
};

struct SceneLayout::Impl {
    explicit Impl(std::shared_ptr<const Topology> t);

    std::shared_ptr<const Topology> topology;
    std::vector<RackPlan> racks;
    std::vector<CellRun> runs;
    std::vector<RackGroup> groups;    // every rack is in one, in order
    std::vector<uint32_t> gpu_nics;   // [gpu] → nic_of_gpu()
    std::vector<uint32_t> nic_racks;  // [nic] → rack, or no_index
    std::vector<FacilityPiece> facility;
    FabricPlan fabric;
    glm::vec3 low{0}, high{0};  // of everything that stands

    [[nodiscard]] PlacedBox node_box(uint32_t node) const;
    [[nodiscard]] PlacedBox gpu_box(uint32_t gpu) const;
    [[nodiscard]] PlacedBox switch_box(uint32_t index) const;
    [[nodiscard]] PlacedBox cdu_box(uint32_t cdu) const;
    // Any object that has a body; false where it has none (jobs, links).
    [[nodiscard]] bool box_of(ObjectId id, PlacedBox& box) const;
    [[nodiscard]] uint32_t rack_of(ObjectId id) const;  // no_index: none
    // The object of another class that a GPU belongs to or hangs on: its node, rack, hall, NIC, host link, leaf switch,
    // CDU, busway.
    [[nodiscard]] uint32_t related_to_gpu(uint32_t gpu, ObjectClass object_class) const;

    // Of what is packed, and between frames of what is shown now; that of the time which is compared with takes its
    // place while it is packed.
    mutable SceneCache cache, cache_of_then;

private:
    void plan_rack(uint32_t index);
    void plan_groups();
    void plan_nics();
};

// The state word of any object, after refresh_cache.
uint32_t word_of(const SceneLayout::Impl& layout, ObjectId id);
// Brings the cache up to date: words, trouble, rack aggregates.
void refresh_cache(const ClusterState& state, const SceneLayout::Impl& layout, const View& view, int64_t now_ns,
                   const Comparison* comparison);

// Which racks and segments are in sight, and how large a metre is there.
struct Sight {
    glm::mat4 clip_from_world;
    glm::vec3 eye{0};
    float pixels_per_metre = 1;  // at a distance of one metre
    std::array<glm::vec4, 5> planes;

    Sight(const View& view, const Pane& pane = {});
    [[nodiscard]] bool sees(glm::vec3 centre, float radius) const {
        for (const glm::vec4& plane : planes)
            if (glm::dot(glm::vec3(plane), centre) + plane.w < -radius) return false;
        return true;
    }
    [[nodiscard]] float pixels(glm::vec3 at, float metres) const {
        return metres * pixels_per_metre / std::max(glm::length(at - eye), 0.1f);
    }
};

// The inside of a rack, and its body where the top is not in sight (else the rack's own row is its body).
void pack_near_rack(const SceneLayout::Impl& layout, const View& view, uint32_t rack, bool nearest, bool top_in_sight,
                    FrameRows& rows);
void pack_trunks(const ClusterState& state, const SceneLayout::Impl& layout, const View& view, const Sight& sight,
                 FrameRows& rows);
// The links that are drawn one by one: in trouble, hot, of the selection, of an opened trunk, on a route.
void pack_single_links(const ClusterState& state, const SceneLayout::Impl& layout, const View& view, FrameRows& rows);
// Sums per bundle and segment, hot links, the opened trunk and the route; kept until a link column or the view changes.
void refresh_links(const ClusterState& state, const SceneLayout::Impl& layout, const View& view);
// What a stretch of tray carries now, after refresh_links.
TrunkLoad load_of(const SceneLayout::Impl& layout, const TrunkRef& trunk);
inline constexpr float over_tray_m = 0.08f;  // trunks lie on their trays
void pack_beacons(const SceneLayout::Impl& layout, const View& view, const Sight& sight,
                  const std::vector<uint8_t>& rack_is_near, FrameRows& rows);
std::vector<FacilityPiece> plan_facility(const SceneLayout::Impl& layout);
// A box inside another one, given in the outer box's own axes: x to the right, y to the rear, z up from its base;
// centre of base.
PlacedBox within(const PlacedBox& outer, glm::vec3 offset, glm::vec3 size);
StaticScene build_static_scene(const SceneLayout::Impl& layout);

}  // namespace bv

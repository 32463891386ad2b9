// State → rows: the only place that knows both the cluster and the renderer's rows. Pure functions of their arguments.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "cluster/state.h"
#include "render/renderer.h"
#include "viewer/panes.h"
#include "viewer/view.h"

namespace bv {

struct Comparison;

// What is worked out once per topology: where every thing stands, who is whose cell, which trunk runs where.
class SceneLayout {
public:
    explicit SceneLayout(std::shared_ptr<const Topology> topology);
    ~SceneLayout();
    [[nodiscard]] StaticScene static_scene() const;
    [[nodiscard]] const Topology& topology() const;

    struct Impl;
    [[nodiscard]] const Impl& impl() const { return *impl_; }

private:
    std::unique_ptr<Impl> impl_;
};

// Packs everything that a pane of the frame shows, of the state at its time. now_ns judges staleness; levels of detail
// follow view.camera and the viewport. With a comparison, what is coloured by its metric shows differences on the
// diverging map.
void pack_rows(const ClusterState& state, const SceneLayout& layout, const View& view, int64_t now_ns, FrameRows& rows,
               const Comparison* comparison = nullptr, const Pane& pane = {});
ViewInput pack_view(const SceneLayout& layout, const View& view, double time_s, bool rich,
                    const Comparison* comparison = nullptr, const Pane& pane = {});

// Whether the hall is coloured by the comparison's differences.
bool shows_differences(const View& view, const Comparison* comparison);

// What the colour scale spans when colouring by something that is not a metric; the legend shows the same.
inline constexpr float age_scale_seconds = 60;              // age 0 … 60 s and more
float job_scale(uint32_t slot);                             // 0..1 on the colour map: neighbouring slots lie far apart
float rail_scale(const Topology& topology, uint32_t rail);  // 0..1, evenly spread over the rails

// Colour-map rows for Renderer::set_color_maps, in the order of ColorMap; 256 texels each.
std::vector<glm::u8vec4> color_map_texels();

// Nearest object under a ray; invalid id where there is none. Of links those that the last frame drew one by one. 0.2
// ms for 100,352 GPUs.
ObjectId pick(const ClusterState& state, const SceneLayout& layout, const View& view, const Camera::Ray& ray,
              const Pane& pane = {});
// The trunk under a ray, as the last frame drew it; invalid where a body or a single link is before it.
TrunkRef pick_trunk(const SceneLayout& layout, const View& view, const Camera::Ray& ray, const Pane& pane = {});

}  // namespace bv

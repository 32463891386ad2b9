// Draws hall floors and the grid on the ground around them; the ground itself is the colour of the air. Reads: slab
// boxes, the ground's extent. Writes: colour; floors, depth.
#include <algorithm>
#include <cmath>

#include "render/passes/passes.h"
#include "shaders/embedded.h"

namespace bv {
namespace {

constexpr float border = 0.3f;  // as in ground.vert
constexpr uint32_t quads_per_line = 3;

// Twenty metres; more on sites so large that such lines would be too close to be seen.
float spacing_of(glm::vec2 size) {
    constexpr float most_lines = 40;
    float spacing = 20;
    while (std::max(size.x, size.y) > most_lines * spacing) spacing *= 2;
    return spacing;
}

uint32_t count_lines(float low, float high, float spacing) {
    const float margin = border * (high - low);
    return uint32_t(std::max(0.0f, std::floor((high + margin) / spacing) - std::ceil((low - margin) / spacing)) + 1);
}

}  // namespace

GroundPass GroundPass::create(const PipelineFactory& make, bool rich) {
    GroundPass pass;
    // In the rich picture the floor lets a little of the mirror image through.
    pass.slabs =
        make.create({spirv::boxes_vert, spirv::slabs_frag, rich ? Blend::over : Blend::opaque, Depth::write, 1});
    // Nothing lies below the ground, so its depth hides nothing and is not written.
    pass.lines = make.create({spirv::ground_vert, spirv::ground_frag, Blend::over, Depth::test, {}});
    if (rich) pass.cover = make.create({spirv::ground_cover_vert, spirv::air_frag, Blend::opaque, Depth::test, {}});
    return pass;
}

void GroundPass::record(const Recorder& recorder, const PassInput& in) const {
    gpu::PassConstants constants{};
    constants.strength = in.rich ? 0.72f : 1.0f;
    if (in.scene.slab_count) {
        recorder.bind(slabs);
        recorder.draw(recorder.bindings.box, 0, in.scene.slab_count, constants);
    }
    // Clear of floors at the same height.
    constants.mirror_z = std::min(in.scene.reflection_height, 0.0f) - 0.05f;
    constants.extent_min = in.scene.ground_min;
    constants.extent_max = in.scene.ground_max;
    if (in.rich) {
        recorder.bind(cover);
        recorder.draw(recorder.bindings.quad, 0, 1, constants);
    }
    const glm::vec2 &low = in.scene.ground_min, &high = in.scene.ground_max;
    constants.grid_spacing = spacing_of(high - low);
    const uint32_t count =
        count_lines(low.x, high.x, constants.grid_spacing) + count_lines(low.y, high.y, constants.grid_spacing);
    recorder.bind(lines);
    recorder.draw(recorder.bindings.quad, 0, quads_per_line * count, constants);
}

}  // namespace bv

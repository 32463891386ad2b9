// Draws every rack as one box whose front, rear and top shade its cells. Reads: rack rows, cells' state words. Writes:
// colour, depth.
#include <cmath>

#include "render/passes/passes.h"
#include "shaders/embedded.h"

namespace bv {
namespace {

// A cell of this many pixels or more shows shapes and rings.
constexpr float near_cell_pixels = 7.0f;

bool is_near(const gpu::RackRow& rack, const gpu::FrameConstants& frame) {
    const float columns = static_cast<float>(std::max(rack.columns_rows & 0xFFFFu, 1u));
    const float distance = std::max(glm::distance(rack.position, frame.eye) - rack.size.z, 0.1f);
    return rack.size.x / columns * frame.pixels_per_metre > near_cell_pixels * distance;
}

}  // namespace

RacksPass RacksPass::create(const PipelineFactory& make) {
    PipelineShape shape{spirv::racks_vert, spirv::racks_frag};
    RacksPass pass;
    shape.constant = 1;
    pass.near = make.create(shape);
    shape.constant = 0;
    pass.far = make.create(shape);
    return pass;
}

void RacksPass::record(const Recorder& recorder, const PassInput& in, const gpu::PassConstants& constants) const {
    const auto racks = in.rows.racks.rows();
    // Runs of near and far racks in drawing order. A few far ones between near ones are drawn as near: a draw costs
    // more.
    constexpr size_t shortest_far_run = 24;
    const auto draw_run = [&](const UniquePipeline& pipeline, size_t first, size_t end) {
        if (first == end) return;
        recorder.bind(pipeline);
        recorder.draw(recorder.bindings.box, static_cast<uint32_t>(first), static_cast<uint32_t>(end - first),
                      constants);
    };
    size_t near_first = 0, near_end = 0;  // the run of near racks that is still growing
    for (size_t i = 0; i < racks.size(); ++i) {
        if (!is_near(racks[i], in.constants)) continue;
        if (i - near_end >= shortest_far_run) {
            draw_run(near, near_first, near_end);
            draw_run(far, near_end, i);
            near_first = i;
        }
        near_end = i + 1;
    }
    draw_run(near, near_first, near_end);
    draw_run(far, near_end, racks.size());
}

}  // namespace bv

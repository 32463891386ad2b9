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
    draw_in_runs(
        racks.size(), [&](size_t i) { return is_near(racks[i], in.constants); },
        [&](bool is_near_run, size_t first, size_t count) {
            recorder.bind(is_near_run ? near : far);
            recorder.draw(recorder.bindings.box, static_cast<uint32_t>(first), static_cast<uint32_t>(count), constants);
        });
}

}  // namespace bv

// Draws hall floors and the ground around them. Reads: slab boxes, the ground's extent. Writes: colour, depth.
#include "render/passes/passes.h"
#include "shaders/embedded.h"

namespace bv {

GroundPass GroundPass::create(const PipelineFactory& make) {
    GroundPass pass;
    // In the rich picture the floor lets a little of the mirror image through.
    pass.slabs = make.create({spirv::boxes_vert, spirv::slabs_frag, Blend::over, Depth::write, 1});
    pass.ground = make.create({spirv::ground_vert, spirv::ground_frag});
    return pass;
}

void GroundPass::record(const Recorder& recorder, const PassInput& in) const {
    gpu::PassConstants constants{};
    constants.strength = in.rich ? 0.86f : 1.0f;
    if (in.scene.slab_count) {
        recorder.bind(slabs);
        recorder.draw(recorder.bindings.box, 0, in.scene.slab_count, constants);
    }
    constants.extent_min = in.scene.ground_min;
    constants.extent_max = in.scene.ground_max;
    recorder.bind(ground);
    recorder.draw_quad(constants);
}

}  // namespace bv

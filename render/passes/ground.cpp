// Draws hall floors and the ground around them. Reads: slab boxes, the ground's extent. Writes: colour; floors, depth.
#include <algorithm>

#include "render/passes/passes.h"
#include "shaders/embedded.h"

namespace bv {

static constexpr uint32_t ground_fields = 24;  // the net of ground.vert

GroundPass GroundPass::create(const PipelineFactory& make, bool rich) {
    GroundPass pass;
    // In the rich picture the floor lets a little of the mirror image through.
    pass.slabs =
        make.create({spirv::boxes_vert, spirv::slabs_frag, rich ? Blend::over : Blend::opaque, Depth::write, 1});
    // Nothing lies below the ground, so its depth hides nothing and is not written.
    pass.ground = make.create({spirv::ground_vert, spirv::ground_frag, Blend::opaque, Depth::test, {}});
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
    recorder.bind(ground);
    recorder.draw(recorder.bindings.quad, 0, ground_fields * ground_fields, constants);
}

}  // namespace bv

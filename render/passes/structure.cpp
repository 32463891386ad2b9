// Draws the building. Reads: static boxes and cylinders. Writes: colour, depth; glass blends over what is there.
#include "render/passes/passes.h"
#include "shaders/embedded.h"

namespace bv {

StructurePass StructurePass::create(const PipelineFactory& make) {
    StructurePass pass;
    pass.boxes = make.create({spirv::boxes_vert, spirv::boxes_frag, Blend::opaque, Depth::write, 1});
    pass.cylinders = make.create({spirv::cylinders_vert, spirv::cylinders_frag});
    pass.glass = make.create({spirv::boxes_vert, spirv::glass_frag, Blend::over, Depth::test, 1});
    return pass;
}

void StructurePass::record(const Recorder& recorder, const PassInput& in, const gpu::PassConstants& constants) const {
    if (in.scene.solid_count) {
        recorder.bind(boxes);
        recorder.draw(recorder.bindings.box, in.scene.slab_count, in.scene.solid_count, constants);
    }
    if (in.scene.cylinder_count) {
        recorder.bind(cylinders);
        recorder.draw(recorder.bindings.cylinder, 0, in.scene.cylinder_count, constants);
    }
}

void StructurePass::record_glass(const Recorder& recorder, const PassInput& in) const {
    if (!in.scene.glass_count) return;
    recorder.bind(glass);
    recorder.draw(recorder.bindings.box, in.scene.slab_count + in.scene.solid_count, in.scene.glass_count, {});
}

}  // namespace bv

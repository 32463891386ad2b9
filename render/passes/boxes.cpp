// Draws the frame's boxes. Reads: box rows. Writes: colour, depth.
#include "render/passes/passes.h"
#include "shaders/embedded.h"

namespace bv {

BoxesPass BoxesPass::create(const PipelineFactory& make) {
    BoxesPass pass;
    pass.boxes = make.create({spirv::boxes_vert, spirv::boxes_frag, Blend::opaque, Depth::write, 0});
    return pass;
}

void BoxesPass::record(const Recorder& recorder, const PassInput& in, const gpu::PassConstants& constants) const {
    if (in.rows.boxes.size() == 0) return;
    recorder.bind(boxes);
    recorder.draw(recorder.bindings.box, 0, static_cast<uint32_t>(in.rows.boxes.size()), constants);
}

}  // namespace bv

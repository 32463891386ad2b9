// Darkens the floor at the foot of racks. Reads: rack rows. Writes: colour, tested against depth.
#include "render/passes/passes.h"
#include "shaders/embedded.h"

namespace bv {

ShadowsPass ShadowsPass::create(const PipelineFactory& make) {
    ShadowsPass pass;
    pass.shadows = make.create({spirv::shadows_vert, spirv::shadows_frag, Blend::over, Depth::test, {}});
    return pass;
}

void ShadowsPass::record(const Recorder& recorder, const PassInput& in) const {
    if (in.rows.racks.size() == 0) return;
    recorder.bind(shadows);
    recorder.draw(recorder.bindings.quad, 0, static_cast<uint32_t>(in.rows.racks.size()), {});
}

}  // namespace bv

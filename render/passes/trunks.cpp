// Draws links and trunks. Reads: trunk rows. Writes: colour, tested against depth.
#include "render/passes/passes.h"
#include "shaders/embedded.h"

namespace bv {

TrunksPass TrunksPass::create(const PipelineFactory& make, bool moving) {
    TrunksPass pass;
    pass.trunks = make.create({spirv::trunks_vert, spirv::trunks_frag, Blend::over, Depth::test, moving ? 1u : 0u});
    return pass;
}

void TrunksPass::record(const Recorder& recorder, const PassInput& in) const {
    if (in.rows.trunks.size() == 0) return;
    recorder.bind(trunks);
    recorder.draw(recorder.bindings.quad, 0, static_cast<uint32_t>(in.rows.trunks.size()), {});
}

}  // namespace bv

// Draws edges around what is selected or hovered. Reads: outline rows. Writes: colour; twice, weakly where something
// lies in front.
#include "render/passes/passes.h"
#include "shaders/embedded.h"

namespace bv {

OutlinesPass OutlinesPass::create(const PipelineFactory& make) {
    OutlinesPass pass;
    pass.seen = make.create({spirv::outlines_vert, spirv::outlines_frag, Blend::over, Depth::test, {}});
    pass.hidden = make.create({spirv::outlines_vert, spirv::outlines_frag, Blend::over, Depth::hidden, {}});
    return pass;
}

void OutlinesPass::record(const Recorder& recorder, const PassInput& in) const {
    const auto count = static_cast<uint32_t>(in.rows.outlines.size());
    if (count == 0) return;
    gpu::PassConstants constants{};
    constants.strength = 0.35f;
    recorder.bind(hidden);
    recorder.draw(recorder.bindings.outline, 0, count, constants);
    constants.strength = 1.0f;
    recorder.bind(seen);
    recorder.draw(recorder.bindings.outline, 0, count, constants);
}

}  // namespace bv

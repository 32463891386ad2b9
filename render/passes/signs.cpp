// Draws lettering. Reads: glyph rows, the glyph atlas. Writes: colour, tested against depth.
#include "render/passes/passes.h"
#include "shaders/embedded.h"

namespace bv {

SignsPass SignsPass::create(const PipelineFactory& make) {
    SignsPass pass;
    pass.signs = make.create({spirv::signs_vert, spirv::signs_frag, Blend::over, Depth::test, {}});
    return pass;
}

void SignsPass::record(const Recorder& recorder, const PassInput& in) const {
    if (in.glyphs.size() == 0) return;
    recorder.bind(signs);
    recorder.draw(recorder.bindings.quad, 0, static_cast<uint32_t>(in.glyphs.size()), {});
}

}  // namespace bv

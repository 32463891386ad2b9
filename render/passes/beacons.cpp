// Draws the marks of trouble. Reads: beacon rows. Writes: colour; twice, weakly where something lies in front.
#include "render/passes/passes.h"
#include "shaders/embedded.h"

namespace bv {

BeaconsPass BeaconsPass::create(const PipelineFactory& make) {
    BeaconsPass pass;
    pass.seen = make.create({spirv::beacons_vert, spirv::beacons_frag, Blend::premultiplied, Depth::test, {}});
    pass.hidden = make.create({spirv::beacons_vert, spirv::beacons_frag, Blend::premultiplied, Depth::hidden, {}});
    return pass;
}

void BeaconsPass::record(const Recorder& recorder, const PassInput& in) const {
    const auto count = static_cast<uint32_t>(in.rows.beacons.size());
    if (count == 0) return;
    gpu::PassConstants constants{};
    constants.strength = 0.55f;
    recorder.bind(hidden);
    recorder.draw(recorder.bindings.quad, 0, count, constants);
    constants.strength = 1.0f;
    recorder.bind(seen);
    recorder.draw(recorder.bindings.quad, 0, count, constants);
}

}  // namespace bv

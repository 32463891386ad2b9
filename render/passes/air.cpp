// Fills the 3D view with air before anything is drawn. A clear of a part of the target would do, but makes a software
// device finish the frame before first. Writes: colour.
#include "render/passes/passes.h"
#include "shaders/embedded.h"

namespace bv {

AirPass AirPass::create(const PipelineFactory& make) {
    AirPass pass;
    pass.air = make.create({spirv::air_vert, spirv::air_frag, Blend::opaque, Depth::ignore, {}});
    return pass;
}

void AirPass::record(const Recorder& recorder) const {
    recorder.bind(air);
    recorder.draw_over_all();
}

}  // namespace bv

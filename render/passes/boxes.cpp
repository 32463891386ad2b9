// Draws the frame's boxes. Reads: box rows. Writes: colour, depth.
#include "render/passes/passes.h"
#include "shaders/embedded.h"

namespace bv {
namespace {

// box_kinds.glsl
constexpr uint32_t kind_plain = 0, kind_marked = 2;

bool is_marked(uint32_t state) {
    constexpr uint32_t flags =
        7u << gpu::state_health_shift | gpu::state_stale | gpu::state_selected | gpu::state_hovered | gpu::state_dimmed;
    return (state & flags) != 0;
}

}  // namespace

BoxesPass BoxesPass::create(const PipelineFactory& make) {
    BoxesPass pass;
    pass.plain = make.create({spirv::boxes_vert, spirv::boxes_frag, Blend::opaque, Depth::write, kind_plain});
    pass.marked = make.create({spirv::boxes_vert, spirv::boxes_frag, Blend::opaque, Depth::write, kind_marked});
    return pass;
}

void BoxesPass::record(const Recorder& recorder, const PassInput& in, const gpu::PassConstants& constants) const {
    const auto boxes = in.rows.boxes.rows();
    draw_in_runs(
        boxes.size(), [&](size_t i) { return is_marked(boxes[i].state); },
        [&](bool is_marked_run, size_t first, size_t count) {
            recorder.bind(is_marked_run ? marked : plain);
            recorder.draw(recorder.bindings.box, static_cast<uint32_t>(first), static_cast<uint32_t>(count), constants);
        });
}

}  // namespace bv

// Draw calls of rows by index patterns; one place counts them.
#include <algorithm>

#include "render/passes/passes.h"

namespace bv {

void Recorder::bind(const UniquePipeline& pipeline) const {
    vkCmdBindPipeline(cmd, VK_PIPELINE_BIND_POINT_GRAPHICS, pipeline.get());
}

void Recorder::draw(const IndexPattern& pattern, uint32_t first, uint32_t count, gpu::PassConstants constants) const {
    if (count == 0) return;
    vkCmdBindIndexBuffer(cmd, pattern.indices.handle.get(), 0, VK_INDEX_TYPE_UINT16);
    for (uint32_t done = 0; done < count; done += pattern.rows_per_draw) {
        const uint32_t rows = std::min(count - done, pattern.rows_per_draw);
        constants.first_row = first + done;
        constants.pulse = pulse;
        vkCmdPushConstants(cmd, bindings.pipeline_layout.get(),
                           VK_SHADER_STAGE_VERTEX_BIT | VK_SHADER_STAGE_FRAGMENT_BIT, 0, sizeof constants, &constants);
        vkCmdDrawIndexed(cmd, rows * pattern.indices_per_row, 1, 0, 0, 0);
        ++stats.draw_calls;
        stats.triangles += uint64_t{rows} * pattern.indices_per_row / 3;
    }
}

void Recorder::draw_over_all() const {
    vkCmdDraw(cmd, 3, 1, 0, 0);
    ++stats.draw_calls;
    ++stats.triangles;
}

}  // namespace bv

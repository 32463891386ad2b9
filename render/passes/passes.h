// All passes of a frame. A pass owns its pipelines and touches only what `record` is given; the order stands in
// renderer.cpp. A pass, its shaders and its GPU timer have one name.
#pragma once

#include <string_view>

#include "render/frame.h"
#include "render/pipeline.h"
#include "render/scene_buffers.h"
#include "render/targets.h"
#include "render/ui_parts.h"

namespace bv {

// Commands of one frame with everything bound that passes share; counts what is drawn.
struct Recorder {
    VkCommandBuffer cmd;
    const Bindings& bindings;
    FrameStats& stats;
    float pulse;  // brightness of what is critical, now

    void bind(const UniquePipeline& pipeline) const;
    // Draws rows [first, first + count) as the pattern says, in as few draws as 16-bit indices allow.
    void draw(const IndexPattern& pattern, uint32_t first, uint32_t count, gpu::PassConstants constants) const;
    // Draws one triangle over the whole viewport.
    void draw_over_all() const;
};

// Calls draw(is_special, first, count) for runs of rows in their order. A few plain rows between special ones go with
// these: a draw costs more than they do.
template <typename IsSpecial, typename Draw>
void draw_in_runs(size_t count, IsSpecial&& is_special, Draw&& draw) {
    constexpr size_t shortest_plain_run = 24;
    size_t first = 0, end = 0;  // the run of special rows that is still growing
    const auto flush = [&](bool special, size_t from, size_t to) {
        if (from != to) draw(special, from, to - from);
    };
    for (size_t i = 0; i < count; ++i) {
        if (!is_special(i)) continue;
        if (i - end >= shortest_plain_run) {
            flush(true, first, end);
            flush(false, end, i);
            first = i;
        }
        end = i + 1;
    }
    flush(true, first, end);
    flush(false, end, count);
}

// What a pass may read.
struct PassInput {
    const gpu::FrameConstants& constants;
    const FrameRows& rows;
    const Rows<gpu::GlyphRow>& glyphs;
    const SceneBuffers& scene;
    bool rich;
};

// The colour that distance fades into, behind everything.
struct AirPass {
    static AirPass create(const PipelineFactory& make);
    void record(const Recorder& recorder) const;
    UniquePipeline air;
};

// Every rack as one box whose faces show its cells. Near racks get patterns in their cells, far ones the lean shader.
struct RacksPass {
    static RacksPass create(const PipelineFactory& make);
    void record(const Recorder& recorder, const PassInput& in, const gpu::PassConstants& constants) const;
    UniquePipeline near, far;
};

// Rows of boxes: nodes, GPUs, switches, CDUs, power gear. Those that are well and unmarked get the lean shader.
struct BoxesPass {
    static BoxesPass create(const PipelineFactory& make);
    void record(const Recorder& recorder, const PassInput& in, const gpu::PassConstants& constants) const;
    UniquePipeline plain, marked;
};

// The building: static boxes and cylinders, and its glass, which goes over the floor.
struct StructurePass {
    static StructurePass create(const PipelineFactory& make);
    void record(const Recorder& recorder, const PassInput& in, const gpu::PassConstants& constants) const;
    void record_glass(const Recorder& recorder, const PassInput& in) const;
    UniquePipeline boxes, cylinders, glass;
};

// Hall floors and the grid on the ground around them. Drawn after what stands on them, so that hidden floor is not
// shaded.
struct GroundPass {
    static GroundPass create(const PipelineFactory& make, bool rich);
    void record(const Recorder& recorder, const PassInput& in) const;
    UniquePipeline slabs, lines;
    UniquePipeline cover;  // rich only
};

// The darkness at the foot of racks, over the floor.
struct ShadowsPass {
    static ShadowsPass create(const PipelineFactory& make);
    void record(const Recorder& recorder, const PassInput& in) const;
    UniquePipeline shadows;
};

// Links and trunks as ribbons.
struct TrunksPass {
    static TrunksPass create(const PipelineFactory& make, bool moving);
    void record(const Recorder& recorder, const PassInput& in) const;
    UniquePipeline trunks;
};

// Lettering in the world.
struct SignsPass {
    static SignsPass create(const PipelineFactory& make);
    void record(const Recorder& recorder, const PassInput& in) const;
    UniquePipeline signs;
};

// Boxes' edges around what is selected or hovered; what lies behind something is weaker.
struct OutlinesPass {
    static OutlinesPass create(const PipelineFactory& make);
    void record(const Recorder& recorder, const PassInput& in) const;
    UniquePipeline seen, hidden;
};

// Marks that are never smaller than a few pixels; seen through everything, but weaker.
struct BeaconsPass {
    static BeaconsPass create(const PipelineFactory& make);
    void record(const Recorder& recorder, const PassInput& in) const;
    UniquePipeline seen, hidden;
};

// The light that alarms spread, in the rich picture; also brings the picture from the passes' image into the final one.
struct BloomPass {
    static BloomPass create(const Device& device, VkFormat color_format, VkDescriptorSetLayout texture_layout);
    void record(const Recorder& recorder, const Targets& targets, const FinalImage& target) const;
    UniquePipelineLayout one_texture, four_textures;
    UniquePipeline first, next, finish;
};

// Dear ImGui's draw data over the finished picture. The backend of Debian's ImGui wants a render pass of its own.
class UiPass {
public:
    void create(const Device& device, VkFormat color_format);
    void destroy();
    [[nodiscard]] VkRenderPass render_pass() const { return render_pass_.get(); }
    // Starts the backend in the current ImGui context and uploads its font atlas; again after the fonts have changed.
    void upload_fonts(const Device& device);
    // ImGui's lists around a view of that many pixels from low to high, and over it.
    [[nodiscard]] UiParts parts(glm::ivec2 view_low, glm::ivec2 view_high, const glm::vec4& surface) const;
    // `only`: of all lists just these.
    void record(VkCommandBuffer cmd, VkFramebuffer framebuffer, VkExtent2D extent, FrameStats& stats,
                const std::vector<ImDrawList*>* only) const;

private:
    [[nodiscard]] ImDrawData* drawn() const;  // null: nothing
    UniqueRenderPass render_pass_;
    UniqueDescriptorPool descriptors_;
    bool ready_ = false;
    uint64_t fonts_version_ = 0;
};

}  // namespace bv

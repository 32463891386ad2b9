// The rich picture's last step. Reads: the resolved picture with glow in its alpha. Writes: the final image.
#include "render/check.h"
#include "render/passes/passes.h"
#include "shaders/embedded.h"

namespace bv {
namespace {

constexpr VkPipelineStageFlags2 color_stage = VK_PIPELINE_STAGE_2_COLOR_ATTACHMENT_OUTPUT_BIT;

UniquePipelineLayout create_layout(const Device& device, VkDescriptorSetLayout set_layout, uint32_t sets) {
    const std::array<VkDescriptorSetLayout, 4> layouts{set_layout, set_layout, set_layout, set_layout};
    VkPipelineLayoutCreateInfo info{VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO};
    info.setLayoutCount = sets;
    info.pSetLayouts = layouts.data();
    UniquePipelineLayout layout;
    VK_CHECK(vkCreatePipelineLayout(device.handle, &info, nullptr, layout.put(device.handle)));
    return layout;
}

// Draws one triangle over a whole image that nothing else is drawn into.
void draw_over(const Recorder& recorder, const UniquePipeline& pipeline, VkImageView view, VkExtent2D extent) {
    VkRenderingAttachmentInfo color{VK_STRUCTURE_TYPE_RENDERING_ATTACHMENT_INFO};
    color.imageView = view;
    color.imageLayout = VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL;
    color.loadOp = VK_ATTACHMENT_LOAD_OP_DONT_CARE;
    color.storeOp = VK_ATTACHMENT_STORE_OP_STORE;
    VkRenderingInfo rendering{VK_STRUCTURE_TYPE_RENDERING_INFO};
    rendering.renderArea = {{0, 0}, extent};
    rendering.layerCount = 1;
    rendering.colorAttachmentCount = 1;
    rendering.pColorAttachments = &color;
    vkCmdBeginRendering(recorder.cmd, &rendering);
    const VkViewport viewport{0, 0, static_cast<float>(extent.width), static_cast<float>(extent.height), 0, 1};
    const VkRect2D scissor{{0, 0}, extent};
    vkCmdSetViewport(recorder.cmd, 0, 1, &viewport);
    vkCmdSetScissor(recorder.cmd, 0, 1, &scissor);
    recorder.bind(pipeline);
    recorder.draw_over_all();
    vkCmdEndRendering(recorder.cmd);
}

Transition to_attachment(const Image& image) {
    return {image.handle.get(),
            image.format,
            VK_IMAGE_LAYOUT_UNDEFINED,
            VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL,
            VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT,
            0,
            color_stage,
            VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT};
}
Transition to_texture(const Image& image) {
    return {image.handle.get(),
            image.format,
            VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL,
            VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL,
            color_stage,
            VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT,
            VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT,
            VK_ACCESS_2_SHADER_SAMPLED_READ_BIT};
}

}  // namespace

BloomPass BloomPass::create(const Device& device, VkFormat color_format, VkDescriptorSetLayout texture_layout) {
    BloomPass pass;
    pass.one_texture = create_layout(device, texture_layout, 1);
    pass.four_textures = create_layout(device, texture_layout, 4);
    const PipelineFactory shrink{device, pass.one_texture.get(), color_format, VK_FORMAT_UNDEFINED,
                                 VK_SAMPLE_COUNT_1_BIT};
    pass.first = shrink.create({spirv::screen_vert, spirv::bloom_frag, Blend::opaque, Depth::ignore, 1});
    pass.next = shrink.create({spirv::screen_vert, spirv::bloom_frag, Blend::opaque, Depth::ignore, 0});
    const PipelineFactory join{device, pass.four_textures.get(), color_format, VK_FORMAT_UNDEFINED,
                               VK_SAMPLE_COUNT_1_BIT};
    pass.finish = join.create({spirv::screen_vert, spirv::finish_frag, Blend::opaque, Depth::ignore, {}});
    return pass;
}

void BloomPass::record(const Recorder& recorder, const Targets& targets, const FinalImage& target) const {
    const auto bind_sets = [&](VkPipelineLayout layout, uint32_t first_set, uint32_t count) {
        vkCmdBindDescriptorSets(recorder.cmd, VK_PIPELINE_BIND_POINT_GRAPHICS, layout, 0, count,
                                &targets.texture_sets[first_set], 0, nullptr);
    };
    record_transitions(recorder.cmd, {to_texture(targets.picture), to_attachment(targets.light[0]),
                                      to_attachment(targets.light[1]), to_attachment(targets.light[2])});
    for (uint32_t i = 0; i < targets.light.size(); ++i) {
        bind_sets(one_texture.get(), i, 1);
        draw_over(recorder, i == 0 ? first : next, targets.light[i].view.get(), targets.light[i].extent);
        record_transitions(recorder.cmd, {to_texture(targets.light[i])});
    }
    bind_sets(four_textures.get(), 0, 4);
    draw_over(recorder, finish, target.view, targets.extent);
}

}  // namespace bv

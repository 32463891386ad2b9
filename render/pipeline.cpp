// No vertex input: every vertex is made from rows in storage buffers. Viewport and scissor are dynamic.
#include "render/pipeline.h"

#include <array>

#include "render/check.h"

namespace bv {
namespace {

VkPipelineColorBlendAttachmentState blend_state(Blend blend) {
    VkPipelineColorBlendAttachmentState state{};
    state.colorWriteMask = 0xF;
    state.blendEnable = blend != Blend::opaque;
    state.srcColorBlendFactor = blend == Blend::over ? VK_BLEND_FACTOR_SRC_ALPHA : VK_BLEND_FACTOR_ONE;
    state.dstColorBlendFactor = VK_BLEND_FACTOR_ONE_MINUS_SRC_ALPHA;
    // The target's alpha is how much a pixel glows: what lies over it takes that away.
    state.srcAlphaBlendFactor = VK_BLEND_FACTOR_ZERO;
    state.dstAlphaBlendFactor = VK_BLEND_FACTOR_ONE_MINUS_SRC_ALPHA;
    return state;
}

VkPipelineDepthStencilStateCreateInfo depth_state(Depth depth) {
    VkPipelineDepthStencilStateCreateInfo state{VK_STRUCTURE_TYPE_PIPELINE_DEPTH_STENCIL_STATE_CREATE_INFO};
    state.depthTestEnable = depth != Depth::ignore;
    state.depthWriteEnable = depth == Depth::write;
    state.depthCompareOp = depth == Depth::hidden ? VK_COMPARE_OP_LESS : VK_COMPARE_OP_GREATER_OR_EQUAL;
    return state;
}

}  // namespace

UniquePipeline PipelineFactory::create(const PipelineShape& shape) const {
    const VkSpecializationMapEntry entry{0, 0, sizeof(uint32_t)};
    const uint32_t constant = shape.constant.value_or(0);
    const VkSpecializationInfo specialization{1, &entry, sizeof constant, &constant};
    std::array<VkShaderModuleCreateInfo, 2> modules{};
    std::array<VkPipelineShaderStageCreateInfo, 2> stages{};
    std::array<VkShaderModule, 2> handles{};
    for (size_t i = 0; i < 2; ++i) {
        const auto words = i == 0 ? shape.vertex : shape.fragment;
        modules[i].sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO;
        modules[i].codeSize = words.size_bytes();
        modules[i].pCode = words.data();
        VK_CHECK(vkCreateShaderModule(device.handle, &modules[i], nullptr, &handles[i]));
        stages[i].sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO;
        stages[i].stage = i == 0 ? VK_SHADER_STAGE_VERTEX_BIT : VK_SHADER_STAGE_FRAGMENT_BIT;
        stages[i].module = handles[i];
        stages[i].pName = "main";
        stages[i].pSpecializationInfo = shape.constant ? &specialization : nullptr;
    }

    VkPipelineVertexInputStateCreateInfo input{VK_STRUCTURE_TYPE_PIPELINE_VERTEX_INPUT_STATE_CREATE_INFO};
    VkPipelineInputAssemblyStateCreateInfo assembly{VK_STRUCTURE_TYPE_PIPELINE_INPUT_ASSEMBLY_STATE_CREATE_INFO};
    assembly.topology = VK_PRIMITIVE_TOPOLOGY_TRIANGLE_LIST;
    VkPipelineViewportStateCreateInfo viewport{VK_STRUCTURE_TYPE_PIPELINE_VIEWPORT_STATE_CREATE_INFO};
    viewport.viewportCount = viewport.scissorCount = 1;
    VkPipelineRasterizationStateCreateInfo raster{VK_STRUCTURE_TYPE_PIPELINE_RASTERIZATION_STATE_CREATE_INFO};
    raster.lineWidth = 1;
    VkPipelineMultisampleStateCreateInfo multisample{VK_STRUCTURE_TYPE_PIPELINE_MULTISAMPLE_STATE_CREATE_INFO};
    multisample.rasterizationSamples = samples;
    const auto depth = depth_state(shape.depth);
    const auto attachment = blend_state(shape.blend);
    VkPipelineColorBlendStateCreateInfo blend{VK_STRUCTURE_TYPE_PIPELINE_COLOR_BLEND_STATE_CREATE_INFO};
    blend.attachmentCount = 1;
    blend.pAttachments = &attachment;
    const std::array<VkDynamicState, 2> dynamic_states{VK_DYNAMIC_STATE_VIEWPORT, VK_DYNAMIC_STATE_SCISSOR};
    VkPipelineDynamicStateCreateInfo dynamic{VK_STRUCTURE_TYPE_PIPELINE_DYNAMIC_STATE_CREATE_INFO};
    dynamic.dynamicStateCount = dynamic_states.size();
    dynamic.pDynamicStates = dynamic_states.data();
    VkPipelineRenderingCreateInfo rendering{VK_STRUCTURE_TYPE_PIPELINE_RENDERING_CREATE_INFO};
    rendering.colorAttachmentCount = 1;
    rendering.pColorAttachmentFormats = &color_format;
    rendering.depthAttachmentFormat = depth_format;

    VkGraphicsPipelineCreateInfo info{VK_STRUCTURE_TYPE_GRAPHICS_PIPELINE_CREATE_INFO, &rendering};
    info.stageCount = stages.size();
    info.pStages = stages.data();
    info.pVertexInputState = &input;
    info.pInputAssemblyState = &assembly;
    info.pViewportState = &viewport;
    info.pRasterizationState = &raster;
    info.pMultisampleState = &multisample;
    info.pDepthStencilState = &depth;
    info.pColorBlendState = &blend;
    info.pDynamicState = &dynamic;
    info.layout = layout;
    UniquePipeline pipeline;
    VK_CHECK(vkCreateGraphicsPipelines(device.handle, device.pipeline_cache, 1, &info, nullptr,
                                       pipeline.put(device.handle)));
    for (VkShaderModule module : handles) vkDestroyShaderModule(device.handle, module, nullptr);
    return pipeline;
}

}  // namespace bv

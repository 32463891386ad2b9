// Makes the shared layouts. The box pattern fans each visible face from its far corner, which is that face's provoking
// vertex.
#include "render/bindings.h"

#include <array>
#include <cstring>
#include <vector>

#include "render/check.h"

namespace bv {
namespace {

constexpr std::array<uint16_t, 18> box_pattern{4, 2, 0, 4, 0, 3, 5, 1, 0, 5, 0, 3, 6, 1, 0, 6, 0, 2};
constexpr std::array<uint16_t, 6> quad_pattern{0, 1, 2, 2, 1, 3};

std::vector<uint16_t> outline_pattern() {
    std::vector<uint16_t> pattern;
    for (uint16_t edge = 0; edge < 12; ++edge)
        for (uint16_t corner : quad_pattern) pattern.push_back(static_cast<uint16_t>(edge * 4 + corner));
    return pattern;
}

std::vector<uint16_t> cylinder_pattern() {
    std::vector<uint16_t> pattern;
    for (uint16_t side = 0; side < 24; ++side)
        for (uint16_t corner : quad_pattern) pattern.push_back(static_cast<uint16_t>(side * 2 + corner));
    for (uint16_t corner = 1; corner + 1 < 12; ++corner)
        for (int vertex : {52, 52 + corner, 53 + corner}) pattern.push_back(static_cast<uint16_t>(vertex));
    return pattern;
}

VkDescriptorType type_of(Binding binding) {
    if (binding == Binding::constants) return VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER;
    if (binding == Binding::glyph_atlas) return VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER;
    return VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
}

UniqueSampler create_sampler(const Device& device, VkFilter filter) {
    VkSamplerCreateInfo info{VK_STRUCTURE_TYPE_SAMPLER_CREATE_INFO};
    info.magFilter = info.minFilter = filter;
    info.addressModeU = info.addressModeV = info.addressModeW = VK_SAMPLER_ADDRESS_MODE_CLAMP_TO_EDGE;
    UniqueSampler sampler;
    VK_CHECK(vkCreateSampler(device.handle, &info, nullptr, sampler.put(device.handle)));
    return sampler;
}

}  // namespace

IndexPattern IndexPattern::create(const Device& device, std::span<const uint16_t> pattern, uint32_t vertices_per_row) {
    IndexPattern result;
    result.indices_per_row = static_cast<uint32_t>(pattern.size());
    result.rows_per_draw = 65536 / vertices_per_row;
    const size_t count = pattern.size() * result.rows_per_draw;
    result.indices =
        Buffer::create(device, count * sizeof(uint16_t), VK_BUFFER_USAGE_INDEX_BUFFER_BIT, Residence::written_by_cpu);
    std::vector<uint16_t> indices;
    indices.reserve(count);
    for (uint32_t row = 0; row < result.rows_per_draw; ++row)
        for (uint16_t corner : pattern) indices.push_back(static_cast<uint16_t>(row * vertices_per_row + corner));
    std::memcpy(result.indices.mapped, indices.data(), count * sizeof(uint16_t));
    return result;
}

Bindings Bindings::create(const Device& device) {
    Bindings bindings;
    std::array<VkDescriptorSetLayoutBinding, binding_count> slots{};
    for (uint32_t i = 0; i < binding_count; ++i) {
        slots[i].binding = i;
        slots[i].descriptorType = type_of(static_cast<Binding>(i));
        slots[i].descriptorCount = 1;
        slots[i].stageFlags = VK_SHADER_STAGE_VERTEX_BIT | VK_SHADER_STAGE_FRAGMENT_BIT;
    }
    VkDescriptorSetLayoutCreateInfo set_info{VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO};
    set_info.bindingCount = binding_count;
    set_info.pBindings = slots.data();
    VK_CHECK(vkCreateDescriptorSetLayout(device.handle, &set_info, nullptr, bindings.set_layout.put(device.handle)));

    VkDescriptorSetLayoutBinding texture{0, VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, 1, VK_SHADER_STAGE_FRAGMENT_BIT,
                                         nullptr};
    set_info.bindingCount = 1;
    set_info.pBindings = &texture;
    VK_CHECK(
        vkCreateDescriptorSetLayout(device.handle, &set_info, nullptr, bindings.texture_layout.put(device.handle)));

    static_assert(sizeof(gpu::PassConstants) <= 128, "push constants: 128 bytes are all that every device has");
    const VkPushConstantRange push{VK_SHADER_STAGE_VERTEX_BIT | VK_SHADER_STAGE_FRAGMENT_BIT, 0,
                                   sizeof(gpu::PassConstants)};
    const VkDescriptorSetLayout set_layout = bindings.set_layout.get();
    VkPipelineLayoutCreateInfo layout_info{VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO};
    layout_info.setLayoutCount = 1;
    layout_info.pSetLayouts = &set_layout;
    layout_info.pushConstantRangeCount = 1;
    layout_info.pPushConstantRanges = &push;
    VK_CHECK(vkCreatePipelineLayout(device.handle, &layout_info, nullptr, bindings.pipeline_layout.put(device.handle)));

    bindings.linear = create_sampler(device, VK_FILTER_LINEAR);
    bindings.box = IndexPattern::create(device, box_pattern, 8);
    bindings.quad = IndexPattern::create(device, quad_pattern, 4);
    bindings.outline = IndexPattern::create(device, outline_pattern(), 48);
    bindings.cylinder = IndexPattern::create(device, cylinder_pattern(), 64);
    return bindings;
}

void write_buffer(const Device& device, VkDescriptorSet set, Binding binding, const Buffer& buffer) {
    const VkDescriptorBufferInfo info{buffer.handle.get(), 0, VK_WHOLE_SIZE};
    VkWriteDescriptorSet write{VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET};
    write.dstSet = set;
    write.dstBinding = static_cast<uint32_t>(binding);
    write.descriptorCount = 1;
    write.descriptorType = type_of(binding);
    write.pBufferInfo = &info;
    vkUpdateDescriptorSets(device.handle, 1, &write, 0, nullptr);
}

void write_texture(const Device& device, VkDescriptorSet set, uint32_t binding, const Image& image, VkSampler sampler) {
    const VkDescriptorImageInfo info{sampler, image.view.get(), VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL};
    VkWriteDescriptorSet write{VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET};
    write.dstSet = set;
    write.dstBinding = binding;
    write.descriptorCount = 1;
    write.descriptorType = VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER;
    write.pImageInfo = &info;
    vkUpdateDescriptorSets(device.handle, 1, &write, 0, nullptr);
}

}  // namespace bv

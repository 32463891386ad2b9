// Makes the size-dependent images.
#include "render/targets.h"

#include <algorithm>

#include "render/check.h"

namespace bv {
namespace {

void create_rich(const Device& device, const Bindings& bindings, Targets& targets) {
    const VkExtent2D extent = targets.extent;
    constexpr VkImageUsageFlags drawn_then_read = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_SAMPLED_BIT;
    if (device.rich_samples != VK_SAMPLE_COUNT_1_BIT)
        targets.samples = Image::create(device, extent, targets.color_format, VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT,
                                        device.rich_samples);
    targets.picture = Image::create(device, extent, targets.color_format, drawn_then_read);
    for (uint32_t i = 0; i < targets.light.size(); ++i)
        targets.light[i] =
            Image::create(device, {std::max(extent.width >> (i + 1), 1u), std::max(extent.height >> (i + 1), 1u)},
                          targets.color_format, drawn_then_read);

    const uint32_t count = static_cast<uint32_t>(targets.texture_sets.size());
    const VkDescriptorPoolSize size{VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, count};
    VkDescriptorPoolCreateInfo pool{VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO};
    pool.maxSets = count;
    pool.poolSizeCount = 1;
    pool.pPoolSizes = &size;
    VK_CHECK(vkCreateDescriptorPool(device.handle, &pool, nullptr, targets.descriptors.put(device.handle)));
    const std::vector<VkDescriptorSetLayout> layouts(count, bindings.texture_layout.get());
    VkDescriptorSetAllocateInfo allocate{VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO};
    allocate.descriptorPool = targets.descriptors.get();
    allocate.descriptorSetCount = count;
    allocate.pSetLayouts = layouts.data();
    VK_CHECK(vkAllocateDescriptorSets(device.handle, &allocate, targets.texture_sets.data()));
    for (uint32_t i = 0; i < count; ++i)
        write_texture(device, targets.texture_sets[i], 0, i == 0 ? targets.picture : targets.light[i - 1],
                      bindings.linear.get());
}

}  // namespace

Targets Targets::create(const Device& device, const Bindings& bindings, VkExtent2D extent, VkFormat color_format,
                        bool rich) {
    Targets targets;
    targets.extent = extent;
    targets.color_format = color_format;
    const VkSampleCountFlagBits samples = rich ? device.rich_samples : VK_SAMPLE_COUNT_1_BIT;
    targets.depth =
        Image::create(device, extent, VK_FORMAT_D32_SFLOAT, VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT, samples);
    if (rich) create_rich(device, bindings, targets);
    return targets;
}

UniqueFramebuffer create_framebuffer(const Device& device, VkRenderPass render_pass, VkImageView view,
                                     VkExtent2D extent) {
    VkFramebufferCreateInfo info{VK_STRUCTURE_TYPE_FRAMEBUFFER_CREATE_INFO};
    info.renderPass = render_pass;
    info.attachmentCount = 1;
    info.pAttachments = &view;
    info.width = extent.width;
    info.height = extent.height;
    info.layers = 1;
    UniqueFramebuffer framebuffer;
    VK_CHECK(vkCreateFramebuffer(device.handle, &info, nullptr, framebuffer.put(device.handle)));
    return framebuffer;
}

Picture Picture::create(const Device& device, VkExtent2D extent, VkFormat color_format, VkRenderPass ui_render_pass) {
    Picture picture;
    picture.color = Image::create(device, extent, color_format,
                                  VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT);
    picture.final_image.image = picture.color.handle.get();
    picture.final_image.view = picture.color.view.get();
    picture.final_image.framebuffer = create_framebuffer(device, ui_render_pass, picture.final_image.view, extent);
    picture.readback = Buffer::create(device, VkDeviceSize{4} * extent.width * extent.height,
                                      VK_BUFFER_USAGE_TRANSFER_DST_BIT, Residence::read_by_cpu);
    return picture;
}

}  // namespace bv

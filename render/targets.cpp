// Makes the size-dependent images.
#include "render/targets.h"

#include "render/check.h"

namespace bv {

Targets Targets::create(const Device& device, VkExtent2D extent, VkFormat color_format, bool rich) {
    Targets targets;
    targets.extent = extent;
    targets.color_format = color_format;
    const VkSampleCountFlagBits samples = rich ? device.rich_samples : VK_SAMPLE_COUNT_1_BIT;
    targets.depth =
        Image::create(device, extent, VK_FORMAT_D32_SFLOAT, VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT, samples);
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

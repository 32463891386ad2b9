// The images that a frame is drawn into, as large as the window or the picture.
#pragma once

#include <array>
#include <vector>

#include "render/bindings.h"

namespace bv {

// Where a frame ends: an image of the swapchain or one in memory, with what the passes and the UI need of it.
struct FinalImage {
    VkImage image = VK_NULL_HANDLE;
    VkImageView view = VK_NULL_HANDLE;
    UniqueFramebuffer framebuffer;  // of the UI's render pass
    // What was last drawn into it around the 3D view (UiParts); 0: nothing that could be kept.
    uint64_t shown_around = 0;
};

struct Targets {
    static Targets create(const Device& device, const Bindings& bindings, VkExtent2D extent, VkFormat color_format,
                          bool rich);
    VkExtent2D extent{};
    VkFormat color_format = VK_FORMAT_UNDEFINED;
    Image depth;  // of as many samples as the passes draw with
    // The rich picture only; the lean one is drawn into the final image at once.
    Image samples;               // what the passes draw into
    Image picture;               // resolved; alpha is how much a pixel glows
    std::array<Image, 3> light;  // 1/2, 1/4, 1/8 of its size
    UniqueDescriptorPool descriptors;
    std::array<VkDescriptorSet, 4> texture_sets{};  // picture, then light
};

// An image in memory to draw into and read back from.
struct Picture {
    static Picture create(const Device& device, VkExtent2D extent, VkFormat color_format, VkRenderPass ui_render_pass);
    Image color;
    FinalImage final_image;
    Buffer readback;
};

UniqueFramebuffer create_framebuffer(const Device& device, VkRenderPass render_pass, VkImageView view,
                                     VkExtent2D extent);

}  // namespace bv

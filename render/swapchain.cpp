// Colours are authored in sRGB, so the surface format is an UNORM one: what shaders write is what the screen shows.
#include "render/swapchain.h"

#include <algorithm>

#include "render/check.h"

namespace bv {

VkSurfaceFormatKHR choose_surface_format(const Device& device) {
    uint32_t count = 0;
    VK_CHECK(vkGetPhysicalDeviceSurfaceFormatsKHR(device.physical, device.surface, &count, nullptr));
    std::vector<VkSurfaceFormatKHR> formats(count);
    VK_CHECK(vkGetPhysicalDeviceSurfaceFormatsKHR(device.physical, device.surface, &count, formats.data()));
    for (VkFormat wanted : {VK_FORMAT_B8G8R8A8_UNORM, VK_FORMAT_R8G8B8A8_UNORM})
        for (const auto& format : formats)
            if (format.format == wanted) return format;
    return formats.at(0);
}

static VkPresentModeKHR choose_present_mode(const Device& device, bool vsync) {
    uint32_t count = 0;
    VK_CHECK(vkGetPhysicalDeviceSurfacePresentModesKHR(device.physical, device.surface, &count, nullptr));
    std::vector<VkPresentModeKHR> modes(count);
    VK_CHECK(vkGetPhysicalDeviceSurfacePresentModesKHR(device.physical, device.surface, &count, modes.data()));
    if (!vsync)
        for (VkPresentModeKHR wanted : {VK_PRESENT_MODE_MAILBOX_KHR, VK_PRESENT_MODE_IMMEDIATE_KHR})
            if (std::find(modes.begin(), modes.end(), wanted) != modes.end()) return wanted;
    return VK_PRESENT_MODE_FIFO_KHR;
}

Swapchain::Swapchain(const Device& device, VkSurfaceFormatKHR format, VkExtent2D wanted, bool vsync,
                     VkRenderPass ui_render_pass, VkSwapchainKHR old)
    : device_(device) {
    VkSurfaceCapabilitiesKHR capabilities;
    VK_CHECK(vkGetPhysicalDeviceSurfaceCapabilitiesKHR(device.physical, device.surface, &capabilities));
    extent_ = capabilities.currentExtent;
    if (extent_.width == UINT32_MAX) {
        extent_.width = std::clamp(wanted.width, capabilities.minImageExtent.width, capabilities.maxImageExtent.width);
        extent_.height =
            std::clamp(wanted.height, capabilities.minImageExtent.height, capabilities.maxImageExtent.height);
    }
    if (extent_.width == 0 || extent_.height == 0) return;  // minimised

    VkSwapchainCreateInfoKHR info{VK_STRUCTURE_TYPE_SWAPCHAIN_CREATE_INFO_KHR};
    info.surface = device.surface;
    info.minImageCount = std::max(capabilities.minImageCount, 3u);
    if (capabilities.maxImageCount) info.minImageCount = std::min(info.minImageCount, capabilities.maxImageCount);
    info.imageFormat = format.format;
    info.imageColorSpace = format.colorSpace;
    info.imageExtent = extent_;
    info.imageArrayLayers = 1;
    info.imageUsage = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT;
    info.preTransform = capabilities.currentTransform;
    info.compositeAlpha = capabilities.supportedCompositeAlpha & VK_COMPOSITE_ALPHA_OPAQUE_BIT_KHR
                              ? VK_COMPOSITE_ALPHA_OPAQUE_BIT_KHR
                              : VK_COMPOSITE_ALPHA_INHERIT_BIT_KHR;
    info.presentMode = choose_present_mode(device, vsync);
    info.clipped = VK_FALSE;  // what stands around the 3D view is kept from frame to frame
    info.oldSwapchain = old;
    VK_CHECK(vkCreateSwapchainKHR(device.handle, &info, nullptr, &handle_));

    uint32_t count = 0;
    VK_CHECK(vkGetSwapchainImagesKHR(device.handle, handle_, &count, nullptr));
    std::vector<VkImage> images(count);
    VK_CHECK(vkGetSwapchainImagesKHR(device.handle, handle_, &count, images.data()));
    images_.resize(count);
    for (uint32_t i = 0; i < count; ++i) {
        VkImageViewCreateInfo view{VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO};
        view.image = images[i];
        view.viewType = VK_IMAGE_VIEW_TYPE_2D;
        view.format = format.format;
        view.subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1};
        VK_CHECK(vkCreateImageView(device.handle, &view, nullptr, images_[i].view.put(device.handle)));
        images_[i].final_image = {images[i], images_[i].view.get(),
                                  create_framebuffer(device, ui_render_pass, images_[i].view.get(), extent_)};
        VkSemaphoreCreateInfo semaphore{VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO};
        VK_CHECK(vkCreateSemaphore(device.handle, &semaphore, nullptr, images_[i].rendered.put(device.handle)));
    }
}

Swapchain::~Swapchain() {
    images_.clear();
    if (handle_) vkDestroySwapchainKHR(device_.handle, handle_, nullptr);
}

std::optional<uint32_t> Swapchain::acquire(VkSemaphore acquired) {
    uint32_t index = 0;
    const VkResult result =
        vkAcquireNextImageKHR(device_.handle, handle_, UINT64_MAX, acquired, VK_NULL_HANDLE, &index);
    if (result == VK_ERROR_OUT_OF_DATE_KHR) return {};
    VK_CHECK(result);
    return index;
}

bool Swapchain::present(uint32_t image) {
    const VkSemaphore rendered = images_[image].rendered.get();
    VkPresentInfoKHR info{VK_STRUCTURE_TYPE_PRESENT_INFO_KHR};
    info.waitSemaphoreCount = 1;
    info.pWaitSemaphores = &rendered;
    info.swapchainCount = 1;
    info.pSwapchains = &handle_;
    info.pImageIndices = &image;
    const VkResult result = vkQueuePresentKHR(device_.queue, &info);
    if (result == VK_ERROR_OUT_OF_DATE_KHR || result == VK_SUBOPTIMAL_KHR) return false;
    VK_CHECK(result);
    return true;
}

}  // namespace bv

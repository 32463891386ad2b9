// A window's images: acquired, drawn into, presented, and made anew when the window changes.
#pragma once

#include <optional>
#include <vector>

#include "render/targets.h"

namespace bv {

VkSurfaceFormatKHR choose_surface_format(const Device& device);

class Swapchain {
public:
    Swapchain(const Device& device, VkSurfaceFormatKHR format, VkExtent2D wanted, bool vsync,
              VkRenderPass ui_render_pass, VkSwapchainKHR old);
    ~Swapchain();
    Swapchain(const Swapchain&) = delete;
    Swapchain& operator=(const Swapchain&) = delete;

    // Index of the image to draw into once `acquired` is signalled; empty: out of date.
    std::optional<uint32_t> acquire(VkSemaphore acquired);
    // False: out of date or suboptimal; make it anew.
    bool present(uint32_t image);

    [[nodiscard]] VkExtent2D extent() const { return extent_; }
    [[nodiscard]] FinalImage& image(uint32_t index) { return images_[index].final_image; }
    [[nodiscard]] VkSemaphore rendered(uint32_t index) const { return images_[index].rendered.get(); }
    [[nodiscard]] VkSwapchainKHR handle() const { return handle_; }

private:
    struct Shown {
        UniqueImageView view;
        FinalImage final_image;
        UniqueSemaphore rendered;  // drawing into it is done
    };
    const Device& device_;
    VkSwapchainKHR handle_ = VK_NULL_HANDLE;
    VkExtent2D extent_{};
    std::vector<Shown> images_;
};

}  // namespace bv

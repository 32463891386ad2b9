// Owner of one Vulkan handle that belongs to a device: move-only, destroyed with its scope.
#pragma once

#include <utility>

#include <vulkan/vulkan.h>

namespace bv {

template <typename Handle, auto destroy>
class Unique {
public:
    Unique() = default;
    Unique(VkDevice device, Handle handle) : device_(device), handle_(handle) {}
    Unique(Unique&& other) noexcept
        : device_(other.device_), handle_(std::exchange(other.handle_, Handle(VK_NULL_HANDLE))) {}
    Unique& operator=(Unique&& other) noexcept {
        if (this != &other) {
            reset();
            device_ = other.device_;
            handle_ = std::exchange(other.handle_, Handle(VK_NULL_HANDLE));
        }
        return *this;
    }
    ~Unique() { reset(); }

    void reset() {
        if (handle_ != VK_NULL_HANDLE) destroy(device_, handle_, nullptr);
        handle_ = VK_NULL_HANDLE;
    }
    [[nodiscard]] Handle get() const { return handle_; }
    // For Vulkan's create functions: owner.put(device) after which the handle is owned.
    Handle* put(VkDevice device) {
        reset();
        device_ = device;
        return &handle_;
    }
    explicit operator bool() const { return handle_ != VK_NULL_HANDLE; }

private:
    VkDevice device_ = VK_NULL_HANDLE;
    Handle handle_ = VK_NULL_HANDLE;
};

using UniqueBuffer = Unique<VkBuffer, vkDestroyBuffer>;
using UniqueMemory = Unique<VkDeviceMemory, vkFreeMemory>;
using UniqueImage = Unique<VkImage, vkDestroyImage>;
using UniqueImageView = Unique<VkImageView, vkDestroyImageView>;
using UniqueSampler = Unique<VkSampler, vkDestroySampler>;
using UniquePipeline = Unique<VkPipeline, vkDestroyPipeline>;
using UniquePipelineLayout = Unique<VkPipelineLayout, vkDestroyPipelineLayout>;
using UniqueSetLayout = Unique<VkDescriptorSetLayout, vkDestroyDescriptorSetLayout>;
using UniqueDescriptorPool = Unique<VkDescriptorPool, vkDestroyDescriptorPool>;
using UniqueCommandPool = Unique<VkCommandPool, vkDestroyCommandPool>;
using UniqueFence = Unique<VkFence, vkDestroyFence>;
using UniqueSemaphore = Unique<VkSemaphore, vkDestroySemaphore>;
using UniqueQueryPool = Unique<VkQueryPool, vkDestroyQueryPool>;
using UniqueRenderPass = Unique<VkRenderPass, vkDestroyRenderPass>;
using UniqueFramebuffer = Unique<VkFramebuffer, vkDestroyFramebuffer>;
using UniquePipelineCache = Unique<VkPipelineCache, vkDestroyPipelineCache>;

}  // namespace bv

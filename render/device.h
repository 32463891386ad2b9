// The Vulkan instance, the one device and its one queue. Made first, destroyed last; everything else borrows it.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>

#include "render/renderer.h"
#include "render/unique.h"

namespace bv {

class Device {
public:
    // Throws std::runtime_error with one sentence where no device can be used.
    explicit Device(const RendererOptions& options, std::atomic<uint64_t>& message_count);
    ~Device();
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    VkInstance instance = VK_NULL_HANDLE;
    VkPhysicalDevice physical = VK_NULL_HANDLE;
    VkDevice handle = VK_NULL_HANDLE;
    uint32_t queue_family = 0;
    VkQueue queue = VK_NULL_HANDLE;
    VkSurfaceKHR surface = VK_NULL_HANDLE;  // none: headless
    VkPipelineCache pipeline_cache = VK_NULL_HANDLE;

    std::string name;                                            // "llvmpipe (LLVM 15.0.6, 256 bits)"
    std::string driver;                                          // "llvmpipe Mesa 22.3.6 (LLVM 15.0.6)"
    bool software = false;                                       // the processor draws
    double timestamp_period_ns = 0;                              // 0: no timers
    VkDeviceSize max_storage_bytes = 0;                          // of one binding
    VkSampleCountFlagBits rich_samples = VK_SAMPLE_COUNT_1_BIT;  // what colour and depth both take, at most 4
    VkPhysicalDeviceMemoryProperties memory{};

    void make_surface();  // anew, after it was lost

private:
    void create_instance();
    void choose_physical();
    void create_logical();
    void load_pipeline_cache();
    void save_pipeline_cache() const;
    void destroy();

    const RendererOptions& options_;
    std::atomic<uint64_t>& message_count_;
    VkDebugUtilsMessengerEXT messenger_ = VK_NULL_HANDLE;
    std::filesystem::path cache_path_;
};

}  // namespace bv

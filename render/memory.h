// Buffers and images with their memory: one allocation each (there are a few dozen), mapped where the processor writes.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>

#include "render/device.h"
#include "render/unique.h"

namespace bv {

enum class Residence { written_by_cpu, read_by_cpu, gpu_only };

// The memory is declared before the handle that lives in it, so that it outlives it.
struct Buffer {
    static Buffer create(const Device& device, VkDeviceSize bytes, VkBufferUsageFlags usage, Residence residence);
    UniqueMemory memory;
    UniqueBuffer handle;
    VkDeviceSize bytes = 0;
    std::byte* mapped = nullptr;  // null for gpu_only
};

struct Image {
    static Image create(const Device& device, VkExtent2D extent, VkFormat format, VkImageUsageFlags usage,
                        VkSampleCountFlagBits samples = VK_SAMPLE_COUNT_1_BIT);
    UniqueMemory memory;
    UniqueImage handle;
    UniqueImageView view;
    VkExtent2D extent{};
    VkFormat format = VK_FORMAT_UNDEFINED;
};

VkImageAspectFlags aspect_of(VkFormat format);

// One layout change with full stage masks named by the caller.
struct Transition {
    VkImage image;
    VkFormat format;
    VkImageLayout from, to;
    VkPipelineStageFlags2 source_stage;
    VkAccessFlags2 source_access;
    VkPipelineStageFlags2 target_stage;
    VkAccessFlags2 target_access;
};
void record_transitions(VkCommandBuffer cmd, std::initializer_list<Transition> transitions);

// Uploads texels into a new sampled image.
Image create_texture(const Device& device, VkExtent2D extent, VkFormat format, std::span<const std::byte> texels);

// Commands run once and waited for: uploads and read-backs outside the steady state.
class OneShot {
public:
    explicit OneShot(const Device& device);
    void submit_and_wait();
    VkCommandBuffer cmd = VK_NULL_HANDLE;

private:
    const Device& device_;
    UniqueCommandPool pool_;
};

}  // namespace bv

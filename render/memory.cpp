// Picks memory types and records the few transitions that uploads need.
#include "render/memory.h"

#include <cstring>
#include <vector>

#include "render/check.h"

namespace bv {
namespace {

// The first type that has all of `wanted`; falls back to `least`.
uint32_t memory_type(const Device& device, uint32_t allowed, VkMemoryPropertyFlags wanted,
                     VkMemoryPropertyFlags least) {
    for (VkMemoryPropertyFlags flags : {wanted, least})
        for (uint32_t i = 0; i < device.memory.memoryTypeCount; ++i)
            if ((allowed >> i & 1) && (device.memory.memoryTypes[i].propertyFlags & flags) == flags) return i;
    fail_check("a memory type for this resource", __FILE__, __LINE__);
}

UniqueMemory allocate(const Device& device, const VkMemoryRequirements& needs, Residence residence) {
    constexpr VkMemoryPropertyFlags visible =
        VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
    VkMemoryAllocateInfo info{VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO};
    info.allocationSize = needs.size;
    // Rows are read back by whoever packs them (growing, counting), so cached memory beats write-combined memory for
    // both ways.
    info.memoryTypeIndex =
        residence == Residence::gpu_only
            ? memory_type(device, needs.memoryTypeBits, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, 0)
            : memory_type(device, needs.memoryTypeBits, visible | VK_MEMORY_PROPERTY_HOST_CACHED_BIT, visible);
    UniqueMemory memory;
    VK_CHECK(vkAllocateMemory(device.handle, &info, nullptr, memory.put(device.handle)));
    return memory;
}

}  // namespace

Buffer Buffer::create(const Device& device, VkDeviceSize bytes, VkBufferUsageFlags usage, Residence residence) {
    Buffer buffer;
    buffer.bytes = bytes;
    VkBufferCreateInfo info{VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO};
    info.size = bytes;
    info.usage = usage;
    UniqueBuffer handle;
    VK_CHECK(vkCreateBuffer(device.handle, &info, nullptr, handle.put(device.handle)));
    VkMemoryRequirements needs;
    vkGetBufferMemoryRequirements(device.handle, handle.get(), &needs);
    buffer.memory = allocate(device, needs, residence);
    buffer.handle = std::move(handle);
    VK_CHECK(vkBindBufferMemory(device.handle, buffer.handle.get(), buffer.memory.get(), 0));
    if (residence != Residence::gpu_only) {
        void* mapped = nullptr;
        VK_CHECK(vkMapMemory(device.handle, buffer.memory.get(), 0, VK_WHOLE_SIZE, 0, &mapped));
        buffer.mapped = static_cast<std::byte*>(mapped);
    }
    return buffer;
}

VkImageAspectFlags aspect_of(VkFormat format) {
    return format == VK_FORMAT_D32_SFLOAT ? VK_IMAGE_ASPECT_DEPTH_BIT : VK_IMAGE_ASPECT_COLOR_BIT;
}

Image Image::create(const Device& device, VkExtent2D extent, VkFormat format, VkImageUsageFlags usage,
                    VkSampleCountFlagBits samples) {
    Image image;
    image.extent = extent;
    image.format = format;
    VkImageCreateInfo info{VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO};
    info.imageType = VK_IMAGE_TYPE_2D;
    info.format = format;
    info.extent = {extent.width, extent.height, 1};
    info.mipLevels = info.arrayLayers = 1;
    info.samples = samples;
    info.usage = usage;
    UniqueImage handle;
    VK_CHECK(vkCreateImage(device.handle, &info, nullptr, handle.put(device.handle)));
    VkMemoryRequirements needs;
    vkGetImageMemoryRequirements(device.handle, handle.get(), &needs);
    image.memory = allocate(device, needs, Residence::gpu_only);
    image.handle = std::move(handle);
    VK_CHECK(vkBindImageMemory(device.handle, image.handle.get(), image.memory.get(), 0));

    VkImageViewCreateInfo view{VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO};
    view.image = image.handle.get();
    view.viewType = VK_IMAGE_VIEW_TYPE_2D;
    view.format = format;
    view.subresourceRange = {aspect_of(format), 0, 1, 0, 1};
    VK_CHECK(vkCreateImageView(device.handle, &view, nullptr, image.view.put(device.handle)));
    return image;
}

void record_transitions(VkCommandBuffer cmd, std::initializer_list<Transition> transitions) {
    std::vector<VkImageMemoryBarrier2> barriers;
    barriers.reserve(transitions.size());
    for (const Transition& t : transitions) {
        VkImageMemoryBarrier2 barrier{VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER_2};
        barrier.srcStageMask = t.source_stage;
        barrier.srcAccessMask = t.source_access;
        barrier.dstStageMask = t.target_stage;
        barrier.dstAccessMask = t.target_access;
        barrier.oldLayout = t.from;
        barrier.newLayout = t.to;
        barrier.srcQueueFamilyIndex = barrier.dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED;
        barrier.image = t.image;
        barrier.subresourceRange = {aspect_of(t.format), 0, 1, 0, 1};
        barriers.push_back(barrier);
    }
    VkDependencyInfo dependency{VK_STRUCTURE_TYPE_DEPENDENCY_INFO};
    dependency.imageMemoryBarrierCount = static_cast<uint32_t>(barriers.size());
    dependency.pImageMemoryBarriers = barriers.data();
    vkCmdPipelineBarrier2(cmd, &dependency);
}

OneShot::OneShot(const Device& device) : device_(device) {
    VkCommandPoolCreateInfo pool{VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};
    pool.queueFamilyIndex = device.queue_family;
    VK_CHECK(vkCreateCommandPool(device.handle, &pool, nullptr, pool_.put(device.handle)));
    VkCommandBufferAllocateInfo allocate_info{VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO};
    allocate_info.commandPool = pool_.get();
    allocate_info.commandBufferCount = 1;
    VK_CHECK(vkAllocateCommandBuffers(device.handle, &allocate_info, &cmd));
    VkCommandBufferBeginInfo begin{VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
    begin.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT;
    VK_CHECK(vkBeginCommandBuffer(cmd, &begin));
}

void OneShot::submit_and_wait() {
    VK_CHECK(vkEndCommandBuffer(cmd));
    UniqueFence fence;
    VkFenceCreateInfo fence_info{VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
    VK_CHECK(vkCreateFence(device_.handle, &fence_info, nullptr, fence.put(device_.handle)));
    VkCommandBufferSubmitInfo command{VK_STRUCTURE_TYPE_COMMAND_BUFFER_SUBMIT_INFO};
    command.commandBuffer = cmd;
    VkSubmitInfo2 submit{VK_STRUCTURE_TYPE_SUBMIT_INFO_2};
    submit.commandBufferInfoCount = 1;
    submit.pCommandBufferInfos = &command;
    VK_CHECK(vkQueueSubmit2(device_.queue, 1, &submit, fence.get()));
    const VkFence handle = fence.get();
    VK_CHECK(vkWaitForFences(device_.handle, 1, &handle, VK_TRUE, UINT64_MAX));
}

Image create_texture(const Device& device, VkExtent2D extent, VkFormat format, std::span<const std::byte> texels) {
    Image image = Image::create(device, extent, format, VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT);
    const Buffer staging =
        Buffer::create(device, texels.size(), VK_BUFFER_USAGE_TRANSFER_SRC_BIT, Residence::written_by_cpu);
    std::memcpy(staging.mapped, texels.data(), texels.size());
    OneShot once(device);
    const VkImage target = image.handle.get();
    record_transitions(once.cmd, {Transition{target, format, VK_IMAGE_LAYOUT_UNDEFINED,
                                             VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, VK_PIPELINE_STAGE_2_NONE, 0,
                                             VK_PIPELINE_STAGE_2_COPY_BIT, VK_ACCESS_2_TRANSFER_WRITE_BIT}});
    VkBufferImageCopy copy{};
    copy.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1};
    copy.imageExtent = {extent.width, extent.height, 1};
    vkCmdCopyBufferToImage(once.cmd, staging.handle.get(), target, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1, &copy);
    record_transitions(once.cmd, {Transition{target, format, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL,
                                             VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL, VK_PIPELINE_STAGE_2_COPY_BIT,
                                             VK_ACCESS_2_TRANSFER_WRITE_BIT, VK_PIPELINE_STAGE_2_ALL_GRAPHICS_BIT,
                                             VK_ACCESS_2_SHADER_SAMPLED_READ_BIT}});
    once.submit_and_wait();
    return image;
}

}  // namespace bv

// Commands, fence and timers of a frame in flight.
#include "render/frame.h"

#include <algorithm>

#include "render/check.h"

namespace bv {

void Timers::create(const Device& device) {
    if (device.timestamp_period_ns == 0) return;
    VkQueryPoolCreateInfo info{VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO};
    info.queryType = VK_QUERY_TYPE_TIMESTAMP;
    // lavapipe takes a timestamp when it first works on what follows it, so a second one follows at once to take the
    // first.
    queries_per_mark_ = device.software ? 2 : 1;
    info.queryCount = max_timers * queries_per_mark_;
    VK_CHECK(vkCreateQueryPool(device.handle, &info, nullptr, pool_.put(device.handle)));
}

void Timers::begin(VkCommandBuffer cmd, bool enabled) {
    enabled_ = enabled && pool_;
    names_.clear();
    if (enabled_) vkCmdResetQueryPool(cmd, pool_.get(), 0, max_timers * queries_per_mark_);
}

void Timers::mark(VkCommandBuffer cmd, std::string_view pass) {
    if (!enabled_) return;
    CHECK(names_.size() < max_timers);
    const auto first = static_cast<uint32_t>(names_.size()) * queries_per_mark_;
    for (uint32_t i = 0; i < queries_per_mark_; ++i)
        vkCmdWriteTimestamp2(cmd, VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT, pool_.get(), first + i);
    names_.push_back(pass);
}

std::vector<FrameStats::Pass> Timers::read(const Device& device) const {
    std::vector<FrameStats::Pass> passes;
    if (!enabled_ || names_.size() < 2) return passes;
    std::array<uint64_t, 2 * max_timers> ticks{};
    const auto count = static_cast<uint32_t>(names_.size()) * queries_per_mark_;
    const VkResult result = vkGetQueryPoolResults(device.handle, pool_.get(), 0, count, sizeof ticks, ticks.data(),
                                                  sizeof(uint64_t), VK_QUERY_RESULT_64_BIT);
    if (result == VK_NOT_READY) return passes;
    VK_CHECK(result);
    for (size_t i = 0; i + 1 < names_.size(); ++i) {
        if (names_[i].empty()) continue;
        const uint64_t from = ticks[i * queries_per_mark_], to = ticks[(i + 1) * queries_per_mark_];
        const double ms = to > from ? static_cast<double>(to - from) * device.timestamp_period_ns * 1e-6 : 0.0;
        const auto same =
            std::find_if(passes.begin(), passes.end(), [&](const auto& p) { return p.name == names_[i]; });
        if (same == passes.end())
            passes.push_back({names_[i], ms});
        else
            same->gpu_ms += ms;
    }
    return passes;
}

void Frame::create(const Device& device) {
    VkCommandPoolCreateInfo pool{VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};
    pool.queueFamilyIndex = device.queue_family;
    VK_CHECK(vkCreateCommandPool(device.handle, &pool, nullptr, pool_.put(device.handle)));
    VkCommandBufferAllocateInfo command{VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO};
    command.commandPool = pool_.get();
    command.commandBufferCount = 1;
    VK_CHECK(vkAllocateCommandBuffers(device.handle, &command, &cmd));
    VkFenceCreateInfo fence{VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
    VK_CHECK(vkCreateFence(device.handle, &fence, nullptr, finished_.put(device.handle)));
    VkSemaphoreCreateInfo semaphore{VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO};
    VK_CHECK(vkCreateSemaphore(device.handle, &semaphore, nullptr, acquired.put(device.handle)));
    timers.create(device);
}

void Frame::wait(const Device& device) {
    if (submitted_) {
        const VkFence fence = finished_.get();
        VK_CHECK(vkWaitForFences(device.handle, 1, &fence, VK_TRUE, UINT64_MAX));
    }
}

void Frame::begin_commands(const Device& device) {
    VK_CHECK(vkResetCommandPool(device.handle, pool_.get(), 0));
    VkCommandBufferBeginInfo begin{VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
    begin.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT;
    VK_CHECK(vkBeginCommandBuffer(cmd, &begin));
}

void Frame::submit(const Device& device, VkSemaphore wait_for, VkSemaphore signal) {
    VkSemaphoreSubmitInfo wait_info{VK_STRUCTURE_TYPE_SEMAPHORE_SUBMIT_INFO};
    wait_info.semaphore = wait_for;
    wait_info.stageMask = VK_PIPELINE_STAGE_2_COLOR_ATTACHMENT_OUTPUT_BIT;
    VkSemaphoreSubmitInfo signal_info{VK_STRUCTURE_TYPE_SEMAPHORE_SUBMIT_INFO};
    signal_info.semaphore = signal;
    signal_info.stageMask = VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT;
    VkCommandBufferSubmitInfo command{VK_STRUCTURE_TYPE_COMMAND_BUFFER_SUBMIT_INFO};
    command.commandBuffer = cmd;
    VkSubmitInfo2 submit_info{VK_STRUCTURE_TYPE_SUBMIT_INFO_2};
    submit_info.waitSemaphoreInfoCount = wait_for ? 1 : 0;
    submit_info.pWaitSemaphoreInfos = &wait_info;
    submit_info.commandBufferInfoCount = 1;
    submit_info.pCommandBufferInfos = &command;
    submit_info.signalSemaphoreInfoCount = signal ? 1 : 0;
    submit_info.pSignalSemaphoreInfos = &signal_info;
    const VkFence fence = finished_.get();
    VK_CHECK(vkResetFences(device.handle, 1, &fence));
    submitted_ = false;
    VK_CHECK(vkQueueSubmit2(device.queue, 1, &submit_info, fence));
    submitted_ = true;
}

}  // namespace bv

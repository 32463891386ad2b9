// Rows live in mapped buffers that double when full; the device has finished with them whenever they are written.
#include "render/frame.h"

#include <cstring>
#include <stdexcept>

#include <fmt/core.h>

#include "render/check.h"
#include "render/state_colors.h"

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
        passes.push_back(
            {names_[i], to > from ? static_cast<double>(to - from) * device.timestamp_period_ns * 1e-6 : 0.0});
    }
    return passes;
}

template <typename Row>
void Frame::wire(const Device& device, Rows<Row>& rows_of_kind, Binding binding, size_t first_capacity) {
    RowBuffer& target = row_buffer(binding);
    target.buffer = Buffer::create(device, first_capacity * sizeof(Row), VK_BUFFER_USAGE_STORAGE_BUFFER_BIT,
                                   Residence::written_by_cpu);
    target.changed = true;
    rows_of_kind.limit = device.max_storage_bytes / sizeof(Row);
    rows_of_kind.reallocate = [&device, &target, first_capacity](size_t capacity, Row* old, size_t count) {
        capacity = std::max(capacity, first_capacity);
        const size_t bytes = capacity * sizeof(Row);
        if (bytes > target.buffer.bytes) {
            if (bytes > device.max_storage_bytes)
                throw std::runtime_error(fmt::format(
                    "{} rows of {} bytes do not fit into one storage buffer of this device.", capacity, sizeof(Row)));
            Buffer larger =
                Buffer::create(device, bytes, VK_BUFFER_USAGE_STORAGE_BUFFER_BIT, Residence::written_by_cpu);
            if (count) std::memcpy(larger.mapped, old, count * sizeof(Row));
            target.buffer = std::move(larger);
            target.changed = true;
        }
        return reinterpret_cast<Row*>(target.buffer.mapped);
    };
}

void Frame::create(const Device& device, const Bindings& bindings) {
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

    const std::array<VkDescriptorPoolSize, 3> sizes{{{VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, 1},
                                                     {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, binding_count},
                                                     {VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, 2}}};
    VkDescriptorPoolCreateInfo descriptors{VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO};
    descriptors.maxSets = 1;
    descriptors.poolSizeCount = sizes.size();
    descriptors.pPoolSizes = sizes.data();
    VK_CHECK(vkCreateDescriptorPool(device.handle, &descriptors, nullptr, descriptors_.put(device.handle)));
    VkDescriptorSetAllocateInfo allocate{VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO};
    const VkDescriptorSetLayout layout = bindings.set_layout.get();
    allocate.descriptorPool = descriptors_.get();
    allocate.descriptorSetCount = 1;
    allocate.pSetLayouts = &layout;
    VK_CHECK(vkAllocateDescriptorSets(device.handle, &allocate, &set));

    constants_buffer = Buffer::create(device, sizeof(gpu::FrameConstants), VK_BUFFER_USAGE_UNIFORM_BUFFER_BIT,
                                      Residence::written_by_cpu);
    write_buffer(device, set, Binding::constants, constants_buffer);
    state_colors_ = Buffer::create(device, state_color_count * sizeof(uint32_t), VK_BUFFER_USAGE_STORAGE_BUFFER_BIT,
                                   Residence::written_by_cpu);
    write_buffer(device, set, Binding::state_colors, state_colors_);
    timers.create(device);
    wire(device, rows.racks, Binding::racks, 2048);
    wire(device, rows.cells, Binding::cells, 131072);
    wire(device, rows.boxes, Binding::boxes, 4096);
    wire(device, rows.trunks, Binding::trunks, 4096);
    wire(device, rows.beacons, Binding::beacons, 256);
    wire(device, rows.outlines, Binding::outlines, 64);
    wire(device, glyphs, Binding::glyphs, 4096);
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

void Frame::update_state_colors(const gpu::FrameConstants& constants, std::span<const glm::u8vec4> map,
                                uint64_t map_version) {
    StateColorKey key;
    std::copy(std::begin(constants.colors), std::end(constants.colors), key.colors.begin());
    key.flags = constants.flags;
    key.color_map = constants.color_map;
    key.map_version = map_version;
    if (key == state_color_key_) return;
    state_color_key_ = key;
    fill_state_colors({reinterpret_cast<uint32_t*>(state_colors_.mapped), state_color_count}, constants, map);
}

void Frame::update_set(const Device& device) {
    for (uint32_t i = 0; i < binding_count; ++i)
        if (std::exchange(row_buffers_[i].changed, false))
            write_buffer(device, set, static_cast<Binding>(i), row_buffers_[i].buffer);
}

}  // namespace bv

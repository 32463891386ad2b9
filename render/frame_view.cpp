// Rows live in mapped buffers that double when full; the device has finished with them whenever they are written.
#include "render/frame_view.h"

#include <cstring>
#include <stdexcept>

#include <fmt/core.h>

#include "render/check.h"
#include "render/state_colors.h"

namespace bv {

template <typename Row>
void FrameView::wire(const Device& device, Rows<Row>& rows_of_kind, Binding binding, size_t first_capacity) {
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

void FrameView::create(const Device& device, const Bindings& bindings) {
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
    wire(device, rows.racks, Binding::racks, 2048);
    wire(device, rows.cells, Binding::cells, 131072);
    wire(device, rows.boxes, Binding::boxes, 4096);
    wire(device, rows.trunks, Binding::trunks, 4096);
    wire(device, rows.beacons, Binding::beacons, 256);
    wire(device, rows.outlines, Binding::outlines, 64);
    wire(device, glyphs, Binding::glyphs, 4096);
}

void FrameView::update_state_colors(const gpu::FrameConstants& constants, std::span<const glm::u8vec4> map,
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

void FrameView::update_set(const Device& device) {
    for (uint32_t i = 0; i < binding_count; ++i)
        if (std::exchange(row_buffers_[i].changed, false))
            write_buffer(device, set, static_cast<Binding>(i), row_buffers_[i].buffer);
}

}  // namespace bv

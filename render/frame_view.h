// One view of a frame: its rows in mapped memory, its constants and colours, and the descriptor set that points at all
// of them.
#pragma once

#include <array>

#include "render/bindings.h"

namespace bv {

class FrameView {
public:
    void create(const Device& device, const Bindings& bindings);
    [[nodiscard]] bool created() const { return set != VK_NULL_HANDLE; }

    // Works the table of state colours out anew where theme, flags or map have changed since this view's last time.
    void update_state_colors(const gpu::FrameConstants& constants, std::span<const glm::u8vec4> map,
                             uint64_t map_version);
    // Points the descriptor set at buffers that have grown since the last frame.
    void update_set(const Device& device);

    VkDescriptorSet set = VK_NULL_HANDLE;
    FrameRows rows;
    Rows<gpu::GlyphRow> glyphs;
    Buffer constants_buffer;
    uint64_t scene_version = 0;  // of the static bindings in `set`

private:
    struct RowBuffer {
        Buffer buffer;
        bool changed = false;
    };
    template <typename Row>
    void wire(const Device& device, Rows<Row>& rows_of_kind, Binding binding, size_t first_capacity);
    RowBuffer& row_buffer(Binding binding) { return row_buffers_[static_cast<size_t>(binding)]; }

    // What the table of state colours was worked out from.
    struct StateColorKey {
        std::array<glm::vec4, 40> colors{};
        uint32_t flags = 0, color_map = 0;
        uint64_t map_version = 0;
        bool operator==(const StateColorKey&) const = default;
    };

    std::array<RowBuffer, binding_count> row_buffers_;
    Buffer state_colors_;
    StateColorKey state_color_key_;
    UniqueDescriptorPool descriptors_;
};

}  // namespace bv

// One of the two frames in flight: its commands, its rows in mapped memory, its timers. Two, so that the processor
// packs the next while the device draws the last.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "render/bindings.h"

namespace bv {

inline constexpr uint32_t frames_in_flight = 2;
inline constexpr uint32_t max_timers = 20;

// GPU timers of one frame: one timestamp before each pass and one after the last; read when the frame is known to be
// finished.
class Timers {
public:
    void create(const Device& device);
    void begin(VkCommandBuffer cmd, bool enabled);
    void mark(VkCommandBuffer cmd, std::string_view pass);  // the named pass starts here; empty: the end
    // Milliseconds per pass of the last recording; empty where nothing was measured. Never waits.
    [[nodiscard]] std::vector<FrameStats::Pass> read(const Device& device) const;

private:
    UniqueQueryPool pool_;
    std::vector<std::string_view> names_;
    bool enabled_ = false;
    uint32_t queries_per_mark_ = 1;
};

class Frame {
public:
    void create(const Device& device, const Bindings& bindings);

    // Waits until the device is done with this frame, then clears its rows.
    void wait(const Device& device);
    void begin_commands(const Device& device);
    void submit(const Device& device, VkSemaphore wait, VkSemaphore signal);
    // Works the table of state colours out anew where theme, flags or map have changed since this frame's last time.
    void update_state_colors(const gpu::FrameConstants& constants, std::span<const glm::u8vec4> map,
                             uint64_t map_version);
    // Points the descriptor set at buffers that have grown since the last frame.
    void update_set(const Device& device);

    VkCommandBuffer cmd = VK_NULL_HANDLE;
    VkDescriptorSet set = VK_NULL_HANDLE;
    FrameRows rows;
    Rows<gpu::GlyphRow> glyphs;
    Buffer constants_buffer;
    UniqueSemaphore acquired;
    Timers timers;
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
    UniqueCommandPool pool_;
    UniqueDescriptorPool descriptors_;
    UniqueFence finished_;
    bool submitted_ = false;
};

}  // namespace bv

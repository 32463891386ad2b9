// One of the two frames in flight: its commands, its views' rows in mapped memory, its timers. Two, so that the
// processor packs the next while the device draws the last.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "render/frame_view.h"

namespace bv {

inline constexpr uint32_t frames_in_flight = 2;
inline constexpr uint32_t max_timers = 32;

// GPU timers of one frame: one timestamp before each pass and one after the last; read when the frame is known to be
// finished.
class Timers {
public:
    void create(const Device& device);
    void begin(VkCommandBuffer cmd, bool enabled);
    void mark(VkCommandBuffer cmd, std::string_view pass);  // the named pass starts here; empty: the end
    // Milliseconds per pass of the last recording, all views together; empty where nothing was measured. Never waits.
    [[nodiscard]] std::vector<FrameStats::Pass> read(const Device& device) const;

private:
    UniqueQueryPool pool_;
    std::vector<std::string_view> names_;
    bool enabled_ = false;
    uint32_t queries_per_mark_ = 1;
};

class Frame {
public:
    void create(const Device& device);

    // Waits until the device is done with this frame.
    void wait(const Device& device);
    void begin_commands(const Device& device);
    void submit(const Device& device, VkSemaphore wait, VkSemaphore signal);

    VkCommandBuffer cmd = VK_NULL_HANDLE;
    std::array<FrameView, most_views> views;  // created when first needed
    UniqueSemaphore acquired;
    Timers timers;

private:
    UniqueCommandPool pool_;
    UniqueFence finished_;
    bool submitted_ = false;
};

}  // namespace bv

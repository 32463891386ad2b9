// Rows → pixels: the one ordered list of passes, drawn into a window's swapchain or into an image in memory. Knows no
// GPU rack and no telemetry, only rows.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <glm/glm.hpp>

#include "shaders/gpu_types.h"

namespace bv {

enum class Quality : uint8_t { automatic, lean, rich };

struct RendererOptions {
    std::string device;  // part of a device name; empty: a discrete GPU if there is one, else whatever is there
    Quality quality = Quality::automatic;
    bool validation =
        false;  // Khronos validation layer with synchronization validation; also on with BELVEDERE_VALIDATION=1
    bool vsync = true;
    uint32_t width = 1920, height = 1080;
    // A window's surface: given a VkInstance, returns a VkSurfaceKHR (as an integer). Empty: headless.
    std::function<uint64_t(void* vk_instance)> create_surface;
    std::vector<std::string> instance_extensions;  // those the window system needs
};

// How many rows to make room for when `least` must fit: twice as many as before, but never more than `limit` unless
// needed.
[[nodiscard]] inline size_t grown_capacity(size_t capacity, size_t least, size_t limit) {
    return std::max(least, std::min(capacity * 2, limit));
}

// Rows of one kind for one frame, in memory that the GPU reads directly. Grows when full; order is drawing order.
template <typename Row>
class Rows {
public:
    void clear() { count_ = 0; }
    void push(const Row& row) {
        if (count_ == capacity_) grow(count_ + 1);
        data_[count_++] = row;
    }
    // Uninitialised room for n rows at the end, to be filled by the caller.
    std::span<Row> extend(size_t n) {
        if (count_ + n > capacity_) grow(count_ + n);
        count_ += n;
        return {data_ + count_ - n, n};
    }
    [[nodiscard]] size_t size() const { return count_; }
    [[nodiscard]] std::span<const Row> rows() const { return {data_, count_}; }
    [[nodiscard]] std::span<Row> rows() { return {data_, count_}; }

    // How more room is had; set by the renderer (mapped GPU memory) or by a test (a vector). Keeps the rows written so
    // far. Throws one sentence where so many do not fit.
    std::function<Row*(size_t capacity, Row* old, size_t count)> reallocate;
    size_t limit = SIZE_MAX;  // of rows: what one storage buffer of the device holds

private:
    void grow(size_t least) {
        const size_t capacity = grown_capacity(capacity_, least, limit);
        data_ = reallocate(capacity, data_, count_);
        capacity_ = capacity;
    }
    Row* data_ = nullptr;
    size_t count_ = 0, capacity_ = 0;
};

struct FrameRows {
    Rows<gpu::RackRow> racks;
    Rows<uint32_t> cells;  // state words that RackRow::first_cell points into
    Rows<gpu::BoxRow> boxes;
    Rows<gpu::TrunkRow> trunks;
    Rows<gpu::BeaconRow> beacons;
    Rows<gpu::OutlineRow> outlines;
    void clear() {
        racks.clear();
        cells.clear();
        boxes.clear();
        trunks.clear();
        beacons.clear();
        outlines.clear();
    }
};

// Lettering in the world: flat text, drawn with depth, fading out where it would be too small to read.
struct Sign {
    std::string text;             // UTF-8, one line
    glm::vec3 position;           // centre of the text
    glm::vec3 right, up;          // unit vectors of the text's plane
    float height_m = 1;           // of a capital letter
    uint32_t color = 0xFFFFFFFF;  // RGBA8, R in the low byte
    float min_pixels = 7;         // not drawn when a capital would be smaller
};

// What stands still: set once per topology.
struct StaticScene {
    std::vector<gpu::BoxRow> boxes;      // slabs, walls, trays, pipes, busways, plant
    std::vector<gpu::BoxRow> cylinders;  // same row, drawn as an upright 24-sided cylinder of that bounding box
    std::vector<Sign> signs;
    glm::vec2 ground_min{-100}, ground_max{100};  // extent of the floor grid
};

inline constexpr size_t most_views = 2;  // of one frame

// One of the views that a frame shows beside each other: from where, in which colours, and where in the target.
// Together they fill one rectangle; what lies between them is the panels' business.
struct ViewInput {
    gpu::FrameConstants
        constants;  // clip_from_world: reversed or plain z, 0..1 as Vulkan; y down is handled by the renderer
    // Pixels of the target outside of which this view is not drawn, though its eye sees more (constants.viewport_*).
    glm::vec2 seen_min{0}, seen_max{1e6f};
};

struct FrameStats {
    struct Pass {
        std::string_view name;
        double gpu_ms;
    };
    std::vector<Pass> passes;  // of the last finished frame
    uint64_t triangles = 0;    // submitted
    uint32_t draw_calls = 0;
    double cpu_ms = 0;  // recording and submitting
};

struct Pixels {
    uint32_t width = 0, height = 0;
    std::vector<uint8_t> rgba;  // sRGB, top row first
};

class Renderer {
public:
    // Throws one sentence where there is no usable Vulkan device.
    explicit Renderer(const RendererOptions& options);
    ~Renderer();
    Renderer(const Renderer&) = delete;
    Renderer& operator=(const Renderer&) = delete;

    void resize(uint32_t width, uint32_t height);  // of the target; 0 × 0: minimised, draw() does nothing
    void set_static_scene(StaticScene scene);
    void set_color_maps(std::span<const glm::u8vec4> texels, uint32_t rows);  // rows × 256 texels, RGBA8 sRGB

    // Waits until the next frame's rows may be written (at most two frames are in flight), clears them, and returns
    // those of its first view.
    FrameRows& begin_frame();
    FrameRows& rows_of(size_t view);  // of the frame that was begun
    // Records and submits all passes of each view and ImGui's draw data (ImGui::Render() must have been called), then
    // presents. False: the target was out of date or lost and has been made anew; draw again.
    bool draw(std::span<const ViewInput> views);
    bool draw(const ViewInput& view) { return draw({&view, 1}); }
    // Waits for the last frame and returns its picture. Headless, or for a screenshot.
    [[nodiscard]] Pixels read_pixels();

    // Makes the device and everything on it anew, as draw() does by itself after the device was lost. Rows of a frame
    // that was begun are gone: begin again.
    void remake_device();

    // ImGui: context must exist, and must outlive the renderer. Builds the font texture from ImGui::GetIO().Fonts; call
    // again after fonts change.
    void upload_fonts();

    // On a software device timestamps end what could overlap: passes are timed there only while this is on.
    void time_passes(bool on);
    [[nodiscard]] const FrameStats& stats() const;
    [[nodiscard]] const std::string& device_name() const;  // "llvmpipe (LLVM 15.0.6, 256 bits)"
    [[nodiscard]] const std::string& driver_name() const;
    [[nodiscard]] bool rich() const;
    [[nodiscard]] uint64_t validation_messages() const;  // warnings and errors so far; each was printed to stderr

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace bv

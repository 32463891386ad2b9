// The one ordered list of passes, and everything that lasts from frame to frame. Reads: rows, the static scene, ImGui's
// draw data. Writes: a window's image or a picture in memory.
#include "render/renderer.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstring>

#include "render/check.h"
#include "render/passes/passes.h"
#include "render/swapchain.h"

namespace bv {
namespace {

constexpr VkFormat headless_format = VK_FORMAT_B8G8R8A8_UNORM;

struct Passes {
    Passes(const PipelineFactory& make, bool rich)
        : racks(RacksPass::create(make)),
          boxes(BoxesPass::create(make)),
          structure(StructurePass::create(make)),
          air(AirPass::create(make)),
          ground(GroundPass::create(make, rich)),
          shadows(ShadowsPass::create(make)),
          trunks(TrunksPass::create(make, rich)),
          signs(SignsPass::create(make)),
          outlines(OutlinesPass::create(make)),
          beacons(BeaconsPass::create(make)) {}
    RacksPass racks;
    BoxesPass boxes;
    StructurePass structure;
    AirPass air;
    GroundPass ground;
    ShadowsPass shadows;
    TrunksPass trunks;
    SignsPass signs;
    OutlinesPass outlines;
    BeaconsPass beacons;
};

// What depends on the device, in creation order: lost and made anew together.
struct Gpu {
    Gpu(const RendererOptions& options, std::atomic<uint64_t>& messages);
    ~Gpu();
    Device device;
    bool rich;
    VkSurfaceFormatKHR format;
    Bindings bindings;
    UiPass ui;
    Passes passes;
    BloomPass bloom;  // rich only
    Image glyph_atlas;
    SceneBuffers scene;
    uint64_t scene_version = 1;
    std::array<Frame, frames_in_flight> frames;
    Targets targets;
    Picture picture;                       // headless, or of a screenshot
    std::unique_ptr<Swapchain> swapchain;  // of a window that is not minimised
};

bool wants_rich(const RendererOptions& options, const Device& device) {
    return options.quality == Quality::rich || (options.quality == Quality::automatic && !device.software);
}

VkSurfaceFormatKHR format_for(const Device& device) {
    return device.surface ? choose_surface_format(device)
                          : VkSurfaceFormatKHR{headless_format, VK_COLOR_SPACE_SRGB_NONLINEAR_KHR};
}

Gpu::Gpu(const RendererOptions& options, std::atomic<uint64_t>& messages)
    : device(options, messages),
      rich(wants_rich(options, device)),
      format(format_for(device)),
      bindings(Bindings::create(device)),
      passes({device, bindings.pipeline_layout.get(), format.format, VK_FORMAT_D32_SFLOAT,
              rich ? device.rich_samples : VK_SAMPLE_COUNT_1_BIT},
             rich) {
    if (rich) bloom = BloomPass::create(device, format.format, bindings.texture_layout.get());
    ui.create(device, format.format);
    for (Frame& frame : frames) frame.create(device);
}

Gpu::~Gpu() {
    vkDeviceWaitIdle(device.handle);
    ui.destroy();
}

// 1 Hz, never faster, never dark.
float pulse_at(float time_s) { return 0.86f + 0.14f * std::cos(time_s * 6.2831853f); }

void set_view(VkCommandBuffer cmd, const ViewInput& input, const VkRect2D& place) {
    const glm::vec2 &min = input.constants.viewport_min, &size = input.constants.viewport_size;
    // The eye's y points up, Vulkan's down.
    const VkViewport viewport{min.x, min.y + size.y, size.x, -size.y, 0.0f, 1.0f};
    vkCmdSetViewport(cmd, 0, 1, &viewport);
    vkCmdSetScissor(cmd, 0, 1, &place);
}

// Until the viewer sets its own: a quiet grey ramp.
std::vector<glm::u8vec4> plain_color_map() {
    std::vector<glm::u8vec4> texels;
    for (int i = 0; i < 256; ++i) texels.emplace_back(40 + i / 2, 50 + i / 2, 60 + i / 2, 255);
    return texels;
}

}  // namespace

struct Renderer::Impl {
    explicit Impl(const RendererOptions& wanted);
    void make_gpu();
    void make_targets();
    void upload_scene();
    Frame& begun() { return gpu->frames[frame_number % frames_in_flight]; }
    FrameView& view_of(Frame& frame, size_t index);
    void bind_scene(FrameView& view);
    void prepare(FrameView& view, const ViewInput& input);
    bool draw_to_window(Frame& frame, std::span<const ViewInput> views);
    void draw_to_picture(Frame& frame, std::span<const ViewInput> views);
    void record(Frame& frame, std::span<const ViewInput> views, FinalImage& target, VkImageLayout final_layout);
    void begin_rendering(VkCommandBuffer cmd, const glm::vec4& surface, const FinalImage& target, bool keep_around);
    // Where in the target a view is drawn, in whole pixels; empty: nowhere, panels cover all of it.
    [[nodiscard]] VkRect2D place_of(const ViewInput& input) const;
    void record_passes(Frame& frame, const FrameView& view, const ViewInput& input);
    [[nodiscard]] bool minimised() const { return extent.width == 0 || extent.height == 0; }

    RendererOptions options;
    VkExtent2D extent;
    SignFont font;
    StaticScene scene;
    std::vector<glm::u8vec4> color_map_texels = plain_color_map();
    uint32_t color_map_rows = 1;
    uint64_t color_map_version = 1;
    bool fonts_wanted = false;
    std::atomic<uint64_t> messages = 0;
    std::unique_ptr<Gpu> gpu;
    FrameStats stats;
    uint64_t frame_number = 0;
    bool timing = false;
    std::vector<ViewInput> last_views;
    bool picture_is_current = false;
};

Renderer::Impl::Impl(const RendererOptions& wanted)
    : options(wanted), extent{wanted.width, wanted.height}, font(SignFont::bake()) {
    make_gpu();
}

void Renderer::Impl::make_gpu() {
    gpu.reset();
    gpu = std::make_unique<Gpu>(options, messages);
    gpu->glyph_atlas = create_texture(gpu->device, {font.width, font.height}, VK_FORMAT_R8_UNORM,
                                      std::as_bytes(std::span(font.texels)));
    upload_scene();
    make_targets();
    if (fonts_wanted) gpu->ui.upload_fonts(gpu->device);
}

void Renderer::Impl::upload_scene() {
    gpu->scene = SceneBuffers::create(gpu->device, scene);
    ++gpu->scene_version;
}

void Renderer::Impl::make_targets() {
    Gpu& g = *gpu;
    VK_CHECK(vkDeviceWaitIdle(g.device.handle));
    picture_is_current = false;
    g.picture = {};
    if (minimised()) {
        g.swapchain.reset();
        return;
    }
    if (g.device.surface) {
        const auto old = std::move(g.swapchain);
        g.swapchain = std::make_unique<Swapchain>(g.device, g.format, extent, options.vsync, g.ui.render_pass(),
                                                  old ? old->handle() : VK_NULL_HANDLE);
        if (g.swapchain->extent().width == 0 || g.swapchain->extent().height == 0) {
            g.swapchain.reset();
            return;
        }
        extent = g.swapchain->extent();
    } else {
        g.picture = Picture::create(g.device, extent, g.format.format, g.ui.render_pass());
    }
    g.targets = Targets::create(g.device, g.bindings, extent, g.format.format, g.rich);
}

FrameView& Renderer::Impl::view_of(Frame& frame, size_t index) {
    CHECK(index < most_views);
    FrameView& view = frame.views[index];
    if (!view.created()) view.create(gpu->device, gpu->bindings);
    return view;
}

void Renderer::Impl::bind_scene(FrameView& view) {
    Gpu& g = *gpu;
    view.update_set(g.device);
    if (view.scene_version == g.scene_version) return;
    view.scene_version = g.scene_version;
    write_buffer(g.device, view.set, Binding::static_boxes, g.scene.boxes);
    write_buffer(g.device, view.set, Binding::cylinders, g.scene.cylinders);
    write_texture(g.device, view.set, static_cast<uint32_t>(Binding::glyph_atlas), g.glyph_atlas,
                  g.bindings.linear.get());
}

// Everything that the view's passes read, in memory that the device sees.
void Renderer::Impl::prepare(FrameView& view, const ViewInput& input) {
    bind_scene(view);
    std::memcpy(view.constants_buffer.mapped, &input.constants, sizeof input.constants);
    const uint32_t map = std::min(input.constants.color_map, color_map_rows - 1);
    view.update_state_colors(input.constants, std::span(color_map_texels).subspan(size_t{map} * 256, 256),
                             color_map_version);
    lay_out_signs(font, scene.signs, input.constants, view.glyphs);
    view.update_set(gpu->device);
}

// The attachments of the 3D views: what the passes draw into, cleared.
void Renderer::Impl::begin_rendering(VkCommandBuffer cmd, const glm::vec4& surface, const FinalImage& target,
                                     bool keep_around) {
    const Gpu& g = *gpu;
    VkRenderingAttachmentInfo color{VK_STRUCTURE_TYPE_RENDERING_ATTACHMENT_INFO};
    color.imageView = g.rich ? g.targets.picture.view.get() : target.view;
    color.imageLayout = VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL;
    color.loadOp = keep_around ? VK_ATTACHMENT_LOAD_OP_LOAD : VK_ATTACHMENT_LOAD_OP_CLEAR;
    color.storeOp = VK_ATTACHMENT_STORE_OP_STORE;
    if (g.rich && g.targets.samples.view) {
        color.resolveImageView = color.imageView;
        color.resolveImageLayout = VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL;
        color.resolveMode = VK_RESOLVE_MODE_AVERAGE_BIT;
        color.imageView = g.targets.samples.view.get();
        color.storeOp = VK_ATTACHMENT_STORE_OP_DONT_CARE;
    }
    // Around the 3D view the clear is the panels' surface, so that they need not be filled pixel by pixel.
    color.clearValue.color = {{surface.r, surface.g, surface.b, 0.0f}};
    VkRenderingAttachmentInfo depth{VK_STRUCTURE_TYPE_RENDERING_ATTACHMENT_INFO};
    depth.imageView = g.targets.depth.view.get();
    depth.imageLayout = VK_IMAGE_LAYOUT_DEPTH_ATTACHMENT_OPTIMAL;
    depth.loadOp = VK_ATTACHMENT_LOAD_OP_CLEAR;
    depth.storeOp = VK_ATTACHMENT_STORE_OP_DONT_CARE;
    depth.clearValue.depthStencil = {0.0f, 0};  // reversed: 0 is infinitely far
    VkRenderingInfo rendering{VK_STRUCTURE_TYPE_RENDERING_INFO};
    rendering.renderArea = {{0, 0}, extent};
    rendering.layerCount = 1;
    rendering.colorAttachmentCount = 1;
    rendering.pColorAttachments = &color;
    rendering.pDepthAttachment = &depth;
    vkCmdBeginRendering(cmd, &rendering);
}

VkRect2D Renderer::Impl::place_of(const ViewInput& input) const {
    const glm::vec2 &min = input.constants.viewport_min, &size = input.constants.viewport_size;
    const glm::vec2 target(static_cast<float>(extent.width), static_cast<float>(extent.height));
    const glm::vec2 low = glm::max(glm::max(min, input.seen_min), glm::vec2(0));
    const glm::vec2 high = glm::min(glm::min(min + size, input.seen_max), target);
    if (high.x <= low.x || high.y <= low.y) return {};
    return {{static_cast<int32_t>(low.x), static_cast<int32_t>(low.y)},
            {static_cast<uint32_t>(high.x - low.x), static_cast<uint32_t>(high.y - low.y)}};
}

// The one ordered list. Opaque things from what hides most to what is hidden most, then what blends.
void Renderer::Impl::record_passes(Frame& frame, const FrameView& view, const ViewInput& input) {
    Gpu& g = *gpu;
    const VkCommandBuffer cmd = frame.cmd;
    vkCmdBindDescriptorSets(cmd, VK_PIPELINE_BIND_POINT_GRAPHICS, g.bindings.pipeline_layout.get(), 0, 1, &view.set, 0,
                            nullptr);
    const Recorder recorder{cmd, g.bindings, stats, pulse_at(input.constants.time_s)};
    const PassInput in{input.constants, view.rows, view.glyphs, g.scene, g.rich};
    const Passes& p = g.passes;
    frame.timers.mark(cmd, "air");
    p.air.record(recorder);
    if (g.rich && g.scene.slab_count) {
        frame.timers.mark(cmd, "reflection");
        gpu::PassConstants mirror{};
        mirror.reflect = 1;
        mirror.mirror_z = g.scene.reflection_height;
        p.racks.record(recorder, in, mirror);
        p.boxes.record(recorder, in, mirror);
        p.structure.record(recorder, in, mirror);
    }
    frame.timers.mark(cmd, "boxes");
    p.boxes.record(recorder, in, {});
    frame.timers.mark(cmd, "racks");
    p.racks.record(recorder, in, {});
    frame.timers.mark(cmd, "structure");
    p.structure.record(recorder, in, {});
    frame.timers.mark(cmd, "ground");
    p.ground.record(recorder, in);
    frame.timers.mark(cmd, "shadows");
    p.shadows.record(recorder, in);
    p.structure.record_glass(recorder, in);
    frame.timers.mark(cmd, "trunks");
    p.trunks.record(recorder, in);
    frame.timers.mark(cmd, "signs");
    p.signs.record(recorder, in);
    frame.timers.mark(cmd, "outlines");
    p.outlines.record(recorder, in);
    frame.timers.mark(cmd, "beacons");
    p.beacons.record(recorder, in);
}

void Renderer::Impl::record(Frame& frame, std::span<const ViewInput> views, FinalImage& target,
                            VkImageLayout final_layout) {
    Gpu& g = *gpu;
    const glm::vec4& surface = views.front().constants.colors[gpu::theme_surface];
    glm::ivec2 low(INT32_MAX), high(0);  // around all views
    for (size_t i = 0; i < views.size(); ++i) {
        prepare(view_of(frame, i), views[i]);
        const VkRect2D place = place_of(views[i]);
        if (place.extent.width == 0) continue;
        const glm::ivec2 corner(place.offset.x, place.offset.y);
        low = glm::min(low, corner);
        high = glm::max(high, corner + glm::ivec2(place.extent.width, place.extent.height));
    }

    frame.begin_commands(g.device);
    frame.timers.begin(frame.cmd, !g.device.software || timing);

    const UiParts ui = g.ui.parts(glm::min(low, high), high, surface);
    // The rich picture's last step goes over the whole image.
    const bool keep_around = !g.rich && ui.fingerprint != 0 && ui.fingerprint == target.shown_around;
    target.shown_around = g.rich ? 0 : ui.fingerprint;

    constexpr VkPipelineStageFlags2 color_stage = VK_PIPELINE_STAGE_2_COLOR_ATTACHMENT_OUTPUT_BIT;
    constexpr VkPipelineStageFlags2 depth_stages =
        VK_PIPELINE_STAGE_2_EARLY_FRAGMENT_TESTS_BIT | VK_PIPELINE_STAGE_2_LATE_FRAGMENT_TESTS_BIT;
    constexpr VkAccessFlags2 color_access =
        VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT | VK_ACCESS_2_COLOR_ATTACHMENT_READ_BIT;
    constexpr VkAccessFlags2 depth_access =
        VK_ACCESS_2_DEPTH_STENCIL_ATTACHMENT_WRITE_BIT | VK_ACCESS_2_DEPTH_STENCIL_ATTACHMENT_READ_BIT;
    // The frame before may still draw into the same images, or copy from them.
    record_transitions(
        frame.cmd,
        {Transition{target.image, g.format.format, keep_around ? final_layout : VK_IMAGE_LAYOUT_UNDEFINED,
                    VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL, color_stage | VK_PIPELINE_STAGE_2_COPY_BIT,
                    VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT, color_stage, color_access},
         Transition{g.targets.depth.handle.get(), VK_FORMAT_D32_SFLOAT, VK_IMAGE_LAYOUT_UNDEFINED,
                    VK_IMAGE_LAYOUT_DEPTH_ATTACHMENT_OPTIMAL, depth_stages, depth_access, depth_stages, depth_access}});

    stats.draw_calls = 0;
    stats.triangles = 0;
    if (g.rich) {
        const auto opened = [&](const Image& image) {
            return Transition{image.handle.get(),
                              image.format,
                              VK_IMAGE_LAYOUT_UNDEFINED,
                              VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL,
                              color_stage | VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT,
                              VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT,
                              color_stage,
                              color_access};
        };
        record_transitions(frame.cmd, {opened(g.targets.picture)});
        if (g.targets.samples.view) record_transitions(frame.cmd, {opened(g.targets.samples)});
    }
    begin_rendering(frame.cmd, surface, target, keep_around);
    for (size_t i = 0; i < views.size(); ++i) {
        const VkRect2D place = place_of(views[i]);
        if (place.extent.width == 0) continue;
        set_view(frame.cmd, views[i], place);
        record_passes(frame, frame.views[i], views[i]);
    }
    vkCmdEndRendering(frame.cmd);
    if (g.rich) {
        frame.timers.mark(frame.cmd, "bloom");
        g.bloom.record({frame.cmd, g.bindings, stats, 1}, g.targets, target);
    }
    frame.timers.mark(frame.cmd, "ui");
    g.ui.record(frame.cmd, target.framebuffer.get(), extent, stats, keep_around ? &ui.over : nullptr);
    frame.timers.mark(frame.cmd, "");

    const bool copied = final_layout == VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL;
    record_transitions(frame.cmd, {Transition{target.image, g.format.format, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL,
                                              final_layout, color_stage, VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT,
                                              copied ? VK_PIPELINE_STAGE_2_COPY_BIT : VK_PIPELINE_STAGE_2_NONE,
                                              copied ? VK_ACCESS_2_TRANSFER_READ_BIT : VkAccessFlags2{0}}});
    VK_CHECK(vkEndCommandBuffer(frame.cmd));
}

void Renderer::Impl::draw_to_picture(Frame& frame, std::span<const ViewInput> views) {
    record(frame, views, gpu->picture.final_image, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL);
    frame.submit(gpu->device, VK_NULL_HANDLE, VK_NULL_HANDLE);
    picture_is_current = true;
}

bool Renderer::Impl::draw_to_window(Frame& frame, std::span<const ViewInput> views) {
    Gpu& g = *gpu;
    const auto image = g.swapchain->acquire(frame.acquired.get());
    if (!image) {
        make_targets();
        return false;
    }
    record(frame, views, g.swapchain->image(*image), VK_IMAGE_LAYOUT_PRESENT_SRC_KHR);
    frame.submit(g.device, frame.acquired.get(), g.swapchain->rendered(*image));
    picture_is_current = false;
    if (!g.swapchain->present(*image)) make_targets();
    return true;
}

Renderer::Renderer(const RendererOptions& options) : impl_(std::make_unique<Impl>(options)) {}
Renderer::~Renderer() = default;

void Renderer::resize(uint32_t width, uint32_t height) {
    if (impl_->extent.width == width && impl_->extent.height == height) return;
    impl_->extent = {width, height};
    impl_->make_targets();
}

void Renderer::set_static_scene(StaticScene scene) {
    VK_CHECK(vkDeviceWaitIdle(impl_->gpu->device.handle));
    impl_->scene = std::move(scene);
    impl_->upload_scene();
}

void Renderer::set_color_maps(std::span<const glm::u8vec4> texels, uint32_t rows) {
    CHECK(rows > 0 && texels.size() == size_t{rows} * 256);
    impl_->color_map_texels.assign(texels.begin(), texels.end());
    impl_->color_map_rows = rows;
    ++impl_->color_map_version;
}

FrameRows& Renderer::begin_frame() {
    Frame& frame = impl_->begun();
    try {
        frame.wait(impl_->gpu->device);
    } catch (const DeviceLost&) {
        impl_->make_gpu();
        return begin_frame();
    }
    if (auto passes = frame.timers.read(impl_->gpu->device); !passes.empty()) impl_->stats.passes = std::move(passes);
    for (FrameView& view : frame.views) view.rows.clear();
    return rows_of(0);
}

FrameRows& Renderer::rows_of(size_t view) { return impl_->view_of(impl_->begun(), view).rows; }

bool Renderer::draw(std::span<const ViewInput> views) {
    CHECK(!views.empty() && views.size() <= most_views);
    Impl& i = *impl_;
    const auto start = std::chrono::steady_clock::now();
    if (i.gpu->device.surface && !i.gpu->swapchain && !i.minimised()) i.make_targets();
    if (i.minimised() || (i.gpu->device.surface && !i.gpu->swapchain)) return true;
    Frame& frame = i.begun();
    try {
        if (i.gpu->swapchain) {
            if (!i.draw_to_window(frame, views)) return false;
        } else {
            i.draw_to_picture(frame, views);
        }
    } catch (const DeviceLost&) {
        i.make_gpu();
        return false;
    } catch (const SurfaceLost&) {
        VK_CHECK(vkDeviceWaitIdle(i.gpu->device.handle));
        i.gpu->swapchain.reset();
        i.gpu->device.make_surface();
        i.make_targets();
        return false;
    }
    i.last_views.assign(views.begin(), views.end());
    ++i.frame_number;
    i.stats.cpu_ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    return true;
}

Pixels Renderer::read_pixels() {
    Impl& i = *impl_;
    Gpu& g = *i.gpu;
    Pixels pixels;
    if (i.minimised() || i.frame_number == 0) return pixels;
    if (!i.picture_is_current) {
        // A window's images belong to the screen once presented, so its last frame is drawn again, into memory.
        VK_CHECK(vkDeviceWaitIdle(g.device.handle));
        g.picture = Picture::create(g.device, i.extent, g.format.format, g.ui.render_pass());
        i.draw_to_picture(g.frames[(i.frame_number - 1) % frames_in_flight], i.last_views);
    }
    OneShot once(g.device);
    // Drawing ended with a transition towards the copy; this copy comes later in the same queue.
    VkBufferImageCopy copy{};
    copy.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1};
    copy.imageExtent = {i.extent.width, i.extent.height, 1};
    vkCmdCopyImageToBuffer(once.cmd, g.picture.final_image.image, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL,
                           g.picture.readback.handle.get(), 1, &copy);
    VkMemoryBarrier2 to_host{VK_STRUCTURE_TYPE_MEMORY_BARRIER_2};
    to_host.srcStageMask = VK_PIPELINE_STAGE_2_COPY_BIT;
    to_host.srcAccessMask = VK_ACCESS_2_TRANSFER_WRITE_BIT;
    to_host.dstStageMask = VK_PIPELINE_STAGE_2_HOST_BIT;
    to_host.dstAccessMask = VK_ACCESS_2_HOST_READ_BIT;
    VkDependencyInfo dependency{VK_STRUCTURE_TYPE_DEPENDENCY_INFO};
    dependency.memoryBarrierCount = 1;
    dependency.pMemoryBarriers = &to_host;
    vkCmdPipelineBarrier2(once.cmd, &dependency);
    once.submit_and_wait();

    pixels.width = i.extent.width;
    pixels.height = i.extent.height;
    pixels.rgba.resize(size_t{4} * pixels.width * pixels.height);
    const auto* from = reinterpret_cast<const uint8_t*>(g.picture.readback.mapped);
    const bool swap = g.format.format == VK_FORMAT_B8G8R8A8_UNORM;
    for (size_t p = 0; p < pixels.rgba.size(); p += 4) {
        pixels.rgba[p] = from[p + (swap ? 2 : 0)];
        pixels.rgba[p + 1] = from[p + 1];
        pixels.rgba[p + 2] = from[p + (swap ? 0 : 2)];
        pixels.rgba[p + 3] = 255;
    }
    return pixels;
}

void Renderer::remake_device() { impl_->make_gpu(); }

void Renderer::upload_fonts() {
    impl_->fonts_wanted = true;
    impl_->gpu->ui.upload_fonts(impl_->gpu->device);
}

const FrameStats& Renderer::stats() const { return impl_->stats; }
const std::string& Renderer::device_name() const { return impl_->gpu->device.name; }
const std::string& Renderer::driver_name() const { return impl_->gpu->device.driver; }
void Renderer::time_passes(bool on) { impl_->timing = on; }
bool Renderer::rich() const { return impl_->gpu->rich; }
uint64_t Renderer::validation_messages() const { return impl_->messages; }

}  // namespace bv

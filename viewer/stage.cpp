// Puts the steps of a frame in order. Reads state and view, writes pixels through the renderer; see stage.h.
#include "viewer/stage.h"

#include <chrono>
#include <utility>

#include <imgui.h>

#include "viewer/composition.h"
#include "viewer/scene_layout.h"

namespace bv {

namespace {

constexpr int most_attempts = 3;  // at one frame

double since_ms(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

Ui::Ui() {
    IMGUI_CHECKVERSION();
    ImGui::CreateContext();
    ImGui::GetIO().IniFilename = nullptr;  // sizes of panels live in the View
    ImGui::GetIO().LogFilename = nullptr;
}

Ui::~Ui() { ImGui::DestroyContext(); }

Stage::Stage(const Options& options, const RendererOptions& renderer_options)
    : renderer(renderer_options), options_(options), width_(renderer_options.width), height_(renderer_options.height) {
    apply_to_view(options, view);
    const std::vector<glm::u8vec4> texels = color_map_texels();
    renderer.set_color_maps(texels, uint32_t(texels.size() / 256));
    view.viewport_width = float(width_);
    view.viewport_height = float(height_);
}

bool Stage::follow(const ClusterState& state) {
    if (state.empty() || state.shared_topology() == topology_) return false;
    topology_ = state.shared_topology();
    unheard_.reset();
    layout_ = std::make_unique<SceneLayout>(topology_);
    renderer.set_static_scene(layout_->static_scene());
    view.selected = view.hovered = view.route_from = {};
    view.trunk = view.hovered_trunk = {};
    view.brush = {};
    view.views.group = view.views.replica = no_index;
    view.views.window = {};
    view.history.clear();
    apply_to_view(options_, *topology_, view);
    return true;
}

void Stage::resize(uint32_t width, uint32_t height) {
    width_ = width;
    height_ = height;
    renderer.resize(width, height);
}

void Stage::set_scale(float ui_scale) {
    view.ui_scale = ui_scale;
    if (ui_scale == fonts_scale_ && view.theme == fonts_theme_) return;
    const bool fonts = ui_scale != fonts_scale_;
    fonts_scale_ = ui_scale;
    fonts_theme_ = view.theme;
    apply_style(view.theme, ui_scale, fonts);
    if (fonts) renderer.upload_fonts();
}

void Stage::panels(const ClusterState& state, Timeline& timeline, double dt, const std::function<void()>& input) {
    ImGuiIO& io = ImGui::GetIO();
    if (new_platform_frame) {
        new_platform_frame();
    } else {
        io.DisplaySize = {float(width_), float(height_)};
        io.DeltaTime = float(dt > 0 ? dt : 1.0 / 60);
    }
    ImGui::NewFrame();
    if (input) input();
    color_by_what_is_heard(state, view);
    complaints_.print(timeline.sources());
    complaints_.print(timeline.history_problem());
    const UiContext ui{state, timeline, view, renderer.stats(), renderer.device_name(), memory, layout_.get()};
    if (!options_.compare.empty() && layout_) compare_since(ui, std::exchange(options_.compare, {}));
    update_comparison(ui);
    if (layout_ && !state.empty()) refresh_links(state, layout_->impl(), view);
    draw_ui(ui);
    // In a window somebody looks on; a picture is of the view at rest.
    if (layout_ && !state.empty()) keep_composed(view, state.topology(), new_platform_frame ? 0.6f : 0);
    ImGui::Render();
}

void Stage::settle(Timeline& timeline) {
    for (int i = 0; i < 2; ++i) panels(timeline.state(), timeline, 0, {});
}

void Stage::wait_for_past() const {
    memory.plot_history.wait();
    memory.inspector_history.wait();
    memory.reference.wait();
}

void Stage::draw(const ClusterState& state, Timeline& timeline, double time_s, double dt,
                 const std::function<void()>& input) {
    const auto start = std::chrono::steady_clock::now();
    panels(state, timeline, dt, input);
    times_.ui_ms = since_ms(start);
    // The rows go with the device or target when that is made anew, so they are packed again. A window that changes
    // faster than this is drawn with the next frame.
    for (int attempt = 0; attempt < most_attempts && !pack_and_draw(state, timeline, time_s); ++attempt) continue;
}

const ClusterState& Stage::then_of(const ClusterState& state) {
    const ClusterState* then = memory.reference.state();
    if (then && !then->empty() && then->topology().hash == state.topology().hash) return *then;
    if (!unheard_) unheard_.emplace(topology_);
    return *unheard_;
}

std::vector<ViewInput> Stage::pack(const ClusterState& state, const Timeline& timeline, double time_s,
                                   FrameRows& rows) {
    if (!layout_ || state.empty()) {
        // Nothing is known yet: an empty floor under the panels, which say so.
        if (!empty_layout_) empty_layout_ = std::make_unique<SceneLayout>(std::make_shared<Topology>());
        return {pack_view(*empty_layout_, view, time_s, renderer.rich())};
    }
    const Comparison* comparison = memory.reference.newest();
    std::vector<ViewInput> views;
    for (const Pane& pane : panes_of(view)) {
        FrameRows& of_pane = views.empty() ? rows : renderer.rows_of(views.size());
        if (pane.then)
            pack_rows(then_of(state), *layout_, view, memory.reference.then_ns(), of_pane, nullptr, pane);
        else
            pack_rows(state, *layout_, view, timeline.now_ns(), of_pane, comparison, pane);
        views.push_back(pack_view(*layout_, view, time_s, renderer.rich(), comparison, pane));
    }
    return views;
}

bool Stage::pack_and_draw(const ClusterState& state, Timeline& timeline, double time_s) {
    renderer.time_passes(view.frame_stats_open || time_passes);
    FrameRows& rows = renderer.begin_frame();
    auto start = std::chrono::steady_clock::now();
    const std::vector<ViewInput> views = pack(state, timeline, time_s, rows);
    times_.pack_ms = since_ms(start);
    start = std::chrono::steady_clock::now();
    const bool drawn = renderer.draw(views);
    times_.draw_ms = since_ms(start);
    return drawn;
}

bool Stage::in_trouble() const { return layout_ && view.show_beacons && !layout_->impl().cache.trouble.empty(); }

std::string Stage::dump_state(const ClusterState& state, Timeline& timeline) {
    return dump_state_json({state, timeline, view, renderer.stats(), renderer.device_name(), memory, layout_.get()});
}

}  // namespace bv

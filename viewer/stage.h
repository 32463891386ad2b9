// One frame, wherever it goes: view, layout, panels and renderer together. Window, pictures, films and benchmarks all
// draw through it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "render/renderer.h"
#include "viewer/complaints.h"
#include "viewer/options.h"
#include "viewer/panels/memory.h"
#include "viewer/panels/panels.h"
#include "viewer/scene.h"
#include "viewer/timeline.h"
#include "viewer/view.h"

namespace bv {

// ImGui's context. It outlives the window's platform side and the renderer's fonts.
class Ui {
public:
    Ui();
    ~Ui();
    Ui(const Ui&) = delete;
    Ui& operator=(const Ui&) = delete;
};

struct FrameTimes {
    double pack_ms = 0, ui_ms = 0, draw_ms = 0;
};

class Stage {
public:
    Stage(const Options& options, const RendererOptions& renderer_options);

    // Makes the layout anew where the topology is another one than before, and places the camera. True if it did.
    bool follow(const ClusterState& state);
    void resize(uint32_t width, uint32_t height);
    void set_scale(float ui_scale);  // pixels per design pixel; makes fonts anew where it changed

    // Until what is plotted and compared has been read: for pictures.
    void wait_for_past() const;
    // Panels are laid out twice before the first picture, because ImGui learns sizes from the frame before.
    void settle(Timeline& timeline);
    // state → rows → pixels. `input` is called after ImGui's new frame and before anything is drawn.
    void draw(const ClusterState& state, Timeline& timeline, double time_s, double dt,
              const std::function<void()>& input = {});

    [[nodiscard]] std::string dump_state(const ClusterState& state, Timeline& timeline);
    // Something on screen pulses.
    [[nodiscard]] bool in_trouble() const;
    [[nodiscard]] const SceneLayout* layout() const { return layout_.get(); }
    [[nodiscard]] const FrameTimes& times() const { return times_; }

    View view;
    Renderer renderer;
    PanelMemory memory;
    bool time_passes = false;                  // for benchmarks; the frame statistics panel times them too
    std::function<void()> new_platform_frame;  // the window's part of ImGui's input; empty without a window

private:
    void panels(const ClusterState& state, Timeline& timeline, double dt, const std::function<void()>& input);
    // What a pane shows of the other time: all unknown while it has not been read, or belongs to another cluster.
    const ClusterState& then_of(const ClusterState& state);
    // The state → rows of every pane.
    std::vector<ViewInput> pack(const ClusterState& state, const Timeline& timeline, double time_s, FrameRows& rows);
    // False: the picture's target was made anew and nothing has been drawn.
    bool pack_and_draw(const ClusterState& state, Timeline& timeline, double time_s);

    Options options_;
    uint32_t width_, height_;
    float fonts_scale_ = 0;
    Theme fonts_theme_ = Theme::dark;
    std::shared_ptr<const Topology> topology_;
    std::unique_ptr<SceneLayout> layout_;
    std::unique_ptr<SceneLayout> empty_layout_;  // while nothing is known
    std::optional<ClusterState> unheard_;        // of this topology
    FrameTimes times_;
    Complaints complaints_;
};

}  // namespace bv

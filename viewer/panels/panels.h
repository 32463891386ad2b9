// State → ImGui. Panels keep no copy of state; what a person changes goes into the View. One file per panel.
#pragma once

#include "render/renderer.h"
#include "viewer/keys.h"
#include "viewer/timeline.h"
#include "viewer/view.h"

namespace bv {

struct PanelMemory;
class SceneLayout;

struct UiContext {
    const ClusterState& state;
    const Timeline& timeline;
    View& view;
    const FrameStats& stats;
    const std::string& device_name;
    PanelMemory& memory;                  // of the stage
    const SceneLayout* layout = nullptr;  // null while there is no cluster
};

// Loads Inter and JetBrains Mono (found on the system, see assets/fonts.toml) at the sizes of the design for this scale
// and sets colours and spacing. Call before Renderer::upload_fonts, again when theme or scale change.
void apply_style(Theme theme, float scale, bool new_scale = true);

// Lays out the window and draws every panel; sets view.viewport_*.
void draw_ui(const UiContext& ui);

// One file each.
void draw_top_bar(const UiContext& ui);
void draw_left(const UiContext& ui);  // tabs: incidents | events | tree | jobs | moments
void draw_incidents(const UiContext& ui);
void draw_event_list(const UiContext& ui);
void draw_tree(const UiContext& ui);
void draw_jobs(const UiContext& ui);
void draw_inspector(const UiContext& ui);
void draw_bottom(const UiContext& ui);  // site power and event density over the last minutes; cursor, rates
void draw_legend(const UiContext& ui);
void draw_history_panel(const UiContext& ui);
void draw_fabric_views(const UiContext& ui);  // leaf × spine, fat tree, ranks
void draw_brush_chip(const UiContext& ui);
void draw_comparison(const UiContext& ui);
void draw_divider(const UiContext& ui);  // between two times that are seen beside each other
void draw_search(const UiContext& ui);
void draw_help(const UiContext& ui);
void draw_feed_status(const UiContext& ui);
void draw_frame_stats(const UiContext& ui);
void draw_compass(const UiContext& ui);
void draw_caption(const UiContext& ui);  // of a tour
void draw_source_trouble(const UiContext& ui);  // what is not shown and why, over the hall
void draw_tooltip(const UiContext& ui);         // of what is hovered in the hall

// Plots a metric of the selection, or of what belongs to it, over the hall.
void plot_metric(const UiContext& ui, MetricId metric);
// Compares with that moment of the recording: RFC 3339, +90s after its beginning, -5m before its end. Throws one
// sentence.
void compare_since(const UiContext& ui, const std::string& time);
// Compares the metric that colours the hall with its values at the other time, while comparing is on.
void update_comparison(const UiContext& ui);
// A time beside another: without its date where both are of one day.
std::string moment_beside(int64_t time_ns, int64_t other_ns);
// "+12.5 °C", "−3.1 kW".
std::string change_text(const Metric& metric, double difference);

// The command that was chosen in the palette since the last call, for perform() of input.h.
std::optional<Action> take_command(PanelMemory& memory);

// A message over the hall for six seconds: what went wrong or was done, in one sentence.
void show_toast(PanelMemory& memory, std::string text, Health severity = Health::warning);

// What the panels show, as JSON: for tests and bug reports (--dump-state, F12).
std::string dump_state_json(const UiContext& ui);

}  // namespace bv

// What the person looks at and how: selection, colouring, filter, theme, which panels are open. Changed by panels, keys
// and the command line; read by pack_rows and the panels. Holds no telemetry.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/metrics.h"
#include "cluster/object.h"
#include "cluster/state.h"
#include "viewer/brush.h"
#include "viewer/camera.h"
#include "viewer/cursor.h"
#include "viewer/filter.h"
#include "viewer/matrix_window.h"
#include "viewer/trunk.h"

namespace bv {

enum class ColorBy : uint8_t { metric, health, job, rail, age };
enum class ColorMap : uint8_t { cividis, inferno, diverging };  // rows of the colour-map texture
enum class Theme : uint8_t { dark, light };

// What plots of the past span: so much before the cursor, everything recorded, or what the timeline shows.
enum class PlotRange : uint8_t { five_minutes, hour, day, all, timeline };

// The plots over the hall. Metrics of other classes than the selection's are those of what belongs to it.
struct Plots {
    bool open = false;
    std::vector<MetricId> metrics;  // empty: the ones that matter most for the selection
    PlotRange range = PlotRange::hour;
    PlotRange inspector_range = PlotRange::five_minutes;
};

// Another time beside the cursor's: the hall shows what has changed since then, or then at the left and now at the
// right: as two parts of one picture, or as two pictures.
struct Comparing {
    bool on = false;
    int64_t then_ns = 0;
    enum class Mode : uint8_t { difference, swipe, split } mode = Mode::difference;
    float divider = 0.5f;                             // of a swipe: share of the hall's width
    bool list_open = true, list_open_beside = false;  // what changed most; the second of swipe and split
};
inline constexpr std::array<std::string_view, 3> comparing_names{"difference", "swipe", "split"};  // by mode

// What the camera was last sent to, by a name or an object, and how that was composed.
struct Composed {
    std::string name;
    ObjectId object;
    Pose pose;
    float aspect = 0;  // 0: nothing yet
};

// What a tour says about its scene. progress: how far the tour is, 0..1; below zero there is no tour.
struct Caption {
    std::string title, text;
    float opacity = 0, progress = -1;
};

// The fabric and the largest or selected job beside the hall.
struct FabricViews {
    bool open = false;
    enum class Tab : uint8_t { matrix, tree, ranks } tab = Tab::matrix;
    uint32_t group = no_index;  // opened in the matrix; no_index: a row per group
    MatrixWindow window;        // of that group
    enum class RankColor : uint8_t { lateness, health, hall } rank_color = RankColor::lateness;
    uint32_t replica = no_index;  // opened beside the grid; no_index: the one with the latest rank
};

struct View {
    Camera camera;
    Composed composed;
    Cursor cursor;          // the time that is shown
    TimeRange shown_times;  // stretch of time in the timeline; empty: the last hour, or a whole recording

    ObjectId selected;  // invalid: nothing
    ObjectId hovered;
    std::vector<ObjectId> history;  // earlier selections, for back
    TrunkRef trunk,
        hovered_trunk;    // a stretch of tray opened into its links, and under the pointer; then nothing else is
    uint64_t incident = 0;          // whose evidence is shown beside its root, by Incident::id; 0: none
    ObjectId route_from;  // the ways from here to the selection are shown; invalid: none
    LinkFilter links;     // which of them are shown

    ColorBy color_by = ColorBy::metric;
    MetricId color_metric;      // of GPUs or of any class; other classes show health
    bool color_chosen = false;  // by a person; else what has data is shown, see color_by_what_is_heard()
    ColorMap color_map = ColorMap::cividis;
    Filter filter;  // empty: everything
    std::string filter_text;
    std::optional<Health> health_filter;  // click on a count in the top bar
    bool show_trunks = true, show_signs = true, show_beacons = true, show_structure = true;
    bool lod = true;  // false: every GPU as its own box

    Theme theme = Theme::dark;
    float ui_scale = 1.0f;       // monitor DPI × operator's choice
    float zoom_scale = 1.0f;     // the operator's choice (Ctrl+=, Ctrl+-)
    bool panels_hidden = false;  // Tab
    bool bar_only = false;       // tours and walls: of the panels only the bar above
    Caption caption;
    bool touring = false;  // a tour moves the camera; a person's hand stops it
    bool silent = false;   // no source speaks any more: what is shown is old
    bool left_folded = false, right_folded = false, bottom_folded = false;
    float left_width = 320, right_width = 380, bottom_height = 140;  // at scale 1
    enum class LeftTab : uint8_t { incidents, events, tree, jobs, moments } left_tab = LeftTab::incidents;
    bool help_open = false, search_open = false, frame_stats_open = false, feed_open = false, palette_open = false;
    bool legend_open = true;

    Plots plots;
    FabricViews views;
    Brush brush;
    Comparing comparing;
    std::optional<int64_t> hovered_time_ns;  // under the pointer, in a plot or on the timeline
    bool moment_open = false;                // the dialog that names a moment
    bool wants_link = false;                 // copy a link to what is seen

    // Where the 3D view lies in the window, in pixels; written by draw_ui from the layout, read by camera and picking.
    float viewport_x = 0, viewport_y = 0, viewport_width = 1920, viewport_height = 1080;
    // Of a split that is its left half; the right one is as large and lies so many pixels further right. 0: no split.
    float split_aside = 0;
    [[nodiscard]] bool splits() const { return split_aside > 0; }

    bool wants_quit = false;

    // A person's choice: it stays, whether there is data or not.
    void color_with(MetricId metric);  // with the map that suits it
    void color_with(ColorBy by);
    void select(ObjectId id);  // keeps history
    void select(const TrunkRef& trunk);
    void select_back();
    // The ways from the selection to what is selected next; again: no more.
    void toggle_route();
};

// The metric that nobody chose.
MetricId default_color();
// Somebody has spoken of it, if only to say that there is no value; some object has a value.
bool is_published(const ClusterState& state, MetricId metric);
bool has_data(const ClusterState& state, MetricId metric);
// While nobody has chosen: colours by the default metric where it is published, else by another one of GPUs, nodes or
// switches that has, else by health. Nothing changes before any value is heard.
void color_by_what_is_heard(const ClusterState& state, View& view);

}  // namespace bv

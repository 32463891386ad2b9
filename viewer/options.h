// The command line of belvedere (docs/operating.md). Reads argc/argv, writes Options.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cluster/object.h"
#include "render/renderer.h"
#include "viewer/timeline.h"
#include "viewer/view.h"

namespace bv {

enum class Command : uint8_t {
    view,
    bench_render,
    bench_ingest,
    bench_start,
    bench_image_error,
    bench_seek,
    bench_driver,
    bench_first_picture
};

struct Options {
    Command command = Command::view;
    std::vector<std::string> sources;
    std::string cluster, camera = "overview", color_by, filter, at, device, select, route_from, output, dump_state;
    std::string link;  // belvedere://…: a view that somebody sent
    std::string compare_as = "difference";
    std::string compare;   // the other time of a comparison
    std::string tour;      // file or name of a tour
    double tour_at_s = 0;  // its second to begin with
    bool wall = false;     // full screen, without a pointer, the tour in a loop
    std::string views;     // matrix, tree or ranks over the hall
    std::string brush;     // objects, comma-separated, that are lit
    std::string plot;      // metrics, comma-separated, plotted over the hall
    bool camera_given = false;
    std::string quality = "auto", theme = "dark", lod = "on";
    std::string curve_server_key;
    uint32_t width = 1920, height = 1080;
    bool headless = false, hide_panels = false, validation = false, insecure = false, json = false;
    double duration_s = 0;  // 0: ten seconds, or the whole tour
    double fps = 30;
    double speed = 1;  // recorded seconds per second; negative: backwards
    bool speed_given = false;
    std::string history, history_keep = "24h", history_size = "2GB";
    bool no_history = false;
    double ui_scale = 0;  // 0: from the monitor, 1 without one
    // bench
    uint64_t gpus = 0;
    uint32_t frames = 200;
    double seek_seconds = 3700;  // length of the recording that bench seek generates

    [[nodiscard]] RendererOptions renderer_options() const;
    [[nodiscard]] TimelineOptions timeline_options(bool lockstep) const;
    [[nodiscard]] HistoryOptions history_options() const;  // of a window on live sources
    [[nodiscard]] bool replays() const;                    // the one source is a recording
    [[nodiscard]] bool simulated() const;  // the one source is a simulator, so that pictures can be deterministic
    // Where the cursor stands first: --at, else what a link says; empty: nobody says.
    [[nodiscard]] std::string moment() const;
    // Seconds after the simulation's start at which a picture is taken (--at).
    [[nodiscard]] double at_seconds(int64_t start_ns) const;
};

// The options, or the exit code where there is nothing more to do (help, version, wrong usage; the sentence has been
// printed).
struct ParsedOptions {
    std::optional<Options> options;
    int exit_code = 0;
};
ParsedOptions parse_options(int argc, char** argv);

// Where a tour was asked for: takes from it what was not said otherwise (source, time). Throws one sentence.
void take_tour(Options& options);

// What --select and --route-from name; invalid without. Throw one sentence.
ObjectId object_selected(const Options& options, const Topology& topology);
ObjectId route_begin(const Options& options, const Topology& topology);
// Sets what the options say about the view once a topology is known. Throws one sentence: no such object, metric or
// view.
void apply_to_view(const Options& options, const Topology& topology, View& view);
// Sets what colours the hall, as --color-by takes it. Throws one sentence.
void color_named(const std::string& name, View& view);
// The same for what needs no topology: theme, panels, filter.
void apply_to_view(const Options& options, View& view);

}  // namespace bv

// Options → a PNG picture, or frames piped to ffmpeg. A simulated source is stepped on demand and a recording is read
// at one time, so the same options give the same bytes; a live one is waited for until its state is complete.
#include "viewer/headless.h"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

#include "render/png.h"
#include "viewer/composition.h"
#include "viewer/film.h"
#include "viewer/object_name.h"
#include "viewer/stage.h"
#include "viewer/tour.h"

namespace bv {

namespace {

constexpr double longest_wait_s = 10;

// Live sources: until everything they own has been heard. What is missing after ten seconds is drawn as unknown, and
// said.
void wait_for_state(Timeline& timeline) {
    const auto start = std::chrono::steady_clock::now();
    const auto waited = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
    do {
        timeline.advance();
        if (timeline.complete()) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    } while (waited() < longest_wait_s);
    std::string heard;
    for (const SourceStatus& source : timeline.sources())
        heard += fmt::format(" {}{}{}", source.endpoint, source.problem.empty() ? "" : ": ", source.problem);
    if (timeline.state().empty())
        throw std::runtime_error(
            fmt::format("no telemetry was heard within {} s from{}; start a publisher there, or give --cluster FILE",
                        longest_wait_s, heard));
    bool anything = false;
    for (const SourceStatus& source : timeline.sources()) anything = anything || source.values > 0;
    if (!anything)
        throw std::runtime_error(
            fmt::format("no values were heard within {} s from{}; start a publisher there", longest_wait_s, heard));
    std::fputs(fmt::format("belvedere: not everything was heard within {} s; what is missing is shown as unknown\n",
                           longest_wait_s)
                   .c_str(),
               stderr);
}

void write_text(const std::string& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary);
    file << text << '\n';
    if (!file) throw std::runtime_error(fmt::format("cannot write '{}'", path));
}

void check_folder(const std::string& path) {
    const std::filesystem::path folder = std::filesystem::path(path).parent_path();
    if (!folder.empty() && !std::filesystem::is_directory(folder))
        throw std::runtime_error(
            fmt::format("cannot write '{}': the folder '{}' does not exist", path, folder.string()));
}

}  // namespace

int run_headless(const Options& options) {
    check_folder(options.output);
    const Ui ui;
    Timeline timeline(options.timeline_options(options.simulated()));
    Stage stage(options, options.renderer_options());
    stage.set_scale(options.ui_scale > 0 ? float(options.ui_scale) : 1.0f);
    const double begin_s = options.simulated() ? options.at_seconds(timeline.start_ns()) : 0;
    if (options.simulated()) {
        const Topology& topology = timeline.state().topology();
        if (!options.select.empty())
            timeline.watch(object_selected(options, topology));
        else if (!shows_no_object(options.camera) && !options.camera.ends_with(".toml"))
            timeline.watch(object_named(topology, options.camera));
        timeline.advance_to(begin_s);
    } else if (!timeline.replay()) {
        wait_for_state(timeline);
    } else {
        timeline.advance(stage.view.cursor, 0);
    }
    stage.settle(timeline);
    stage.follow(timeline.state());
    timeline.watch(stage.view.selected);
    stage.settle(timeline);
    stage.wait_for_past();
    stage.settle(timeline);
    std::optional<TourPlayer> tour = tour_of(options, timeline.state());
    if (options.output.ends_with(".mp4")) {
        write_film(options, stage, timeline, begin_s, tour ? &*tour : nullptr);
    } else {
        if (tour) {
            const float aspect = aspect_of(stage.view);
            if (options.simulated()) timeline.advance_to(begin_s + options.tour_at_s);
            tour->show(options.tour_at_s, timeline.state(), stage.view, aspect);
            stage.settle(timeline);  // the hall's size follows from the panels that the scene shows
            tour->show(options.tour_at_s, timeline.state(), stage.view, aspect);
        }
        stage.draw(timeline.state(), timeline, begin_s, 0);
        write_png(options.output, stage.renderer.read_pixels());
    }
    if (!options.dump_state.empty()) write_text(options.dump_state, stage.dump_state(timeline.state(), timeline));
    if (stage.renderer.validation_messages() > 0)
        throw std::runtime_error(fmt::format("the Vulkan validation layers had {} complaints, see above",
                                             stage.renderer.validation_messages()));
    return 0;
}

}  // namespace bv

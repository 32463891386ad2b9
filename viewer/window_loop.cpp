// The one line, once a frame: telemetry → state → rows → pixels. Draws only when something changed: new telemetry, a
// person's input, a moving camera, a pulse of trouble.
#include "viewer/window_loop.h"

#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <ctime>
#include <fstream>
#include <utility>

#include <fmt/format.h>
#include <imgui.h>

#include "render/png.h"
#include "viewer/input.h"
#include "viewer/panels/memory.h"
#include "viewer/panels/panels.h"
#include "viewer/stage.h"
#include "viewer/tour.h"
#include "viewer/window.h"

namespace bv {

namespace {

using Clock = std::chrono::steady_clock;

double seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

// When the next frame is due. Idle costs next to nothing: then only ages in the panels change, every other second.
class Pace {
public:
    std::atomic<bool> new_telemetry{true};

    [[nodiscard]] double wait_s(const View& view, bool trouble) const {
        if (busy_frames_ > 0 || view.camera.moving()) return 0;
        if (view.touring) return std::clamp(touring_period_s - seconds(Clock::now() - drawn_), 0.0, touring_period_s);
        // Playing slowly, little moves from frame to frame.
        const double period = view.cursor.playing            ? std::abs(view.cursor.speed) > 2 ? 1.0 / 30 : 0.1
                              : ImGui::GetIO().WantTextInput ? 0.25
                              : trouble && fresh()           ? 0.1
                              : fresh()                      ? 1.0
                                                             : 2.0;
        return std::clamp(period - seconds(Clock::now() - drawn_), 0.0, period);
    }
    // Is a frame due now? `touched`: a person did something.
    [[nodiscard]] bool due(const View& view, bool touched, bool trouble) {
        const bool telemetry = new_telemetry.exchange(false);
        if (touched) busy_frames_ = 3;  // ImGui answers input over two frames
        return telemetry || busy_frames_ > 0 || view.camera.moving() || wait_s(view, trouble) <= 0;
    }
    // When values last got here, by the state that is drawn: a word about a source (its rate, its silence) is no value.
    void heard(int64_t values_heard_ns) {
        if (std::exchange(values_heard_ns_, values_heard_ns) != values_heard_ns) heard_ = Clock::now();
    }
    void drawn(bool moving) {
        drawn_ = Clock::now();
        busy_frames_ = moving ? 2 : std::max(0, busy_frames_ - 1);
    }

private:
    static constexpr double touring_period_s = 1.0 / 30;
    // Pulses only while telemetry flows; a stopped cluster stands still.
    [[nodiscard]] bool fresh() const { return Clock::now() - heard_ < std::chrono::seconds(3); }
    int busy_frames_ = 3;
    int64_t values_heard_ns_ = 0;
    Clock::time_point drawn_{}, heard_{};
};

// SIGINT and SIGTERM close the window as a person would: what was asked for at the end is still written.
volatile std::sig_atomic_t stopped = 0;
constexpr double longest_sleep_s = 0.5;  // so that a signal is noticed

void close_on_signals() {
    for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, [](int) { stopped = 1; });
}

void dump(Stage& stage, const ClusterState& state, Timeline& timeline) {
    const std::time_t now = std::time(nullptr);
    char stamp[32];
    std::strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", std::localtime(&now));
    std::ofstream(fmt::format("belvedere-{}.json", stamp)) << stage.dump_state(state, timeline) << '\n';
    write_png(fmt::format("belvedere-{}.png", stamp), stage.renderer.read_pixels());
    show_toast(stage.memory,
               fmt::format("Saved belvedere-{0}.png and belvedere-{0}.json in the current folder.", stamp), Health::ok);
    std::fputs(fmt::format("belvedere: saved belvedere-{0}.png and belvedere-{0}.json\n", stamp).c_str(), stderr);
}

RendererOptions for_window(const Options& options, Window& window) {
    RendererOptions renderer = options.renderer_options();
    renderer.width = window.width();
    renderer.height = window.height();
    renderer.create_surface = window.surface_maker();
    renderer.instance_extensions = Window::instance_extensions();
    return renderer;
}

// The tour of a window: goes on with the clock until a person takes the camera.
class LiveTour {
public:
    explicit LiveTour(const Options& options) : options_(options), second_(options.tour_at_s) {}

    // A cluster has become known.
    void start(const ClusterState& state, View& view) {
        player_ = tour_of(options_, state);
        view.touring = player_.has_value();
    }
    void advance(double dt, const ClusterState& state, View& view) {
        if (!player_) view.touring = false;
        // A wall goes on by itself when whoever stood before it has gone.
        idle_s_ = view.touring ? 0 : idle_s_ + dt;
        if (player_ && options_.wall && idle_s_ > wall_waits_s) view.touring = true;
        if (!view.touring) return;
        if (!options_.wall && second_ > player_->tour().seconds()) return end(view);
        player_->show(second_, state, view, view.viewport_width / std::max(1.0f, view.viewport_height));
        second_ += dt;
    }
    // A person moves the camera: it is his now.
    void interrupt(View& view, PanelMemory& memory) {
        if (!view.touring) return;
        view.touring = false;
        show_toast(memory, "The tour waits. F5 goes on with it.", Health::ok);
    }

private:
    static constexpr double wall_waits_s = 60;
    void end(View& view) {
        view.touring = view.bar_only = false;
        view.caption = {};
        second_ = 0;
    }
    const Options& options_;
    std::optional<TourPlayer> player_;
    double second_, idle_s_ = 0;
};

bool takes_camera(const InputRequests& requests, const View& view) {
    const ImGuiIO& io = ImGui::GetIO();
    const bool dragged = ImGui::IsMouseDragging(0, 4) || ImGui::IsMouseDragging(1, 2) || io.MouseWheel != 0;
    return requests.moving || view.camera.moving() || (dragged && !io.WantCaptureMouse);
}

}  // namespace

int run_window(const Options& options) {
    close_on_signals();  // before the window shows: whoever sees it may end it
    const Ui ui;
    Window window("belvedere", options.width, options.height);
    Pace pace;
    TimelineOptions timeline_options = options.timeline_options(false);
    timeline_options.on_change = [&] {
        pace.new_telemetry = true;
        window.wake();
    };
    timeline_options.history = options.history_options();
    timeline_options.wait = false;
    Timeline timeline(timeline_options);
    Stage stage(options, for_window(options, window));
    for (PlotReader* reader : {&stage.memory.plot_history, &stage.memory.inspector_history})
        reader->on_change = timeline_options.on_change;
    stage.memory.reference.on_change = timeline_options.on_change;
    stage.new_platform_frame = [&] { window.new_ui_frame(); };
    View& view = stage.view;
    view.cursor.speed = options.speed;
    view.cursor.playing = options.speed_given;
    LiveTour tour(options);
    if (options.wall) window.toggle_full_screen(), window.hide_pointer();
    const double wall_scale = options.wall ? 1.6 : 1.0;  // read from five metres
    InputRequests requests;
    const auto start = Clock::now();
    auto last = start;
    while (window.is_open() && !view.wants_quit && !stopped) {
        const bool trouble = stage.in_trouble();
        const bool touched = window.poll_events(std::min(pace.wait_s(view, trouble), longest_sleep_s));
        if (window.width() == 0 || window.height() == 0) {  // minimised: only the telemetry goes on
            timeline.advance();
            window.poll_events(0.2);
            continue;
        }
        if (!pace.due(view, touched, trouble)) continue;
        const auto now = Clock::now();
        const double dt = seconds(now - last);
        last = now;
        stage.resize(window.width(), window.height());
        stage.set_scale((options.ui_scale > 0 ? float(options.ui_scale) : window.content_scale()) * view.zoom_scale *
                        float(wall_scale));
        timeline.advance(view.cursor, dt);             // where the cursor stands
        const ClusterState& state = timeline.state();  // the only way to read state
        pace.heard(state.values_heard_ns);
        // The first view is framed to the room that the panels leave, so they are laid out before it is chosen.
        if (!stage.layout() && !state.empty()) stage.settle(timeline);
        if (stage.follow(state)) {
            window.set_title(fmt::format("{} – belvedere", state.topology().title));
            tour.start(state, view);
        }
        tour.advance(std::min(dt, 0.5), state, view);
        timeline.watch(view.selected);
        view.camera.advance(float(std::min(dt, 0.1)));
        stage.draw(state, timeline, seconds(now - start), dt, [&] {  // state → rows → pixels
            requests = handle_input(window, timeline, stage.layout(), view, stage.memory, float(dt));
        });
        if (takes_camera(requests, view)) tour.interrupt(view, stage.memory);
        if (requests.dump_state) dump(stage, state, timeline);
        if (requests.full_screen) window.toggle_full_screen();
        pace.drawn(requests.moving || view.camera.moving());
    }
    if (!options.dump_state.empty())
        std::ofstream(options.dump_state) << stage.dump_state(timeline.state(), timeline) << '\n';
    return stage.renderer.validation_messages() > 0 ? 1 : 0;
}

}  // namespace bv

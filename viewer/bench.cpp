// Times what a viewer pays for a frame and for its start. Reads a simulated source, writes one JSON object to stdout.
// States are prepared beforehand, so that frames follow each other without the simulator's time; every few frames all
// values are new.
#include "viewer/bench.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <stdexcept>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "feed/embedded.h"
#include "net/ingest_bench.h"
#include "viewer/seek_bench.h"
#include "viewer/stage.h"

extern char** environ;

namespace bv {

namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

double ms(Clock::duration duration) { return std::chrono::duration<double, std::milli>(duration).count(); }
double rounded(double value) { return std::round(value * 1000) / 1000; }

uint64_t rss_bytes() {
    std::ifstream file("/proc/self/statm");
    uint64_t all = 0, resident = 0;
    file >> all >> resident;
    return resident * uint64_t(sysconf(_SC_PAGESIZE));
}

double percentile(std::vector<double> values, double share) {
    if (values.empty()) return 0;
    const size_t rank = std::min(values.size() - 1, size_t(share * double(values.size())));
    std::nth_element(values.begin(), values.begin() + std::ptrdiff_t(rank), values.end());
    return values[rank];
}

void print(const Options& options, const Json& result) {
    if (options.json) {
        std::puts(result.dump().c_str());
        return;
    }
    for (const auto& [key, value] : result.items()) std::puts(fmt::format("{:28} {}", key, value.dump()).c_str());
}

// The shipped cluster of about that many GPUs, unless a source is given.
std::vector<std::string> source_of(const Options& options) {
    if (!options.sources.empty()) return options.sources;
    if (options.gpus == 0) return {"sim:reference-100k"};
    const std::array<std::pair<uint64_t, const char*>, 4> shipped{
        {{512, "array-512"}, {8'000, "nvl72-8k"}, {100'352, "reference-100k"}, {1'000'000, "million"}}};
    const auto* best = &shipped.front();
    for (const auto& cluster : shipped)
        if (std::abs(std::log(double(cluster.first) / double(options.gpus))) <
            std::abs(std::log(double(best->first) / double(options.gpus))))
            best = &cluster;
    return {fmt::format("sim:{}", best->second)};
}

// What this program, started anew with these words, writes to stdout up to the first newline, and when.
struct ChildAnswer {
    std::string line;
    double ms = 0;
};

ChildAnswer ask_child(std::vector<std::string> words) {
    int ends[2];
    if (pipe(ends) != 0) throw std::runtime_error("cannot make a pipe to a second belvedere");
    words.insert(words.begin(), "belvedere");
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    const auto start = Clock::now();
    pid_t process = 0;
    const int failed = posix_spawn(&process, "/proc/self/exe", &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    ChildAnswer answer;
    char letter = 0;
    while (!failed && read(ends[0], &letter, 1) == 1 && letter != '\n') answer.line += letter;
    answer.ms = ms(Clock::now() - start);
    close(ends[0]);
    int status = 0;
    if (!failed) waitpid(process, &status, 0);
    if (failed || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        throw std::runtime_error("a second belvedere, started for comparison, failed");
    return answer;
}

std::vector<std::string> child_words(const Options& options, const std::string& part) {
    std::vector<std::string> words{"bench", part, "--size", fmt::format("{}x{}", options.width, options.height)};
    if (!options.device.empty()) words.insert(words.end(), {"--device", options.device});
    for (const std::string& source : source_of(options)) words.insert(words.end(), {"--source", source});
    return words;
}

// Two different instants of the cluster, whose columns have different versions: the timeline's own state is the later
// one.
struct Instants {
    ClusterState earlier;
    const ClusterState& later;
    [[nodiscard]] const ClusterState& at(size_t number) const { return number % 2 ? later : earlier; }
};

Instants prepare_states(Timeline& timeline, double from_s) {
    Instants states{{}, timeline.state()};
    timeline.advance_to(from_s);
    states.earlier.copy_changed(timeline.state());
    timeline.advance_to(from_s + 1);
    return states;
}

Pose swaying(const Pose& pose, size_t frame) {
    Pose moved = pose;
    const glm::vec3 arm = pose.eye - pose.target;
    const float yaw = 0.01f * std::sin(float(frame) * 0.13f);
    moved.eye = pose.target + glm::vec3(arm.x * std::cos(yaw) - arm.y * std::sin(yaw),
                                        arm.x * std::sin(yaw) + arm.y * std::cos(yaw), arm.z);
    return moved;
}

// Every fifth frame all values are new: at 60 frames a second twelve times as often as sources speak.
constexpr uint32_t frames_per_state = 5;

struct FrameSeries {
    std::vector<double> frame, pack, pack_changed, ui, draw;
    std::map<std::string, std::vector<double>, std::less<>> passes;
};

FrameSeries draw_frames(Stage& stage, Timeline& timeline, const Instants& states, uint32_t frames) {
    FrameSeries series;
    const Pose pose = stage.view.camera.pose();
    const uint32_t warm_up = std::min(10u, frames);
    auto last = Clock::now();
    for (uint32_t i = 0; i < warm_up + frames; ++i) {
        stage.view.camera.jump(swaying(pose, i));
        const bool changed = i % frames_per_state == 0;
        stage.draw(states.at(i / frames_per_state), timeline, double(i) / 60, 1.0 / 60);
        // Two frames are in flight and the next begins only when the one before the last is done: over many frames the
        // time between two beginnings is the time of a whole frame, GPU or software rasteriser included.
        const auto now = Clock::now();
        if (i >= warm_up) {
            series.frame.push_back(ms(now - last));
            series.pack.push_back(stage.times().pack_ms);
            if (changed) series.pack_changed.push_back(stage.times().pack_ms);
            series.ui.push_back(stage.times().ui_ms);
            series.draw.push_back(stage.times().draw_ms);
            if (stage.time_passes)
                for (const FrameStats::Pass& pass : stage.renderer.stats().passes)
                    series.passes[std::string(pass.name)].push_back(pass.gpu_ms);
        }
        last = now;
    }
    stage.view.camera.jump(pose);
    return series;
}

int bench_render(const Options& given) {
    Options options = given;
    options.sources = source_of(given);
    options.camera_given = true;
    const uint64_t driver_rss = Json::parse(ask_child(child_words(options, "driver")).line).at("rss_bytes");
    const Ui ui;
    Timeline timeline(options.timeline_options(true));
    if (timeline.live())
        throw std::runtime_error("bench render needs a simulated source, e.g. --source sim:reference-100k");
    RendererOptions renderer = options.renderer_options();
    renderer.vsync = false;
    Stage stage(options, renderer);
    stage.set_scale(1);
    const Instants states = prepare_states(timeline, options.at_seconds(timeline.start_ns()));
    stage.settle(timeline);
    stage.follow(states.earlier);
    stage.settle(timeline);
    const FrameSeries series = draw_frames(stage, timeline, states, options.frames);
    // Timing the passes costs a software device its overlap, so that is a series of its own.
    stage.time_passes = true;
    const FrameSeries timed = draw_frames(stage, timeline, states, 20);
    const FrameStats& stats = stage.renderer.stats();
    Json passes = Json::object();
    for (const auto& [name, values] : timed.passes) passes[name] = rounded(percentile(values, 0.5));
    const uint64_t rss = rss_bytes();
    Json result{{"frame_ms_p50", rounded(percentile(series.frame, 0.5))},
                {"frame_ms_p99", rounded(percentile(series.frame, 0.99))},
                {"pack_ms_p50", rounded(percentile(series.pack, 0.5))},
                {"pack_ms_p99", rounded(percentile(series.pack, 0.99))},
                {"pack_changed_ms_p50", rounded(percentile(series.pack_changed, 0.5))},
                {"frames_per_state", frames_per_state},
                {"ui_ms_p50", rounded(percentile(series.ui, 0.5))},
                {"draw_ms_p50", rounded(percentile(series.draw, 0.5))},
                {"gpu_ms_p50", passes},
                {"frames", options.frames},
                {"triangles", stats.triangles},
                {"draw_calls", stats.draw_calls},
                {"gpus", states.earlier.topology().count(ObjectClass::gpu)},
                {"links", states.earlier.topology().count(ObjectClass::link)},
                {"camera", options.camera},
                {"lod", options.lod},
                {"panels", !options.hide_panels},
                {"rss_bytes", rss},
                {"rss_beyond_driver_bytes", rss > driver_rss ? rss - driver_rss : 0},
                {"driver", stage.renderer.driver_name()},
                {"device", stage.renderer.device_name()},
                {"size", fmt::format("{}x{}", options.width, options.height)}};
    print(options, result);
    return 0;
}

// The bare driver: one empty frame at this size.
int bench_driver(const Options& options) {
    const Ui ui;
    Timeline timeline(options.timeline_options(false).sources.empty() ? options.timeline_options(true)
                                                                      : TimelineOptions{{"inproc://nobody"}});
    Stage stage(options, options.renderer_options());
    stage.set_scale(1);
    const ClusterState nothing;
    stage.draw(nothing, timeline, 0, 0);
    (void)stage.renderer.read_pixels();
    std::puts(Json{{"rss_bytes", rss_bytes()}}.dump().c_str());
    return 0;
}

// As the window starts: feed and subscriber on their threads, the first picture when everything has been heard.
int bench_first_picture(const Options& options) {
    const Ui ui;
    Timeline timeline(options.timeline_options(false));
    Stage stage(options, options.renderer_options());
    stage.set_scale(1);
    const auto give_up = Clock::now() + std::chrono::seconds(60);
    for (timeline.advance(); !timeline.complete(); timeline.advance()) {
        if (Clock::now() > give_up) throw std::runtime_error("the source was not complete within 60 s");
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    stage.follow(timeline.state());
    stage.draw(timeline.state(), timeline, 0, 0);
    (void)stage.renderer.read_pixels();
    std::puts(Json{{"rss_bytes", rss_bytes()},
                   {"gpus", timeline.state().topology().count(ObjectClass::gpu)},
                   {"driver", stage.renderer.driver_name()}}
                  .dump()
                  .c_str());
    std::fflush(stdout);
    return 0;
}

int bench_start(const Options& given) {
    Options options = given;
    options.sources = source_of(given);
    const Json driver = Json::parse(ask_child(child_words(options, "driver")).line);
    std::vector<double> times;
    Json last;
    for (int i = 0; i < 3; ++i) {
        const ChildAnswer answer = ask_child(child_words(options, "first-picture"));
        times.push_back(answer.ms);
        last = Json::parse(answer.line);
    }
    const uint64_t rss = last.at("rss_bytes"), bare = driver.at("rss_bytes");
    print(options, Json{{"first_picture_ms", rounded(percentile(times, 0.5))},
                        {"first_picture_ms_max", rounded(*std::max_element(times.begin(), times.end()))},
                        {"runs", times.size()},
                        {"rss_bytes", rss},
                        {"driver_rss_bytes", bare},
                        {"rss_beyond_driver_bytes", rss > bare ? rss - bare : 0},
                        {"gpus", last.at("gpus")},
                        {"driver", last.at("driver")},
                        {"size", fmt::format("{}x{}", options.width, options.height)}});
    return 0;
}

int bench_ingest(const Options& options) {
    const SimulatedSource source = parse_simulated_source(source_of(options).front());
    const LoadedCluster cluster = load_cluster(options.cluster.empty() ? source.cluster : options.cluster);
    const IngestBenchResult r = bv::bench_ingest(cluster, 2.0);
    print(options, Json{{"values_per_second", std::round(r.values_per_second)},
                        {"bytes_per_second", std::round(r.bytes_per_second)},
                        {"libzmq_bytes_per_second", std::round(r.libzmq_bytes_per_second)},
                        {"ingest_to_libzmq_ratio", rounded(r.ingest_to_libzmq_ratio)},
                        {"ticks_per_second", rounded(r.ticks_per_second)},
                        {"packed_values_per_second", std::round(r.packed_values_per_second)},
                        {"packed_bytes_per_second", std::round(r.packed_bytes_per_second)},
                        {"packed_bytes_per_value", rounded(r.packed_bytes_per_value)},
                        {"apply_ms", rounded(r.apply_ms)},
                        {"memcpy_ms", rounded(r.memcpy_ms)},
                        {"apply_to_memcpy_ratio", rounded(r.apply_to_memcpy_ratio)},
                        {"values_per_tick", r.values_per_tick},
                        {"messages_per_tick", r.messages_per_tick},
                        {"bytes_per_tick", r.bytes_per_tick},
                        {"gaps", r.gaps},
                        {"decode_errors", r.decode_errors},
                        {"seconds", r.seconds},
                        {"gpus", cluster.topology->count(ObjectClass::gpu)}});
    return 0;
}

// The same view with levels of detail and with every GPU as its own box. Panels are hidden: they are the same in both.
int bench_image_error(const Options& given) {
    Options options = given;
    options.sources = source_of(given);
    options.hide_panels = true;
    const Ui ui;
    Timeline timeline(options.timeline_options(true));
    if (timeline.live())
        throw std::runtime_error("bench image-error needs a simulated source, e.g. --source sim:reference-100k");
    Stage stage(options, options.renderer_options());
    stage.set_scale(1);
    timeline.advance_to(options.at_seconds(timeline.start_ns()));
    stage.settle(timeline);
    stage.follow(timeline.state());
    std::array<Pixels, 2> pictures;
    for (const bool lod : {true, false}) {
        stage.view.lod = lod;
        stage.draw(timeline.state(), timeline, 90, 0);
        pictures[lod ? 0 : 1] = stage.renderer.read_pixels();
    }
    std::array<uint64_t, 256> histogram{};
    uint64_t sum = 0, channels = 0, differing = 0;
    for (size_t p = 0; p < pictures[0].rgba.size(); p += 4) {
        int worst = 0;
        for (size_t c = 0; c < 3; ++c) {
            const int difference = std::abs(int(pictures[0].rgba[p + c]) - int(pictures[1].rgba[p + c]));
            ++histogram[size_t(difference)];
            sum += uint64_t(difference);
            ++channels;
            worst = std::max(worst, difference);
        }
        differing += worst > 8;
    }
    uint64_t seen = 0;
    int p99 = 0;
    while (p99 < 255 && (seen += histogram[size_t(p99)]) < channels * 99 / 100) ++p99;
    print(options, Json{{"mean_difference", rounded(double(sum) / double(channels))},
                        {"p99_difference", p99},
                        {"pixels_over_8_share", rounded(double(differing) / double(channels / 3))},
                        {"of", 255},
                        {"gpus", timeline.state().topology().count(ObjectClass::gpu)},
                        {"camera", options.camera},
                        {"driver", stage.renderer.driver_name()},
                        {"size", fmt::format("{}x{}", options.width, options.height)}});
    return 0;
}

}  // namespace

int run_bench(const Options& options) {
    switch (options.command) {
        case Command::bench_render:
            return bench_render(options);
        case Command::bench_start:
            return bench_start(options);
        case Command::bench_image_error:
            return bench_image_error(options);
        case Command::bench_driver:
            return bench_driver(options);
        case Command::bench_first_picture:
            return bench_first_picture(options);
        case Command::bench_ingest:
            return bench_ingest(options);
        case Command::bench_seek:
            print(options, bench_seek(options));
            return 0;
        case Command::view:
            break;
    }
    return 2;
}

}  // namespace bv

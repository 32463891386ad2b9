// The same recording and time give the same picture, byte for byte, whether the cursor jumped there from anywhere or
// played there from the begin, drawing all the way.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>

#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include "feed/simulator.h"
#include "net/recorder.h"
#include "render/png.h"
#include "viewer/stage.h"

using namespace bv;

namespace {

constexpr int ticks = 60;
constexpr double step_s = 0.5;

struct Folder {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("belvedere-pictures-" + std::to_string(getpid()));
    Folder() { std::filesystem::create_directories(path); }
    ~Folder() { std::filesystem::remove_all(path); }
};

// A minute of a small cluster in trouble.
std::filesystem::path record(const std::filesystem::path& folder) {
    const auto file = folder / "minute.bvr";
    const LoadedCluster cluster = load_cluster("array-512");
    Recorder recorder(file, cluster, {.wait = true});
    Simulator simulator(cluster.topology, {.seed = 7, .scenario = "storm"});
    for (int i = 0; i < ticks; ++i) recorder.record("sim", simulator.step());
    return file;
}

// Everything that a picture goes through, as `belvedere FILE.bvr --headless` has it.
class Viewer {
public:
    Viewer(const std::filesystem::path& file, const std::string& at) : options_(options(file, at)) {
        stage.set_scale(1);
        timeline.advance(stage.view.cursor, 0);
        stage.settle(timeline);
        stage.follow(timeline.state());
        timeline.watch(stage.view.selected);
    }

    void draw(double dt) {
        timeline.advance(stage.view.cursor, dt);
        stage.draw(timeline.state(), timeline, 0, dt);
    }

    // Of where the cursor stands. Standing is drawn otherwise than playing, so it stands.
    std::string png(const std::filesystem::path& folder) {
        stage.view.cursor.playing = false;
        timeline.advance(stage.view.cursor, 0);
        stage.settle(timeline);
        stage.wait_for_past();
        draw(0);
        const auto file = folder / "picture.png";
        write_png(file.string(), stage.renderer.read_pixels());
        std::ifstream in(file, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }

private:
    static Options options(const std::filesystem::path& file, const std::string& at) {
        Options options;
        options.sources = {file.string()};
        options.at = at;
        options.select = "gpu:77";
        options.plot = "gpu.temp_celsius";
        options.width = 960;
        options.height = 540;
        options.headless = options.validation = true;
        return options;
    }
    Options options_;
    Ui ui_;

public:
    Timeline timeline{options_.timeline_options(false)};
    Stage stage{options_, options_.renderer_options()};
};

}  // namespace

TEST_CASE("a time is the same picture, whatever way the cursor came") {
    const Folder folder;
    const auto file = record(folder.path);
    std::map<int64_t, std::string> played;
    {
        Viewer viewer(file, "begin");
        for (int i = 0; i < 2 * (ticks - 2); ++i) {
            viewer.stage.view.cursor.playing = true;
            viewer.draw(step_s);
            if (i % 9 == 0) played[viewer.stage.view.cursor.time_ns] = viewer.png(folder.path);
        }
        CHECK(viewer.stage.renderer.validation_messages() == 0);
    }
    REQUIRE(played.size() == 13);
    for (auto next = std::next(played.begin()); next != played.end(); ++next)
        CHECK(next->second != std::prev(next)->second);  // a picture that does not change proves nothing

    std::vector<int64_t> times;
    for (const auto& [time_ns, png] : played) times.push_back(time_ns);
    std::mt19937 random(3);
    Viewer viewer(file, "");
    for (int i = 0; i < 30; ++i) {
        const int64_t time_ns = times[random() % times.size()];
        const TimeRange recorded = viewer.timeline.recorded();
        stand_at(viewer.stage.view.cursor, recorded.begin_ns + int64_t(random() % uint64_t(recorded.length_ns())),
                 recorded);
        viewer.draw(0);
        stand_at(viewer.stage.view.cursor, time_ns, recorded);
        CAPTURE(time_ns);
        CHECK(viewer.png(folder.path) == played[time_ns]);
    }
    CHECK(viewer.stage.renderer.validation_messages() == 0);
}

// Draws the synthetic hall and says how long frames take: for the eye of whoever changes a shader.
// gallery OUT_FOLDER [--quality lean|rich] [--size WxH] [--lod off] [--light] [--frames N]
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include <sys/resource.h>

#include <fmt/core.h>
#include <imgui.h>

#include "hall.h"
#include "render/png.h"

namespace {

using namespace bv;
using Clock = std::chrono::steady_clock;

// Processor time of all threads: on a software device nearly the whole cost of a frame, and steady on a busy machine.
double processor_ms() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    return 1e3 * static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           1e-3 * static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

double milliseconds(Clock::duration d) { return std::chrono::duration<double, std::milli>(d).count(); }

struct Settings {
    std::string folder = ".";
    Quality quality = Quality::lean;
    uint32_t width = 1920, height = 1080;
    test::HallOptions hall;
    test::Light light = test::Light::dark;
    int frames = 60;
};

// Opaque panels all around the view, with text, as the viewer has them.
void draw_panels(uint32_t width, uint32_t height, glm::vec2 viewport_min, glm::vec2 viewport_size) {
    const glm::vec2 size(static_cast<float>(width), static_cast<float>(height)), high = viewport_min + viewport_size;
    ImGui::GetIO().DisplaySize = {size.x, size.y};
    ImGui::NewFrame();
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0);
    ImGui::PushStyleColor(ImGuiCol_WindowBg, {0.067f, 0.094f, 0.125f, 1});
    const auto panel = [](const char* name, glm::vec2 low, glm::vec2 extent) {
        if (extent.x <= 0 || extent.y <= 0) return;
        ImGui::SetNextWindowPos({low.x, low.y});
        ImGui::SetNextWindowSize({extent.x, extent.y});
        ImGui::Begin(name, nullptr, ImGuiWindowFlags_NoDecoration);
        for (float y = 24; y < extent.y; y += 24)
            ImGui::Text("%s %.0f: 1,568 racks, 100,352 GPUs", name, static_cast<double>(y));
        ImGui::End();
    };
    panel("top", {0, 0}, {size.x, viewport_min.y});
    panel("left", {0, viewport_min.y}, {viewport_min.x, viewport_size.y});
    panel("right", {high.x, viewport_min.y}, {size.x - high.x, viewport_size.y});
    panel("bottom", {0, high.y}, {size.x, size.y - high.y});
    ImGui::PopStyleColor();
    ImGui::PopStyleVar();
    ImGui::Render();
}

void shoot(Renderer& renderer, const Settings& s, const char* name, const test::View& view, glm::vec2 viewport_min,
           glm::vec2 viewport_size) {
    auto input = ViewInput{test::look_from(view.eye, view.at, view.fov_y, viewport_min, viewport_size, s.light)};
    if (renderer.rich()) input.constants.flags |= gpu::frame_rich;
    std::vector<double> times;
    double processor_start = 0;
    for (int i = 0; i < s.frames + 4; ++i) {
        if (i == 4) processor_start = processor_ms();
        const auto start = Clock::now();
        renderer.time_passes(true);
        FrameRows& rows = renderer.begin_frame();
        test::fill_hall(rows, s.hall, view.eye);
        draw_panels(s.width, s.height, viewport_min, viewport_size);
        while (!renderer.draw(input)) {
        }
        if (i >= 4) times.push_back(milliseconds(Clock::now() - start));
    }
    const double processor = (processor_ms() - processor_start) / s.frames;
    std::sort(times.begin(), times.end());
    fmt::print(
        "{:24} best {:6.2f}  p50 {:6.2f} ms  p95 {:6.2f} ms  {} triangles  {} draws  record {:.2f} ms  processor "
        "{:.1f} ms\n   ",
        name, times.front(), times[times.size() / 2], times[times.size() * 95 / 100], renderer.stats().triangles,
        renderer.stats().draw_calls, renderer.stats().cpu_ms, processor);
    for (const auto& pass : renderer.stats().passes) fmt::print(" {} {:.2f}", pass.name, pass.gpu_ms);
    fmt::print("\n");
    write_png(s.folder + "/" + name + ".png", renderer.read_pixels());
}

Settings parse(int argc, char** argv) {
    Settings s;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--light")
            s.light = test::Light::light;
        else if (word == "--quality" && i + 1 < argc)
            s.quality = std::strcmp(argv[++i], "rich") == 0 ? Quality::rich : Quality::lean;
        else if (word == "--size" && i + 1 < argc)
            std::sscanf(argv[++i], "%ux%u", &s.width, &s.height);
        else if (word == "--lod" && i + 1 < argc)
            s.hall.lod = std::strcmp(argv[++i], "off") != 0;
        else if (word == "--rows" && i + 1 < argc)
            s.hall.rows = std::atoi(argv[++i]);
        else if (word == "--frames" && i + 1 < argc)
            s.frames = std::atoi(argv[++i]);
        else
            s.folder = word;
    }
    return s;
}

}  // namespace

int main(int argc, char** argv) try {
    const Settings s = parse(argc, argv);
    std::filesystem::create_directories(s.folder);
    ImGui::CreateContext();
    ImGui::GetIO().IniFilename = nullptr;
    const auto start = Clock::now();
    RendererOptions options;
    options.quality = s.quality;
    options.width = s.width;
    options.height = s.height;
    auto renderer = std::make_unique<Renderer>(options);
    fmt::print("{} ({}), started in {:.0f} ms\n", renderer->device_name(), renderer->driver_name(),
               milliseconds(Clock::now() - start));
    renderer->upload_fonts();
    renderer->set_color_maps(test::color_maps(), 2);
    renderer->set_static_scene(test::hall_structure(s.hall));
    const glm::vec2 size(static_cast<float>(s.width), static_cast<float>(s.height));
    shoot(*renderer, s, "overview", test::overview(s.hall), {0, 0}, size);
    shoot(*renderer, s, "aisle", test::aisle(s.hall), {0, 0}, size);
    shoot(*renderer, s, "rack", test::rack_front(s.hall), {0, 0}, size);
    if (s.width == 1920 && s.height == 1080) {
        shoot(*renderer, s, "overview-panels", test::overview(s.hall), {320, 40}, {1220, 900});
        shoot(*renderer, s, "aisle-panels", test::aisle(s.hall), {320, 40}, {1220, 900});
    }
    fmt::print("validation messages: {}\n", renderer->validation_messages());
    const bool silent = renderer->validation_messages() == 0;
    renderer.reset();
    ImGui::DestroyContext();
    return silent ? 0 : 1;
} catch (const std::exception& error) {
    fmt::print(stderr, "gallery: {}\n", error.what());
    return 1;
}

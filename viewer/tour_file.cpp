// TOML → Tour; every wrong key, type or value is one sentence with file and line. Reads a file, writes nothing.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <fmt/format.h>

#include "cluster/toml_section.h"
#include "net/cluster_library.h"
#include "viewer/filter.h"
#include "viewer/tour.h"

namespace bv {

namespace fs = std::filesystem;

namespace {

constexpr uint32_t tour_format = 1;
constexpr double longest_scene_s = 3600;
constexpr uintmax_t most_bytes = 1 << 20;

TourScene read_scene(Section& s) {
    TourScene scene;
    scene.line = s.line();
    scene.seconds = s.number("seconds", scene.seconds, 0.5, longest_scene_s);
    scene.move_seconds = s.number("move_seconds", std::min(scene.move_seconds, scene.seconds), 0, scene.seconds);
    scene.camera = s.text("camera", scene.camera);
    scene.turn_degrees = s.number("turn_degrees", 0, -360, 360);
    scene.travel_m = s.number("travel_m", 0, -1000, 1000);
    scene.title = s.text("title", "");
    scene.text = s.text("text", "");
    scene.color_by = s.text("color_by", "");
    scene.filter = s.text("filter", "");
    scene.select = s.text("select", "");
    scene.route_from = s.text("route_from", "");
    scene.panels = s.flag("panels", false);
    scene.links = s.flag("links", true);
    try {
        if (!scene.filter.empty()) static_cast<void>(Filter::parse(scene.filter));
    } catch (const std::exception& error) {
        s.fail("filter", "a filter expression", error.what());
    }
    s.done();
    return scene;
}

std::string known_tours(const fs::path& folder) {
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error))
        if (entry.path().extension() == ".toml") names.push_back(entry.path().stem());
    std::sort(names.begin(), names.end());
    std::string out;
    for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
    return out;
}

}  // namespace

double Tour::seconds() const {
    double sum = 0;
    for (const TourScene& scene : scenes) sum += scene.seconds;
    return sum;
}

Tour parse_tour(std::string_view text, const std::string& path) {
    toml::table table;
    try {
        table = toml::parse(text, path);
    } catch (const toml::parse_error& error) {
        fail_at(path, std::max<Line>(1, error.source().begin.line), "valid TOML",
                "an error: " + std::string(error.description()));
    }
    Section file(table, "", path);
    Tour tour;
    tour.path = path;
    const Count format = file.count("format", {}, 0, 1000);
    if (format != tour_format)
        file.fail("format", fmt::format("format {}", tour_format), fmt::format("{}, of another version", format.value));
    tour.title = file.text("title", "");
    tour.source = file.text("source", "");
    tour.at = file.text("at", "");
    for (Section& scene : file.sections("scene")) tour.scenes.push_back(read_scene(scene));
    if (tour.scenes.empty()) fail_at(path, 1, "at least one [[scene]]", "none");
    file.done();
    return tour;
}

Tour load_tour(const std::string& name_or_path) {
    std::error_code error;
    fs::path path = name_or_path;
    const bool name = name_or_path.find('/') == std::string::npos && !name_or_path.ends_with(".toml");
    const fs::path folder = assets_folder() / "tours";
    if (name && !name_or_path.empty()) path = folder / (name_or_path + ".toml");
    if (!fs::is_regular_file(path, error))
        throw std::runtime_error(
            fmt::format("there is no tour '{}'; give a file, or one of: {}", name_or_path, known_tours(folder)));
    if (fs::file_size(path, error) > most_bytes)
        throw std::runtime_error(fmt::format("'{}' is larger than 1 MiB; that is no tour", path.string()));
    std::ifstream in(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    if (!in) throw std::runtime_error(fmt::format("cannot read the tour '{}'", path.string()));
    return parse_tour(text, path.string());
}

}  // namespace bv

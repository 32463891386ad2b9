// Scenes → View, second by second. Reads the tour, the topology and the state; writes camera, colours, selection,
// filter and caption.
#include "viewer/tour.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include "cluster/routes.h"
#include "viewer/object_name.h"
#include "viewer/options.h"

namespace bv {

namespace {

constexpr float degree = 0.017453293f;
constexpr float caption_fade_s = 0.6f;

float ease(float t) { return t * t * (3 - 2 * t); }

// The object of the newest open event of the highest severity; the site where nothing is wrong.
ObjectId find_trouble(const ClusterState& state) {
    const Event* worst = nullptr;
    for (const Event& event : state.events) {
        if (event.end_ns != 0 || event.severity == Severity::info || !state.topology().contains(event.object)) continue;
        if (!worst || event.severity > worst->severity ||
            (event.severity == worst->severity && event.time_ns >= worst->time_ns))
            worst = &event;
    }
    return worst ? worst->object : ObjectId{};
}

TourScene scene_of(std::string camera, double seconds, double turn_degrees, double travel_m) {
    TourScene scene;
    scene.camera = std::move(camera);
    scene.seconds = seconds;
    scene.turn_degrees = turn_degrees;
    scene.travel_m = travel_m;
    scene.move_seconds = 3;
    return scene;
}

}  // namespace

Tour wall_tour(const Topology& topology) {
    constexpr uint32_t most_halls = 8;
    Tour tour;
    tour.title = topology.title;
    const auto trouble = [&] {
        TourScene scene = scene_of(std::string(trouble_view), 20, 0, 0);
        scene.select = trouble_view;
        tour.scenes.push_back(scene);
    };
    tour.scenes.push_back(scene_of("overview", 40, 16, 0));
    trouble();
    for (uint32_t hall = 0; hall < std::min(topology.count(ObjectClass::hall), most_halls); ++hall)
        tour.scenes.push_back(scene_of("hall:" + topology.name_of({ObjectClass::hall, hall}), 20, 0, 8));
    tour.scenes.push_back(scene_of("fabric", 30, 6, 0));
    trouble();
    return tour;
}

void check_tour(const Tour& tour, const Topology& topology) {
    for (const TourScene& scene : tour.scenes) {
        try {
            if (scene.camera != trouble_view) static_cast<void>(named_view(topology, scene.camera, 1.6f));
            if (!scene.select.empty() && scene.select != trouble_view)
                static_cast<void>(object_named(topology, scene.select));
            if (!scene.route_from.empty() && !is_route_end(object_named(topology, scene.route_from)))
                throw std::runtime_error(fmt::format("ways through the fabric do not begin at '{}'", scene.route_from));
            View view;
            if (!scene.color_by.empty()) color_named(scene.color_by, view);
        } catch (const std::exception& error) {
            throw std::runtime_error(fmt::format("the tour {}, line {}: {}", tour.path, scene.line, error.what()));
        }
    }
}

std::optional<TourPlayer> tour_of(const Options& options, const ClusterState& state) {
    if (state.empty() || (options.tour.empty() && !options.wall)) return {};
    Tour tour = options.tour.empty() ? wall_tour(state.topology()) : load_tour(options.tour);
    check_tour(tour, state.topology());
    return TourPlayer(std::move(tour));
}

Pose TourPlayer::pose_of(size_t number, double into_s, const Topology& topology, float aspect) const {
    const TourScene& scene = tour_.scenes[number];
    const auto share = float(into_s / scene.seconds);
    Pose pose;
    if (scene.camera != trouble_view)
        pose = named_view(topology, scene.camera, aspect);
    else if (trouble_.size() > number && trouble_[number].valid())
        pose = view_of(topology, trouble_[number], aspect);
    else
        pose = named_view(topology, "overview", aspect);
    return dolly(turned(pose, float(scene.turn_degrees) * degree * (share - 0.5f)), float(scene.travel_m) * share);
}

void TourPlayer::begin(size_t number, const ClusterState& state, View& view) {
    const TourScene& scene = tour_.scenes[number];
    const Topology& topology = state.topology();
    trouble_.resize(tour_.scenes.size());
    trouble_[number] = find_trouble(state);
    const auto object = [&](const std::string& name) {
        return name.empty() ? ObjectId{} : name == trouble_view ? trouble_[number] : object_named(topology, name);
    };
    view.select(object(scene.select));
    view.history.clear();
    view.route_from = object(scene.route_from);
    view.filter_text = scene.filter;
    view.filter = scene.filter.empty() ? Filter() : Filter::parse(scene.filter);
    view.health_filter.reset();
    view.show_trunks = scene.links;
    view.bar_only = !scene.panels;
    view.panels_hidden = false;
    view.color_chosen = false;
    if (!scene.color_by.empty()) color_named(scene.color_by, view);
    view.camera.mode = CameraMode::orbit;
    shown_ = number;
}

void TourPlayer::show(double second, const ClusterState& state, View& view, float aspect) {
    if (state.empty() || tour_.scenes.empty()) return;
    const double length = tour_.seconds();
    double into = std::fmod(std::max(0.0, second), length);
    view.caption.progress = float(into / length);
    size_t number = 0;
    while (number + 1 < tour_.scenes.size() && into >= tour_.scenes[number].seconds)
        into -= tour_.scenes[number++].seconds;
    if (number != shown_) begin(number, state, view);
    const TourScene& scene = tour_.scenes[number];
    const Topology& topology = state.topology();
    Pose pose = pose_of(number, into, topology, aspect);
    const bool first = number == 0 && second < length;
    if (into < scene.move_seconds && !first) {
        const size_t before = number == 0 ? tour_.scenes.size() - 1 : number - 1;
        const Pose from = pose_of(before, tour_.scenes[before].seconds + into, topology, aspect);
        pose = blend(from, pose, ease(float(into / scene.move_seconds)));
    }
    view.camera.jump(pose);
    view.caption.title = scene.title;
    view.caption.text = scene.text;
    view.caption.opacity = std::clamp(std::min(float(into), float(scene.seconds - into)) / caption_fade_s, 0.0f, 1.0f);
}

}  // namespace bv

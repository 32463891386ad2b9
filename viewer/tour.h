// A guided tour: scenes with a camera, a caption and what is shown, one after another. Read from a TOML file
// (docs/tours.md); played in a window, on a wall in a loop, or filmed. Where the eye stands is a function of the tour's
// second alone, except in scenes that go to the trouble.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/state.h"
#include "viewer/view.h"

namespace bv {

// The camera of a scene that goes to what is worst when the scene begins: the newest open event of the highest
// severity.
inline constexpr std::string_view trouble_view = "trouble";

struct TourScene {
    double seconds = 10, move_seconds = 2.5;  // in all, and of these on the way from the scene before
    std::string camera = "overview";          // as --camera takes it, or "trouble"
    double turn_degrees = 0, travel_m = 0;    // over the whole scene: around what is looked at, and towards it
    std::string title, text;                  // the caption: one line large, some lines below it
    std::string color_by;                     // as --color-by takes it; empty: by itself
    std::string filter, select, route_from;   // as the options take them; select may be "trouble"
    bool panels = false, links = true;
    uint32_t line = 0;  // where it stands in the file
};

struct Tour {
    std::string path, title;
    std::string source, at;  // what it was written for, where nobody says otherwise; may be empty
    std::vector<TourScene> scenes;
    [[nodiscard]] double seconds() const;
};

// A file, or the name of one in assets/tours. Throws one sentence, of a wrong file with its line.
[[nodiscard]] Tour load_tour(const std::string& name_or_path);
[[nodiscard]] Tour parse_tour(std::string_view text, const std::string& path);
// What a wall shows by itself: the site, every hall, the fabric, and between them whatever is in trouble.
[[nodiscard]] Tour wall_tour(const Topology& topology);
// Throws one sentence where a scene names something that this cluster has not.
void check_tour(const Tour& tour, const Topology& topology);

class TourPlayer;
struct Options;
// The tour that the options ask for, checked against the cluster; none where they ask for none, or nothing is known
// yet.
[[nodiscard]] std::optional<TourPlayer> tour_of(const Options& options, const ClusterState& state);

class TourPlayer {
public:
    explicit TourPlayer(Tour tour) : tour_(std::move(tour)) {}

    [[nodiscard]] const Tour& tour() const { return tour_; }
    // Sets the view to what the tour shows at this second of it; past its end it begins anew. aspect: of the viewport.
    void show(double second, const ClusterState& state, View& view, float aspect);

private:
    [[nodiscard]] Pose pose_of(size_t scene, double into_s, const Topology& topology, float aspect) const;
    void begin(size_t scene, const ClusterState& state, View& view);

    Tour tour_;
    size_t shown_ = SIZE_MAX;
    std::vector<ObjectId> trouble_;  // [scene] → where it went, as decided when it began
};

}  // namespace bv

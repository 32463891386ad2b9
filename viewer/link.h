// A view as a line of text that colleagues send each other: belvedere://view?cluster=…&time=…&select=…. Pure functions;
// what is read was written by strangers, so every field is checked before any of it counts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "viewer/view.h"

namespace bv {

inline constexpr std::string_view link_scheme = "belvedere://";

struct ViewLink {
    uint64_t cluster_hash = 0;  // 0: of no cluster in particular
    std::optional<int64_t> time_ns;
    std::optional<Pose> pose;
    std::optional<CameraMode> mode;
    std::optional<ObjectId> selected, route_from;
    std::optional<ColorBy> color_by;
    MetricId color_metric;  // where color_by is metric
    std::string filter;
    std::optional<Health> health;
    std::optional<int64_t> compare_ns;  // the other time of a comparison
    std::optional<float> swipe;         // where the divider of a swipe stands, as a share
    bool split = false;                 // the times as two pictures; without either, differences
};

// "belvedere://view?cluster=0123456789abcdef&time=2026-01-01T12:00:00Z&eye=…". Percent-encoded; fits one line.
std::string write_link(const ViewLink& link);
// Throws one sentence about the first thing that is wrong. Fields that this program does not know are ignored, so that
// newer programs can say more.
ViewLink parse_link(std::string_view text);

// What a view shows of a cluster.
ViewLink link_to(const View& view, const Topology& topology, std::optional<int64_t> time_ns);
// Makes the view the link's, but for the cursor's time. Throws one sentence, and changes nothing, where it belongs to
// another cluster or names an object that is not there. seconds: how long the camera takes; 0 jumps.
void follow_link(const ViewLink& link, const Topology& topology, View& view, float seconds);

}  // namespace bv

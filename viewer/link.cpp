// Links to views, there and back; see link.h.
#include "viewer/link.h"

#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include "cluster/time_text.h"

namespace bv {

namespace {

constexpr size_t longest_link = 16'384, longest_shown = 60;
constexpr float furthest_m = 1e6f;

struct ColorName {
    ColorBy by;
    std::string_view name;
};
constexpr std::array<ColorName, 4> color_names{
    {{ColorBy::health, "health"}, {ColorBy::job, "job"}, {ColorBy::rail, "rail"}, {ColorBy::age, "age"}}};
constexpr std::array<std::string_view, 3> mode_names{"orbit", "fly", "walk"};

[[noreturn]] void refuse(std::string_view field, std::string_view expected, std::string_view found) {
    throw std::runtime_error(fmt::format("the link cannot be followed: its field '{}' should be {}, but is '{}'", field,
                                         expected, found.substr(0, longest_shown)));
}

bool plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_.~:,").find(c) != std::string_view::npos;
}

std::string encoded(std::string_view text) {
    std::string out;
    for (const char c : text)
        if (plain(c))
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    return out;
}

// Nothing where it is no percent-encoding, or hides a control character.
std::optional<std::string> decoded(std::string_view text) {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            unsigned value = 0;
            if (i + 2 >= text.size()) return {};
            const auto [end, error] = std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16);
            if (error != std::errc{} || end != text.data() + i + 3) return {};
            c = char(value);
            i += 2;
        }
        if (static_cast<unsigned char>(c) < 32 || c == 127) return {};
        out += c;
    }
    return out;
}

// As many numbers as wanted, all finite and none beyond `most`.
template <size_t N>
std::optional<std::array<float, N>> numbers(std::string_view text, float most) {
    std::array<float, N> out{};
    const char *at = text.data(), *const end = at + text.size();
    for (size_t i = 0; i < N; ++i) {
        if (i > 0 && (at == end || *at++ != ',')) return {};
        const auto [next, error] = std::from_chars(at, end, out[i]);
        if (error != std::errc{} || !std::isfinite(out[i]) || std::abs(out[i]) > most) return {};
        at = next;
    }
    return at == end ? std::optional(out) : std::nullopt;
}

// "gpu.1234": class and index, because with the same cluster file an index is the shortest exact name.
std::optional<ObjectId> object_from(std::string_view text) {
    const size_t dot = text.find('.');
    if (dot == std::string_view::npos) return {};
    const auto object_class = object_class_from(text.substr(0, dot));
    uint32_t index = 0;
    const char *first = text.data() + dot + 1, *last = text.data() + text.size();
    const auto [end, error] = std::from_chars(first, last, index);
    if (!object_class || first == last || error != std::errc{} || end != last || index == no_index) return {};
    return ObjectId{*object_class, index};
}

// What the fields of the camera say together.
struct CameraFields {
    std::optional<std::array<float, 3>> eye, target;
    std::optional<float> fov, near;
};

bool read_camera(std::string_view key, std::string_view value, CameraFields& camera) {
    if (key == "eye" || key == "target") {
        auto& point = key == "eye" ? camera.eye : camera.target;
        point = numbers<3>(value, furthest_m);
        if (!point) refuse(key, "three numbers of metres such as 12.5,-40,8", value);
        return true;
    }
    if (key != "fov" && key != "near") return false;
    const auto number = numbers<1>(value, 1e4f);
    if (!number || (*number)[0] <= 0 || (key == "fov" && (*number)[0] >= 3))
        refuse(key, key == "fov" ? "an angle between 0 and 3 radians" : "a distance in metres", value);
    (key == "fov" ? camera.fov : camera.near) = (*number)[0];
    return true;
}

Pose pose_of(const CameraFields& camera) {
    if (!camera.eye || !camera.target)
        throw std::runtime_error(
            "the link cannot be followed: it says where the camera stands or where it looks, but not both");
    Pose pose;
    pose.eye = {(*camera.eye)[0], (*camera.eye)[1], (*camera.eye)[2]};
    pose.target = {(*camera.target)[0], (*camera.target)[1], (*camera.target)[2]};
    if (glm::length(pose.eye - pose.target) < 1e-3f)
        throw std::runtime_error("the link cannot be followed: its camera looks at the point where it stands");
    pose.fov_y = camera.fov.value_or(pose.fov_y);
    pose.near_m = camera.near.value_or(pose.near_m);
    return pose;
}

void read_color(std::string_view value, ViewLink& link) {
    for (const ColorName& color : color_names)
        if (value == color.name) {
            link.color_by = color.by;
            return;
        }
    const size_t dot = value.find('.');
    const auto object_class = object_class_from(value.substr(0, std::min(dot, value.size())));
    const auto index = object_class && dot != std::string_view::npos ? find_metric(*object_class, value.substr(dot + 1))
                                                                     : std::nullopt;
    if (!index) refuse("color", "health, job, rail, age or a metric such as gpu.temp_celsius", value);
    link.color_by = ColorBy::metric;
    link.color_metric = {*object_class, *index};
}

int64_t time_of(std::string_view key, std::string_view value) {
    const auto time = utc_from(value);
    if (!time) refuse(key, "a time such as 2026-01-01T12:00:00Z", value);
    return *time;
}

void read_filter(std::string_view value, ViewLink& link) {
    try {
        if (!value.empty()) static_cast<void>(Filter::parse(std::string(value)));
    } catch (const std::exception& error) {
        throw std::runtime_error(fmt::format("the link cannot be followed: its filter is wrong, {}", error.what()));
    }
    link.filter = value;
}

void read_field(std::string_view key, std::string_view value, ViewLink& link, CameraFields& camera) {
    if (read_camera(key, value, camera)) return;
    if (key == "cluster") {
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), link.cluster_hash, 16);
        if (value.size() != 16 || error != std::errc{} || end != value.data() + value.size())
            refuse(key, "the 16 hex digits that name a cluster", value);
    } else if (key == "time") {
        link.time_ns = time_of(key, value);
    } else if (key == "compare") {
        link.compare_ns = time_of(key, value);
    } else if (key == "swipe") {
        const auto share = numbers<1>(value, 1);
        if (!share || (*share)[0] < 0) refuse(key, "a share between 0 and 1", value);
        link.swipe = (*share)[0];
    } else if (key == "split") {
        if (value != "1") refuse(key, "1", value);
        link.split = true;
    } else if (key == "mode") {
        for (size_t i = 0; i < mode_names.size(); ++i)
            if (value == mode_names[i]) link.mode = CameraMode(i);
        if (!link.mode) refuse(key, "orbit, fly or walk", value);
    } else if (key == "select" || key == "from") {
        auto& object = key == "select" ? link.selected : link.route_from;
        object = object_from(value);
        if (!object) refuse(key, "a class and an index such as gpu.1234", value);
    } else if (key == "color") {
        read_color(value, link);
    } else if (key == "filter") {
        read_filter(value, link);
    } else if (key == "health") {
        link.health = health_from(value);
        if (!link.health) refuse(key, "ok, warning, critical, down, maintenance or unknown", value);
    }
}

std::string point_text(glm::vec3 p) { return fmt::format("{},{},{}", p.x, p.y, p.z); }

}  // namespace

std::string write_link(const ViewLink& link) {
    std::string out(link_scheme);
    out += "view";
    char before = '?';
    const auto field = [&](std::string_view key, std::string_view value) {
        out += before;
        out.append(key).append("=").append(encoded(value));
        before = '&';
    };
    if (link.cluster_hash) field("cluster", fmt::format("{:016x}", link.cluster_hash));
    if (link.time_ns) field("time", utc_text(*link.time_ns));
    if (link.pose) {
        field("eye", point_text(link.pose->eye));
        field("target", point_text(link.pose->target));
        field("fov", fmt::format("{}", link.pose->fov_y));
        field("near", fmt::format("{}", link.pose->near_m));
    }
    if (link.mode) field("mode", mode_names[size_t(*link.mode)]);
    if (link.selected)
        field("select", fmt::format("{}.{}", name_of(link.selected->object_class), link.selected->index));
    if (link.route_from)
        field("from", fmt::format("{}.{}", name_of(link.route_from->object_class), link.route_from->index));
    if (link.color_by == ColorBy::metric)
        field("color", fmt::format("{}.{}", name_of(link.color_metric.object_class), metric(link.color_metric).name));
    for (const ColorName& color : color_names)
        if (link.color_by == color.by) field("color", color.name);
    if (!link.filter.empty()) field("filter", link.filter);
    if (link.health) field("health", name_of(*link.health));
    if (link.compare_ns) field("compare", utc_text(*link.compare_ns));
    if (link.swipe) field("swipe", fmt::format("{}", *link.swipe));
    if (link.split) field("split", "1");
    return out;
}

ViewLink parse_link(std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.remove_suffix(1);
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    if (!text.starts_with(link_scheme))
        throw std::runtime_error(
            fmt::format("'{}' is no link: links begin with belvedere://", text.substr(0, longest_shown)));
    if (text.size() > longest_link)
        throw std::runtime_error(
            fmt::format("the link cannot be followed: it is longer than {} letters", longest_link));
    text.remove_prefix(link_scheme.size());
    const size_t question = std::min(text.find('?'), text.size());
    if (text.substr(0, question) != "view")
        throw std::runtime_error(fmt::format(
            "the link cannot be followed: '{}' is nothing that this program knows; links to views begin with "
            "belvedere://view",
            text.substr(0, std::min(question, longest_shown))));
    std::string_view rest = text.substr(std::min(question + 1, text.size()));
    ViewLink link;
    CameraFields camera;
    while (!rest.empty()) {
        const std::string_view field = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(field.size() + 1, rest.size()));
        const size_t equals = field.find('=');
        if (equals == std::string_view::npos) continue;
        const auto value = decoded(field.substr(equals + 1));
        if (!value) refuse(field.substr(0, equals), "percent-encoded text", field.substr(equals + 1));
        read_field(field.substr(0, equals), *value, link, camera);
    }
    if (camera.eye || camera.target || camera.fov || camera.near) link.pose = pose_of(camera);
    return link;
}

ViewLink link_to(const View& view, const Topology& topology, std::optional<int64_t> time_ns) {
    ViewLink link;
    link.cluster_hash = topology.hash;
    link.time_ns = time_ns;
    link.pose = view.camera.pose();
    link.mode = view.camera.mode;
    if (topology.contains(view.selected)) link.selected = view.selected;
    if (topology.contains(view.route_from)) link.route_from = view.route_from;
    link.color_by = view.color_by;
    link.color_metric = view.color_metric;
    link.filter = view.filter_text;
    link.health = view.health_filter;
    if (view.comparing.on) link.compare_ns = view.comparing.then_ns;
    if (view.comparing.on && view.comparing.mode == Comparing::Mode::swipe) link.swipe = view.comparing.divider;
    link.split = view.comparing.on && view.comparing.mode == Comparing::Mode::split;
    return link;
}

void follow_link(const ViewLink& link, const Topology& topology, View& view, float seconds) {
    if (link.cluster_hash && link.cluster_hash != topology.hash)
        throw std::runtime_error(
            fmt::format("the link belongs to another cluster ({:016x}) than this one ({:016x}, {})", link.cluster_hash,
                        topology.hash, topology.name));
    // Jobs come and go: a slot may be named that nobody has at the time.
    for (const auto& id : {link.selected, link.route_from})
        if (id && !topology.contains(*id) && id->object_class != ObjectClass::job)
            throw std::runtime_error(fmt::format("the link cannot be followed: cluster {} has no {} {}", topology.name,
                                                 name_of(id->object_class), id->index));
    view.select(link.selected.value_or(ObjectId{}));
    view.route_from = link.route_from.value_or(ObjectId{});
    if (link.mode) view.camera.mode = *link.mode;
    if (link.pose && seconds > 0)
        view.camera.move_to(*link.pose, seconds);
    else if (link.pose)
        view.camera.jump(*link.pose);
    if (link.color_by == ColorBy::metric)
        view.color_with(link.color_metric);
    else if (link.color_by)
        view.color_with(*link.color_by);
    view.filter = link.filter.empty() ? Filter() : Filter::parse(link.filter);
    view.filter_text = link.filter;
    view.health_filter = link.health;
    view.comparing.on = link.compare_ns.has_value();
    view.comparing.then_ns = link.compare_ns.value_or(0);
    view.comparing.mode = link.split   ? Comparing::Mode::split
                          : link.swipe ? Comparing::Mode::swipe
                                       : Comparing::Mode::difference;
    view.comparing.divider = link.swipe.value_or(view.comparing.divider);
}

}  // namespace bv

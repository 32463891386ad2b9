// argc, argv → Options. What the contract promises for later is refused with one sentence, not silently accepted.
#include "viewer/options.h"

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cluster/routes.h"
#include "cluster/time_text.h"
#include "feed/embedded.h"
#include "viewer/composition.h"
#include "viewer/fabric_matrix.h"
#include "viewer/link.h"
#include "viewer/object_name.h"
#include "viewer/tour.h"

namespace bv {

namespace {

constexpr std::string_view tour_prefix = "tour:";

constexpr const char* footer = R"(SOURCE:
  sim:reference-100k?seed=1&scenario=training&speed=1   embedded simulator (default: sim:reference-100k); preset=video-2024
  tcp://HOST:PORT   ipc://PATH                          live telemetry; several sources make one cluster
  FILE.bvr                                              replay of a recording (belvedere-feed record)

VIEW (--camera):
  overview | fabric | aisle | hall:N | row:N | rack:N | node:N | gpu:N | switch:N ...   halls by number, others by index (from 0), all by name
  tour:NAME | tour:FILE.toml                            a guided tour: tour:stakeholders, see docs/tours.md

Examples:
  belvedere                                             the reference cluster in a window
  belvedere tcp://10.0.0.5:5600 --cluster site.toml     live
  belvedere site.bvr --at -5m --speed 10                replay, ten times as fast, from five minutes before the end
  belvedere --headless --output site.png --size 2560x1440 --camera hall:1
  belvedere --headless --output site.mp4 --duration 10 --fps 30
  belvedere --camera tour:stakeholders                  the story of a 100,000-GPU machine in three minutes
  belvedere tcp://10.0.0.5:5600 --wall                  a wall display
  belvedere bench render --source sim:reference-100k --camera overview --frames 200 --json

Exit codes: 0 good, 1 failed (one sentence on stderr), 2 wrong usage.)";

// "1920x1080" → width, height. Between 320 x 200 and 16384 x 16384.
std::string parse_size(const std::string& text, Options& options) {
    const size_t x = text.find_first_of("xX");
    uint32_t width = 0, height = 0;
    const char* end = text.data() + text.size();
    if (x == std::string::npos || std::from_chars(text.data(), text.data() + x, width).ptr != text.data() + x ||
        std::from_chars(text.data() + x + 1, end, height).ptr != end || width < 320 || height < 200 || width > 16384 ||
        height > 16384)
        return fmt::format("--size: expected WIDTHxHEIGHT between 320x200 and 16384x16384, found '{}'", text);
    options.width = width;
    options.height = height;
    return {};
}

void add_common(CLI::App& app, Options& options) {
    app.add_option_function<std::string>(
           "--size",
           [&options](const std::string& text) {
               if (const std::string problem = parse_size(text, options); !problem.empty())
                   throw CLI::ValidationError(problem);
           },
           "size of the picture or window in pixels, e.g. 1920x1080")
        ->type_name("WxH");
    app.add_option("--device", options.device,
                   "Vulkan device: part of its name; default: a discrete GPU if there is one")
        ->type_name("NAME");
    app.add_option("--quality", options.quality,
                   "lean (software renderers) or rich (real GPUs); default: by the device")
        ->check(CLI::IsMember({"auto", "lean", "rich"}))
        ->type_name("lean|rich");
    app.add_option("--lod", options.lod, "off: every GPU as its own box, for comparison")
        ->check(CLI::IsMember({"on", "off"}))
        ->type_name("on|off");
    app.add_flag("--hide-panels", options.hide_panels, "only the hall");
    app.add_option("--color-by", options.color_by,
                   "a metric (temp_celsius, link.tx_bytes_per_second), health, job, rail or age")
        ->type_name("METRIC");
    app.add_option("--views", options.views,
                   "the fabric or the largest job over the hall: matrix, matrix:POD, tree, ranks")
        ->type_name("VIEW");
    app.add_option(
           "--at", options.at,
           "moment: RFC 3339, +90s from the begin, of a recording also -5m from its end, begin or end; default: "
           "+90s of a simulated source, the end of a recording")
        ->type_name("TIME");
    app.add_option("--cluster", options.cluster,
                   "cluster file or name of a shipped cluster; default: asked from the source")
        ->type_name("FILE");
    app.add_flag("--validation", options.validation, "Vulkan validation layers; also on with BELVEDERE_VALIDATION=1");
}

void add_time_options(CLI::App& app, Options& options) {
    app.add_option("--speed", options.speed,
                   "play a recording this many times as fast: 0.1 to 10000; negative: backwards")
        ->type_name("X");
    app.add_option("--history", options.history,
                   "where the window keeps what live sources say; default: a file per cluster in ~/.cache/belvedere")
        ->type_name("FILE.bvr");
    app.add_option("--history-keep", options.history_keep, "how long; default: 24h")->type_name("SPAN");
    app.add_option("--history-size", options.history_size, "how much at most; default: 2GB")->type_name("SIZE");
    app.add_flag("--no-history", options.no_history, "keep nothing: the window cannot go back in time");
}

void add_view_options(CLI::App& app, Options& options) {
    app.add_option("SOURCE", options.sources, "where telemetry comes from, see below");
    app.add_option("--camera", options.camera, "where to look from, see below")->type_name("VIEW");
    app.add_option("--filter", options.filter, "dim what does not match: \"temp_celsius > 80 and hall = 2\"")
        ->type_name("EXPR");
    app.add_option("--select", options.select, "select this object: name, path or class:index")->type_name("NAME");
    app.add_option("--route-from", options.route_from,
                   "show the ways through the fabric from this object to the selected one")
        ->type_name("NAME");
    app.add_option("--brush", options.brush, "light these objects and what belongs to them, dim all others")
        ->type_name("NAME,...");
    app.add_option("--link", options.link, "open the view of this link; also as an argument: belvedere://…")
        ->type_name("LINK");
    app.add_option("--compare", options.compare, "colour by what has changed since this moment of a recording")
        ->type_name("TIME");
    app.add_option("--compare-as", options.compare_as,
                   "difference in colour; swipe: then left of a line, now right of it; split: two pictures")
        ->check(CLI::IsMember({"difference", "swipe", "split"}))
        ->type_name("difference|swipe|split");
    app.add_option("--plot", options.plot,
                   "plot the past of the selection over the hall: temp_celsius,gpu.power_watts, or key")
        ->type_name("METRIC,...");
    app.add_option("--theme", options.theme, "dark or light")
        ->check(CLI::IsMember({"dark", "light"}))
        ->type_name("dark|light");
    app.add_option("--scale", options.ui_scale, "size of panels and lettering; default: by the monitor")
        ->check(CLI::Range(0.5, 4.0))
        ->type_name("X");
    app.add_flag("--headless", options.headless, "no window: write a picture or film and end");
    app.add_option("--output", options.output, "what --headless writes")->type_name("FILE.png|FILE.mp4");
    app.add_option("--duration", options.duration_s, "length of the film, seconds")
        ->check(CLI::Range(0.1, 3600.0))
        ->type_name("S");
    app.add_option("--fps", options.fps, "frames per second of the film")
        ->check(CLI::Range(1.0, 120.0))
        ->type_name("N");
    app.add_option("--dump-state", options.dump_state, "also write what the panels show, as JSON")->type_name("FILE");
    app.add_flag("--insecure", options.insecure, "allow sources beyond this machine without encryption");
    app.add_option("--server-key", options.curve_server_key, "public CURVE key of the source (Z85)")->type_name("KEY");
    app.add_option_function<std::vector<std::string>>(
           "--wall",
           [&options](const std::vector<std::string>& files) {
               options.wall = true;
               // "--wall tcp://…" names no tour but what the wall shows.
               for (const std::string& file : files)
                   if (file.find("://") != std::string::npos || file.starts_with("sim:") || file.ends_with(".bvr"))
                       options.sources.push_back(file);
                   else
                       options.tour = file;
           },
           "full screen for a wall: large type, no pointer, a tour in a loop; default: the site, its halls, its "
           "trouble")
        ->type_name("[FILE]")
        ->expected(0, 1);
    app.add_option("--tour-at", options.tour_at_s, "second of the tour to begin with")->type_name("S");
    add_time_options(app, options);
}

std::string check(const Options& o) {
    if (o.command != Command::view) return {};
    const auto ends = [&](const char* ending) {
        return o.output.size() > 4 && o.output.substr(o.output.size() - 4) == ending;
    };
    if (o.headless && o.output.empty()) return "--headless needs --output FILE.png or FILE.mp4";
    const double speed = std::abs(o.speed);
    if (!(speed >= slowest && speed <= fastest))
        return fmt::format("--speed: expected 0.1 to 10000, or the same below zero for backwards, found {}", o.speed);
    if (o.speed_given && !o.replays())
        return "--speed is for recordings; for a simulated source write sim:reference-100k?speed=60";
    if (const auto keep = span_from(o.history_keep); !keep || *keep == 0)
        return fmt::format("--history-keep: expected a span such as 24h or 7d, found '{}'", o.history_keep);
    if (const auto size = bytes_from(o.history_size); !size || *size == 0)
        return fmt::format("--history-size: expected a size such as 2GB, found '{}'", o.history_size);
    if (!o.headless && !o.output.empty()) return "--output needs --headless";
    if (o.headless && !ends(".png") && !ends(".mp4"))
        return fmt::format("--output: expected a file that ends in .png or .mp4, found '{}'", o.output);
    return {};
}

// "+90s", "+5m", "+1h", "+90": seconds.
std::optional<double> parse_offset(const std::string& text) {
    if (text.size() < 2 || text[0] != '+') return {};
    double value = 0;
    const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), value);
    if (error != std::errc{}) return {};
    const std::string unit(end, text.data() + text.size());
    const double factor = unit.empty() || unit == "s" ? 1
                          : unit == "m"               ? 60
                          : unit == "h"               ? 3600
                          : unit == "d"               ? 86400
                                                      : 0;
    return factor > 0 ? std::optional(value * factor) : std::nullopt;
}

// RFC 3339 in UTC or with an offset → ns since 1970.
std::optional<int64_t> parse_time(const std::string& text) {
    int y = 0, mo = 0, d = 0, h = 0, mi = 0, used = 0;
    double s = 0;
    if (std::sscanf(text.c_str(), "%4d-%2d-%2d%*[Tt ]%2d:%2d:%lf%n", &y, &mo, &d, &h, &mi, &s, &used) != 6) return {};
    const std::string zone = text.substr(size_t(used));
    int zone_h = 0, zone_m = 0;
    char sign = '+';
    if (zone != "Z" && zone != "z" && std::sscanf(zone.c_str(), "%c%2d:%2d", &sign, &zone_h, &zone_m) != 3) return {};
    const std::chrono::sys_days day{std::chrono::year{y} / mo / d};
    const int64_t seconds =
        std::chrono::duration_cast<std::chrono::seconds>(day.time_since_epoch()).count() + h * 3600 + mi * 60;
    return (seconds - (sign == '-' ? -1 : 1) * (zone_h * 3600 + zone_m * 60)) * 1'000'000'000 +
           int64_t(std::llround(s * 1e9));
}

}  // namespace

ParsedOptions parse_options(int argc, char** argv) {
    Options options;
    CLI::App app{"belvedere: a 3D view of a GPU cluster's live telemetry", "belvedere"};
    app.footer(footer);
    app.set_version_flag("--version", "belvedere " BELVEDERE_VERSION);
    app.get_formatter()->column_width(34);
    add_common(app, options);
    add_view_options(app, options);

    CLI::App* bench = app.add_subcommand("bench", "measure; one JSON object on stdout with --json");
    bench->require_subcommand(1);
    const auto add_bench = [&](const char* name, const char* text, Command command) {
        CLI::App* sub = bench->add_subcommand(name, text);
        sub->callback([&options, command] { options.command = command; });
        if (*text == '\0') sub->group("");  // a step that bench runs as a process of its own
        add_common(*sub, options);
        sub->add_option("--source", options.sources, "what is shown; default: sim:reference-100k")->type_name("SOURCE");
        sub->add_option("--camera", options.camera, "where to look from")->type_name("VIEW");
        sub->add_option("--gpus", options.gpus,
                        "choose the shipped cluster of about this many GPUs instead of --source")
            ->type_name("N");
        sub->add_option("--frames", options.frames, "how many frames are timed")
            ->check(CLI::Range(1u, 1000000u))
            ->type_name("N");
        sub->add_flag("--json", options.json, "one JSON object on stdout");
        if (command == Command::bench_seek)
            sub->add_option("--seconds", options.seek_seconds, "how long the recording is that is generated")
                ->check(CLI::Range(20.0, 1e6))
                ->type_name("S");
    };
    add_bench("render", "time frames: packing, panels, drawing", Command::bench_render);
    add_bench("ingest", "time receiving, verifying, decoding and applying telemetry, beside raw libzmq",
              Command::bench_ingest);
    add_bench("start", "time from process start to the first complete picture", Command::bench_start);
    add_bench("image-error", "compare the picture with the one that has every GPU as its own box",
              Command::bench_image_error);
    add_bench("seek", "time seeks and histories in a recording: one that is given, or one of a simulated source",
              Command::bench_seek);

    add_bench("driver", "", Command::bench_driver);
    add_bench("first-picture", "", Command::bench_first_picture);

    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& success) {
        return {{}, app.exit(success)};
    } catch (const CLI::ParseError& error) {
        std::cerr << "belvedere: " << error.what() << "; see belvedere --help\n";
        return {{}, 2};
    }
    options.speed_given = app.count("--speed") > 0;
    // A link among the sources is the view, not a source.
    for (const std::string& source : std::exchange(options.sources, {}))
        if (source.starts_with(link_scheme))
            options.link = source;
        else
            options.sources.push_back(source);
    if (options.camera.starts_with(tour_prefix)) {
        options.tour = options.camera.substr(tour_prefix.size());
        options.camera = "overview";
    }
    options.camera_given = (app.count("--camera") > 0 && options.tour.empty()) || options.command != Command::view;
    if (const std::string problem = check(options); !problem.empty()) {
        std::cerr << "belvedere: " << problem << "; see belvedere --help\n";
        return {{}, 2};
    }
    return {std::move(options), 0};
}

void take_tour(Options& options) {
    if (options.tour.empty()) return;
    const Tour tour = load_tour(options.tour);
    if (options.sources.empty() && !tour.source.empty()) options.sources = {tour.source};
    if (options.at.empty()) options.at = tour.at;
}

RendererOptions Options::renderer_options() const {
    RendererOptions renderer;
    renderer.device = device;
    renderer.quality = quality == "lean" ? Quality::lean : quality == "rich" ? Quality::rich : Quality::automatic;
    renderer.validation = validation;
    renderer.width = width;
    renderer.height = height;
    return renderer;
}

TimelineOptions Options::timeline_options(bool lockstep) const {
    TimelineOptions timeline;
    timeline.sources = sources;
    timeline.cluster = cluster;
    timeline.lockstep = lockstep;
    timeline.insecure = insecure;
    timeline.curve_server_key = curve_server_key;
    if (!simulated()) timeline.at = moment();
    // Who names a speed wants to see it all.
    if (replays() && speed_given && timeline.at.empty() && !headless) timeline.at = speed > 0 ? "begin" : "end";
    return timeline;
}

HistoryOptions Options::history_options() const {
    HistoryOptions options;
    options.keep = !no_history && !replays();
    options.file = history;
    options.keep_ns = span_from(history_keep).value_or(options.keep_ns);
    options.max_bytes = bytes_from(history_size).value_or(options.max_bytes);
    return options;
}

bool Options::replays() const {
    return sources.size() == 1 && sources.front().ends_with(".bvr") && sources.front().find("://") == std::string::npos;
}

bool Options::simulated() const {
    return sources.empty() || (sources.size() == 1 && sources.front().rfind("sim:", 0) == 0);
}

std::string Options::moment() const {
    const auto time_ns = at.empty() && !link.empty() ? parse_link(link).time_ns : std::nullopt;
    return time_ns ? utc_text(*time_ns) : at;
}

double Options::at_seconds(int64_t start_ns) const {
    const std::string wanted = moment();
    if (wanted.empty()) return 90;
    if (const auto offset = parse_offset(wanted)) return *offset;
    if (const auto time_ns = parse_time(wanted); time_ns && *time_ns >= start_ns)
        return double(*time_ns - start_ns) * 1e-9;
    throw std::runtime_error(
        fmt::format("--at: expected an offset such as +90s or a time such as 2026-01-01T00:01:30Z that is not before "
                    "the start of the source, found '{}'",
                    wanted));
}

void color_named(const std::string& name, View& view) {
    for (const auto& [word, by] :
         {std::pair{"health", ColorBy::health}, {"job", ColorBy::job}, {"rail", ColorBy::rail}, {"age", ColorBy::age}})
        if (name == word) return view.color_with(by);
    const size_t dot = name.find('.');
    if (dot != std::string::npos) {
        const auto object_class = object_class_from(name.substr(0, dot));
        const auto index = object_class ? find_metric(*object_class, name.substr(dot + 1)) : std::nullopt;
        if (index) return view.color_with({*object_class, *index});
    }
    // Without a class the GPUs' metric is meant, else the first class that has one of that name.
    if (const auto index = find_metric(ObjectClass::gpu, name)) return view.color_with({ObjectClass::gpu, *index});
    for (const ObjectClass object_class : all_object_classes)
        if (const auto index = find_metric(object_class, name)) return view.color_with({object_class, *index});
    throw std::runtime_error(fmt::format(
        "there is no metric '{}'; use health, job, rail, age or one of docs/protocol.md, e.g. temp_celsius", name));
}

void apply_to_view(const Options& options, View& view) {
    view.theme = options.theme == "light" ? Theme::light : Theme::dark;
    view.panels_hidden = options.hide_panels;
    view.lod = options.lod != "off";
    for (size_t mode = 0; mode < comparing_names.size(); ++mode)
        if (options.compare_as == comparing_names[mode]) view.comparing.mode = Comparing::Mode(mode);
    view.color_with(default_color());
    view.color_chosen = false;
    if (!options.filter.empty()) {
        view.filter = Filter::parse(options.filter);
        view.filter_text = options.filter;
    }
    if (!options.color_by.empty()) color_named(options.color_by, view);
}

namespace {

// Of the selection's own class where no class is named, else of the first that has a metric of that name.
MetricId metric_to_plot(const std::string& text, ObjectClass own) {
    const size_t dot = text.find('.');
    if (dot != std::string::npos) {
        const auto object_class = object_class_from(text.substr(0, dot));
        const auto index = object_class ? find_metric(*object_class, text.substr(dot + 1)) : std::nullopt;
        if (index) return {*object_class, *index};
    } else {
        if (const auto index = find_metric(own, text)) return {own, *index};
        for (const ObjectClass c : {ObjectClass::gpu, ObjectClass::node, ObjectClass::rack})
            if (const auto index = find_metric(c, text)) return {c, *index};
    }
    throw std::runtime_error(fmt::format(
        "--plot: there is no metric '{}'; use one of docs/protocol.md, e.g. temp_celsius or rack.power_watts", text));
}

// "key": those that matter most.
std::vector<MetricId> metrics_to_plot(const std::string& text, ObjectId selected) {
    std::vector<MetricId> out;
    for (size_t at = 0; text != "key" && at <= text.size();) {
        const size_t comma = std::min(text.find(',', at), text.size());
        out.push_back(
            metric_to_plot(text.substr(at, comma - at), selected.valid() ? selected.object_class : ObjectClass::site));
        at = comma + 1;
    }
    return out;
}

}  // namespace

namespace {

// matrix | matrix:POD | tree | ranks
void open_views(const std::string& text, const Topology& topology, FabricViews& views) {
    const size_t colon = text.find(':');
    const std::string tab = text.substr(0, colon), group = colon == std::string::npos ? "" : text.substr(colon + 1);
    for (const auto& [name, value] : {std::pair{"matrix", FabricViews::Tab::matrix},
                                      {"tree", FabricViews::Tab::tree},
                                      {"ranks", FabricViews::Tab::ranks}})
        if (tab == name) views.open = true, views.tab = value;
    if (!views.open || (colon != std::string::npos && views.tab != FabricViews::Tab::matrix))
        throw std::runtime_error(fmt::format("--views: expected matrix, matrix:POD, tree or ranks, found '{}'", text));
    if (colon == std::string::npos) return;
    const std::vector<FabricGroup> groups = FabricGroups(topology).groups;
    for (uint32_t g = 0; g < groups.size(); ++g)
        if (groups[g].name == group || std::to_string(g) == group) views.group = g;
    if (views.group == no_index)
        throw std::runtime_error(
            fmt::format("--views: there is no pod '{}'; {}", group,
                        groups.empty() ? "this cluster has no fabric" : "the first is called " + groups.front().name));
}

ObjectId object_of(std::string_view option, const std::string& name, const Topology& topology) {
    try {
        return name.empty() ? ObjectId{} : object_named(topology, name);
    } catch (const std::exception& error) {
        throw std::runtime_error(fmt::format("{}: {}", option, error.what()));
    }
}

Brush brush_named(const std::string& text, const Topology& topology) {
    std::vector<ObjectId> objects;
    for (size_t at = 0; !text.empty() && at <= text.size();) {
        const size_t comma = std::min(text.find(',', at), text.size());
        objects.push_back(object_of("--brush", text.substr(at, comma - at), topology));
        at = comma + 1;
    }
    if (std::any_of(objects.begin(), objects.end(), [](ObjectId id) { return !id.valid(); }))
        throw std::runtime_error(fmt::format("--brush: expected names with a comma between, found '{}'", text));
    return brush_of(topology, std::move(objects), text);
}

}  // namespace

ObjectId object_selected(const Options& options, const Topology& topology) {
    return object_of("--select", options.select, topology);
}

ObjectId route_begin(const Options& options, const Topology& topology) {
    const ObjectId id = object_of("--route-from", options.route_from, topology);
    if (id.valid() && !is_route_end(id))
        throw std::runtime_error(
            fmt::format("--route-from: ways through the fabric begin at a GPU, NIC, node or switch, not at {}",
                        options.route_from));
    return id;
}

void apply_to_view(const Options& options, const Topology& topology, View& view) {
    const std::optional<ViewLink> link = options.link.empty() ? std::nullopt : std::optional(parse_link(options.link));
    look_at(view, topology, options.camera, 0);
    // What the camera was sent to is what a person wants to read about.
    if (!options.select.empty())
        view.select(object_selected(options, topology));
    else if (!shows_no_object(options.camera))
        view.select(object_named(topology, options.camera));
    view.route_from = route_begin(options, topology);
    view.brush = brush_named(options.brush, topology);
    if (!options.views.empty()) open_views(options.views, topology, view.views);
    if (!options.plot.empty()) view.plots = {true, metrics_to_plot(options.plot, view.selected)};
    if (!link) return;
    follow_link(*link, topology, view, 0);
}

}  // namespace bv

// What the panels show, as JSON with stable keys (docs/operating.md lists them). Reads: everything that the panels
// read.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "viewer/fabric_tree.h"
#include "viewer/panels/memory.h"
#include "viewer/panels/plots.h"
#include "viewer/panels/trunk.h"
#include "viewer/panes.h"
#include "viewer/scene_layout.h"

namespace bv {
namespace {

using Json = nlohmann::ordered_json;

Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

std::string_view name_of(ColorBy by) {
    constexpr std::array<std::string_view, 5> names{"metric", "health", "job", "rail", "age"};
    return names[size_t(by)];
}
std::string_view name_of(ColorMap map) {
    constexpr std::array<std::string_view, 3> names{"cividis", "inferno", "diverging"};
    return names[size_t(map)];
}
std::string_view name_of(SourceStatus::Link link) {
    constexpr std::array<std::string_view, 6> names{"connecting", "waiting", "live", "silent", "conflict", "refused"};
    return names[size_t(link)];
}
std::string_view name_of(CameraMode mode) {
    constexpr std::array<std::string_view, 3> names{"orbit", "fly", "walk"};
    return names[size_t(mode)];
}

Json dump_object(const UiContext& ui, ObjectId id) {
    if (ui.state.empty() || !ui.state.topology().contains(id)) return nullptr;
    const Topology& t = ui.state.topology();
    const int64_t now = ui.timeline.now_ns();
    const Shown shown = shown_health(ui.state, id, now);
    Json out{
        {"class", bv::name_of(id.object_class)}, {"index", id.index}, {"path", t.path_of(id)}, {"name", t.name_of(id)}};
    out["health"] = bv::name_of(shown.health);
    out["stale"] = shown.stale;
    out["heard"] = shown.heard;
    out["age_seconds"] = shown.heard ? Json(double(now - shown.heard_ns) * 1e-9) : Json(nullptr);
    out["sentence"] = health_sentence(ui.state, id, now);
    const ObjectId parent = t.parent(id);
    out["parent"] = parent.valid() ? Json(t.path_of(parent)) : Json(nullptr);
    const auto metrics = metrics_of(id.object_class);
    for (size_t m = 0; m < metrics.size(); ++m)
        out["metrics"][std::string(metrics[m].name)] = {
            {"value", number_or_null(ui.state.value(id, MetricIndex(m)))},
            {"unit", metrics[m].unit},
            {"text", quantity(metrics[m], ui.state.value(id, MetricIndex(m))).text()}};
    return out;
}

Json dump_trunk(const UiContext& ui, const TrunkRef& trunk) {
    if (!trunk.valid() || !ui.layout) return nullptr;
    const TrunkLoad load = load_of(ui.layout->impl(), trunk);
    return {{"name", name_of(ui, trunk)},
            {"links_of", words_of_lane(trunk.lane)},
            {"links", load.links},
            {"bytes_per_second", load.bytes_per_second},
            {"capacity_bytes_per_second", load.capacity},
            {"sentence", trunk_sentence(load)}};
}

// Between view.route_from and the selection.
Json dump_routes(const UiContext& ui) {
    if (!ui.layout || ui.layout->impl().cache.routes.kind == Routes::Kind::none) return nullptr;
    const Routes& routes = ui.layout->impl().cache.routes;
    const Topology& t = ui.state.topology();
    return {{"from", t.path_of(routes.from)}, {"to", t.path_of(routes.to)},       {"hops", routes.hops},
            {"paths", routes.paths},          {"open_paths", routes.open_paths},  {"links", routes.links.size()},
            {"stages", routes.stages},        {"over_nvlink", routes.over_nvlink}};
}

Json dump_counts(const UiContext& ui, const Digest& digest) {
    Json out = Json::object();
    for (const ObjectClass c : all_object_classes)
        for (size_t h = 0; h < health_count; ++h)
            out[std::string(bv::name_of(c))][std::string(bv::name_of(Health(h)))] =
                ui.state.empty() ? 0 : digest.counts[size_t(c)][h];
    return out;
}

// The first lines of the event list as they stand there.
Json dump_event_lines(const UiContext& ui) {
    if (ui.state.empty()) return Json::array();
    std::vector<uint32_t> all(ui.state.events.size());
    std::iota(all.begin(), all.end(), 0u);
    Json out = Json::array();
    for (const EventLine& line : event_lines(ui.state, all, ui.memory.unfolded_events)) {
        if (out.size() == 20) break;
        const Event& event = ui.state.events[line.event];
        const bool known = ui.state.topology().contains(event.object);
        out.push_back({{"title", line.count > 1 ? title_of(ui.state, line) : title_of(event)},
                       {"object", known ? ui.state.topology().path_of(event.object) : ""},
                       {"place", line.count > 1 ? place_of(ui.state, line) : ""},
                       {"count", line.count},
                       {"open", line.open},
                       {"severity", bv::name_of(event.severity)},
                       {"mark", bv::name_of(health_of(event))},
                       {"text", event.text}});
    }
    return out;
}

// What is in trouble, as the sentence at the top says it.
Json dump_trouble(const UiContext& ui, const Digest& digest) {
    const ObjectId site{ObjectClass::site, 0};
    Json classes = Json::object();
    for (const ObjectClass c : all_object_classes)
        if (c != ObjectClass::site && c != ObjectClass::job && !ui.state.empty())
            classes[std::string(bv::name_of(c))] = digest.in_trouble_of(c);
    const auto& below = digest.below[size_t(ObjectClass::site)];
    const bool known = !ui.state.empty() && !below.empty();
    return {{"total", known ? below[0].troubled : 0},
            {"worst", bv::name_of(known ? below[0].worst : Health::unknown)},
            {"sentence", known ? trouble_sentence(digest, site) : ""},
            {"classes", classes}};
}

Json dump_time(const UiContext& ui) {
    const Timeline& timeline = ui.timeline;
    const Cursor& cursor = ui.view.cursor;
    const bool past = !timeline.at_head();
    Json loop = nullptr;
    if (cursor.loop) loop = {{"begin_ns", cursor.loop->begin_ns}, {"end_ns", cursor.loop->end_ns}};
    return {{"time_ns", ui.state.time_ns},
            {"utc", rfc3339(ui.state.time_ns)},
            {"live", timeline.live()},
            {"complete", timeline.complete()},
            {"silent", ui.view.silent},
            {"mode", timeline.replay() ? "replay"
                     : past            ? "rewound"
                     : timeline.live() ? "live"
                                       : "stepped"},
            {"cursor_ns", past ? timeline.now_ns() : ui.state.time_ns},
            {"behind_seconds", past ? double(timeline.head_ns() - timeline.now_ns()) * 1e-9 : 0.0},
            {"playing", past && cursor.playing},
            {"speed", cursor.speed},
            {"loop", loop}};
}

// What can be gone back to.
Json dump_history(const UiContext& ui) {
    const RecorderStatus recorder = ui.timeline.recorder();
    const TimeRange recorded = ui.timeline.recorded();
    const auto path = ui.timeline.recording_path();
    return {{"path", (path.empty() ? recorder.path : path).string()},
            {"begin_ns", recorded.begin_ns},
            {"end_ns", recorded.end_ns},
            {"bytes", recorder.bytes},
            {"ticks", recorder.ticks},
            {"lost_ticks", recorder.lost_ticks},
            {"late_ticks", recorder.late_ticks},
            {"problem", ui.timeline.history_problem()}};
}

Json dump_sources(const UiContext& ui) {
    Json out = Json::array();
    for (const SourceStatus& s : ui.timeline.sources())
        out.push_back({{"name", s.name},
                       {"endpoint", s.endpoint},
                       {"link", name_of(s.link)},
                       {"problem", s.problem},
                       {"messages", s.messages},
                       {"bytes", s.bytes},
                       {"values", s.values},
                       {"gaps", s.gaps},
                       {"snapshots", s.snapshots},
                       {"decode_errors", s.decode_errors},
                       {"bytes_per_second", s.bytes_per_second},
                       {"values_per_second", s.values_per_second},
                       {"clock_skew_seconds", s.clock_skew_s}});
    return out;
}

// The first of the list as they stand there.
Json dump_incidents(const UiContext& ui) {
    Json out = Json::array();
    if (ui.state.empty()) return out;
    for (const Incident& incident : ui.memory.incidents.list()) {
        if (out.size() == 20) break;
        out.push_back(
            {{"title", incident.title},
             {"state", bv::name_of(incident.state)},
             {"severity", bv::name_of(incident.severity)},
             {"root", ui.state.topology().contains(incident.root) ? ui.state.topology().path_of(incident.root) : ""},
             {"begin_ns", incident.begin_ns},
             {"end_ns", incident.end_ns},
             {"children", incident.children},
             {"chosen", incident.id == ui.view.incident}});
    }
    return out;
}

Json dump_panels(const View& view) {
    constexpr std::array<std::string_view, 5> tabs{"incidents", "events", "tree", "jobs", "moments"};
    return {{"hidden", view.panels_hidden},
            {"bar_only", view.bar_only},
            {"left_tab", tabs[size_t(view.left_tab)]},
            {"left_folded", view.left_folded},
            {"right_folded", view.right_folded},
            {"bottom_folded", view.bottom_folded},
            {"help", view.help_open},
            {"search", view.search_open},
            {"palette", view.palette_open},
            {"feed", view.feed_open},
            {"frame_stats", view.frame_stats_open},
            {"legend", view.legend_open},
            {"plots", view.plots.open},
            {"compare", view.comparing.on},
            {"fabric", view.views.open},
            {"moment", view.moment_open}};
}

Json dump_moments(const UiContext& ui) {
    update_moments(ui);
    Json out = Json::array();
    for (const Bookmark& b : ui.memory.moments.all)
        out.push_back({{"id", b.id},
                       {"time_ns", b.time_ns},
                       {"utc", rfc3339(b.time_ns)},
                       {"name", b.name},
                       {"note", b.note},
                       {"link", b.link}});
    return out;
}

// The first twenty of what changed most; null while nothing is compared.
Json dump_comparison(const UiContext& ui) {
    const Comparison* c = ui.memory.reference.newest();
    const Comparing& comparing = ui.view.comparing;
    if (!comparing.on) return nullptr;
    Json out{{"mode", comparing_names[size_t(comparing.mode)]}, {"then_ns", comparing.then_ns},
             {"then_utc", rfc3339(comparing.then_ns)},          {"shown_ns", ui.memory.reference.then_ns()},
             {"problem", ui.memory.reference.problem()},        {"metric", nullptr}};
    if (!c) return out;
    Json largest = Json::array();
    for (const uint32_t i : most_changed(*c, 20))
        largest.push_back({{"path", ui.state.topology().path_of({c->metric.object_class, i})},
                           {"then", number_or_null(double(c->then[i]))},
                           {"now", number_or_null(double(c->now[i]))},
                           {"change", number_or_null(double(c->difference[i]))}});
    out["class"] = bv::name_of(c->metric.object_class);
    out["metric"] = metric(c->metric).name;
    out["range"] = c->range;
    out["compared"] = c->compared;
    out["only_now"] = c->only_now;
    out["only_then"] = c->only_then;
    out["neither"] = c->neither;
    out["largest"] = largest;
    return out;
}

// Where in the window each time of the hall is seen, in pixels, from left to right.
Json dump_panes(const View& view) {
    Json panes = Json::array();
    for (const Pane& pane : panes_of(view))
        panes.push_back({{"time", pane.then ? "then" : "now"},
                         {"x", view.viewport_x + pane.aside + pane.from * view.viewport_width},
                         {"y", view.viewport_y},
                         {"width", (pane.to - pane.from) * view.viewport_width},
                         {"height", view.viewport_height}});
    return panes;
}

// What is plotted over the hall; null while nothing is.
Json dump_plots(const UiContext& ui) {
    const std::shared_ptr<const History> history = ui.memory.plot_history.newest();
    if (!ui.view.plots.open || !history || ui.state.empty()) return nullptr;
    Json lines = Json::array();
    for (size_t i = 0; i < history->lines.size(); ++i) {
        const HistoryLine& line = history->query.lines[i];
        const auto& columns = history->lines[i].columns;
        const auto filled = std::count_if(columns.begin(), columns.end(), [](auto& c) { return !std::isnan(c.mean); });
        const ValueRange range = range_of(history->lines[i]);
        lines.push_back({{"of", ui.state.topology().path_of(line.of)},
                         {"class", bv::name_of(line.metric.object_class)},
                         {"metric", metric(line.metric).name},
                         {"unit", metric(line.metric).unit},
                         {"columns_with_data", filled},
                         {"least", number_or_null(double(range.low))},
                         {"greatest", number_or_null(double(range.high))}});
    }
    return {{"range", bv::name_of(ui.view.plots.range)},
            {"begin_ns", history->query.begin_ns},
            {"end_ns", history->query.end_ns},
            {"columns", history->query.columns},
            {"complete", history->complete()},
            {"every_ns", history->every_ns},
            {"problem", history->problem},
            {"took_ms", history->took_ms},
            {"lines", lines}};
}

// The views of the fabric and of a job; null while they are closed.
Json dump_views(const UiContext& ui) {
    const FabricViews& views = ui.view.views;
    if (!views.open || ui.state.empty()) return nullptr;
    constexpr std::array<std::string_view, 3> tabs{"matrix", "tree", "ranks"};
    const FabricDesk& desk = ui.memory.fabric;
    Json out{{"tab", tabs[size_t(views.tab)]}, {"groups", desk.groups.groups.size()}};
    if (views.tab == FabricViews::Tab::matrix && desk.matrix_made) {
        const FabricMatrix& m = desk.matrix;
        Json cells = Json::object();
        for (size_t h = 0; h < health_count; ++h) {
            const auto has = [&](const LinkSum& sum) { return sum.worst() == Health(h); };
            cells[std::string(bv::name_of(Health(h)))] = std::count_if(desk.sums.begin(), desk.sums.end(), has);
        }
        out["group"] = m.group == no_index ? Json(nullptr) : Json(desk.groups.groups[m.group].name);
        out["rows"] = m.rows, out["columns"] = m.columns;
        out["row_step"] = m.row_step, out["column_step"] = m.column_step;
        out["links"] = m.links.size(), out["cells"] = cells;
        out["dimmed"] = std::count(desk.dimmed.begin(), desk.dimmed.end(), 1), out["marked"] = desk.marks;
    }
    if (views.tab == FabricViews::Tab::tree && desk.tree) {
        out["blocks"] = desk.tree->blocks.size(), out["ribbons"] = desk.tree->ribbons.size();
        out["links"] = desk.tree->links.size();
    }
    if (views.tab != FabricViews::Tab::ranks || desk.rank_slot == no_index) return out;
    out["job_slot"] = desk.rank_slot, out["ranks"] = desk.ranks.ranks(), out["stated"] = desk.ranks.stated;
    out["tensor"] = desk.ranks.tensor, out["pipeline"] = desk.ranks.pipeline, out["data"] = desk.ranks.data;
    out["late"] = desk.stragglers.late, out["latest"] = Json::array();
    for (const Straggler& s : desk.stragglers.latest)
        out["latest"].push_back({{"gpu", ui.state.topology().path_of({ObjectClass::gpu, s.gpu})},
                                 {"rank", s.rank},
                                 {"seconds", s.seconds}});
    return out;
}

// What is lit; null while nothing is brushed.
Json dump_brush(const Brush& brush) {
    if (!brush.on()) return nullptr;
    return {{"what", brush.what}, {"objects", brush.objects.size()}};
}

Json dump_search(const PanelMemory& memory) {
    Json hits = Json::array();
    for (size_t i = 0; i < std::min<size_t>(memory.hits.size(), 10); ++i) hits.push_back(memory.hits[i].path);
    return {{"text", memory.search_text.data()}, {"hits", hits}, {"error", memory.filter_error}};
}

Json dump_camera(const View& view) {
    const Pose& p = view.camera.pose();
    return {{"mode", name_of(view.camera.mode)},
            {"eye", {p.eye.x, p.eye.y, p.eye.z}},
            {"target", {p.target.x, p.target.y, p.target.z}},
            {"fov_y", p.fov_y},
            {"moving", view.camera.moving()}};
}

}  // namespace

std::string dump_state_json(const UiContext& ui) {
    PanelMemory& memory = ui.memory;
    update_digest(ui, memory);
    const View& view = ui.view;
    Json out;
    if (ui.state.empty()) {
        out["cluster"] = nullptr;
        out["time"] = nullptr;
    } else {
        const Topology& t = ui.state.topology();
        out["cluster"] = {
            {"name", t.name}, {"title", t.title}, {"synthetic", t.synthetic}, {"hash", fmt::format("{:016x}", t.hash)}};
        out["time"] = dump_time(ui);
    }
    out["selection"] = dump_object(ui, view.selected);
    out["incidents"] = dump_incidents(ui);
    out["tour"] = {
        {"touring", ui.view.touring}, {"progress", ui.view.caption.progress}, {"title", ui.view.caption.title}};
    out["trunk"] = dump_trunk(ui, ui.view.trunk);
    out["hovered_trunk"] = dump_trunk(ui, ui.view.hovered_trunk);
    out["routes"] = dump_routes(ui);
    out["links_shown"] = {{"tiers", ui.view.links.tiers}, {"rail", ui.view.links.rail}};
    out["hovered"] = !ui.state.empty() && ui.state.topology().contains(view.hovered)
                         ? Json(ui.state.topology().path_of(view.hovered))
                         : Json(nullptr);
    out["counts"] = dump_counts(ui, memory.digest);
    out["finished_jobs"] = Json::array();
    for (const FinishedJob& finished : memory.finished_jobs)
        out["finished_jobs"].push_back({{"id", finished.job.id},
                                        {"name", finished.job.name},
                                        {"state", word_of_end(finished.job)},
                                        {"gone_ns", finished.gone_ns}});
    out["history"] = dump_history(ui);
    out["simulation"] = memory.digest.simulation;
    out["feed_sentence"] = feed_sentence(memory.digest);
    out["trouble"] = dump_trouble(ui, memory.digest);
    out["events"] = {{"total", ui.state.events.size()},
                     {"open_critical", memory.digest.open_critical},
                     {"open_warning", memory.digest.open_warning},
                     {"open_info", memory.digest.open_info},
                     {"lines", dump_event_lines(ui)}};
    out["color"] = {{"by", name_of(view.color_by)},
                    {"class", bv::name_of(view.color_metric.object_class)},
                    {"metric", metric(view.color_metric).name},
                    {"map", name_of(view.color_map)}};
    out["filter"] = {{"text", view.filter_text},
                     {"active", !view.filter.empty()},
                     {"health", view.health_filter ? Json(bv::name_of(*view.health_filter)) : Json(nullptr)}};
    out["link"] = ui.state.empty() ? "" : link_of(ui);
    out["bookmarks"] = dump_moments(ui);
    out["compare"] = dump_comparison(ui);
    out["plots"] = dump_plots(ui);
    out["fabric"] = dump_views(ui);
    out["brush"] = dump_brush(view.brush);
    out["search"] = dump_search(memory);
    out["sources"] = dump_sources(ui);
    out["camera"] = dump_camera(view);
    out["viewport"] = {{"x", view.viewport_x},
                       {"y", view.viewport_y},
                       {"width", view.viewport_width},
                       {"height", view.viewport_height}};
    out["panes"] = dump_panes(view);
    out["panels"] = dump_panels(view);
    out["theme"] = view.theme == Theme::light ? "light" : "dark";
    out["ui_scale"] = view.ui_scale;
    out["frame"] = {
        {"triangles", ui.stats.triangles}, {"draw_calls", ui.stats.draw_calls}, {"cpu_ms", ui.stats.cpu_ms}};
    out["device"] = ui.device_name;
    return out.dump(2) + "\n";
}

}  // namespace bv

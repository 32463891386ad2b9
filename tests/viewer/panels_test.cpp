// The panels as a whole, without a device: a frame at every size leaves the hall its room, what is chosen shows in the
// dump, and the colours of letters can be read.
#include "viewer/panels/panels.h"

#include <doctest/doctest.h>
#include <imgui.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "net/cluster_library.h"
#include "tests/viewer/desk.h"
#include "viewer/complaints.h"
#include "viewer/panels/layout.h"
#include "viewer/panels/memory.h"
#include "viewer/theme.h"

using namespace bv;
using bv::test::Desk;

namespace {

float luminance(Rgba c) {
    const auto linear = [](uint32_t v) {
        const float x = float(v & 0xFF) / 255.f;
        return x <= 0.04045f ? x / 12.92f : std::pow((x + 0.055f) / 1.055f, 2.4f);
    };
    return 0.2126f * linear(c) + 0.7152f * linear(c >> 8) + 0.0722f * linear(c >> 16);
}
float contrast(Rgba a, Rgba b) {
    const float x = luminance(a) + 0.05f, y = luminance(b) + 0.05f;
    return x > y ? x / y : y / x;
}

}  // namespace

TEST_CASE("letters have a contrast of 4.5 on every surface, in both themes") {
    for (const Theme theme : {Theme::dark, Theme::light}) {
        const Palette& p = palette(theme);
        for (const Rgba surface : {p.surface, p.raised}) {
            for (const Rgba text : {p.text, p.muted, p.hint, p.accent}) CHECK(contrast(text, surface) >= 4.5f);
            for (size_t h = 0; h < health_count; ++h) CHECK(contrast(health_text_color(p, Health(h)), surface) >= 4.5f);
        }
        CHECK(contrast(p.on_accent, p.accent) >= 4.5f);
    }
}

TEST_CASE("every panel fits at every size and scale, and the hall keeps its room") {
    Desk desk;
    desk.timeline.advance_to(20);
    struct Size {
        float width, height, scale;
    };
    for (const Size size : {Size{1280, 720, 1}, Size{1920, 1080, 1}, Size{1920, 1080, 1.25f}, Size{3840, 2160, 1.6f},
                            Size{3840, 2160, 2}, Size{800, 600, 1}, Size{64, 64, 1}, Size{1, 1, 2}}) {
        desk.view.ui_scale = size.scale;
        for (const bool open : {false, true}) {
            desk.view.feed_open = desk.view.frame_stats_open = desk.view.help_open = open;
            desk.view.plots.open = desk.view.comparing.on = open;
            desk.view.views.open = open;
            desk.frame(size.width, size.height);
            desk.frame(size.width, size.height);
            const Layout l = layout_of(desk.view);
            CHECK(desk.view.viewport_width >= 1);
            CHECK(desk.view.viewport_height >= 1);
            CHECK(desk.view.viewport_x == doctest::Approx(l.left.right()));
            CHECK(l.left.right() <= l.right.x);
            if (size.width >= 1280) {
                CHECK(l.hall.bottom() <= l.bottom.y + 0.5f);
                CHECK(l.hall.w >= 0.3f * size.width);
                CHECK(l.hall.h >= 0.4f * size.height);
            }
        }
    }
    desk.view.panels_hidden = true;
    desk.frame(1920, 1080);
    CHECK(desk.view.viewport_width == 1920);
    CHECK(desk.view.viewport_height == 1080);
}

TEST_CASE("what is compared and what is plotted leave each other room, and the hall a strip") {
    Desk desk;
    desk.timeline.advance_to(20);
    desk.view.comparing.on = true;
    for (const auto& [width, height] : {std::pair{1280.f, 720.f}, {1920.f, 1080.f}, {2560.f, 1440.f}})
        for (const auto mode : {Comparing::Mode::difference, Comparing::Mode::swipe, Comparing::Mode::split})
            for (const bool plots : {false, true}) {
                CAPTURE(width);
                CAPTURE(size_t(mode));
                desk.view.comparing.mode = mode;
                desk.view.plots.open = plots;
                desk.frame(width, height);
                desk.frame(width, height);
                const Layout l = layout_of(desk.view);
                const UiContext ui = desk.ui();
                const Rect compared = comparison_rect(ui, l), plotted = history_rect(desk.view, l);
                CHECK(compared.x >= l.hall.x);
                CHECK(compared.right() <= l.hall.right());
                CHECK(compared.y >= l.hall.y);
                if (plots) CHECK(compared.bottom() + 60 <= plotted.y);
                // Beside each other the panel keeps to its own half.
                CHECK(desk.view.splits() == (mode == Comparing::Mode::split));
                if (desk.view.splits()) CHECK(compared.right() <= l.hall.x + desk.view.viewport_width);
            }
    desk.view.comparing.on = false;
    desk.frame();
    CHECK_FALSE(desk.view.splits());
}

TEST_CASE("every object of every class can be inspected, in every tab") {
    Desk desk;
    desk.timeline.advance_to(5);
    const Topology& t = desk.timeline.state().topology();
    for (const ObjectClass c : all_object_classes)
        for (const uint32_t index : {0u, t.count(c) / 2, t.count(c) - 1}) {
            if (t.count(c) == 0) continue;
            desk.view.select({c, index});
            desk.timeline.watch(desk.view.selected);
            desk.view.left_tab = View::LeftTab(index % 5);
            desk.frame();
            const nlohmann::json dump = desk.dump();
            CHECK(dump["selection"]["class"] == name_of(c));
            CHECK(dump["selection"]["path"] == t.path_of({c, index}));
        }
    desk.view.selected = {ObjectClass::gpu, 0xFFFFFFF0};  // of another cluster: nothing is shown of it
    desk.frame();
    CHECK(desk.dump()["selection"].is_null());
}

TEST_CASE("the dump tells values, counts, colours and camera with stable keys") {
    Desk desk;
    desk.timeline.advance_to(10);
    desk.view.select({ObjectClass::gpu, 17});
    desk.frame();
    const nlohmann::json d = desk.dump();
    for (const char* key : {"cluster", "time",     "selection", "hovered", "counts",    "events",  "color",   "filter",
                            "search",  "fabric",   "brush",     "link",    "bookmarks", "compare", "history", "sources",
                            "camera",  "viewport", "panels",    "theme",   "ui_scale",  "frame",   "device"})
        CHECK(d.contains(key));
    CHECK(d["cluster"]["name"] == "array-512");
    const ClusterState& state = desk.timeline.state();
    const MetricIndex temp = find_metric(ObjectClass::gpu, "temp_celsius").value();
    CHECK(d["selection"]["metrics"]["temp_celsius"]["value"].get<double>() ==
          doctest::Approx(state.value({ObjectClass::gpu, 17}, temp)));
    CHECK(d["selection"]["metrics"]["temp_celsius"]["unit"] == "°C");
    uint32_t gpus = 0;
    for (const auto& [health, n] : d["counts"]["gpu"].items()) gpus += n.get<uint32_t>();
    CHECK(gpus == 512);
    const auto counted = state.count_health(ObjectClass::gpu, desk.timeline.now_ns());
    for (size_t h = 0; h < health_count; ++h) CHECK(d["counts"]["gpu"][std::string(name_of(Health(h)))] == counted[h]);
    CHECK(d["color"]["metric"] == "temp_celsius");
}

TEST_CASE("typing finds, Enter selects and flies; an expression filters; Escape closes") {
    Desk desk;
    desk.timeline.advance_to(3);
    ImGui::GetIO().KeyMap[ImGuiKey_Escape] = 2;
    ImGui::GetIO().KeyMap[ImGuiKey_DownArrow] = 3;
    const auto enter = [&] {
        desk.memory.search_entered = true;
        desk.frame();
        desk.frame();
    };
    const Topology& t = desk.timeline.state().topology();
    const std::string path = t.path_of({ObjectClass::gpu, 99});
    desk.view.search_open = true;
    desk.frame();
    desk.frame();
    desk.frame(1920, 1080, path.c_str());
    desk.frame();
    CHECK(desk.dump()["search"]["hits"][0] == path);
    enter();
    CHECK(desk.view.selected == ObjectId{ObjectClass::gpu, 99});
    CHECK_FALSE(desk.view.search_open);
    CHECK(desk.view.camera.moving());

    desk.view.search_open = true;
    desk.frame();
    desk.frame();
    desk.frame(1920, 1080, "temp_celsius > 20 and hall = 1");
    desk.frame();
    CHECK(desk.memory.filter_error.empty());
    enter();
    CHECK(desk.view.filter_text == "temp_celsius > 20 and hall = 1");
    CHECK_FALSE(desk.view.filter.empty());
    CHECK_FALSE(desk.view.search_open);

    desk.view.filter = {};
    desk.view.filter_text.clear();
    desk.view.search_open = true;
    desk.frame();
    desk.frame();
    desk.frame(1920, 1080, "temp > 20");
    desk.frame();
    CHECK(desk.memory.filter_error.starts_with("at 1: "));
    enter();
    CHECK(desk.view.filter.empty());
    desk.press(2);
    CHECK_FALSE(desk.view.search_open);
}

TEST_CASE("before there is a cluster everything says so and nothing breaks") {
    Desk desk("ipc:///tmp/belvedere-no-such-publisher");
    desk.view.search_open = desk.view.feed_open = desk.view.frame_stats_open = desk.view.help_open = true;
    desk.view.plots.open = desk.view.comparing.on = desk.view.moment_open = desk.view.wants_link = true;
    for (const View::LeftTab tab : {View::LeftTab::incidents, View::LeftTab::events, View::LeftTab::tree,
                                    View::LeftTab::jobs, View::LeftTab::moments}) {
        desk.view.left_tab = tab;
        desk.frame();
    }
    const nlohmann::json d = desk.dump();
    CHECK(d["cluster"].is_null());
    CHECK(d["selection"].is_null());
    CHECK(d["counts"]["gpu"]["ok"] == 0);
}

TEST_CASE("digits have one width") {
    Desk desk;
    for (const ImFont* font : ImGui::GetIO().Fonts->Fonts)
        for (ImWchar c = '1'; c <= '9'; ++c) CHECK(font->GetCharAdvance(c) == font->GetCharAdvance('0'));
}

TEST_CASE("names are short beside what they share") {
    CHECK(without_shared("H1-P6-A6-leaf2", "H1-P6-A6-R2-N6") == "leaf2");
    CHECK(without_shared("H1-P1-A3-R5", "H1-P1") == "A3-R5");
    CHECK(without_shared("gpu 3", "H1-P1-N4") == "gpu 3");
    CHECK(without_shared("H1", "H1") == "H1");
    CHECK(without_shared("", "H1") == "");
}

TEST_CASE("one sum of trouble: the sentence, the classes and the counts agree, links and gear included") {
    for (const char* source : {"sim:array-512?seed=3&scenario=leaf_down", "sim:array-512?scenario=busway_loss",
                               "sim:nvl72-8k?seed=1&scenario=training", "sim:array-512?scenario=link_down"}) {
        INFO(source);
        Desk desk(source);
        desk.timeline.advance_to(45);
        desk.frame();
        const nlohmann::json d = desk.dump();
        uint32_t sum = 0;
        Health worst = Health::ok;
        for (const ObjectClass c : all_object_classes) {
            if (c == ObjectClass::site || c == ObjectClass::job) continue;
            uint32_t of_class = 0;
            for (size_t h = 0; h < health_count; ++h) {
                const uint32_t n = d["counts"][std::string(name_of(c))][std::string(name_of(Health(h)))];
                if (!in_trouble(Health(h)) || n == 0) continue;
                of_class += n;
                worst = worse(worst, Health(h));
            }
            CHECK(d["trouble"]["classes"][std::string(name_of(c))] == of_class);
            sum += of_class;
        }
        CHECK(sum > 0);
        CHECK(d["trouble"]["total"] == sum);
        CHECK(d["trouble"]["worst"] == name_of(worst));
        const std::string sentence = d["trouble"]["sentence"];
        CHECK(sentence.starts_with(grouped(sum) + " thing"));
        CHECK(sentence.find(std::string("the worst is ") + std::string(name_of(worst))) != std::string::npos);
    }
}

TEST_CASE("the preset of a simulation is known to the panels, and told again to who goes back and forth") {
    for (const std::string preset : {"measured", "video-2024"}) {
        Desk desk("sim:array-512?seed=3&scenario=storm&preset=" + preset);
        for (const double second : {5.0, 400.0}) {
            desk.timeline.advance_to(second);
            desk.frame();
            const std::string told = desk.dump()["simulation"];
            CHECK(told.starts_with("Simulated with the preset " + preset + ": "));
        }
    }
}

TEST_CASE("the root of a second's events stands on top of what it took with it, which is folded") {
    Desk desk("sim:array-512?seed=3&scenario=leaf_down");
    desk.view.left_tab = View::LeftTab::events;
    desk.timeline.advance_to(45);
    desk.frame();
    // Of all of them the incident is one line, and the first.
    const nlohmann::json incidents = desk.dump()["incidents"];
    REQUIRE(incidents.size() == 1);
    desk.report_within_a_second();
    desk.frame();
    const nlohmann::json lines = desk.dump()["events"]["lines"];
    size_t root = lines.size(), links = lines.size();
    for (size_t i = 0; i < lines.size(); ++i) {
        if (lines[i]["title"] == "Switch down") root = i;
        if (std::string(lines[i]["title"]).ends_with(" × Link down")) links = i;
    }
    REQUIRE(root < lines.size());
    REQUIRE(links == root + 1);
    CHECK(lines[root]["mark"] == "down");
    CHECK(incidents[0]["root"] == lines[root]["object"]);
    CHECK(incidents[0]["children"].get<int>() >= 64);
    CHECK(lines[links]["count"].get<int>() >= 64);
    CHECK(lines[links]["place"] == "at " + std::string(lines[root]["object"]) + " · all open");
    // A click shows the members, under the fold; another one folds again.
    const auto shown = [&] { return desk.memory.shown_events; };
    const size_t before = shown().size();
    uint64_t fold = 0;
    for (const EventLine& line : shown())
        if (line.count > 1) fold = line.fold;
    desk.memory.unfolded_events.insert(fold);
    desk.frame();
    CHECK(shown().size() == before + lines[links]["count"].get<size_t>());
    desk.memory.unfolded_events.erase(fold);
    desk.frame();
    CHECK(shown().size() == before);
}

TEST_CASE("what a dead busway took with it stands under it in two lines") {
    Desk desk("sim:array-512?seed=3&scenario=busway_loss");
    desk.timeline.advance_to(45);
    desk.report_within_a_second();
    desk.frame();
    const nlohmann::json lines = desk.dump()["events"]["lines"];
    REQUIRE(lines.size() >= 3);
    CHECK(lines[0]["title"] == "Power lost");
    CHECK(lines[0]["mark"] == "down");
    const std::string at = "at " + std::string(lines[0]["object"]) + " · all open";
    CHECK(std::string(lines[1]["title"]).ends_with(" × Switch down"));
    CHECK(lines[1]["place"] == at);
    CHECK(lines[2]["title"] == "64 × Node down");
    CHECK(lines[2]["place"] == at);
}

TEST_CASE("colours that nobody chose follow what is heard, and a chosen metric without data says so") {
    const auto topology = load_cluster("array-512").topology;
    ClusterState state(topology);
    View view;
    view.color_with(default_color());
    view.color_chosen = false;
    color_by_what_is_heard(state, view);
    CHECK(view.color_metric == default_color());  // nothing has been heard: nothing to follow
    const std::vector<uint16_t> values(512, 1000), healthy(512, 0);
    const auto apply = [&](std::string_view name, const std::vector<uint16_t>& raw) {
        REQUIRE(state.apply({ObjectClass::gpu, find_metric(ObjectClass::gpu, name).value()}, 0, raw, 1'000'000'000,
                            1'000'000'000, 0));
    };
    apply("health", healthy);
    color_by_what_is_heard(state, view);
    CHECK(view.color_by == ColorBy::health);
    apply("temp_celsius", values);
    color_by_what_is_heard(state, view);
    CHECK(view.color_by == ColorBy::metric);
    CHECK(metric(view.color_metric).name == "temp_celsius");
    CHECK(view.color_map == ColorMap::inferno);
    apply("tensor_active_ratio", values);
    apply("tensor_active_ratio", std::vector<uint16_t>(512, no_data));  // all went dark: the colours stay
    color_by_what_is_heard(state, view);
    CHECK(view.color_metric == default_color());
    const MetricId power{ObjectClass::gpu, find_metric(ObjectClass::gpu, "power_watts").value()};
    view.color_with(power);
    color_by_what_is_heard(state, view);
    CHECK(view.color_metric == power);
    CHECK_FALSE(has_data(state, power));
}

TEST_CASE("a site is not healthy while its sources are in conflict, silent or unheard, and each says why once") {
    SourceStatus good, other;
    good.name = "a", good.link = SourceStatus::Link::live;
    other.name = "b", other.endpoint = "tcp://b:1", other.link = SourceStatus::Link::conflict;
    other.problem = "Sources a and b both own GPUs 0 to 7.";
    Digest digest;
    CHECK(feed_sentence(digest).starts_with("Unknown"));
    sum_sources({good}, digest);
    CHECK(feed_sentence(digest).empty());
    sum_sources({good, other}, digest);
    CHECK(digest.conflict);
    CHECK(feed_sentence(digest) == "1 of 2 sources is in conflict and not shown.");
    sum_sources({other}, digest);
    CHECK(feed_sentence(digest) == "Unknown: the only source is in conflict and not shown.");
    other.link = SourceStatus::Link::silent;
    sum_sources({other, other}, digest);
    CHECK(feed_sentence(digest) == "Unknown: all 2 sources are not live.");

    other.link = SourceStatus::Link::conflict;
    Complaints complaints;
    CHECK(complaints.collect({good}).empty());
    const auto first = complaints.collect({good, other});
    REQUIRE(first.size() == 1);
    CHECK(first[0] == "Source b (tcp://b:1) is not shown: Sources a and b both own GPUs 0 to 7.");
    CHECK(complaints.collect({good, other}).empty());
}

TEST_CASE("names that are too long are cut where they are alike") {
    Desk desk;
    desk.frame();
    ImGui::NewFrame();
    const Pen pen(desk.view);
    const std::string a = "H2-P3-A4-R5-N4/gpu3", b = "H2-P3-A4-R5-N4/gpu4";
    const float room = pen.width(Type::body, a) * 0.7f;
    const std::string cut = pen.name_cut(Type::body, a, room);
    CHECK(cut.starts_with("H2-"));
    CHECK(cut.find("…") != std::string::npos);
    CHECK(cut.ends_with("/gpu3"));
    CHECK(pen.width(Type::body, cut) <= room + 1);
    CHECK(cut != pen.name_cut(Type::body, b, room));
    CHECK(pen.name_cut(Type::body, a, 1000) == a);
    ImGui::EndFrame();
}

TEST_CASE("a job that has gone stays listed for an hour with how it ended") {
    ClusterState state(load_cluster("array-512").topology);
    PanelMemory memory;
    const int64_t noon = 1'767'268'800'000'000'000, hour = 3'600'000'000'000;
    state.time_ns = noon;
    state.apply(Job{.slot = 0, .state = JobState::running, .id = "1", .name = "a"});
    state.apply(Job{.slot = 1, .state = JobState::failed, .id = "2", .name = "b", .end_ns = noon + 5});
    remember_jobs(state, memory);
    CHECK(memory.finished_jobs.empty());
    state.time_ns = noon + 10;
    state.apply(Job{.slot = 0});
    state.apply(Job{.slot = 1, .state = JobState::running, .id = "3", .name = "c"});
    remember_jobs(state, memory);
    REQUIRE(memory.finished_jobs.size() == 2);
    for (const FinishedJob& finished : memory.finished_jobs) {
        CHECK(word_of_end(finished.job) == (finished.job.id == "1" ? "ended" : "failed"));
        CHECK(finished.gone_ns == (finished.job.id == "1" ? noon + 10 : noon + 5));
    }
    state.apply(Job{.slot = 2, .state = JobState::running, .id = "2", .name = "b"});  // comes back in another slot
    remember_jobs(state, memory);
    REQUIRE(memory.finished_jobs.size() == 1);
    CHECK(memory.finished_jobs[0].job.name == "a");
    state.time_ns = noon + 2 * hour;
    remember_jobs(state, memory);
    CHECK(memory.finished_jobs.empty());
}

TEST_CASE("what joins things has words for people") {
    for (const LinkMedium medium :
         {LinkMedium::unknown, LinkMedium::copper, LinkMedium::multimode, LinkMedium::single_mode})
        CHECK(words_of(medium).find('_') == std::string_view::npos);
    CHECK(words_of(LinkMedium::single_mode) == "single-mode fibre");
    CHECK(words_of(LinkClass::leaf_spine) == "leaf to spine");
}

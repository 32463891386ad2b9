// The bar above: which cluster, live or not, what is wrong, power, goodput, feed, search. Reads: state, sources.
// Writes: the view's health filter, and which panels are open.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "feed/simulator/presets.h"
#include "viewer/panels/layout.h"
#include "viewer/panels/memory.h"
#include "viewer/panels/pen.h"

namespace bv {
namespace {

// A small label over a value, 32 px high, as wide as it needs.
float labelled(const Pen& pen, float x, const Rect& bar, std::string_view label, const Quantity& value, Rgba color) {
    const float unit = value.unit.empty() ? 0 : pen.width(Type::small, value.unit) + pen.px(4);
    pen.text(x, bar.mid_y() - pen.px(9), Type::small, pen.colors.hint, label);
    pen.quantity_left(x, bar.mid_y() + pen.px(8), Type::strong, color, value);
    return std::max(pen.width(Type::small, label), pen.width(Type::strong, value.value) + unit);
}

// What the values are, where they are not measured: a made-up cluster, a simulation and by which preset.
std::string origin_of(const Topology& t, const Digest& digest, bool narrow) {
    const std::string_view preset = sim::preset_name_in(digest.simulation);
    std::string text = t.synthetic ? (narrow && !preset.empty() ? "synthetic" : "synthetic reference cluster") : "";
    if (!digest.simulation.empty() && !t.synthetic) text = "simulated";
    if (!preset.empty()) text += fmt::format(" · preset {}", preset);
    return text;
}

float draw_cluster(const UiContext& ui, const Pen& pen, const Digest& digest, const Rect& bar, float most) {
    const float x = bar.x + pen.px(16);
    if (ui.state.empty()) {
        pen.text(x, bar.mid_y(), Type::strong, pen.colors.text, "belvedere");
        return pen.px(32) + pen.width(Type::strong, "belvedere");
    }
    const Topology& t = ui.state.topology();
    const std::string& title = t.title.empty() ? t.name : t.title;
    std::string origin = origin_of(t, digest, false);
    if (pen.width(Type::small, origin) > most) origin = origin_of(t, digest, true);
    if (origin.empty()) return pen.px(32) + pen.text_fit(x, bar.mid_y(), most, Type::strong, pen.colors.text, title);
    const float a = pen.text_fit(x, bar.mid_y() - pen.px(8), most, Type::strong, pen.colors.text, title);
    const float b = pen.text_fit(x, bar.mid_y() + pen.px(9), most, Type::small, pen.colors.muted, origin);
    const Touch over = touch("origin", {x, bar.y, std::max(a, b), bar.h});
    if (over.hovered && !digest.simulation.empty()) hint(ui.view, digest.simulation);
    return pen.px(32) + std::max(a, b);
}

struct LiveText {
    std::string word, detail;
    Rgba color;
    bool dot = false;
};

LiveText live_text(const UiContext& ui, const Digest& digest, const Palette& colors) {
    if (ui.state.empty()) return {"WAITING", "no cluster yet", colors.muted};
    const std::string at = clock_time(ui.state.time_ns);
    if (!ui.timeline.at_head())
        return {ui.timeline.replay() ? "REPLAY" : "NOT LIVE", clock_time(ui.timeline.now_ns()), colors.text};
    const int64_t now = ui.timeline.source_now_ns();
    const double late_s = double(now - ui.state.time_ns) * 1e-9;
    if (digest.conflict) return {"CONFLICT", at, health_text_color(colors, Health::critical)};
    if (digest.sources_total > 0 && digest.sources_live == 0)
        return {"NOT LIVE", "last " + age(now, ui.state.time_ns) + " ago", health_text_color(colors, Health::warning)};
    if (late_s > 5) return {"STALE", age(now, ui.state.time_ns) + " old", health_text_color(colors, Health::warning)};
    if (!ui.timeline.live()) return {"AT", at, colors.text};
    return {"LIVE", at, colors.accent, true};
}

float draw_live(const UiContext& ui, const Pen& pen, const Digest& digest, const Rect& bar, float x) {
    const LiveText live = live_text(ui, digest, pen.colors);
    const float dot = live.dot ? pen.px(12) : 0;
    if (live.dot) pen.draw->AddCircleFilled({x + pen.px(4), bar.mid_y() - pen.px(8)}, pen.px(3.5f), live.color, 16);
    pen.text(x + dot, bar.mid_y() - pen.px(8), Type::strong, live.color, live.word);
    pen.text(x, bar.mid_y() + pen.px(9), Type::small, pen.colors.muted, live.detail);
    const float width =
        std::max({dot + pen.width(Type::strong, live.word), pen.width(Type::small, live.detail), pen.px(64)});
    const Touch over = touch("live", {x, bar.y, width, bar.h});
    if (over.hovered && !ui.state.empty()) hint(ui.view, "State at " + date_time(ui.state.time_ns));
    return width;
}

void count_hint(const UiContext& ui, const Digest& digest, Health health) {
    begin_hint(ui.view);
    const Pen pen(ui.view);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    pen.text(at.x, at.y + pen.px(10), Type::strong, health_text_color(pen.colors, health), title_of_health(health));
    ImGui::Dummy({pen.px(200), pen.px(24)});
    bool any = false;
    for (const ObjectClass c : all_object_classes) {
        const uint32_t n = digest.counts[size_t(c)][size_t(health)];
        any = any || n > 0;
        if (n > 0) hint_row(pen, pen.px(200), class_label(c, true), {grouped(n), ""});
    }
    const ImVec2 end = ImGui::GetCursorScreenPos();
    pen.text(end.x, end.y + pen.px(10), Type::small, pen.colors.hint,
             any ? "click to show these only" : "nothing has it");
    ImGui::Dummy({pen.px(200), pen.px(20)});
    end_hint();
}

float draw_count(const UiContext& ui, const Pen& pen, const Digest& digest, const Rect& bar, float x, Health health) {
    const uint32_t gpus = digest.counts[size_t(ObjectClass::gpu)][size_t(health)];
    uint32_t all = 0;
    for (const auto& counts : digest.counts) all += counts[size_t(health)];
    const std::string number = short_count(gpus);
    const float width = pen.px(24) + pen.width(Type::title, number) + pen.px(8);
    const Rect box{x, bar.y + pen.px(4), width, bar.h - pen.px(8)};
    const bool chosen = ui.view.health_filter == health;
    const Touch over = touch(int64_t(health) + 100, box);
    if (over.clicked) ui.view.health_filter = chosen ? std::nullopt : std::optional(health);
    if (over.hovered || chosen) pen.fill(box, pen.colors.raised, 4);
    if (chosen)
        pen.fill({box.x + pen.px(4), box.bottom() - pen.px(2), box.w - pen.px(8), pen.px(2)}, pen.colors.accent);
    const bool quiet = gpus == 0;
    pen.health_mark(x + pen.px(12), bar.mid_y(), 6, health);
    if (quiet)
        pen.fill({x + pen.px(4), box.y, pen.px(16), box.h},
                 with_alpha(chosen || over.hovered ? pen.colors.raised : pen.colors.surface, 0.62f));
    const Rgba color = quiet ? pen.colors.hint : health_text_color(pen.colors, health);
    pen.text(x + pen.px(24), bar.mid_y(), Type::title, color, number);
    // A dot where no GPU but something else has this health.
    if (quiet && all > 0)
        pen.draw->AddCircleFilled({x + width - pen.px(4), box.y + pen.px(8)}, pen.px(2),
                                  health_color(pen.colors, health), 8);
    if (over.hovered) count_hint(ui, digest, health);
    return width;
}

float draw_counts(const UiContext& ui, const Pen& pen, const Digest& digest, const Rect& bar, float x) {
    const float begin = x;
    const std::string total = "of " + short_count(ui.state.empty() ? 0 : ui.state.topology().count(ObjectClass::gpu));
    pen.text(x, bar.mid_y() - pen.px(8), Type::strong, pen.colors.text, "GPUs");
    pen.text(x, bar.mid_y() + pen.px(9), Type::small, pen.colors.hint, total);
    x += std::max(pen.width(Type::strong, "GPUs"), pen.width(Type::small, total)) + pen.px(8);
    for (const Health health : {Health::down, Health::critical, Health::warning, Health::maintenance, Health::unknown})
        x += draw_count(ui, pen, digest, bar, x, health);
    return x - begin;
}

double site_value(const UiContext& ui, std::string_view name) {
    const auto index = find_metric(ObjectClass::site, name);
    if (ui.state.empty() || !index || ui.state.topology().count(ObjectClass::site) == 0) return NAN;
    const ObjectId site{ObjectClass::site, 0};
    return ui.state.value(site, *index);
}

bool site_stale(const UiContext& ui) {
    return !ui.state.empty() && ui.state.topology().count(ObjectClass::site) > 0 &&
           ui.state.stale({ObjectClass::site, 0}, ui.timeline.now_ns());
}

float draw_feed(const UiContext& ui, const Pen& pen, const Digest& digest, const Rect& bar, float x) {
    // A simulator that is stepped on demand sends nothing by itself.
    const bool stepped = !ui.state.empty() && !ui.timeline.live() && digest.bytes_per_second == 0;
    // Nor is a rate known before it has been measured over a second.
    const Quantity rate = !ui.timeline.at_head()        ? Quantity{"recorded", ""}
                          : stepped                     ? Quantity{"stepped", ""}
                          : digest.bytes_per_second > 0 ? quantity(digest.bytes_per_second, "B/s")
                          : digest.sources_live > 0     ? Quantity{"–", ""}
                                                        : Quantity{"0", "B/s"};
    const bool all_live = digest.sources_total > 0 && digest.sources_live == digest.sources_total && !digest.conflict;
    std::string label =
        digest.sources_total == 0 ? "no feed" : fmt::format("feed {}/{}", digest.sources_live, digest.sources_total);
    const float width =
        pen.px(16) + std::max(pen.width(Type::small, label),
                              pen.width(Type::strong, rate.value) + pen.width(Type::small, rate.unit) + pen.px(4));
    const Rect box{x - pen.px(8), bar.y + pen.px(4), width + pen.px(12), bar.h - pen.px(8)};
    const Touch over = touch("feed", box);
    if (over.clicked) ui.view.feed_open = !ui.view.feed_open;
    if (over.hovered || ui.view.feed_open) pen.fill(box, pen.colors.raised, 4);
    pen.text(x, bar.mid_y() - pen.px(9), Type::small,
             all_live ? pen.colors.hint : health_text_color(pen.colors, Health::warning), label);
    pen.quantity_left(x, bar.mid_y() + pen.px(8), Type::strong, pen.colors.text, rate);
    if (!all_live)
        pen.health_mark(x + pen.width(Type::small, label) + pen.px(10), bar.mid_y() - pen.px(9), 4,
                        digest.conflict ? Health::critical : Health::warning);
    if (over.hovered)
        hint(ui.view, fmt::format("{} values a second in {} messages; {} gaps, {} bad messages. Click for the sources.",
                                  short_count(digest.values_per_second), short_count(digest.messages_per_second),
                                  digest.gaps, digest.decode_errors));
    return width;
}

void draw_search_field(const UiContext& ui, const Pen& pen, const Rect& box) {
    const bool filtered = !ui.view.filter.empty();
    const Touch over = touch("search", {box.x, box.y, box.w - (filtered ? pen.px(28) : 0), box.h});
    if (over.clicked) ui.view.search_open = true;
    pen.fill(box, pen.colors.raised, 4);
    pen.frame(box, filtered || ui.view.search_open ? pen.colors.accent : pen.colors.line, 4);
    pen.lens(box.x + pen.px(14), box.mid_y(), 6, over.hovered ? pen.colors.text : pen.colors.muted);
    const float x = box.x + pen.px(28);
    if (!filtered) {
        pen.text_fit(x, box.mid_y(), box.w - pen.px(60), Type::body, pen.colors.hint, "Search or filter");
        const Rect key{box.right() - pen.px(26), box.mid_y() - pen.px(9), pen.px(18), pen.px(18)};
        pen.frame(key, pen.colors.line, 3);
        pen.text_centre(key.x + key.w * 0.5f, key.mid_y(), Type::small, pen.colors.hint, "/");
        return;
    }
    pen.text_fit(x, box.mid_y(), box.w - pen.px(60), Type::body, pen.colors.text, ui.view.filter_text);
    const Touch clear = touch("clear", {box.right() - pen.px(28), box.y, pen.px(28), box.h});
    pen.cross(box.right() - pen.px(14), box.mid_y(), 4, clear.hovered ? pen.colors.text : pen.colors.muted);
    if (clear.clicked) {
        ui.view.filter = {};
        ui.view.filter_text.clear();
    }
    if (clear.hovered) hint(ui.view, "Show everything again");
}

}  // namespace

Rect search_field_rect(const Layout& layout, float scale) {
    const auto px = [scale](float v) { return std::floor(v * scale + 0.5f); };
    const float width = std::clamp(layout.top.w * 0.2f, px(150), px(340));
    return {layout.top.right() - width - px(48), layout.top.y + px(6), width, px(28)};
}

void draw_top_bar(const UiContext& ui) {
    const Layout layout = layout_of(ui.view);
    begin_docked("##top", layout.top);
    const Pen pen(ui.view);
    const Digest& digest = ui.memory.digest;
    const Rect bar = layout.top;
    const Rect search = search_field_rect(layout, pen.scale);
    const float gap = pen.px(bar.w / pen.scale > 1500 ? 32 : 16);
    float x = bar.x + draw_cluster(ui, pen, digest, bar, std::min(pen.px(380), bar.w * 0.2f)) + gap * 0.5f;
    x += draw_live(ui, pen, digest, bar, x) + gap;
    if (!ui.state.empty()) x += draw_counts(ui, pen, digest, bar, x) + gap;
    const float end = search.x - pen.px(16);
    const double power = site_value(ui, "power_watts"), goodput = site_value(ui, "goodput_ratio");
    const bool stale = site_stale(ui);
    if (!ui.state.empty() && x + pen.px(80) < end)
        x += labelled(pen, x, bar, "site power", quantity(power, "W"),
                      std::isnan(power) || stale ? pen.colors.hint : pen.colors.text) +
             gap;
    if (!ui.state.empty() && x + pen.px(70) < end)
        x += labelled(pen, x, bar, "goodput to date", quantity(goodput, "ratio"),
                      std::isnan(goodput) || stale ? pen.colors.hint : pen.colors.text) +
             gap;
    if (x + pen.px(80) < end) draw_feed(ui, pen, digest, bar, x);
    draw_search_field(ui, pen, search);
    const Rect help{bar.right() - pen.px(40), bar.y + pen.px(6), pen.px(28), pen.px(28)};
    const Touch over = touch("help", help);
    if (over.clicked) ui.view.help_open = !ui.view.help_open;
    if (over.hovered || ui.view.help_open) pen.fill(help, pen.colors.raised, 4);
    pen.text_centre(help.x + help.w * 0.5f, help.mid_y(), Type::strong,
                    over.hovered ? pen.colors.text : pen.colors.muted, "?");
    if (over.hovered) hint(ui.view, "Keys and mouse (?)");
    pen.line_h(bar.x, bar.right(), bar.bottom() - 1, pen.colors.line);
    end_region();
}

}  // namespace bv

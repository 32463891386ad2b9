// What the colours in the hall mean: map, range, unit, thresholds, and the looks of no data, stale and out of range.
// Reads: what the view colours by. Writes: the same (a click goes on, the picker lists every metric).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/panels/layout.h"
#include "viewer/panels/lists.h"
#include "viewer/panels/memory.h"
#include "viewer/scene.h"

namespace bv {
namespace {

std::string title_of(const View& view) {
    switch (view.color_by) {
        case ColorBy::metric:
            return std::string(metric(view.color_metric).label);
        case ColorBy::health:
            return "Health";
        case ColorBy::job:
            return "Job";
        case ColorBy::rail:
            return "Rail";
        case ColorBy::age:
            return "Age of data";
    }
    return {};
}

void next_metric(View& view) {
    const MetricId now = view.color_metric;
    const bool last = size_t(now.index) + 1 >= metrics_of(now.object_class).size();
    view.color_with({now.object_class, MetricIndex(last ? 1 : now.index + 1)});
}

void draw_map(const Pen& pen, const Rect& bar, ColorMap map) {
    constexpr int pieces = 32;
    for (int i = 0; i < pieces; ++i) {
        const float x0 = bar.x + bar.w * float(i) / pieces, x1 = bar.x + bar.w * float(i + 1) / pieces;
        const Rgba a = color_map_color(map, float(i) / pieces), b = color_map_color(map, float(i + 1) / pieces);
        pen.draw->AddRectFilledMultiColor({x0, bar.y}, {x1, bar.bottom()}, a, b, b, a);
    }
}

Rgba theme_rgba(Theme theme, uint32_t index) {
    const glm::vec4 c = theme_colors(theme)[index] * 255.f;
    return uint32_t(c.r + 0.5f) | uint32_t(c.g + 0.5f) << 8 | uint32_t(c.b + 0.5f) << 16 | 0xFF000000u;
}

float swatch(const Pen& pen, float x, float mid_y, Rgba color, bool hatched, std::string_view label) {
    const Rect box{x, mid_y - pen.px(5), pen.px(10), pen.px(10)};
    pen.fill(box, color, 1);
    if (hatched) pen.hatch(box, pen.colors.text, 4);
    pen.text(box.right() + pen.px(5), mid_y, Type::small, pen.colors.muted, label);
    return box.w + pen.px(5) + pen.width(Type::small, label) + pen.px(12);
}

void draw_scale(const UiContext& ui, const Pen& pen, const Rect& box, ColorMap map, const Quantity& low,
                const Quantity& high, const Metric* m) {
    // The ends stand apart: below and above the range.
    const float end = pen.px(10), gap = pen.px(2);
    const Rect bar{box.x + end + gap, box.y, box.w - 2 * (end + gap), pen.px(12)};
    pen.fill({box.x, box.y, end, bar.h}, theme_rgba(ui.view.theme, gpu::theme_below));
    pen.fill({box.right() - end, box.y, end, bar.h}, theme_rgba(ui.view.theme, gpu::theme_above));
    pen.frame({box.x, box.y, end, bar.h}, pen.colors.line);
    pen.frame({box.right() - end, box.y, end, bar.h}, pen.colors.line);
    draw_map(pen, bar, map);
    if (m)
        for (const auto& [level, color] :
             {std::pair{m->warning, pen.colors.warning}, std::pair{m->critical, pen.colors.critical}})
            if (!std::isnan(level) && level >= m->display_min && level <= m->display_max) {
                const float x = bar.x + bar.w * (level - m->display_min) / (m->display_max - m->display_min);
                pen.draw->AddTriangleFilled({x, bar.bottom() - pen.px(2)}, {x + pen.px(4), bar.bottom() + pen.px(5)},
                                            {x - pen.px(4), bar.bottom() + pen.px(5)}, color);
            }
    const float y = bar.bottom() + pen.px(15);
    pen.quantity_left(box.x, y, Type::small, pen.colors.text, low);
    pen.quantity_right(box.right(), y, Type::small, pen.colors.text, high);
}

// All six in two columns.
void draw_health_rows(const UiContext& ui, const Pen& pen, const Rect& box) {
    const auto& counts = ui.memory.digest.counts[size_t(ObjectClass::gpu)];
    const float each = box.w / 2;
    for (size_t h = 0; h < health_count; ++h) {
        const float x = box.x + each * float(h / 3), y = box.y + pen.px(10) + pen.px(24) * float(h % 3);
        pen.health_mark(x + pen.px(6), y, 5, Health(h));
        pen.text_fit(x + pen.px(18), y, each - pen.px(20), Type::small, counts[h] ? pen.colors.text : pen.colors.muted,
                     h == 0 ? "ok" : name_of(Health(h)));
    }
}

void draw_rails(const UiContext& ui, const Pen& pen, const Rect& box) {
    const uint32_t rails = ui.state.empty() ? 0 : std::min(ui.state.topology().rails, 16u);
    if (rails == 0) {
        pen.text(box.x, box.y + pen.px(8), Type::small, pen.colors.hint, "This cluster has no rails.");
        return;
    }
    const float each = box.w / float(rails);
    for (uint32_t r = 0; r < rails; ++r) {
        pen.fill({box.x + each * float(r), box.y, each - pen.px(2), pen.px(12)},
                 color_map_color(ui.view.color_map, rail_scale(ui.state.topology(), r)));
        pen.text_centre(box.x + each * (float(r) + 0.5f), box.y + pen.px(24), Type::small, pen.colors.text,
                        std::to_string(r));
    }
}

void draw_job_rows(const UiContext& ui, const Pen& pen, const Rect& box) {
    std::vector<const Job*> jobs;
    for (const Job& job : ui.state.jobs)
        if (!job.id.empty() && (job.state == JobState::running || job.state == JobState::restarting))
            jobs.push_back(&job);
    if (jobs.empty()) {
        pen.text(box.x, box.y + pen.px(8), Type::small, pen.colors.hint, "No job is running.");
        return;
    }
    std::stable_sort(jobs.begin(), jobs.end(), [](const Job* a, const Job* b) { return a->gpus > b->gpus; });
    for (size_t i = 0; i < std::min<size_t>(jobs.size(), 2); ++i) {
        const float y = box.y + pen.px(8) + pen.px(18) * float(i);
        pen.fill({box.x, y - pen.px(5), pen.px(10), pen.px(10)},
                 color_map_color(ui.view.color_map, job_scale(jobs[i]->slot)), 1);
        const std::string more =
            i == 1 && jobs.size() > 2 ? fmt::format("and {} more", jobs.size() - 2) : short_count(jobs[i]->gpus);
        pen.text_right(box.right(), y, Type::small, pen.colors.hint, more);
        pen.text_fit(box.x + pen.px(16), y, box.w - pen.px(24) - pen.width(Type::small, more), Type::small,
                     pen.colors.text, jobs[i]->name.empty() ? jobs[i]->id : jobs[i]->name);
    }
}

// What is drawn over or instead of the colours, in two lines.
void draw_marks(const UiContext& ui, const Pen& pen, const Rect& box) {
    const auto mark = [&](float x, float y, Health health) {
        pen.health_mark(x + pen.px(5), y, 4.5f, health);
        return pen.px(15) +
               pen.text_fit(x + pen.px(15), y, box.right() - x - pen.px(20), Type::small, pen.colors.muted,
                            name_of(health)) +
               pen.px(12);
    };
    float x = box.x + pen.px(12), y = box.bottom() - pen.px(36);
    x += swatch(pen, x, y, theme_rgba(ui.view.theme, gpu::theme_no_data), false, "no data");
    x += swatch(pen, x, y, pen.colors.unknown, true, "stale");
    mark(x, y, Health::maintenance);
    x = box.x + pen.px(12);
    y = box.bottom() - pen.px(16);
    for (const Health health : {Health::warning, Health::critical, Health::down}) x += mark(x, y, health);
}

// Why nothing has a colour.
void draw_no_data(const UiContext& ui, const Pen& pen, const Rect& box) {
    const MetricId by = ui.view.color_metric;
    pen.fill({box.x, box.y, box.w, pen.px(12)}, pen.colors.raised, 1);
    pen.text_fit(box.x, box.y + pen.px(27), box.w, Type::small, health_text_color(pen.colors, Health::warning),
                 is_published(ui.state, by)
                     ? fmt::format("No {} has a value now.", class_label(by.object_class, false))
                     : fmt::format("No source publishes it for {}.", class_label(by.object_class, true)));
}

void draw_body(const UiContext& ui, const Pen& pen, const Rect& box) {
    switch (ui.view.color_by) {
        case ColorBy::metric: {
            const Metric& m = metric(ui.view.color_metric);
            if (const Comparison* c = ui.memory.reference.newest(); shows_differences(ui.view, c)) {
                draw_scale(ui, pen, box, ColorMap::diverging, {change_text(m, -double(c->range)), ""},
                           {change_text(m, double(c->range)), ""}, nullptr);
                break;
            }
            if (!has_data(ui.state, ui.view.color_metric)) {
                draw_no_data(ui, pen, box);
                break;
            }
            draw_scale(ui, pen, box, ui.view.color_map, quantity(m, double(m.display_min)),
                       quantity(m, double(m.display_max)), &m);
            break;
        }
        case ColorBy::age:
            draw_scale(ui, pen, box, ui.view.color_map, {"0", "s"}, quantity(double(age_scale_seconds), "s"), nullptr);
            break;
        case ColorBy::health:
            draw_health_rows(ui, pen, box);
            break;
        case ColorBy::rail:
            draw_rails(ui, pen, box);
            break;
        case ColorBy::job:
            draw_job_rows(ui, pen, box);
            break;
    }
}

bool choice_row(const Pen& pen, Rect& at, const char* id, std::string_view label, std::string_view note, bool chosen) {
    const Touch over = touch(id, at);
    if (over.hovered) pen.fill(at, pen.colors.line);
    if (chosen) pen.fill({at.x, at.y + pen.px(4), pen.px(2), at.h - pen.px(8)}, pen.colors.accent);
    pen.text_fit(at.x + pen.px(12), at.mid_y(), at.w - pen.px(24) - pen.width(Type::small, note), Type::body,
                 pen.colors.text, label);
    pen.text_right(at.right() - pen.px(12), at.mid_y(), Type::small, pen.colors.hint, note);
    at.y += at.h;
    return over.clicked;
}

// Everything that can colour the hall, by class.
void draw_picker(const UiContext& ui, const Rect& legend, const Rect& hall) {
    PanelMemory& memory = ui.memory;
    const float s = ui.view.ui_scale;
    const float height = std::min(std::floor(460 * s), legend.y - hall.y - std::floor(16 * s));
    if (height < 60 * s) return;
    const Rect box{legend.x, legend.y - height - std::floor(4 * s), legend.w, height};
    begin_region(ui.view, "##picker", box);
    const Pen outer(ui.view);
    outer.fill(box, outer.colors.raised, 4);
    outer.frame(box, outer.colors.line, 4);
    begin_scroll("##choices", box.inset(outer.px(4), outer.px(4)));
    const Pen pen(ui.view);
    const float top = ImGui::GetCursorScreenPos().y;
    Rect at{box.x + pen.px(4), top, box.w - pen.px(16), pen.px(24)};
    const std::pair<ColorBy, const char*> others[] = {
        {ColorBy::health, "Health"}, {ColorBy::job, "Job"}, {ColorBy::rail, "Rail"}, {ColorBy::age, "Age of data"}};
    for (const auto& [by, label] : others)
        if (choice_row(pen, at, label, label, "", ui.view.color_by == by)) ui.view.color_with(by);
    for (const ObjectClass c : {ObjectClass::gpu, ObjectClass::node, ObjectClass::rack, ObjectClass::switch_,
                                ObjectClass::nic, ObjectClass::cdu, ObjectClass::power}) {
        if (!ui.state.empty() && ui.state.topology().count(c) == 0) continue;
        pen.text(at.x + pen.px(12), at.mid_y() + pen.px(2), Type::small, pen.colors.hint, class_label(c, true));
        at.y += at.h;
        const auto metrics = metrics_of(c);
        for (size_t m = 1; m < metrics.size(); ++m) {
            const bool chosen =
                ui.view.color_by == ColorBy::metric && ui.view.color_metric == MetricId{c, MetricIndex(m)};
            ImGui::PushID(int(c) * 64 + int(m));
            if (choice_row(pen, at, "metric", metrics[m].label, metrics[m].unit, chosen)) {
                ui.view.color_with({c, MetricIndex(m)});
            }
            ImGui::PopID();
        }
    }
    ImGui::SetCursorScreenPos({at.x, top});
    ImGui::Dummy({1, at.y - top});
    end_scroll();
    if (ImGui::IsMouseClicked(ImGuiMouseButton_Left) && !ImGui::IsMouseHoveringRect(box.min(), legend.max(), false))
        memory.metric_picker_open = false;
    end_region();
}

// A word that is on or off; returns the width used.
float chip(const Pen& pen, const char* id, float x, const Rect& line, std::string_view word, bool on, bool& clicked,
           bool& hovered) {
    const float width = pen.width(Type::small, word) + pen.px(12);
    const Rect box{x, line.y + pen.px(5), width, line.h - pen.px(10)};
    const Touch over = touch(id, box);
    if (on) pen.fill(box, pen.colors.raised, 4);
    pen.frame(box, over.hovered ? pen.colors.muted : pen.colors.line, 4);
    pen.text_centre(box.x + width * 0.5f, box.mid_y(), Type::small, on ? pen.colors.text : pen.colors.hint, word);
    clicked = over.clicked, hovered = over.hovered;
    return width + pen.px(4);
}

// Which links are shown: tiers on and off, one rail after the other.
void draw_link_choice(const UiContext& ui, const Pen& pen, const Rect& line) {
    constexpr auto bit = [](LinkClass c) { return uint8_t(1u << unsigned(c)); };
    struct Tier {
        const char* word;
        const char* what;
        uint8_t bits;
    };
    constexpr Tier tiers[] = {{"server", "Links from servers to leafs and the front end",
                               uint8_t(bit(LinkClass::host) | bit(LinkClass::frontend) | bit(LinkClass::management))},
                              {"leaf\xE2\x80\x93spine", "Links from leafs to spines", bit(LinkClass::leaf_spine)},
                              {"spine\xE2\x80\x93"
                               "core",
                               "Links from spines to cores", bit(LinkClass::spine_core)}};
    pen.line_h(line.x + pen.px(12), line.right() - pen.px(12), line.y, pen.colors.line);
    LinkFilter& shown = ui.view.links;
    float x = line.x + pen.px(12);
    bool clicked = false, hovered = false;
    for (const Tier& tier : tiers) {
        const bool on = (shown.tiers & tier.bits) != 0;
        x += chip(pen, tier.word, x, line, tier.word, on, clicked, hovered);
        if (clicked) shown.tiers = uint8_t(on ? shown.tiers & ~tier.bits : shown.tiers | tier.bits);
        if (hovered)
            hint(ui.view,
                 fmt::format("{}: {}. Click to {} them.", tier.what, on ? "shown" : "hidden", on ? "hide" : "show"));
    }
    const int rails = ui.state.empty() ? 0 : int(ui.state.topology().rails);
    if (rails < 2) return;
    const std::string word = shown.rail < 0 ? "all rails" : fmt::format("rail {}", shown.rail);
    chip(pen, "rail", x, line, word, shown.rail >= 0, clicked, hovered);
    if (clicked) shown.rail = shown.rail + 1 < rails ? shown.rail + 1 : -1;
    if (hovered)
        hint(ui.view, "Which rail's server and leaf\xE2\x80\x93spine links are shown. Click for the next one.");
}

}  // namespace

void draw_legend(const UiContext& ui) {
    const Rect hall = layout_of(ui.view).hall;
    const float s = ui.view.ui_scale;
    const auto px = [s](float v) { return std::floor(v * s + 0.5f); };
    const float width = std::min(px(288), ui.view.splits() ? ui.view.viewport_width - px(32) : hall.w - px(120));
    // In a small window the hall needs the room.
    const float links = ui.view.show_trunks && ui.view.caption.progress < 0 && hall.w >= px(640) ? px(32) : 0;
    const float height = px(132) + links;
    if (width < px(180) || hall.h < px(200)) return;
    // The caption of a tour has the left; there the choice of links is nobody's business.
    const bool touring = ui.view.caption.progress >= 0;
    const Rect box{touring ? hall.right() - width - px(32) : hall.x + px(16),
                   hall.bottom() - height - px(touring ? 40 : 16), width, height};
    if (is_covered(ui, layout_of(ui.view), box)) return;
    PanelMemory& memory = ui.memory;
    begin_region(ui.view, "##legend", box);
    const Pen pen(ui.view);
    pen.frame(box, pen.colors.line);
    const Rect head{box.x, box.y, box.w, pen.px(36)};
    const Rect more{head.right() - pen.px(36), head.y, pen.px(36), head.h};
    const Touch over = touch("next", {head.x, head.y, head.w - more.w, head.h});
    if (over.clicked) next_metric(ui.view);
    if (over.hovered) hint(ui.view, "Click for the next metric (C)");
    std::string of =
        ui.view.color_by == ColorBy::metric ? std::string(class_label(ui.view.color_metric.object_class, true)) : "";
    if (shows_differences(ui.view, ui.memory.reference.newest()))
        of = "change since " + moment_beside(ui.memory.reference.then_ns(), cursor_ns(ui));
    const float title = pen.text_fit(box.x + pen.px(12), head.mid_y(), head.w - more.w - pen.px(20), Type::strong,
                                     over.hovered ? pen.colors.accent : pen.colors.text, title_of(ui.view));
    if (title + pen.width(Type::small, of) + pen.px(30) < head.w - more.w)
        pen.text(box.x + pen.px(20) + title, head.mid_y(), Type::small, pen.colors.hint, of);
    const Touch pick = touch("picker", more);
    if (pick.clicked) memory.metric_picker_open = !memory.metric_picker_open;
    if (pick.hovered || memory.metric_picker_open) pen.fill(more.inset(pen.px(6), pen.px(6)), pen.colors.raised, 4);
    pen.chevron(more.x + more.w * 0.5f, more.mid_y(), true, pick.hovered ? pen.colors.text : pen.colors.muted);
    draw_body(ui, pen, {box.x + pen.px(12), head.bottom() + pen.px(2), box.w - pen.px(24), pen.px(40)});
    const Rect colors{box.x, box.y, box.w, box.h - links};
    if (ui.view.color_by != ColorBy::health) draw_marks(ui, pen, colors);
    if (links > 0) draw_link_choice(ui, pen, {box.x, colors.bottom(), box.w, links});
    end_region();
    if (memory.metric_picker_open) draw_picker(ui, box, hall);
}

}  // namespace bv

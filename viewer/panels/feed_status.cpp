// Where telemetry comes from and how well it flows: one block per source. Reads: SourceStatus. Writes: nothing but its
// own closing.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/panels/layout.h"
#include "viewer/panels/lists.h"
#include "viewer/panels/memory.h"

namespace bv {
namespace {

Health mark_of(SourceStatus::Link link) {
    switch (link) {
        case SourceStatus::Link::live:
            return Health::ok;
        case SourceStatus::Link::connecting:
        case SourceStatus::Link::waiting:
            return Health::unknown;
        case SourceStatus::Link::silent:
            return Health::warning;
        case SourceStatus::Link::conflict:
        case SourceStatus::Link::refused:
            return Health::critical;
    }
    return Health::unknown;
}

std::string_view word_of(SourceStatus::Link link) {
    switch (link) {
        case SourceStatus::Link::live:
            return "live";
        case SourceStatus::Link::connecting:
            return "connecting";
        case SourceStatus::Link::waiting:
            return "waiting for data";
        case SourceStatus::Link::silent:
            return "silent";
        case SourceStatus::Link::conflict:
            return "in conflict";
        case SourceStatus::Link::refused:
            return "refused";
    }
    return {};
}

struct Figure {
    std::string_view label;
    Quantity value;
    bool bad = false;
};

void draw_figures(const Pen& pen, float x, float y, float width, std::initializer_list<Figure> figures) {
    const float each = width / float(figures.size());
    for (const Figure& figure : figures) {
        pen.text_fit(x, y, each - pen.px(4), Type::small, pen.colors.hint, figure.label);
        pen.quantity_left(x, y + pen.px(17), Type::body,
                          figure.bad ? health_text_color(pen.colors, Health::warning) : pen.colors.text, figure.value);
        x += each;
    }
}

float draw_source(const UiContext& ui, const Pen& pen, float x, float y, float width, const SourceStatus& source) {
    const Health mark = mark_of(source.link);
    pen.health_mark(x + pen.px(6), y + pen.px(12), 5, mark);
    const float name = pen.text_fit(x + pen.px(20), y + pen.px(12), width * 0.5f, Type::strong, pen.colors.text,
                                    source.name.empty() ? "not yet known" : source.name);
    pen.text_fit(x + pen.px(32) + name, y + pen.px(12), width - name - pen.px(32), Type::small,
                 mark == Health::ok ? pen.colors.muted : health_text_color(pen.colors, mark), word_of(source.link));
    pen.text_fit(x + pen.px(20), y + pen.px(31), width - pen.px(20), Type::mono, pen.colors.muted, source.endpoint);
    y += pen.px(46);
    if (!source.problem.empty())
        y += pen.text_wrapped(x + pen.px(20), y, width - pen.px(20), Type::small,
                              health_text_color(pen.colors, mark == Health::ok ? Health::warning : mark),
                              source.problem) +
             pen.px(6);
    const float inner_x = x + pen.px(20), inner = width - pen.px(20);
    const double skew = std::abs(source.clock_skew_s);
    const int64_t heard = source.last_tick_heard_ns;
    draw_figures(pen, inner_x, y + pen.px(6), inner,
                 {{"data", quantity(source.bytes_per_second, "B/s")},
                  {"values/s", {short_count(source.values_per_second), ""}},
                  {"messages/s", {short_count(source.messages_per_second), ""}},
                  {"age",
                   {heard ? age(ui.timeline.now_ns(), heard) : "never", ""},
                   heard && ui.timeline.now_ns() - heard > 3 * std::max<int64_t>(source.interval_ns, 1'000'000'000)}});
    y += pen.px(44);
    draw_figures(pen, inner_x, y + pen.px(6), inner,
                 {{"gaps", {grouped(int64_t(source.gaps)), ""}, source.gaps > 0},
                  {"errors", {grouped(int64_t(source.decode_errors)), ""}, source.decode_errors > 0},
                  {"snapshots", {grouped(int64_t(source.snapshots)), ""}},
                  {"clock skew", quantity(source.clock_skew_s, "s"), skew > 1}});
    return y + pen.px(52);
}

}  // namespace

Rect feed_rect(const Layout& layout, float scale, size_t sources) {
    const auto px = [scale](float v) { return std::floor(v * scale + 0.5f); };
    const Rect& hall = layout.hall;
    const float width = std::min(px(400), hall.w - px(32));
    const float wanted = px(52) + px(160) * float(std::max<size_t>(sources, 1));
    return {hall.right() - width - px(16), hall.y + px(16), width, std::min(wanted, std::floor(hall.h * 0.45f))};
}

void draw_feed_status(const UiContext& ui) {
    const float s = ui.view.ui_scale;
    const std::vector<SourceStatus> sources = ui.timeline.sources();
    const Rect box = feed_rect(layout_of(ui.view), s, sources.size());
    const Pen outer = begin_popup(ui.view, "##feed", box, "Sources of telemetry", ui.view.feed_open);
    const Rect body{box.x, box.y + outer.px(40), box.w, box.h - outer.px(44)};
    if (sources.empty()) {
        draw_empty(
            outer, body, "No source",
            "Start with a source: belvedere tcp://HOST:PORT, or no argument for the simulated reference cluster.");
        end_region();
        return;
    }
    begin_scroll("##sources", body);
    const Pen pen(ui.view);
    const float top = ImGui::GetCursorScreenPos().y;
    float y = top;
    for (const SourceStatus& source : sources)
        y = draw_source(ui, pen, body.x + pen.px(12), y, body.w - pen.px(32), source);
    ImGui::SetCursorScreenPos({body.x, top});
    ImGui::Dummy({1, y - top});
    end_scroll();
    end_region();
}

}  // namespace bv

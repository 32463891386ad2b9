// Small things over the hall: compass, facts of what the pointer is on, what is missing while there is no picture,
// messages. Reads: camera, state. Writes: nothing.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/complaints.h"
#include "viewer/panels/layout.h"
#include "viewer/panels/memory.h"
#include "viewer/panels/times.h"
#include "viewer/panels/trunk.h"
#include "viewer/panes.h"

namespace bv {

void draw_compass(const UiContext& ui) {
    const Rect hall = layout_of(ui.view).hall;
    const float s = ui.view.ui_scale, size = std::floor(56 * s);
    if (hall.w < size * 4 || hall.h < size * 4) return;
    const Rect box{hall.right() - size - std::floor(16 * s), hall.bottom() - size - std::floor(16 * s), size, size};
    if (is_covered(ui, layout_of(ui.view), box)) return;
    ImGui::PushStyleColor(ImGuiCol_WindowBg, ImVec4(0, 0, 0, 0));
    ImGui::SetNextWindowPos(box.min());
    ImGui::SetNextWindowSize({box.w, box.h});
    ImGui::Begin("##compass", nullptr,
                 ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoInputs | ImGuiWindowFlags_NoSavedSettings |
                     ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoBackground);
    ImGui::PopStyleColor();
    const Pen pen(ui.view);
    const Pose& pose = ui.view.camera.pose();
    const glm::vec3 ahead = pose.target - pose.eye;
    // Screen up is where the camera looks on the floor; north is +y of the world.
    const float heading = std::atan2(ahead.x, ahead.y);
    const auto at = [&](float angle, float radius) {
        return ImVec2(box.x + size * 0.5f + std::sin(angle - heading) * radius,
                      box.y + size * 0.5f - std::cos(angle - heading) * radius);
    };
    const float r = size * 0.36f, pi = 3.14159265f;
    pen.draw->AddCircleFilled({box.x + size * 0.5f, box.y + size * 0.5f}, size * 0.48f, pen.colors.surface, 40);
    pen.draw->AddCircle({box.x + size * 0.5f, box.y + size * 0.5f}, size * 0.48f, pen.colors.line, 40,
                        std::max(1.f, s));
    for (int i = 0; i < 8; ++i)
        pen.draw->AddLine(at(float(i) * pi / 4, size * 0.42f), at(float(i) * pi / 4, size * 0.46f), pen.colors.faint,
                          std::max(1.f, s));
    pen.draw->AddTriangleFilled(at(0, r * 0.62f), at(pi / 2, r * 0.26f), at(-pi / 2, r * 0.26f), pen.colors.text);
    pen.draw->AddTriangleFilled(at(pi, r * 0.62f), at(-pi / 2, r * 0.26f), at(pi / 2, r * 0.26f), pen.colors.faint);
    const ImVec2 north = at(0, r * 0.92f);
    pen.text_centre(north.x, north.y, Type::small, pen.colors.text, "N");
    end_region();
}

void draw_tooltip(const UiContext& ui) {
    // In the picture of the other time, what was then.
    const auto pane = pane_at(ui.view, ImGui::GetIO().MousePos.x, ImGui::GetIO().MousePos.y);
    const bool then = pane && pane->then;
    if (ui.view.hovered_trunk.valid() && ui.layout && !ui.state.empty() && !ImGui::GetIO().WantCaptureMouse && !then)
        return draw_trunk_tooltip(ui, ui.view.hovered_trunk);
    const ObjectId id = ui.view.hovered;
    if (ui.state.empty() || !id.valid() || !ui.state.topology().contains(id) || ImGui::GetIO().WantCaptureMouse) return;
    const ClusterState* reference = ui.memory.reference.state();
    if (then && (!reference || !reference->topology().contains(id))) return;
    const ClusterState& state = then ? *reference : ui.state;
    const int64_t now = then ? ui.memory.reference.then_ns() : ui.timeline.now_ns();
    begin_hint(ui.view);
    const Pen pen(ui.view);
    const float width = pen.px(232);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const Shown shown = shown_health(state, id, now);
    const Health mark = shown.heard && !shown.stale ? shown.health : Health::unknown;
    pen.health_mark(at.x + pen.px(6), at.y + pen.px(11), 5, mark);
    pen.text_fit(at.x + pen.px(20), at.y + pen.px(11), width - pen.px(20), Type::strong, pen.colors.text,
                 state.topology().path_of(id), true);
    pen.text_fit(at.x + pen.px(20), at.y + pen.px(29), width - pen.px(20), Type::small, pen.colors.hint,
                 then ? "then, at " + moment_beside(now, cursor_ns(ui)) : class_title(state.topology(), id));
    ImGui::Dummy({width, pen.px(40)});
    const auto metrics = metrics_of(id.object_class);
    for (const MetricIndex m : key_metrics(id.object_class))
        if (m != health_metric) hint_row(pen, width, metrics[m].label, quantity(metrics[m], state.value(id, m)));
    if (mark != Health::ok) {
        const ImVec2 end = ImGui::GetCursorScreenPos();
        const float used = pen.text_wrapped(end.x, end.y + pen.px(4), width, Type::small,
                                            health_text_color(pen.colors, mark), health_sentence(state, id, now));
        ImGui::Dummy({width, used + pen.px(4)});
    }
    end_hint();
}

void draw_waiting(const UiContext& ui) {
    if (!ui.state.empty()) return;
    const Rect hall = layout_of(ui.view).hall;
    const float s = ui.view.ui_scale;
    const float width = std::min(std::floor(460 * s), hall.w - std::floor(32 * s)), height = std::floor(168 * s);
    const Rect box{std::floor(hall.x + (hall.w - width) * 0.5f), std::floor(hall.y + (hall.h - height) * 0.42f), width,
                   height};
    begin_region(ui.view, "##waiting", box, false);
    const Pen pen(ui.view);
    pen.frame(box, pen.colors.line);
    const std::vector<SourceStatus> sources = ui.timeline.sources();
    const float x = box.x + pen.px(24), room = box.w - pen.px(48);
    pen.text_fit(x, box.y + pen.px(34), room, Type::title, pen.colors.text, "Waiting for a cluster");
    float y = box.y + pen.px(56);
    for (const SourceStatus& source : sources) {
        pen.text_fit(x, y + pen.px(8), room, Type::mono, pen.colors.muted, source.endpoint);
        y += pen.px(20);
        if (!source.problem.empty())
            y += pen.text_wrapped(x, y, room, Type::small, health_text_color(pen.colors, Health::warning),
                                  source.problem) +
                 pen.px(4);
        if (y > box.bottom() - pen.px(60)) break;
    }
    pen.text_wrapped(x, y + pen.px(4), room, Type::small, pen.colors.hint,
                     "The hall appears when a source has told its topology. Is the publisher running? belvedere-feed "
                     "simulate --cluster reference-100k --bind tcp://127.0.0.1:5600 starts one.");
    end_region();
}

void draw_source_trouble(const UiContext& ui) {
    // Without a cluster the waiting box says it, and the open list of sources says more.
    if (ui.state.empty() || ui.view.feed_open) return;
    const Rect hall = layout_of(ui.view).hall;
    const float s = ui.view.ui_scale;
    const float width = std::min(std::floor(520 * s), hall.w - std::floor(32 * s));
    float y = hall.y + std::floor(16 * s);
    int number = 0;
    std::vector<std::pair<std::string, Health>> sentences;
    for (const SourceStatus& source : ui.timeline.sources())
        if (std::string sentence = complaint(source); !sentence.empty())
            sentences.emplace_back(std::move(sentence), Health::critical);
    if (sentences.size() > 3) sentences.resize(3);
    if (std::string sentence = ui.timeline.history_problem(); !sentence.empty())
        sentences.emplace_back(std::move(sentence), Health::warning);
    for (const auto& [sentence, severity] : sentences) {
        const Rect box{std::floor(hall.x + (hall.w - width) * 0.5f), y, width, std::floor(64 * s)};
        begin_region(ui.view, fmt::format("##complaint{}", number++).c_str(), box);
        const Pen pen(ui.view);
        pen.fill(box, pen.colors.raised);
        pen.frame(box, health_color(pen.colors, severity));
        pen.fill({box.x, box.y, pen.px(4), box.h}, health_color(pen.colors, severity));
        pen.health_mark(box.x + pen.px(22), box.y + pen.px(18), 6, severity);
        pen.text_wrapped(box.x + pen.px(40), box.y + pen.px(8), box.w - pen.px(52), Type::small, pen.colors.text,
                         sentence);
        const Touch over = touch("sources", box);
        if (over.clicked) ui.view.feed_open = true;
        if (over.hovered) hint(ui.view, sentence + " Click for the sources.");
        end_region();
        y += box.h + std::floor(8 * s);
    }
}

void show_toast(PanelMemory& memory, std::string text, Health severity) {
    std::vector<Toast>& toasts = memory.toasts;
    std::erase_if(toasts, [&](const Toast& toast) { return toast.text == text; });
    toasts.push_back({std::move(text), severity, std::chrono::steady_clock::now() + std::chrono::seconds(6)});
    if (toasts.size() > 4) toasts.erase(toasts.begin());
}

void draw_toasts(const UiContext& ui) {
    std::vector<Toast>& toasts = ui.memory.toasts;
    const auto now = std::chrono::steady_clock::now();
    std::erase_if(toasts, [&](const Toast& toast) { return toast.until < now; });
    const Layout layout = layout_of(ui.view);
    // Over everything, for a few seconds; where there is room below what is open, there.
    const Pen pen(ui.view, ImGui::GetForegroundDrawList());
    const float width = std::min(pen.px(420), layout.hall.w - pen.px(32)), height = pen.px(56);
    Rect box{std::floor(layout.hall.x + (layout.hall.w - width) * 0.5f), layout.hall.y + pen.px(16), width, height};
    if (ui.view.comparing.on && !ui.state.empty()) {
        const Rect panel = comparison_rect(ui, layout);
        const float below = ui.view.plots.open ? history_rect(ui.view, layout).y : layout.hall.bottom();
        if (panel.right() > box.x && panel.bottom() + height + pen.px(16) <= below) box.y = panel.bottom() + pen.px(8);
    }
    for (const Toast& toast : toasts) {
        pen.fill(box, pen.colors.raised);
        pen.frame(box, pen.colors.line);
        pen.fill({box.x, box.y, pen.px(3), box.h}, health_color(pen.colors, toast.severity));
        pen.health_mark(box.x + pen.px(22), box.y + pen.px(19), 6, toast.severity);
        pen.text_wrapped(box.x + pen.px(40), box.y + pen.px(10), box.w - pen.px(52), Type::small, pen.colors.text,
                         toast.text);
        box.y += height + pen.px(8);
    }
}

}  // namespace bv

// The jobs that run, and those that wait or have failed. Reads: state.jobs and job metrics. Writes: the selection.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/panels/lists.h"
#include "viewer/panels/memory.h"

namespace bv {
namespace {

Health mark_of(JobState state) {
    switch (state) {
        case JobState::running:
        case JobState::completed:
            return Health::ok;
        case JobState::restarting:
            return Health::warning;
        case JobState::failed:
            return Health::critical;
        case JobState::pending:
            return Health::unknown;
    }
    return Health::unknown;
}

// Running first, then by size.
std::vector<const Job*> listed(const ClusterState& state) {
    std::vector<const Job*> out;
    for (const Job& job : state.jobs)
        if (!job.id.empty()) out.push_back(&job);
    const auto rank = [](const Job* job) {
        return job->state == JobState::restarting ? 0
               : job->state == JobState::running  ? 1
               : job->state == JobState::failed   ? 2
                                                  : 3;
    };
    std::stable_sort(out.begin(), out.end(), [&](const Job* a, const Job* b) {
        return rank(a) != rank(b) ? rank(a) < rank(b) : a->gpus > b->gpus;
    });
    return out;
}

bool runs(const Job& job) { return job.state == JobState::running || job.state == JobState::restarting; }

// Value and course of one metric of a job.
void draw_course(const UiContext& ui, const Pen& pen, const Rect& rect, ObjectId id, const char* name,
                 std::string_view label, const Sparkline* line) {
    const auto index = find_metric(id.object_class, name);
    if (!index || !ui.state.topology().contains(id)) return;
    const Metric& m = metrics_of(id.object_class)[*index];
    const double value = ui.state.value(id, *index);
    pen.text(rect.x, rect.mid_y(), Type::small, pen.colors.hint, label);
    const float x = rect.x + pen.width(Type::small, label) + pen.px(6);
    if (std::isnan(value)) return pen.text(x, rect.mid_y(), Type::small, pen.colors.hint, no_data_text);
    const float used = pen.quantity_left(x, rect.mid_y(), Type::small, pen.colors.muted, quantity(m, value));
    if (!line || line->values.size() < 2) return;
    float low = INFINITY, high = -INFINITY;
    for (const float v : line->values)
        if (!std::isnan(v)) low = std::min(low, v), high = std::max(high, v);
    // At least a tenth of the display range, so that noise looks like noise.
    const float least = (m.display_max - m.display_min) * 0.1f, middle = (low + high) * 0.5f;
    if (high - low < least) low = middle - least * 0.5f, high = middle + least * 0.5f;
    const float left = x + used + pen.px(8);
    if (rect.right() - left > pen.px(16))
        draw_plot(pen, {left, rect.y, rect.right() - left, rect.h}, line->values,
                  {pen.colors.plot, pen.colors.plot_fill, low, high, NAN, NAN});
}

// Step time and goodput, as they were while somebody looked.
void draw_courses(const UiContext& ui, const Pen& pen, const Rect& row, const Job& job) {
    const ObjectId id{ObjectClass::job, job.slot};
    const JobLines* lines = job.slot < ui.memory.job_lines.size() ? &ui.memory.job_lines[job.slot] : nullptr;
    const float x = row.x + pen.px(32), each = std::floor((row.right() - pen.px(12) - x - pen.px(12)) * 0.5f);
    const float y = row.y + pen.px(42), high = pen.px(16);
    draw_course(ui, pen, {x, y, each, high}, id, "step_seconds", "step", lines ? &lines->step_seconds : nullptr);
    draw_course(ui, pen, {x + each + pen.px(12), y, each, high}, id, "goodput_ratio", "goodput",
                lines ? &lines->goodput : nullptr);
}

void draw_job_row(const UiContext& ui, const Pen& pen, const Rect& row, const Job& job) {
    const float x = row.x + pen.px(32), right = row.right() - pen.px(12);
    const float first = row.y + pen.px(14), second = row.y + pen.px(31);
    pen.health_mark(row.x + pen.px(18), first, 5, mark_of(job.state));
    pen.text_fit(x, first, right - x, Type::body, pen.colors.text, job.name.empty() ? job.id : job.name);
    const std::string since = job.start_ns ? age(ui.timeline.source_now_ns(), job.start_ns) : "";
    pen.text_right(right, second, Type::small, pen.colors.hint, since);
    const std::string detail =
        fmt::format("{} · {} GPUs{}", name_of(job.state), grouped(job.gpus), job.user.empty() ? "" : " · " + job.user);
    pen.text_fit(x, second, right - x - pen.width(Type::small, since) - pen.px(8), Type::small, pen.colors.muted,
                 detail);
    if (runs(job)) draw_courses(ui, pen, row, job);
}

void draw_finished_row(const UiContext& ui, const Pen& pen, const Rect& row, const FinishedJob& finished) {
    const Job& job = finished.job;
    const float x = row.x + pen.px(32), right = row.right() - pen.px(12);
    const float first = row.y + pen.px(14), second = row.y + pen.px(31);
    pen.health_mark(row.x + pen.px(18), first, 5, job.state == JobState::failed ? Health::critical : Health::unknown);
    const std::string when = recent_time(ui.state.time_ns, finished.gone_ns);
    pen.text_right(right, first, Type::small, pen.colors.hint, when);
    pen.text_fit(x, first, right - pen.width(Type::small, when) - pen.px(8) - x, Type::body, pen.colors.muted,
                 job.name.empty() ? job.id : job.name);
    pen.text_fit(
        x, second, right - x, Type::small, pen.colors.hint,
        fmt::format("{} · {} GPUs{}", word_of_end(job), grouped(job.gpus), job.user.empty() ? "" : " · " + job.user));
}

}  // namespace

void draw_jobs(const UiContext& ui) {
    const Rect all = ui.memory.list_rect;
    const std::vector<const Job*> jobs = listed(ui.state);
    const std::vector<FinishedJob>& finished = ui.memory.finished_jobs;
    if (jobs.empty() && finished.empty()) {
        const Pen pen(ui.view);
        draw_empty(pen, all, "No jobs",
                   "Jobs show here with their size, state and goodput when a source publishes the scheduler's queue.");
        return;
    }
    begin_scroll("##jobs", all);
    const Pen pen(ui.view);
    const float left = ImGui::GetCursorScreenPos().x, top = ImGui::GetCursorScreenPos().y;
    float y = top;
    const auto next = [&](float height) {
        const Rect row{all.x, y, all.w, pen.px(height)};
        y += row.h;
        return row;
    };
    const auto in_sight = [&](const Rect& row) { return row.bottom() > all.y && row.y < all.bottom(); };
    for (const Job* job : jobs) {
        const Rect row = next(runs(*job) ? 64 : 44);
        if (!in_sight(row)) continue;
        const ObjectId id{ObjectClass::job, job->slot};
        const Touch over = touch(int64_t(job->slot), row);
        if (over.clicked) ui.view.select(id);
        if (over.hovered || ui.view.selected == id) pen.fill(row, pen.colors.raised);
        if (ui.view.selected == id) pen.fill({row.x, row.y, pen.px(2), row.h}, pen.colors.accent);
        draw_job_row(ui, pen, row, *job);
    }
    for (const FinishedJob& job : finished)
        if (const Rect row = next(44); in_sight(row)) draw_finished_row(ui, pen, row, job);
    ImGui::SetCursorScreenPos({left, top});
    ImGui::Dummy({1, y - top});
    end_scroll();
}

}  // namespace bv

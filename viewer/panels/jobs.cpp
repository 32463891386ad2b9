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

void draw_job_row(const UiContext& ui, const Pen& pen, const Rect& row, const Job& job) {
    const ObjectId id{ObjectClass::job, job.slot};
    const float x = row.x + pen.px(32), right = row.right() - pen.px(12);
    const float first = row.y + pen.px(14), second = row.y + pen.px(31);
    pen.health_mark(row.x + pen.px(18), first, 5, mark_of(job.state));
    const auto goodput = find_metric(ObjectClass::job, "goodput_ratio");
    const double value = goodput && ui.state.topology().contains(id) ? ui.state.value(id, *goodput) : NAN;
    const bool running = job.state == JobState::running || job.state == JobState::restarting;
    float room = right - x;
    if (running && !std::isnan(value))
        room -= pen.quantity_right(right, first, Type::strong, pen.colors.text, quantity(value, "ratio")) + pen.px(8);
    pen.text_fit(x, first, room, Type::body, pen.colors.text, job.name.empty() ? job.id : job.name);
    const std::string since = job.start_ns ? age(ui.timeline.source_now_ns(), job.start_ns) : "";
    pen.text_right(right, second, Type::small, pen.colors.hint, since);
    const std::string detail =
        fmt::format("{} · {} GPUs{}", name_of(job.state), grouped(job.gpus), job.user.empty() ? "" : " · " + job.user);
    pen.text_fit(x, second, right - x - pen.width(Type::small, since) - pen.px(8), Type::small, pen.colors.muted,
                 detail);
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
    const float height = pen.px(44);
    ImGuiListClipper clipper;
    clipper.Begin(int(jobs.size() + finished.size()), height);
    while (clipper.Step()) {
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
            const ImVec2 at = ImGui::GetCursorScreenPos();
            const Rect row{all.x, at.y, all.w, height};
            if (size_t(i) >= jobs.size()) {
                draw_finished_row(ui, pen, row, finished[size_t(i) - jobs.size()]);
                ImGui::SetCursorScreenPos({at.x, at.y + height});
                continue;
            }
            const Job& job = *jobs[size_t(i)];
            const ObjectId id{ObjectClass::job, job.slot};
            const Touch over = touch(int64_t(job.slot), row);
            if (over.clicked) ui.view.select(id);
            if (over.hovered || ui.view.selected == id) pen.fill(row, pen.colors.raised);
            if (ui.view.selected == id) pen.fill({row.x, row.y, pen.px(2), row.h}, pen.colors.accent);
            draw_job_row(ui, pen, row, job);
            ImGui::SetCursorScreenPos({at.x, at.y + height});
        }
    }
    end_scroll();
}

}  // namespace bv

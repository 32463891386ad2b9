// Which ranks of a job are late, and where they are. Reads: the lateness of its GPUs. Writes: the selection, what
// colours the hall, which views are open.
#include <fmt/format.h>

#include "viewer/panels/fabric_views.h"
#include "viewer/panels/inspector.h"

namespace bv {
namespace {

constexpr size_t most_listed = 10;

// "data 12, stage 3, tensor 5": where the rank is in the job; then where its GPU stands.
void draw_straggler(const UiContext& ui, const Pen& pen, const Rect& row, const RankGrid& grid, const Straggler& late) {
    const ObjectId id{ObjectClass::gpu, late.gpu};
    const Metric& m =
        metrics_of(ObjectClass::gpu)[find_metric(ObjectClass::gpu, "step_lateness_seconds").value_or(health_metric)];
    const Touch over = touch(int64_t(late.gpu) + 9'000'000, row);
    if (over.hovered) pen.fill(row, pen.colors.raised), ui.view.hovered = id;
    if (over.double_clicked)
        go_to(ui, id);
    else if (over.clicked)
        ui.view.select(id);
    pen.health_mark(row.x + pen.px(18), row.mid_y(), 4.5f, health_by_thresholds(m, late.seconds));
    const float used = pen.quantity_right(row.right() - pen.px(12), row.mid_y(), Type::body, pen.colors.text,
                                          quantity(m, late.seconds));
    const std::string place = [&] {
        if (late.rank >= grid.ranks()) return std::string("no rank");
        const RankPlace p = grid.place(late.rank);
        return fmt::format("d{} p{} t{}", p.data, p.pipeline, p.tensor);
    }();
    const float x = row.x + pen.px(32), places = pen.px(96);
    pen.text_fit(x, row.mid_y(), places - pen.px(8), Type::small, pen.colors.muted, place);
    pen.text_fit(x + places, row.mid_y(), row.right() - used - pen.px(20) - x - places, Type::body, pen.colors.text,
                 ui.state.topology().path_of(id), true);
}

}  // namespace

void draw_stragglers(const UiContext& ui, const Pen& pen, Flow& flow, ObjectId id) {
    const Job* job = id.object_class == ObjectClass::job ? job_in_slot(ui.state, id.index) : nullptr;
    if (!job) return;
    update_desk(ui);
    update_ranks(ui, *job);
    const FabricDesk& desk = ui.memory.fabric;
    if (desk.ranks.empty()) return;
    const Stragglers& late = desk.stragglers;
    if (!begin_section(ui, pen, flow, "Latest ranks", late.late ? fmt::format("{} late", grouped(late.late)) : ""))
        return;
    if (late.latest.empty()) {
        const Rect row = flow.take(pen.px(28));
        pen.text_fit(row.x + pen.px(12), row.mid_y(), row.w - pen.px(24), Type::small, pen.colors.hint,
                     late.heard == 0 ? "Nobody publishes how late its ranks are."
                                     : "No rank is late: all end their steps within a third of a second.");
    }
    for (size_t i = 0; i < std::min(most_listed, late.latest.size()); ++i)
        draw_straggler(ui, pen, flow.take(pen.px(24)), desk.ranks, late.latest[i]);
    if (late.late > std::min(most_listed, late.latest.size())) {
        const Rect row = flow.take(pen.px(24));
        pen.text(row.x + pen.px(12), row.mid_y(), Type::small, pen.colors.hint,
                 fmt::format("and {} more", grouped(late.late - std::min(most_listed, late.latest.size()))));
    }
    View& view = ui.view;
    const MetricId lateness{ObjectClass::gpu, find_metric(ObjectClass::gpu, "step_lateness_seconds").value()};
    const bool colored = view.color_by == ColorBy::metric && view.color_metric == lateness;
    if (!colored && action_row(pen, flow, "lateness", "Colour the hall by rank lateness", ""))
        view.color_with(lateness);
    if (action_row(pen, flow, "grid", "All ranks in a grid", "F2")) {
        view.views.open = true;
        view.views.tab = FabricViews::Tab::ranks;
    }
    if (action_row(pen, flow, "brush job", "Light its servers, dim all others", ""))
        brush(ui, {id}, "job " + (job->name.empty() ? job->id : job->name));
}

}  // namespace bv

// Which job runs on which nodes: one very large training job with spare nodes spread over the halls, or on other
// clusters one big job and a few small ones; and how broken nodes are replaced by spares after a failure.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "feed/reliability/analytic.h"
#include "feed/simulator/jobs.h"

namespace bv::sim {
namespace {

// reference-cluster.md 0.6: 98,304 of 100,352 GPUs, TP 8 × PP 16 × DP 768, 256 spare nodes (every 49th).
constexpr uint32_t reference_job_nodes = 12288, reference_nodes = 12544, spare_every = 49;
constexpr double used_share = 0.98;

struct Wanted {
    const char *name, *user;
    double share;  // of the used nodes
    double step_seconds;
    const char* kind;
};
// What other clusters run (assumed): one that takes most of the machine, and what a week's queue leaves beside it.
constexpr Wanted mixture[] = {{"frontier-pretrain", "pretraining", 0.62, 2.0, "training"},
                              {"vision-encoder", "multimodal", 0.17, 1.3, "training"},
                              {"code-finetune", "applied", 0.10, 0.9, "training"},
                              {"speech-pretrain", "speech", 0.06, 1.1, "training"},
                              {"ablation-17", "research", 0.05, 0.7, "training"}};
constexpr Wanted whole[] = {{"frontier-pretrain", "pretraining", 1.0, 2.0, "training"}};

std::vector<IndexRange> ranges_of(const std::vector<uint32_t>& nodes) {
    std::vector<IndexRange> ranges;
    for (const uint32_t n : nodes) {
        if (!ranges.empty() && ranges.back().end() == n) {
            ++ranges.back().count;
        } else {
            ranges.push_back({n, 1});
        }
    }
    return ranges;
}

// Nodes that can train: those with GPUs; in an imported fabric, where none is known, those with NICs.
std::vector<uint32_t> trainable(const Topology& t) {
    std::vector<uint32_t> nodes;
    for (uint32_t n = 0; n < t.nodes.size(); ++n) {
        const bool gpus = t.nodes[n].gpus.count > 0;
        const bool nics = t.gpu_nodes.empty() && t.nodes[n].nics.count > 0;
        if (gpus || nics) nodes.push_back(n);
    }
    return nodes;
}

// Spares lie evenly spread, so that every hall has some at hand.
bool is_spare(size_t position, size_t count) {
    const size_t spares = count >= spare_every ? count / spare_every : 0;
    return spares > 0 && (position + 1) * spares / count != position * spares / count;
}

}  // namespace

Jobs::Jobs(World& world, JobPlan plan) : world_(world), plan_(plan) {
    const RestartTimes restart = restart_times(plan_.preset);
    if (plan_.detect < 0) plan_.detect = restart.detect_seconds;
    if (plan_.reload < 0) plan_.reload = restart.reload_seconds;
    world_.measured.node_share.assign(world_.topology->nodes.size(), Share{0, 0, 0, 0, 1});
    claim_channels();
    place();
}

void Jobs::claim_channels() {
    Columns& c = world_.columns;
    health_ = c.claim(ObjectClass::job, "health");
    step_seconds_ = c.claim(ObjectClass::job, "step_seconds");
    goodput_ = c.claim(ObjectClass::job, "goodput_ratio");
    flops_ = c.claim(ObjectClass::job, "model_flops_ratio");
    tokens_ = c.claim(ObjectClass::job, "tokens_per_second");
    step_thousands_ = c.claim(ObjectClass::job, "step_thousands");
    power_ = c.claim(ObjectClass::job, "power_watts");
    checkpoint_age_ = c.claim(ObjectClass::job, "checkpoint_age_seconds");
}

void Jobs::place() {
    const Topology& t = *world_.topology;
    std::vector<uint32_t> usable;
    const std::vector<uint32_t> all = trainable(t);
    std::vector<uint32_t> spares;
    for (size_t i = 0; i < all.size(); ++i) {
        const bool usable_now = world_.effects.node_usable[all[i]] != 0;
        if (usable_now) (is_spare(i, all.size()) ? spares : usable).push_back(all[i]);
    }
    const bool reference = all.size() == reference_nodes && t.gpu_nodes.size() == reference_nodes * 8;
    // What is broken at the start is made good from the spares, so that the job has its full size.
    const size_t needed =
        reference ? reference_job_nodes : static_cast<size_t>(std::floor(static_cast<double>(all.size()) * used_share));
    while (usable.size() < needed && !spares.empty()) {
        const size_t pick = hash(stream(world_.seed, Stream::spare_choice), usable.size()) % spares.size();
        usable.push_back(spares[pick]);
        spares.erase(spares.begin() + static_cast<ptrdiff_t>(pick));
    }
    std::sort(usable.begin(), usable.end());
    const bool one = reference || usable.size() < 16;
    const std::span<const Wanted> wanted = one ? std::span<const Wanted>(whole) : std::span<const Wanted>(mixture);
    size_t next = 0;
    for (uint32_t k = 0; k < wanted.size() && k < t.job_slots; ++k) {
        const bool last = k + 1 == wanted.size();
        size_t count =
            last ? usable.size() - next : static_cast<size_t>(wanted[k].share * static_cast<double>(usable.size()));
        if (reference) count = std::min<size_t>(reference_job_nodes, usable.size());
        if (count == 0 || next >= usable.size()) continue;
        TrainingJob job;
        job.nodes.assign(usable.begin() + static_cast<ptrdiff_t>(next),
                         usable.begin() + static_cast<ptrdiff_t>(next + count));
        next += count;
        job.described.slot = k;
        job.described.name = wanted[k].name;
        job.described.user = wanted[k].user;
        job.described.partition = wanted[k].kind;
        job.step_seconds = wanted[k].step_seconds;
        jobs_.push_back(std::move(job));
    }
    for (TrainingJob& job : jobs_) describe(job);
}

// What a job of this size has come to in the days before, by the closed forms of the preset.
double Jobs::usual_goodput(const TrainingJob& job, double gpus) const {
    reliability::Setting setting =
        reliability::setting_of({fmt::format("preset={}", sim::describe(plan_.preset).name)});
    setting.gpus = setting.links = std::max(gpus, 1.0);
    setting.spares = setting.gpus;  // spares have always sufficed
    setting.step_seconds = job.step_seconds;
    setting.checkpoint_stall_seconds = job.checkpoint_seconds;
    return reliability::analyse(setting).shares.compute;
}

void Jobs::describe(TrainingJob& job) {
    Job& d = job.described;
    const uint64_t h = hash(stream(world_.seed, Stream::job_step), d.slot);
    d.id = fmt::format("{}", 481516 + d.slot * 23 + world_.seed % 97);
    d.state = JobState::running;
    // Started between half a day and three days before.
    const double age = 43200 + 216000.0 * unit(h);
    d.start_ns = world_.clock.ns(-age);
    d.submit_ns = d.start_ns - int64_t(1e9 * (120 + 3000 * double(unit(mix(h)))));
    job.step = static_cast<uint64_t>(age * 0.9 / job.step_seconds);
    job.step -= job.step % 100;
    job.checkpoint_step = job.step;
    job.step += 10 + h % 60;
    const double gpus = [&] {
        double sum = 0;
        for (const uint32_t n : job.nodes) sum += world_.topology->nodes[n].gpus.count;
        return sum;
    }();
    // 1–30 s (reference-cluster.md 4.3); the larger the job, the longer.
    job.checkpoint_seconds = std::clamp(2.0 + 7.0 * gpus / 98304 + 3.0 * unit(hash(h, 3)), 1.0, 25.0);
    job.wall_seconds = age;
    job.kept_seconds = age * std::clamp(usual_goodput(job, gpus) + 0.02 * (unit(hash(h, 4)) - 0.5), 0.0, 1.0);
    job.checkpoint_done = -double(job.step - job.checkpoint_step) * job.step_seconds;
    job.next_software_failure = until_software_failure(hash(h, 5), gpus);
    job.timeline.reserve(256);
    job.timeline.push_back({-2, -1.5 * unit(hash(h, 6)), Phase::reduce, 1});
    announce(job);
    Event event;
    event.id = hash(world_.seed, uint64_t(Stream::job_step), d.slot) | 1;
    event.time_ns = d.start_ns;
    event.object = {ObjectClass::job, d.slot};
    event.kind = "job_start";
    event.text = fmt::format("Job {} started on {} nodes.", d.name, job.nodes.size());
    world_.report(std::move(event));
}

// Fills in what follows from the nodes and sends the job's record.
void Jobs::announce(TrainingJob& job) {
    Job& d = job.described;
    const Topology& t = *world_.topology;
    d.nodes = ranges_of(job.nodes);
    d.gpus = 0;
    for (const uint32_t n : job.nodes) d.gpus += t.nodes[n].gpus.count;
    const uint32_t per_node = job.nodes.empty() ? 0 : t.nodes[job.nodes.front()].gpus.count;
    d.tensor_parallel = per_node == 0 ? 0 : std::min<uint32_t>(8, std::max(per_node, t.nvlink_domain));
    d.pipeline_parallel = d.tensor_parallel == 0 ? 0 : d.gpus / d.tensor_parallel >= 64 ? 16 : 1;
    const uint32_t group = std::max(1u, d.tensor_parallel * d.pipeline_parallel);
    d.data_parallel = d.tensor_parallel == 0 ? 0 : d.gpus / group;
    for (size_t i = 0; i < job.nodes.size(); ++i) {
        world_.node_slot[job.nodes[i]] = static_cast<int16_t>(d.slot);
        // By the protocol's rule for ranks: tensor-parallel fastest, then pipeline.
        const size_t group_of_tensors = i * per_node / std::max(1u, d.tensor_parallel);
        world_.node_stage[job.nodes[i]] = static_cast<uint8_t>(group_of_tensors % std::max(1u, d.pipeline_parallel));
    }
    world_.jobs.push_back(d);
}

void Jobs::replace_broken_nodes(TrainingJob& job) {
    const Topology& t = *world_.topology;
    std::vector<uint32_t> kept, lost;
    for (const uint32_t n : job.nodes) (world_.effects.node_usable[n] ? kept : lost).push_back(n);
    if (lost.empty()) return;
    const std::vector<uint32_t> all = trainable(t);
    // The nearest idle node after the lost one, so that a hall helps itself first.
    for (const uint32_t gone : lost) {
        world_.node_slot[gone] = -1;
        const auto from = std::lower_bound(all.begin(), all.end(), gone) - all.begin();
        for (size_t k = 1; k < all.size(); ++k) {
            const uint32_t n = all[(static_cast<size_t>(from) + k) % all.size()];
            if (world_.node_slot[n] >= 0 || !world_.effects.node_usable[n]) continue;
            world_.node_slot[n] = static_cast<int16_t>(job.described.slot);
            kept.push_back(n);
            break;
        }
    }
    std::sort(kept.begin(), kept.end());
    job.nodes = std::move(kept);
    announce(job);
}

}  // namespace bv::sim

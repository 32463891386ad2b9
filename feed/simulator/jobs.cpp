// A job is a line of segments in time: compute and reduce in every step, a checkpoint every hundred steps, a stall and
// a ramp after a failure. What a node does in an interval is the mean over it, so that steps of two seconds do not
// alias at 1 Hz.
#include "feed/simulator/jobs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace bv::sim {
namespace {

// reference-cluster.md 4.3: step of 2 s, 15 % of it exposed all-reduce; checkpoint every 100 steps, 1–30 s.
constexpr double reduce_share = 0.15;
constexpr uint64_t steps_per_checkpoint = 100;
// Within 300 ms of a failure all GPUs have dropped (4.3).
constexpr double drop_seconds = 0.3;
constexpr double ramp_step_seconds = 2.0;

void append(TrainingJob& job, Seconds length, Phase phase, float level = 1) {
    const Seconds begin = job.timeline.empty() ? 0 : job.timeline.back().end;
    job.timeline.push_back({begin, begin + length, phase, level});
}

void cut(TrainingJob& job, Seconds at) {
    while (!job.timeline.empty() && job.timeline.back().begin >= at) job.timeline.pop_back();
    if (!job.timeline.empty()) job.timeline.back().end = std::min(job.timeline.back().end, at);
}

}  // namespace

void Jobs::stop(uint32_t node, Seconds at, uint32_t fault) {
    const int slot = world_.node_slot[node];
    for (TrainingJob& job : jobs_) {
        if (static_cast<int>(job.described.slot) != slot) continue;
        interrupt(job, at, fault);
    }
}

void Jobs::interrupt(TrainingJob& job, Seconds at, uint32_t fault) {
    job.spares_due = 1;
    if (at < job.restarting_until && job.described.state == JobState::restarting) return;  // the same restart covers it
    extend(job, at + 1);  // in a long interval the failure may lie beyond what was foreseen
    ++job.interruptions;
    // Steps since the last checkpoint are lost.
    job.kept_seconds -= std::min(job.kept_seconds, double(job.step - job.checkpoint_step) * job.step_seconds);
    const auto rolled_back = static_cast<int32_t>(job.step - job.checkpoint_step);
    job.step = job.checkpoint_step;
    const uint64_t h = hash(stream(world_.seed, Stream::job_restart), job.described.slot, job.interruptions);
    const double detect = plan_.detect * (0.7 + 0.6 * unit(h)), reload = plan_.reload * (0.8 + 0.4 * unit(mix(h)));
    cut(job, at + drop_seconds * unit(mix(mix(h))));
    append(job, detect, Phase::stalled);
    append(job, reload, Phase::idle);
    job.restarting_until = job.timeline.back().end;
    job.stopped_at = at;
    // Restart ramps in 5–30 s (4.3).
    const int ramp = 3 + static_cast<int>(h % 10);
    for (int i = 1; i <= ramp; ++i) {
        append(job, ramp_step_seconds * (1 - reduce_share), Phase::compute, static_cast<float>(i) / (ramp + 1));
        append(job, ramp_step_seconds * reduce_share, Phase::reduce);
    }
    job.described.state = JobState::restarting;
    Event& event = job.interruption = {};
    event.id = hash(world_.seed, uint64_t(Stream::job_restart), job.described.slot, job.interruptions) | 1;
    event.time_ns = world_.clock.ns(at);
    event.severity = Severity::warning;
    event.object = {ObjectClass::job, job.described.slot};
    event.kind = "job_interrupted";
    event.code = rolled_back;
    event.text = fmt::format("Job {} stopped and restarts from step {}, {} steps back.", job.described.name, job.step,
                             rolled_back);
    job.fault = fault;
    // The framework notices with the first collective that does not end (assumed).
    world_.report(event, fault, at + 0.2 + 0.8 * unit(hash(h, 4)));
    announce(job);
}

void Jobs::add_step(TrainingJob& job) {
    const uint64_t h = hash(stream(world_.seed, Stream::job_step), job.described.slot, job.step, job.interruptions);
    // A straggler now and then stretches everybody's wait (4.3; how often and how much is assumed).
    const bool straggler = unit(mix(h)) < 0.02f;
    const double compute = job.step_seconds * (1 - reduce_share) * (1 + 0.006 * normal(h)) * job.slowdown;
    const double reduce = job.step_seconds * reduce_share * (1 + 0.02 * normal(mix(h)) + (straggler ? 0.9 : 0));
    append(job, compute, Phase::compute);
    append(job, reduce, Phase::reduce);
    job.last_step_seconds = compute + reduce;
    ++job.step;
    const bool forced =
        plan_.checkpoint_at >= 0 && !job.forced_checkpoint_done && job.timeline.back().end >= plan_.checkpoint_at;
    if (job.step % steps_per_checkpoint == 0 || forced) {
        const double length =
            job.checkpoint_seconds * (0.85 + 0.3 * unit(hash(stream(world_.seed, Stream::job_checkpoint), job.step)));
        append(job, std::clamp(length, 1.0, 30.0), Phase::checkpoint);
        job.checkpoint_step = job.step;
        if (forced) job.forced_checkpoint_done = true;
    }
}

void Jobs::extend(TrainingJob& job, Seconds until) {
    while (job.timeline.empty() || job.timeline.back().end < until) add_step(job);
    // Forget what has passed, in one go and without giving memory back.
    const Seconds past = world_.clock.begin() - 1;
    const auto keep =
        std::find_if(job.timeline.begin(), job.timeline.end(), [&](const Segment& s) { return s.end >= past; });
    job.timeline.erase(job.timeline.begin(), keep);
}

// Mean shares of the phases over the present interval, for nodes that are early or late by their phase offset.
void Jobs::integrate(TrainingJob& job) {
    const double interval = world_.clock.interval();
    for (uint32_t bin = 0; bin < phase_count; ++bin) {
        const Seconds from = world_.clock.begin() - phase_offset(bin), to = world_.clock.end() - phase_offset(bin);
        double parts[5] = {};
        for (const Segment& s : job.timeline) {
            const double overlap = std::min(to, s.end) - std::max(from, s.begin);
            if (overlap <= 0) continue;
            const double part = overlap / interval;
            parts[static_cast<int>(s.phase)] += part * s.level;
            parts[static_cast<int>(Phase::stalled)] += part * (1 - s.level);
        }
        const double rest = 1 - (parts[0] + parts[1] + parts[2] + parts[3] + parts[4]);
        job.shares[bin] = {static_cast<float>(parts[0]), static_cast<float>(parts[1]), static_cast<float>(parts[2]),
                           static_cast<float>(parts[3]), static_cast<float>(parts[4] + std::max(rest, 0.0))};
    }
}

Seconds Jobs::until_software_failure(uint64_t key, double gpus) const {
    const double per_year = plan_.software_rate * software_stops_per_year(plan_.preset, gpus);
    return exponential(key, 365.0 * 86400 / std::max(per_year, 1e-9));
}

void Jobs::advance() {
    const Seconds now = world_.clock.end();
    for (TrainingJob& job : jobs_) {
        if (job.next_software_failure <= now) {
            const Seconds at = job.next_software_failure;
            const uint32_t fault = world_.reports.begin_fault({.kind = "software",
                                                               .object = {ObjectClass::job, job.described.slot},
                                                               .begin_ns = world_.clock.ns(at),
                                                               .end_ns = world_.clock.ns(at)});
            interrupt(job, at, fault);
            job.next_software_failure += until_software_failure(
                hash(stream(world_.seed, Stream::job_restart), job.described.slot, job.interruptions, 1),
                job.described.gpus);
        }
        extend(job, now + 1);
        if (job.spares_due && now >= std::min(job.stopped_at + 5, job.restarting_until)) {
            replace_broken_nodes(job);
            job.spares_due = 0;
        }
        if (job.described.state == JobState::restarting && now >= job.restarting_until) {
            job.described.state = JobState::running;
            job.interruption.end_ns = world_.clock.ns(job.restarting_until);
            world_.report(job.interruption, job.fault);
            Event event = job.interruption;
            event.id = hash(event.id, 1) | 1;
            event.time_ns = event.end_ns;
            event.severity = Severity::info;
            event.kind = "job_restarted";
            event.text = fmt::format("Job {} runs again from step {}.", job.described.name, job.checkpoint_step);
            world_.report(std::move(event), job.fault);
            announce(job);
        }
        integrate(job);
    }
    share_out();
}

void Jobs::settle() {
    for (TrainingJob& job : jobs_) job.shares.fill({0.85f, 0.15f, 0, 0, 0});
    share_out();
}

void Jobs::share_out() {
    const auto& t = *world_.topology;
    auto& shares = world_.measured.node_share;
    for (size_t n = 0; n < t.nodes.size(); ++n) shares[n] = {0, 0, 0, 0, 1};
    for (const TrainingJob& job : jobs_) {
        for (const uint32_t n : job.nodes) shares[n] = job.shares[world_.traits.node_phase[n]];
    }
    for (const uint32_t n : world_.effects.dark_nodes) shares[n] = {0, 0, 0, 0, 1};
}

void Jobs::measure() {
    for (TrainingJob& job : jobs_) {
        const uint32_t slot = job.described.slot;
        const double interval = world_.clock.interval();
        const Share& share = job.shares[phase_count / 2];
        double watts = 0, slowest = 1;
        for (const uint32_t n : job.nodes) {
            watts += world_.measured.node_watts[n];
            slowest = std::max(slowest, 1.0 / world_.measured.node_throttle[n]);
        }
        job.slowdown = slowest;
        const bool running = job.described.state == JobState::running;
        job.wall_seconds += interval;
        job.kept_seconds += interval * (share.compute + share.reduce);
        const double goodput = job.kept_seconds / job.wall_seconds;
        const double speed = running ? job.step_seconds / job.last_step_seconds : 0;
        Seconds checkpoint_end = job.checkpoint_done;
        for (const Segment& s : job.timeline) {
            if (s.phase == Phase::checkpoint && s.end <= world_.clock.end())
                checkpoint_end = std::max(checkpoint_end, s.end);
        }
        job.checkpoint_done = checkpoint_end;
        health_.set(slot, double(running ? Health::ok : Health::warning));
        step_seconds_.set(slot, running ? job.last_step_seconds : 0);
        goodput_.set(slot, goodput);
        flops_.set(slot, 0.41 * speed);  // 38–43 % for Llama 3 405B in BF16 [LL3]
        tokens_.set(slot, speed * 16.0e6 / job.step_seconds * job.described.gpus / 98304);  // 16 M tokens a step [LL3]
        step_thousands_.set(slot, static_cast<double>(job.step) / 1000);
        power_.set(slot, watts);
        checkpoint_age_.set(slot, std::max(0.0, world_.clock.end() - checkpoint_end));
    }
}

double Jobs::goodput() const {
    double kept = 0, gpus = 0;
    for (const TrainingJob& job : jobs_) {
        const double weight = std::max(1u, job.described.gpus);
        kept += weight * job.kept_seconds / job.wall_seconds;
        gpus += weight;
    }
    return gpus > 0 ? kept / gpus : 0;
}

}  // namespace bv::sim

// The rules are a table. A column is scanned in runs of 512 values; only where one is beyond its limit it is looked at
// singly, so that a tick of 100,000 GPUs costs well under a millisecond.
#include "cluster/watch.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace bv {
namespace {

using C = ObjectClass;
constexpr int64_t second = 1'000'000'000;

struct Rule {
    C object_class;
    std::string_view metric;
    double raise, clear;  // units; at least `raise` raises, less than `clear` clears
    int64_t hold_ns, release_ns;
    Severity severity;
    const char *kind, *text;  // with %s for the path and %.1f for the value
};
// Limits are those of the metric catalogue; how long is assumed. Lateness falls to zero while a job writes a
// checkpoint.
constexpr std::array rules{
    Rule{C::gpu, "temp_celsius", 87, 84, 0, 30 * second, Severity::warning, "overheating",
         "GPU %s is at %.1f degrees Celsius."},
    Rule{C::gpu, "step_lateness_seconds", 0.3, 0.2, 10 * second, 60 * second, Severity::warning, "slow_rank",
         "GPU %s ends its steps %.1f s late."},
    Rule{C::link, "bit_error_rate", -5, -5.3, 10 * second, 60 * second, Severity::warning, "bit_errors",
         "Link %s has a bit error rate of 10 to the %.1f."},
    Rule{C::rack, "leak", 1, 1, 0, 60 * second, Severity::critical, "leak_detected",
         "The leak sensor of rack %s is wet (level %.1f)."},
    Rule{C::rack, "coolant_return_celsius", 45, 43, 10 * second, 60 * second, Severity::warning, "overheating",
         "The coolant of rack %s returns at %.1f degrees Celsius."},
};
constexpr size_t job_rule = rules.size();
constexpr double slow_ratio = 1.2, usual_ratio = 1.1;

// FNV-1a over what the event is about and when it began: the same in every program that watches the same values.
uint64_t id_of(size_t rule, uint32_t index, int64_t since_ns) {
    uint64_t h = 0xCBF29CE484222325ull;
    for (const uint64_t word : {uint64_t(rule), uint64_t(index), uint64_t(since_ns)})
        for (int i = 0; i < 8; ++i) h = (h ^ (word >> (8 * i) & 0xFF)) * 0x100000001B3ull;
    return h | 1;
}

uint64_t key_of(size_t rule, uint32_t index) { return uint64_t(rule) << 32 | index; }

// Whether any of these is at or over the limit and is data.
bool any_beyond(const uint16_t* values, size_t count, uint16_t limit) {
    bool any = false;
    for (size_t i = 0; i < count; ++i) any |= values[i] >= limit && values[i] != no_data;
    return any;
}

}  // namespace

void Watch::observe(const ClusterState& state, std::vector<Event>& out) {
    if (state.empty() || state.time_ns <= time_ns_) return;
    time_ns_ = state.time_ns;
    watched_.resize(rules.size() + 1);
    for (size_t rule = 0; rule < rules.size(); ++rule) observe_rule(state, rule, out);
    observe_jobs(state, out);
}

void Watch::observe_rule(const ClusterState& state, size_t rule, std::vector<Event>& out) {
    const Rule& r = rules[rule];
    const auto metric_index = find_metric(r.object_class, r.metric);
    if (!metric_index) return;
    const Metric& m = metrics_of(r.object_class)[*metric_index];
    const auto& values = state.classes[size_t(r.object_class)].columns[*metric_index].values;
    const uint16_t raise = quantise(m, r.raise), clear = quantise(m, r.clear);
    beyond_.clear();
    constexpr size_t run = 512;
    for (size_t first = 0; first < values.size(); first += run) {
        const size_t count = std::min(run, values.size() - first);
        if (!any_beyond(values.data() + first, count, raise)) continue;
        for (size_t i = first; i < first + count; ++i)
            if (values[i] >= raise && values[i] != no_data) beyond_.push_back(uint32_t(i));
    }
    for (const uint32_t i : beyond_) note(state, rule, i, true, false, out);
    for (size_t k = 0; k < watched_[rule].size();) {
        const uint32_t i = watched_[rule][k];
        // No data is neither: what falls silent keeps its alarm until it is heard again.
        if (!std::binary_search(beyond_.begin(), beyond_.end(), i)) note(state, rule, i, false, values[i] < clear, out);
        if (seen_.count(key_of(rule, i))) {
            ++k;
        } else {
            watched_[rule][k] = watched_[rule].back();
            watched_[rule].pop_back();
        }
    }
}

// A job is slow against its own usual step.
void Watch::observe_jobs(const ClusterState& state, std::vector<Event>& out) {
    const auto metric_index = find_metric(C::job, "step_seconds");
    if (!metric_index) return;
    const uint32_t count = state.topology().count(C::job);
    usual_step_.resize(count, 0);
    for (uint32_t job = 0; job < count; ++job) {
        const double step = state.value({C::job, job}, *metric_index);
        double& usual = usual_step_[job];
        if (std::isnan(step) || step <= 0) continue;
        if (usual == 0) usual = step;
        const bool known = seen_.count(key_of(job_rule, job)) != 0;
        if (step > slow_ratio * usual || known)
            note(state, job_rule, job, step > slow_ratio * usual, step < usual_ratio * usual, out);
        if (step < slow_ratio * usual) usual += 0.02 * (step - usual);
    }
}

void Watch::note(const ClusterState& state, size_t rule, uint32_t index, bool beyond, bool within,
                 std::vector<Event>& out) {
    const int64_t hold_ns = rule == job_rule ? 20 * second : rules[rule].hold_ns;
    const int64_t release_ns = rule == job_rule ? 30 * second : rules[rule].release_ns;
    const uint64_t key = key_of(rule, index);
    auto known = seen_.find(key);
    if (beyond) {
        if (known == seen_.end()) {
            known = seen_.emplace(key, Seen{.since_ns = time_ns_}).first;
            if (rule != job_rule) watched_[rule].push_back(index);
        }
        Seen& seen = known->second;
        seen.back_ns = 0;
        if (seen.event != 0 || time_ns_ < seen.since_ns + hold_ns) return;
        seen.event = id_of(rule, index, seen.since_ns);
        say(state, rule, index, seen, 0, out);
        return;
    }
    if (known == seen_.end() || !within) return;
    Seen& seen = known->second;
    if (seen.back_ns == 0) seen.back_ns = time_ns_;
    // What was not said yet is forgotten soon; a value that dips for a moment does not count anew.
    if (time_ns_ < seen.back_ns + (seen.event != 0 ? release_ns : hold_ns)) return;
    if (seen.event != 0) say(state, rule, index, seen, seen.back_ns, out);
    seen_.erase(known);
}

void Watch::say(const ClusterState& state, size_t rule, uint32_t index, const Seen& seen, int64_t end_ns,
                std::vector<Event>& out) const {
    Event event;
    event.id = seen.event;
    event.time_ns = seen.since_ns;
    event.end_ns = end_ns;
    event.source = source;
    char text[512];
    if (rule == job_rule) {
        event.object = {C::job, index};
        event.severity = Severity::warning;
        event.kind = "job_slow";
        std::snprintf(text, sizeof text, "The steps of job %s take longer than usual.",
                      state.topology().path_of(event.object).c_str());
    } else {
        const Rule& r = rules[rule];
        event.object = {r.object_class, index};
        event.severity = r.severity;
        event.kind = r.kind;
        const double value = state.value(event.object, *find_metric(r.object_class, r.metric));
        std::snprintf(text, sizeof text, r.text, state.topology().path_of(event.object).c_str(),
                      std::isnan(value) ? r.raise : value);
    }
    event.text = text;
    out.push_back(std::move(event));
}

}  // namespace bv

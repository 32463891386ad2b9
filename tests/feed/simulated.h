// Runs a simulator in tests and reads its columns by name, in units.
#pragma once

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "cluster/metrics.h"
#include "feed/simulator.h"
#include "tests/feed/made_cluster.h"

namespace bv::test {

class Simulated {
public:
    Simulated(std::shared_ptr<const Topology> cluster, const std::string& scenario, uint64_t seed = 1)
        : topology(std::move(cluster)), simulator(topology, {.seed = seed, .scenario = scenario}) {}

    // Steps to the given second since the start of the run, collecting events and jobs.
    void run_to(int second) {
        while (now < second) {
            batch = &simulator.step();
            ++now;
            events.insert(events.end(), batch->events.begin(), batch->events.end());
            jobs.insert(jobs.end(), batch->jobs.begin(), batch->jobs.end());
        }
    }

    [[nodiscard]] const TickColumn* column(ObjectClass object_class, std::string_view name) const {
        const auto index = find_metric(object_class, name);
        for (const TickColumn& c : batch->columns) {
            if (index && c.metric == MetricId{object_class, *index}) return &c;
        }
        return nullptr;
    }
    // NaN: no data, or no such column.
    [[nodiscard]] double value(ObjectClass object_class, std::string_view name, uint32_t index) const {
        const TickColumn* const c = column(object_class, name);
        return c ? dequantise(metric(c->metric), c->values[index]) : std::nan("");
    }
    [[nodiscard]] double sum(ObjectClass object_class, std::string_view name, uint32_t first, uint32_t count) const {
        double total = 0;
        for (uint32_t i = first; i < first + count; ++i) {
            const double v = value(object_class, name, i);
            total += std::isnan(v) ? 0 : v;
        }
        return total;
    }
    [[nodiscard]] Health health(ObjectClass object_class, uint32_t index) const {
        return static_cast<Health>(column(object_class, "health")->values[index]);
    }
    [[nodiscard]] uint32_t count_health(ObjectClass object_class, Health health) const {
        uint32_t n = 0;
        for (const uint16_t v : column(object_class, "health")->values) n += v == uint16_t(health);
        return n;
    }
    [[nodiscard]] const Event* event(std::string_view kind) const {
        for (const Event& e : events) {
            if (e.kind == kind) return &e;
        }
        return nullptr;
    }
    // FNV-1a over everything the last batch says.
    [[nodiscard]] uint64_t hash() const {
        uint64_t h = 14695981039346656037ull;
        const auto add = [&h](uint64_t v) { h = (h ^ v) * 1099511628211ull; };
        for (const TickColumn& c : batch->columns) {
            add(uint64_t(c.metric.object_class) << 8 | c.metric.index);
            for (const uint16_t v : c.values) add(v);
        }
        for (const Event& e : batch->events) add(e.id ^ uint64_t(e.time_ns) ^ uint64_t(e.end_ns));
        for (const Job& j : batch->jobs) add(j.slot + 7 * j.gpus + j.nodes.size());
        return h;
    }

    std::shared_ptr<const Topology> topology;
    Simulator simulator;
    int now = 0;
    const TelemetryBatch* batch = nullptr;
    std::vector<Event> events;
    std::vector<Job> jobs;
};

}  // namespace bv::test

// Differences between two states; see compare.h.
#include "viewer/compare.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace bv {

namespace {

constexpr float none = std::numeric_limits<float>::quiet_NaN();

// Values that count: heard, and not stale at that time.
std::vector<float> fresh_values(const ClusterState& state, int64_t time_ns, MetricId id) {
    const Metric& m = metric(id);
    std::vector<float> out(state.topology().count(id.object_class), none);
    const Column& column = state.classes[size_t(id.object_class)].columns[id.index];
    for (const auto& run : state.freshness(id.object_class, time_ns)) {
        if (!run.heard || run.stale) continue;
        for (uint32_t i = run.first; i < run.first + run.count && i < out.size(); ++i)
            out[i] = float(dequantise(m, column.values[i]));
    }
    return out;
}

// 1, 2 or 5 times a power of ten, at least `least`.
float round_up(float least) {
    const float power = std::pow(10.0f, std::floor(std::log10(least)));
    for (const float step : {1.0f, 2.0f, 5.0f})
        if (least <= step * power * 1.0001f) return step * power;
    return 10 * power;
}

// So that one in a hundred lies beyond, and what changes by less than a twentieth of the display range stays pale.
float range_of(const Comparison& comparison, const Metric& m) {
    std::vector<float> sizes;
    sizes.reserve(comparison.compared);
    for (const float d : comparison.difference)
        if (!std::isnan(d)) sizes.push_back(std::abs(d));
    float wanted = 0;
    if (!sizes.empty()) {
        const auto at = sizes.begin() + std::ptrdiff_t(double(sizes.size() - 1) * 0.99);
        std::nth_element(sizes.begin(), at, sizes.end());
        wanted = *at;
    }
    return round_up(std::max(wanted, (m.display_max - m.display_min) * 0.05f));
}

}  // namespace

Comparison compare(const ClusterState& now, int64_t now_time_ns, const ClusterState& then, int64_t then_time_ns,
                   MetricId id) {
    static uint64_t versions = 0;
    Comparison out;
    out.metric = id;
    out.version = ++versions;
    out.now_ns = now.empty() ? 0 : now.time_ns;
    out.then_ns = then.empty() ? 0 : then.time_ns;
    if (now.empty() || then.empty() || now.topology().hash != then.topology().hash) return out;
    out.now = fresh_values(now, now_time_ns, id);
    out.then = fresh_values(then, then_time_ns, id);
    out.difference.resize(out.now.size(), none);
    for (size_t i = 0; i < out.now.size(); ++i) {
        const bool has_now = !std::isnan(out.now[i]), had_then = !std::isnan(out.then[i]);
        out.difference[i] = out.now[i] - out.then[i];
        ++(has_now && had_then ? out.compared : has_now ? out.only_now : had_then ? out.only_then : out.neither);
    }
    out.range = range_of(out, metric(id));
    return out;
}

std::vector<uint32_t> most_changed(const Comparison& comparison, size_t most) {
    std::vector<uint32_t> order;
    for (uint32_t i = 0; i < comparison.difference.size(); ++i)
        if (!std::isnan(comparison.difference[i]) && comparison.difference[i] != 0) order.push_back(i);
    const auto more = [&](uint32_t a, uint32_t b) {
        const float x = std::abs(comparison.difference[a]), y = std::abs(comparison.difference[b]);
        return x != y ? x > y : a < b;
    };
    const auto end = order.begin() + std::ptrdiff_t(std::min(most, order.size()));
    std::partial_sort(order.begin(), end, order.end(), more);
    order.erase(end, order.end());
    return order;
}

}  // namespace bv

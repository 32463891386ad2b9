// Health from thresholds. Reads columns of raw values, writes one column of healths; compares raw values and without
// branches, so that a whole tick of 100,352 GPUs costs about as much as copying it.
#include "cluster/derived_health.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "cluster/state.h"

namespace bv {
namespace {

constexpr uint32_t block =
    4096;  // levels of one block stay in the first-level cache while metric after metric is looked at

// Levels while summing up: 0 no data, 1 ok, 2 warning, 3 critical. Turned into Health, or no_data, by subtracting 1.
static_assert(int(Health::ok) == 0 && int(Health::warning) == 1 && int(Health::critical) == 2 && no_data == 0xFFFF);

// Raw values moved down by 32768 keep their order as signed numbers, which baseline x86-64 compares eight at a time;
// unsigned ones it does not.
constexpr int16_t as_signed(int raw) { return int16_t(raw - 32768); }
constexpr int16_t signed_no_data = as_signed(no_data);

// Every value above `warning` and `critical` rises one level for each; where low is bad, every value that is not above
// them.
template <bool high, bool has_critical>
void raise_levels(const uint16_t* __restrict values, uint32_t count, int16_t warning, int16_t critical,
                  int16_t* __restrict levels) {
    for (uint32_t i = 0; i < count; ++i) {
        const auto value = int16_t(values[i] ^ 0x8000);
        const auto above = int16_t((value > warning ? 1 : 0) + (has_critical && value > critical ? 1 : 0));
        const auto level = int16_t(high ? 1 + above : 2 + has_critical - above);
        const int16_t known = value == signed_no_data ? int16_t(0) : level;
        levels[i] = levels[i] > known ? levels[i] : known;
    }
}

void raise(const Metric& metric, const uint16_t* values, uint32_t count, int16_t* levels) {
    const bool high = metric.direction == Direction::high_is_bad, has_critical = !std::isnan(metric.critical);
    // High is bad from the threshold on, so above one step below it; low is bad down to it, so not above it.
    const auto bound = [&](double threshold) { return as_signed(quantise(metric, threshold) - (high ? 1 : 0)); };
    // Without a warning of its own, critical passes both steps at once.
    const int16_t critical = has_critical ? bound(metric.critical) : int16_t(0);
    const int16_t warning = std::isnan(metric.warning) ? critical : bound(metric.warning);
    const auto kernel = high ? (has_critical ? raise_levels<true, true> : raise_levels<true, false>)
                             : (has_critical ? raise_levels<false, true> : raise_levels<false, false>);
    kernel(values, count, warning, critical, levels);
}

}  // namespace

bool has_thresholds(const Metric& metric) {
    return metric.direction != Direction::neutral && (!std::isnan(metric.warning) || !std::isnan(metric.critical));
}

void derive_health_run(ObjectClass object_class, std::span<const Column> columns, uint32_t first, uint32_t count,
                       uint16_t* out) {
    const auto metrics = metrics_of(object_class);
    for (uint32_t done = 0; done < count; done += block) {
        const uint32_t n = std::min(block, count - done);
        std::array<int16_t, block> levels;
        std::fill_n(levels.begin(), n, int16_t(0));
        for (size_t m = 1; m < metrics.size(); ++m)
            if (has_thresholds(metrics[m]) && !columns[m].coverage.empty())
                raise(metrics[m], columns[m].values.data() + first + done, n, levels.data());
        for (uint32_t i = 0; i < n; ++i) out[done + i] = uint16_t(levels[i] - 1);
    }
}

}  // namespace bv

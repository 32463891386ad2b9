// Looks metrics up and turns values into uint16 and back. Reads the tables of metric_tables.h, writes nothing.
#include "cluster/metrics.h"

#include <cmath>

#include "cluster/metric_tables.h"

namespace bv {

std::span<const Metric> metrics_of(ObjectClass object_class) {
    switch (object_class) {
        case ObjectClass::site:
            return metric_tables::site();
        case ObjectClass::hall:
            return metric_tables::hall();
        case ObjectClass::row:
            return metric_tables::row();
        case ObjectClass::rack:
            return metric_tables::rack();
        case ObjectClass::node:
            return metric_tables::node();
        case ObjectClass::gpu:
            return metric_tables::gpu();
        case ObjectClass::nic:
            return metric_tables::nic();
        case ObjectClass::switch_:
            return metric_tables::switch_();
        case ObjectClass::link:
            return metric_tables::link();
        case ObjectClass::cdu:
            return metric_tables::cdu();
        case ObjectClass::power:
            return metric_tables::power();
        case ObjectClass::plant:
            return metric_tables::plant();
        case ObjectClass::job:
            return metric_tables::job();
    }
    return {};
}

std::optional<MetricIndex> find_metric(ObjectClass object_class, std::string_view name) {
    const auto metrics = metrics_of(object_class);
    for (size_t i = 0; i < metrics.size(); ++i)
        if (metrics[i].name == name) return MetricIndex(i);
    return {};
}

uint16_t quantise(const Metric& metric, double value) {
    if (std::isnan(value)) return no_data;
    const double raw = (value - metric.offset) / metric.scale;
    if (raw <= 0) return 0;
    if (raw >= 65534) return 65534;
    return uint16_t(std::lround(raw));
}

double dequantise(const Metric& metric, uint16_t raw) {
    if (raw == no_data) return std::numeric_limits<double>::quiet_NaN();
    return metric.offset + metric.scale * raw;
}

}  // namespace bv

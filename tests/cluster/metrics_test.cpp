// The catalogue holds together, and quantisation loses no more than half a step.
#include <doctest/doctest.h>

#include <cmath>
#include <set>

#include "cluster/metrics.h"

namespace bv {
namespace {

TEST_CASE("every class begins with health and has unique snake_case names") {
    for (const ObjectClass object_class : all_object_classes) {
        CAPTURE(name_of(object_class));
        const auto metrics = metrics_of(object_class);
        REQUIRE(!metrics.empty());
        CHECK(metrics[health_metric].name == "health");
        std::set<std::string_view> names;
        for (const Metric& metric : metrics) {
            CAPTURE(metric.name);
            CHECK(names.insert(metric.name).second);
            CHECK(metric.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos);
            CHECK(!metric.label.empty());
            CHECK(find_metric(object_class, metric.name) == MetricIndex(&metric - metrics.data()));
        }
        CHECK(!find_metric(object_class, "no_such_metric"));
    }
}

TEST_CASE("GPUs and links have at least what the design names") {
    for (const std::string_view name :
         {"power_watts", "temp_celsius", "memory_temp_celsius", "tensor_active_ratio", "gpu_util_ratio",
          "sm_clock_hertz", "memory_used_bytes", "nvlink_bytes_per_second", "ecc_corrected", "step_lateness_seconds",
          "xid", "throttle_reasons"})
        CHECK_MESSAGE(find_metric(ObjectClass::gpu, name), name);
    for (const std::string_view name :
         {"tx_bytes_per_second", "rx_bytes_per_second", "bit_error_rate", "errors", "state"})
        CHECK_MESSAGE(find_metric(ObjectClass::link, name), name);
}

TEST_CASE("display ranges and thresholds can be represented, and lie in order") {
    for (const ObjectClass object_class : all_object_classes)
        for (const Metric& metric : metrics_of(object_class)) {
            CAPTURE(name_of(object_class));
            CAPTURE(metric.name);
            CHECK(metric.scale > 0);
            CHECK(metric.display_min < metric.display_max);
            for (const float edge : {metric.display_min, metric.display_max, metric.warning, metric.critical}) {
                if (std::isnan(edge)) continue;
                CHECK(double(edge) >= metric.offset - metric.scale);
                CHECK(double(edge) <= metric.offset + metric.scale * 65534);
            }
            if (!std::isnan(metric.warning) && !std::isnan(metric.critical)) {
                if (metric.direction == Direction::high_is_bad) CHECK(metric.warning < metric.critical);
                if (metric.direction == Direction::low_is_bad) CHECK(metric.warning > metric.critical);
                CHECK(metric.direction != Direction::neutral);
            }
            // Derived health compares with one step below a high threshold: there must be one.
            if (metric.direction == Direction::high_is_bad)
                for (const float edge : {metric.warning, metric.critical})
                    if (!std::isnan(edge)) CHECK(quantise(metric, edge) > 0);
        }
}

TEST_CASE("quantise is right to half a step, clamps, and keeps no data apart") {
    for (const ObjectClass object_class : all_object_classes)
        for (const Metric& metric : metrics_of(object_class)) {
            CAPTURE(metric.name);
            CHECK(quantise(metric, std::nan("")) == no_data);
            CHECK(std::isnan(dequantise(metric, no_data)));
            CHECK(quantise(metric, -INFINITY) == 0);
            CHECK(quantise(metric, INFINITY) == 65534);
            CHECK(quantise(metric, metric.offset + metric.scale * 1e6) == 65534);
            CHECK(quantise(metric, metric.offset - metric.scale * 1e6) == 0);
            for (const uint16_t raw : {0, 1, 77, 12345, 65533, 65534})
                CHECK(quantise(metric, dequantise(metric, raw)) == raw);
            const double value = metric.offset + metric.scale * 1000.3;
            CHECK(std::abs(dequantise(metric, quantise(metric, value)) - value) <= metric.scale * 0.5000001);
        }
}

TEST_CASE("names of classes and healths read back") {
    for (const ObjectClass object_class : all_object_classes)
        CHECK(object_class_from(name_of(object_class)) == object_class);
    CHECK(name_of(ObjectClass::switch_) == "switch");
    CHECK(!object_class_from("switch_"));
    for (size_t h = 0; h < health_count; ++h) CHECK(health_from(name_of(Health(h))) == Health(h));
    CHECK(worse(Health::unknown, Health::warning) == Health::warning);
    CHECK(worse(Health::unknown, Health::ok) == Health::unknown);
    CHECK(worse(Health::down, Health::critical) == Health::down);
    CHECK(worse(Health::maintenance, Health::unknown) == Health::unknown);
}

}  // namespace
}  // namespace bv

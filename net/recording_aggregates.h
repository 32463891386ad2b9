// Minutes and hours of a recording: minimum, mean and maximum of every metric of sites and halls, of every rack, and
// health counts per class. They draw timelines and sparklines without unpacking ticks.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "cluster/state.h"
#include "net/sqlite.h"

namespace bv {

// Fed with every tick by the recorder, in order of time. Writes nothing until write().
class Aggregates {
public:
    explicit Aggregates(std::shared_ptr<const Topology> topology);
    void add(const TelemetryBatch& batch);
    // Writes what was collected; goes on with rows of the same minute that are there already. Of racks only whole
    // minutes are written, unless these are the last. What was written is collected still, until it is committed.
    void write(Database& database, bool last = false);
    void committed();

private:
    struct Sum {
        double min = 0, max = 0, sum = 0;
        uint32_t count = 0;
        void add(double value);
    };
    struct Key {
        int64_t begin_ns;
        uint32_t step_s;
        MetricId metric;
        uint32_t index;
        auto operator<=>(const Key&) const = default;
    };
    struct HealthKey {
        int64_t begin_ns;
        uint32_t step_s;
        ObjectClass object_class;
        auto operator<=>(const HealthKey&) const = default;
    };
    // Minutes of all racks, one metric each.
    struct RackMinute {
        int64_t begin_ns = 0;
        std::vector<Sum> sums;
    };
    void count_health(const TickColumn& column, int64_t time_ns);
    void add_racks(const TickColumn& column, int64_t time_ns);
    void write_racks(Database& database);

    std::shared_ptr<const Topology> topology_;
    std::map<Key, Sum> sums_;
    std::map<HealthKey, std::array<uint32_t, health_count>> health_;
    std::map<MetricIndex, RackMinute> racks_;
    std::vector<std::pair<MetricIndex, RackMinute>> whole_minutes_;
    // The newest health of every object, because a tick may bring a class in several stretches.
    std::array<std::vector<uint16_t>, object_class_count> newest_health_;
};

// One minute of one metric of all racks: raw values, no_data where nothing was heard. The blob is zstd of the three
// arrays one after the other, little-endian.
struct RackAggregate {
    std::vector<uint16_t> min, mean, max;
};
[[nodiscard]] bool unpack(std::span<const std::byte> blob, size_t racks, RackAggregate& out);

int64_t aggregate_check(uint32_t step_s, int64_t metric, int64_t index, int64_t begin_ns, double min, double mean,
                        double max, int64_t count);
int64_t health_check(uint32_t step_s, std::string_view object_class, int64_t begin_ns,
                     const std::array<uint32_t, health_count>& counts);
// How bad the counts are: down, critical, warning, unknown, maintenance, in this order of weight.
uint64_t badness(const std::array<uint32_t, health_count>& counts);

}  // namespace bv

// See recording_aggregates.h. Rows already in the file are read when a minute is touched again, so that a restarted
// recorder goes on with it.
#include "net/recording_aggregates.h"

#include <algorithm>
#include <cmath>

#include "net/checksum.h"
#include "net/planes.h"

namespace bv {

namespace {

constexpr std::array<uint32_t, 2> steps_s{60, 3600};

int64_t begin_of(int64_t time_ns, uint32_t step_s) {
    const int64_t step = int64_t(step_s) * 1'000'000'000;
    int64_t rest = time_ns % step;
    if (rest < 0) rest += step;
    return time_ns - rest;
}

bool summed_up(ObjectClass object_class) {
    return object_class == ObjectClass::site || object_class == ObjectClass::hall;
}

}  // namespace

int64_t aggregate_check(uint32_t step_s, int64_t metric, int64_t index, int64_t begin_ns, double min, double mean,
                        double max, int64_t count) {
    return RowCheck()
        .add(int64_t(step_s))
        .add(metric)
        .add(index)
        .add(begin_ns)
        .add(min)
        .add(mean)
        .add(max)
        .add(count)
        .value();
}

int64_t health_check(uint32_t step_s, std::string_view object_class, int64_t begin_ns,
                     const std::array<uint32_t, health_count>& counts) {
    RowCheck check;
    check.add(int64_t(step_s)).add(object_class).add(begin_ns);
    for (const uint32_t count : counts) check.add(int64_t(count));
    return check.value();
}

uint64_t badness(const std::array<uint32_t, health_count>& counts) {
    const auto of = [&](Health health) { return uint64_t(counts[size_t(health)]); };
    return (of(Health::down) << 24) + (of(Health::critical) << 16) + (of(Health::warning) << 8) +
           (of(Health::unknown) << 4) + of(Health::maintenance);
}

void Aggregates::Sum::add(double value) {
    if (std::isnan(value)) return;
    min = count ? std::min(min, value) : value;
    max = count ? std::max(max, value) : value;
    sum += value;
    ++count;
}

Aggregates::Aggregates(std::shared_ptr<const Topology> topology) : topology_(std::move(topology)) {
    for (const ObjectClass c : all_object_classes) newest_health_[size_t(c)].assign(topology_->count(c), no_data);
}

void Aggregates::add(const TelemetryBatch& batch) {
    for (const TickColumn& column : batch.columns) {
        if (column.metric.index == health_metric) {
            count_health(column, batch.time_ns);
            continue;
        }
        if (column.metric.object_class == ObjectClass::rack) add_racks(column, batch.time_ns);
        if (!summed_up(column.metric.object_class)) continue;
        const Metric& m = metric(column.metric);
        for (size_t i = 0; i < column.values.size(); ++i)
            for (const uint32_t step_s : steps_s)
                sums_[{begin_of(batch.time_ns, step_s), step_s, column.metric, column.first + uint32_t(i)}].add(
                    dequantise(m, column.values[i]));
    }
}

void Aggregates::count_health(const TickColumn& column, int64_t time_ns) {
    auto& newest = newest_health_[size_t(column.metric.object_class)];
    if (column.first + column.values.size() > newest.size()) return;
    std::copy(column.values.begin(), column.values.end(), newest.begin() + column.first);
    if (column.first + column.values.size() < newest.size()) return;  // the last stretch completes the class
    std::array<uint32_t, health_count> counts{};
    for (const uint16_t raw : newest) ++counts[raw < health_count ? raw : size_t(Health::unknown)];
    for (const uint32_t step_s : steps_s) {
        auto& worst = health_[{begin_of(time_ns, step_s), step_s, column.metric.object_class}];
        if (badness(counts) >= badness(worst)) worst = counts;
    }
}

void Aggregates::add_racks(const TickColumn& column, int64_t time_ns) {
    RackMinute& minute = racks_[column.metric.index];
    const int64_t begin_ns = begin_of(time_ns, steps_s.front());
    if (minute.begin_ns != begin_ns) {
        if (!minute.sums.empty()) whole_minutes_.emplace_back(column.metric.index, std::move(minute));
        minute = {begin_ns, std::vector<Sum>(topology_->count(ObjectClass::rack))};
    }
    const Metric& m = metric(column.metric);
    for (size_t i = 0; i < column.values.size() && column.first + i < minute.sums.size(); ++i)
        minute.sums[column.first + i].add(dequantise(m, column.values[i]));
}

bool unpack(std::span<const std::byte> blob, size_t racks, RackAggregate& out) {
    std::vector<uint16_t> all(3 * racks);
    Decompressor decompressor;
    if (!decompressor.decompress(blob, std::as_writable_bytes(std::span(all)))) return false;
    const auto at = all.begin();
    out.min.assign(at, at + std::ptrdiff_t(racks));
    out.mean.assign(at + std::ptrdiff_t(racks), at + std::ptrdiff_t(2 * racks));
    out.max.assign(at + std::ptrdiff_t(2 * racks), all.end());
    return true;
}

void Aggregates::write_racks(Database& database) {
    Statement put(database, "insert or replace into rack_aggregate (metric, begin_ns, data, crc) values (?, ?, ?, ?)");
    Compressor compressor;
    for (const auto& [index, minute] : whole_minutes_) {
        const Metric& m = metrics_of(ObjectClass::rack)[index];
        const size_t racks = minute.sums.size();
        std::vector<uint16_t> all(3 * racks, no_data);
        for (size_t i = 0; i < racks; ++i) {
            const Sum& sum = minute.sums[i];
            if (sum.count == 0) continue;
            all[i] = quantise(m, sum.min);
            all[racks + i] = quantise(m, sum.sum / double(sum.count));
            all[2 * racks + i] = quantise(m, sum.max);
        }
        const auto data = compressor.compress(std::as_bytes(std::span(all)));
        const int64_t metric = int64_t(ObjectClass::rack) << 8 | index;
        put.bind_all(metric, minute.begin_ns, data, RowCheck().add(metric).add(minute.begin_ns).add(data).value())
            .run();
    }
}

void Aggregates::write(Database& database, bool last) {
    if (last)
        for (auto& [index, minute] : racks_) whole_minutes_.emplace_back(index, std::move(minute));
    if (last) racks_.clear();
    write_racks(database);
    Statement known(database,
                    "select min, mean, max, count, crc from aggregate where step_s = ? and metric = ? and "
                    "object_index = ? and begin_ns = ?");
    Statement put(database, "insert or replace into aggregate values (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    for (const auto& [key, sum] : sums_) {
        const int64_t metric = int64_t(key.metric.object_class) << 8 | key.metric.index;
        double low = sum.min, high = sum.max, total = sum.sum;
        int64_t count = sum.count;
        known.bind_all(int64_t(key.step_s), metric, int64_t(key.index), key.begin_ns);
        if (known.step() &&
            known.integer(4) == aggregate_check(key.step_s, metric, key.index, key.begin_ns, known.real(0),
                                                known.real(1), known.real(2), known.integer(3))) {
            if (count == 0) low = known.real(0), high = known.real(2);
            low = std::min(low, known.real(0));
            high = std::max(high, known.real(2));
            total += known.real(1) * double(known.integer(3));
            count += known.integer(3);
        }
        known.reset();
        if (count == 0) continue;
        const double mean = total / double(count);
        put.bind_all(int64_t(key.step_s), metric, int64_t(key.index), key.begin_ns, low, mean, high, count,
                     aggregate_check(key.step_s, metric, key.index, key.begin_ns, low, mean, high, count))
            .run();
    }
    Statement known_health(database,
                           "select ok, warning, critical, down, maintenance, unknown, crc from health where step_s = ? "
                           "and class = ? and begin_ns = ?");
    Statement put_health(database, "insert or replace into health values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    for (const auto& [key, collected] : health_) {
        auto counts = collected;
        known_health.bind_all(int64_t(key.step_s), name_of(key.object_class), key.begin_ns);
        if (known_health.step()) {
            std::array<uint32_t, health_count> before{};
            for (size_t i = 0; i < health_count; ++i) before[i] = uint32_t(known_health.integer(int(i)));
            if (health_check(key.step_s, name_of(key.object_class), key.begin_ns, before) == known_health.integer(6) &&
                badness(before) > badness(counts))
                counts = before;
        }
        known_health.reset();
        put_health
            .bind_all(int64_t(key.step_s), name_of(key.object_class), key.begin_ns, int64_t(counts[0]),
                      int64_t(counts[1]), int64_t(counts[2]), int64_t(counts[3]), int64_t(counts[4]),
                      int64_t(counts[5]), health_check(key.step_s, name_of(key.object_class), key.begin_ns, counts))
            .run();
    }
}

void Aggregates::committed() {
    sums_.clear();
    health_.clear();
    whole_minutes_.clear();
}

}  // namespace bv

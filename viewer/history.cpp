// Reads histories column by column; see history.h. Reads a recording, writes columns.
#include "viewer/history.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "cluster/time_text.h"
#include "net/recording.h"

namespace bv {

namespace {

constexpr float none = std::numeric_limits<float>::quiet_NaN();
constexpr int64_t parts = 24;  // a question is read in so many parts, from the left, all lines in each
// A group's every tick is read where they are this few; of longer ranges about two ticks a column.
constexpr int64_t every_tick_within_ns = 900ll * 1'000'000'000;

int64_t column_ns(const HistoryQuery& query) {
    return std::max<int64_t>(1, (query.end_ns - query.begin_ns) / std::max(1u, query.columns));
}

int64_t every_ns(const HistoryQuery& query) {
    return query.end_ns - query.begin_ns <= every_tick_within_ns ? 0 : column_ns(query) / 2;
}

}  // namespace

size_t HistoryValues::bridge(const HistoryQuery& query) const {
    const int64_t longest = interval_ns * 7 / 2;
    return std::max<size_t>(1, size_t(longest / column_ns(query)));
}

int64_t History::time_of(size_t column) const {
    const double share = (double(column) + 0.5) / double(std::max(1u, query.columns));
    return query.begin_ns + int64_t(share * double(query.end_ns - query.begin_ns));
}

HistoryColumns::HistoryColumns(int64_t begin_ns, int64_t end_ns, uint32_t columns)
    : begin_ns_(begin_ns), end_ns_(end_ns), cells_(columns) {}

void HistoryColumns::add(int64_t time_ns, float min, float max, double sum, uint32_t count) {
    if (time_ns < begin_ns_ || time_ns >= end_ns_ || cells_.empty()) return;
    if (last_ns_ && time_ns > last_ns_ && (interval_ns_ == 0 || time_ns - last_ns_ < interval_ns_))
        interval_ns_ = time_ns - last_ns_;
    last_ns_ = time_ns;
    const double share = double(time_ns - begin_ns_) / double(end_ns_ - begin_ns_);
    Cell& cell = cells_[std::min(cells_.size() - 1, size_t(share * double(cells_.size())))];
    if (count == 0) {
        cell.broken = true;
        return;
    }
    cell.min = cell.count ? std::min(cell.min, min) : min;
    cell.max = cell.count ? std::max(cell.max, max) : max;
    cell.sum += sum;
    cell.count += count;
}

HistoryValues HistoryColumns::values() const {
    HistoryValues out;
    out.interval_ns = interval_ns_;
    out.columns.reserve(cells_.size());
    for (const Cell& cell : cells_) {
        if (cell.count)
            out.columns.push_back({cell.min, float(cell.sum / double(cell.count)), cell.max, cell.broken});
        else
            out.columns.push_back({none, none, none, cell.broken});
    }
    return out;
}

std::vector<IndexRange> objects_of(const ClusterState& state, ObjectId of, ObjectClass object_class) {
    const Topology& t = state.topology();
    if (!t.contains(of)) return {};
    if (of.object_class == object_class) return {{of.index, 1}};
    const auto inside = [&](ObjectId id) -> IndexRange {
        if (object_class == ObjectClass::gpu) return t.gpus_in(id);
        if (object_class == ObjectClass::node) return t.nodes_in(id);
        if (object_class == ObjectClass::rack) return t.racks_in(id);
        return {};
    };
    std::vector<IndexRange> out;
    if (of.object_class == ObjectClass::job) {
        if (of.index >= state.jobs.size()) return {};
        for (const IndexRange& nodes : state.jobs[of.index].nodes) {
            if (object_class == ObjectClass::node) out.push_back(nodes);
            if (object_class != ObjectClass::gpu) continue;
            for (uint32_t node = nodes.first; node < nodes.end() && node < t.nodes.size(); ++node) {
                const IndexRange gpus = t.nodes[node].gpus;
                if (!out.empty() && out.back().end() == gpus.first)
                    out.back().count += gpus.count;
                else
                    out.push_back(gpus);
            }
        }
    } else if (of.object_class < object_class) {
        out.push_back(inside(of));
    }
    std::erase_if(out, [](const IndexRange& range) { return range.count == 0; });
    return out;
}

HistoryLine history_line(const ClusterState& state, ObjectId of, MetricId metric) {
    return {of, metric, objects_of(state, of, metric.object_class)};
}

// The connection that is kept from one question to the next.
struct PlotReader::File {
    explicit File(const std::filesystem::path& file) : path(file), recording(file) {}
    std::filesystem::path path;
    Recording recording;
};

PlotReader::PlotReader() = default;

PlotReader::~PlotReader() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void PlotReader::ask(HistoryQuery query) {
    const std::lock_guard lock(mutex_);
    if (query == asked_) return;
    asked_ = std::move(query);
    waits_ = true;
    if (!thread_.joinable()) thread_ = std::thread([this] { serve(); });
    changed_.notify_all();
}

std::shared_ptr<const History> PlotReader::newest() const {
    const std::lock_guard lock(mutex_);
    return newest_;
}

bool PlotReader::reading() const {
    const std::lock_guard lock(mutex_);
    return waits_ || reading_;
}

void PlotReader::wait() const {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !waits_ && !reading_; });
}

bool PlotReader::asked_anew() {
    const std::lock_guard lock(mutex_);
    return waits_ || stop_;
}

void PlotReader::publish(std::shared_ptr<const History> history) {
    {
        const std::lock_guard lock(mutex_);
        newest_ = std::move(history);
    }
    if (on_change) on_change();
}

void PlotReader::serve() {
    for (;;) {
        HistoryQuery query;
        {
            std::unique_lock lock(mutex_);
            reading_ = false;
            changed_.notify_all();
            changed_.wait(lock, [&] { return stop_ || waits_; });
            if (stop_) return;
            waits_ = false;
            reading_ = true;
            query = asked_;
        }
        try {
            read(query);
        } catch (const std::exception& error) {
            auto failed = std::make_shared<History>();
            failed->lines.resize(query.lines.size());
            failed->read_until_ns = query.end_ns;
            failed->problem = error.what();
            failed->query = std::move(query);
            publish(std::move(failed));
        }
    }
}

void PlotReader::read(const HistoryQuery& query) {
    const auto start = std::chrono::steady_clock::now();
    if (!file_ || file_->path != query.recording) file_ = std::make_unique<File>(query.recording);
    Recording& recording = file_->recording;
    std::vector<HistoryColumns> lines(query.lines.size(), {query.begin_ns, query.end_ns, query.columns});
    const int64_t sampled_ns = every_ns(query);
    for (int64_t part = 0; part < parts; ++part) {
        const int64_t length = query.end_ns - query.begin_ns;
        const int64_t begin = query.begin_ns + length / parts * part;
        const int64_t end = part + 1 == parts ? query.end_ns : begin + length / parts;
        for (size_t i = 0; i < lines.size(); ++i) {
            const HistoryLine& line = query.lines[i];
            const Metric& m = metric(line.metric);
            if (line.is_group()) {
                recording.spread(line.metric, line.objects, begin, end - 1, sampled_ns, [&](const auto& spread) {
                    lines[i].add(spread.time_ns, spread.min, spread.max, spread.sum, spread.count);
                    return !asked_anew();
                });
            } else {
                recording.history(line.metric, line.of.index, begin, end - 1, [&](auto samples) {
                    for (const auto& sample : samples) {
                        const double value = dequantise(m, sample.raw);
                        lines[i].add(sample.time_ns, float(value), float(value), value, std::isnan(value) ? 0 : 1);
                    }
                    return !asked_anew();
                });
            }
        }
        if (asked_anew()) return;
        auto so_far = std::make_shared<History>();
        so_far->query = query;
        for (const HistoryColumns& line : lines) so_far->lines.push_back(line.values());
        so_far->read_until_ns = end;
        const bool any_group =
            std::any_of(query.lines.begin(), query.lines.end(), [](auto& l) { return l.is_group(); });
        so_far->every_ns = any_group ? sampled_ns : 0;
        so_far->problem = recording.damage().sentence;
        so_far->took_ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
        publish(std::move(so_far));
    }
}

std::string history_csv(const History& history, const Topology& topology) {
    std::string out = "time";
    for (const HistoryLine& line : history.query.lines) {
        const Metric& m = metric(line.metric);
        const std::string what =
            fmt::format("{} {}.{}", topology.path_of(line.of), name_of(line.metric.object_class), m.name);
        for (const char* of : {"min", "mean", "max"}) out += fmt::format(",\"{} {}\"", what, of);
    }
    out += '\n';
    for (size_t column = 0; column < history.query.columns; ++column) {
        std::string row;
        bool any = false;
        for (const HistoryValues& line : history.lines) {
            const bool there = column < line.columns.size() && !std::isnan(line.columns[column].mean);
            any = any || there;
            if (there) {
                const HistoryColumn& c = line.columns[column];
                row += fmt::format(",{},{},{}", c.min, c.mean, c.max);
            } else {
                row += ",,,";
            }
        }
        if (any) out += utc_text(history.time_of(column)) + row + '\n';
    }
    return out;
}

}  // namespace bv

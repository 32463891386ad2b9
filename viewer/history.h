// Histories out of a recording, for plots: least, mean and greatest of every pixel column. Read on a thread of its own
// through a connection of its own; what is there so far can be drawn at any time.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "cluster/state.h"

namespace bv {

// One line of a plot: a metric of one object, or of all objects of the metric's class that belong to it (`objects`).
struct HistoryLine {
    ObjectId of;
    MetricId metric;
    std::vector<IndexRange> objects;
    [[nodiscard]] bool is_group() const { return metric.object_class != of.object_class; }
    auto operator<=>(const HistoryLine&) const = default;
};

struct HistoryQuery {
    std::filesystem::path recording;
    std::vector<HistoryLine> lines;
    int64_t begin_ns = 0, end_ns = 0;
    uint32_t columns = 0;  // equal parts of [begin_ns, end_ns)
    bool operator==(const HistoryQuery&) const = default;
};

// Of all that was heard in one column; NaN where nothing was. Memory is bounded by columns, whatever the range.
struct HistoryColumn {
    float min, mean, max;
    bool broken;  // somebody said in it that there is no value
};

struct HistoryValues {
    std::vector<HistoryColumn> columns;
    int64_t interval_ns = 0;  // between two values, the shortest seen; 0: not known
    // Columns further apart than this are not joined: three intervals without a word are a gap.
    [[nodiscard]] size_t bridge(const HistoryQuery& query) const;
};

struct History {
    HistoryQuery query;
    std::vector<HistoryValues> lines;  // as in the query
    int64_t read_until_ns = 0;         // what is later is still to come
    int64_t every_ns = 0;              // groups over long ranges are sampled so far apart; 0: every tick
    std::string problem;               // one sentence where the recording could not be read or rows were left out
    double took_ms = 0;
    [[nodiscard]] bool complete() const { return read_until_ns >= query.end_ns; }
    [[nodiscard]] int64_t time_of(size_t column) const;  // the middle of a column
};

// Adds values to columns. A pure accumulator, apart from the thread for tests.
class HistoryColumns {
public:
    HistoryColumns(int64_t begin_ns, int64_t end_ns, uint32_t columns);
    // `count` values that add up to `sum`; 0: somebody said that there is none.
    void add(int64_t time_ns, float min, float max, double sum, uint32_t count);
    // NaN where nothing was heard.
    [[nodiscard]] HistoryValues values() const;

private:
    struct Cell {
        float min = 0, max = 0;
        double sum = 0;
        uint64_t count = 0;
        bool broken = false;
    };
    int64_t begin_ns_, end_ns_;
    std::vector<Cell> cells_;
    int64_t last_ns_ = 0, interval_ns_ = 0;
};

// The objects of a class that belong to another: of a job its nodes and their GPUs, of what contains them its part of
// the building, of one of them itself. Empty where there is no such relation.
std::vector<IndexRange> objects_of(const ClusterState& state, ObjectId of, ObjectClass object_class);
// A line with its objects looked up.
HistoryLine history_line(const ClusterState& state, ObjectId of, MetricId metric);

// One question at a time: a new one ends the reading of the one before.
class PlotReader {
public:
    PlotReader();
    ~PlotReader();
    PlotReader(const PlotReader&) = delete;
    PlotReader& operator=(const PlotReader&) = delete;

    std::function<void()> on_change;  // more is there; called on the reader's thread

    // The same question again is not read again.
    void ask(HistoryQuery query);
    // What has been read of the question asked last; before its first part has come, what is known of the one before.
    // Null until there is anything.
    [[nodiscard]] std::shared_ptr<const History> newest() const;
    [[nodiscard]] bool reading() const;
    void wait() const;  // until nothing is being read: for pictures

private:
    void serve();
    void read(const HistoryQuery& query);
    [[nodiscard]] bool asked_anew();
    void publish(std::shared_ptr<const History> history);

    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    HistoryQuery asked_;  // guarded by mutex_
    bool waits_ = false;  // asked_ has not been taken up
    bool reading_ = false, stop_ = false;
    std::shared_ptr<const History> newest_;
    std::thread thread_;
    struct File;
    std::unique_ptr<File> file_;  // of the thread
};

// Comma-separated: one row per column that has a value, per line its mean, and of groups and wide columns least and
// greatest.
std::string history_csv(const History& history, const Topology& topology);

}  // namespace bv

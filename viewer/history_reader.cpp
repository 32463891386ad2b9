// Answers questions about a recording, see history_reader.h. Reads a Recording of its own.
#include "viewer/history_reader.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

namespace bv {

namespace {

constexpr int64_t second_ns = 1'000'000'000, minute_ns = 60 * second_ns;
// Shorter than this a stretch is drawn tick by tick, for minutes would be too coarse.
constexpr int64_t drawn_by_ticks_ns = 40 * minute_ns;
constexpr auto shortest_between_same = std::chrono::seconds(1);
// While the cursor plays, plots follow it this often.
constexpr auto shortest_between_lines = std::chrono::milliseconds(250);

int64_t step_of(const TimeRange& range, size_t columns) {
    const int64_t step = range.length_ns() / int64_t(std::max<size_t>(columns, 1));
    return std::max(minute_ns, (step + minute_ns - 1) / minute_ns * minute_ns);
}

struct Value {
    int64_t time_ns;
    float value;
};

std::vector<Value> values_of(Recording& recording, MetricId metric, uint32_t index, int64_t begin_ns, int64_t end_ns) {
    std::vector<Value> all;
    recording.history(metric, index, begin_ns, end_ns, [&](std::span<const Recording::Sample> samples) {
        for (const auto& sample : samples)
            all.push_back({sample.time_ns, float(dequantise(bv::metric(metric), sample.raw))});
        return true;
    });
    // Series of one object follow each other where its source changed its ranges.
    std::stable_sort(all.begin(), all.end(), [](const Value& a, const Value& b) { return a.time_ns < b.time_ns; });
    return all;
}

Sparkline line_of(const std::vector<Value>& values) {
    Sparkline line;
    int64_t interval_ns = 0;
    for (size_t i = 1; i < values.size(); ++i)
        if (const int64_t step = values[i].time_ns - values[i - 1].time_ns; step > 0)
            interval_ns = interval_ns ? std::min(interval_ns, step) : step;
    for (const Value& value : values) line.add(value.value, value.time_ns, interval_ns ? interval_ns : second_ns);
    return line;
}

}  // namespace

HistoryReader::HistoryReader(std::filesystem::path path, const LoadedCluster& cluster, bool wait,
                             std::function<void()> on_answer)
    : recording_(std::move(path), &cluster),
      topology_(cluster.topology),
      wait_(wait),
      on_answer_(std::move(on_answer)) {
    if (!wait_) thread_ = std::thread([this] { run(); });
}

HistoryReader::~HistoryReader() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    asked_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void HistoryReader::run() {
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            asked_.wait(lock, [this] { return stop_ || strip_question_ || lines_question_; });
            if (stop_) return;
        }
        if (answer() && on_answer_) on_answer_();
        std::unique_lock lock(mutex_);
        asked_.wait_for(lock, shortest_between_lines, [this] { return stop_ || strip_question_; });
    }
}

void HistoryReader::ask_strip(TimeRange range, size_t columns) {
    const StripQuestion question{range, columns};
    const auto now = Clock::now();
    if (question == strip_asked_ && (!changed_ || now - strip_asked_at_ < shortest_between_same)) return;
    strip_asked_ = question;
    strip_asked_at_ = now;
    changed_ = false;
    {
        const std::lock_guard lock(mutex_);
        strip_question_ = question;
    }
    if (wait_)
        answer();
    else
        asked_.notify_one();
}

void HistoryReader::ask_lines(ObjectId of, int64_t time_ns) {
    const LinesQuestion question{of, time_ns};
    if (question == lines_asked_) return;
    lines_asked_ = question;
    {
        const std::lock_guard lock(mutex_);
        lines_question_ = question;
    }
    if (wait_)
        answer();
    else
        asked_.notify_one();
}

void HistoryReader::changed() { changed_ = true; }

bool HistoryReader::answer() {
    std::optional<StripQuestion> strip_question;
    std::optional<LinesQuestion> lines_question;
    {
        const std::lock_guard lock(mutex_);
        strip_question.swap(strip_question_);
        lines_question.swap(lines_question_);
    }
    try {
        auto lines = lines_question ? std::make_shared<const HistoryLines>(read_lines(*lines_question)) : nullptr;
        auto strip = strip_question ? std::make_shared<const HistoryStrip>(read_strip(*strip_question)) : nullptr;
        const std::lock_guard lock(mutex_);
        if (lines) lines_ = std::move(lines);
        if (strip) strip_ = std::move(strip);
    } catch (const std::exception& error) {
        // The cursor's own seek meets the same and says it on screen; what is drawn stays.
        std::fputs(fmt::format("belvedere: {}\n", error.what()).c_str(), stderr);
        return false;
    }
    return strip_question || lines_question;
}

std::shared_ptr<const HistoryStrip> HistoryReader::strip() const {
    const std::lock_guard lock(mutex_);
    return strip_;
}

std::shared_ptr<const HistoryLines> HistoryReader::lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
}

HistoryStrip HistoryReader::read_strip(const StripQuestion& question) {
    const auto [begin_ns, end_ns] = question.range;
    HistoryStrip strip{.range = question.range};
    const int64_t step = step_of(question.range, question.columns);
    if (const auto watts = find_metric(ObjectClass::site, "power_watts");
        watts && topology_->count(ObjectClass::site)) {
        const MetricId metric{ObjectClass::site, *watts};
        if (question.range.length_ns() <= drawn_by_ticks_ns) {
            for (const auto& [time_ns, value] : values_of(recording_, metric, 0, begin_ns - minute_ns, end_ns))
                strip.power.push_back({time_ns, value, value, value, 1});
        } else {
            strip.power = recording_.aggregates(metric, 0, begin_ns, end_ns, step);
            strip.power_step_ns = step < 60 * minute_ns ? step : std::max(step, 60 * minute_ns);
        }
    }
    strip.health = recording_.health(ObjectClass::gpu, begin_ns, end_ns, step);
    strip.health_step_ns = step;
    strip.events = recording_.event_density(begin_ns, end_ns, question.columns);
    strip.gaps = recording_.gaps(begin_ns, end_ns);
    strip.bookmarks = recording_.bookmarks();
    return strip;
}

HistoryLines HistoryReader::read_lines(const LinesQuestion& question) {
    HistoryLines all{.of = question.of, .time_ns = question.time_ns};
    const int64_t begin_ns = question.time_ns - int64_t(sparkline_length) * second_ns;
    const auto line = [&](MetricId metric, uint32_t index) {
        return line_of(values_of(recording_, metric, index, begin_ns, question.time_ns));
    };
    if (const auto watts = find_metric(ObjectClass::site, "power_watts"); watts && topology_->count(ObjectClass::site))
        all.site_power = line({ObjectClass::site, *watts}, 0);
    if (topology_->contains(question.of))
        for (size_t m = 0; m < metrics_of(question.of.object_class).size(); ++m)
            all.lines.push_back(line({question.of.object_class, MetricIndex(m)}, question.of.index));
    return all;
}

}  // namespace bv

// A run is a line of events: a part breaks, a server is back. Between two events nothing changes but time. A machine in
// its steady state is met as on any day: servers are out already, and the job was last stopped some time ago, so the
// run begins with twenty stops before its first day that do not count; a new machine begins whole.
#include "feed/reliability/monte_carlo.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <queue>

#include "feed/simulator/random.h"

namespace bv::reliability {
namespace {

constexpr double stops_before = 20;

// A stream of random numbers of one run.
class Draws {
public:
    Draws(uint64_t seed, uint64_t run) : key_(sim::hash(sim::stream(seed, sim::Stream::what_if_run), run)) {}
    uint64_t next() { return sim::hash(key_, count_++); }
    double unit() { return sim::unit_open(next()); }
    double exponential() { return -std::log(unit()); }
    double normal() { return sim::normal_with_tails(next()); }

private:
    uint64_t key_, count_ = 0;
};

// Runs come in pairs whose first stops mirror each other (antithetic variates), so that the mean of a thousand is as
// good as that of 2,800 without.
double first_exponential(uint64_t seed, uint64_t run) {
    const double u = sim::unit_open(sim::hash(sim::stream(seed, sim::Stream::what_if_first), run / 2));
    return -std::log(run % 2 ? 1 - u : u);
}

struct Back {
    double at;
    uint32_t servers;
    bool operator>(const Back& other) const { return at > other.at; }
};
using Crew = std::priority_queue<Back, std::vector<Back>, std::greater<>>;

const RepairWay& way_of(const Cause& cause, Draws& draws) {
    double at = draws.unit();
    for (size_t w = 0; w + 1 < cause.ways.size(); ++w) {
        if (at < cause.ways[w].share) return cause.ways[w];
        at -= cause.ways[w].share;
    }
    return cause.ways.back();
}

class Run {
public:
    Run(const Setting& setting, const std::vector<Cause>& causes, double per_second, uint64_t seed, uint64_t number)
        : setting_(setting),
          causes_(causes),
          per_second_(per_second),
          rhythm_(rhythm_of(setting)),
          life_{setting.early_life},
          draws_(seed, number),
          first_stop_(stop_after(0, first_exponential(seed, number))),
          stops_of_(causes.size(), 0) {}

    void play() {
        const double horizon = setting_.days * 86400;
        if (!setting_.early_life) live_before();
        now_ = 0;
        // Exponential times forget how long they have lasted, so the first stop of the days may be drawn when they
        // begin.
        play_until(horizon, first_stop_);
        // What the last stretch has come to so far. What it had come to when the days began was taken off then, so that
        // every run accounts for exactly its days.
        time_ += account(rhythm_, stretch_);
    }

    [[nodiscard]] const TimeShares& time() const { return time_; }
    [[nodiscard]] double first_failure() const { return first_stop_; }
    [[nodiscard]] uint32_t stops() const { return stops_; }
    [[nodiscard]] const std::vector<uint32_t>& stops_of() const { return stops_of_; }
    [[nodiscard]] double server_seconds_out() const { return server_seconds_; }

private:
    // The days before: what they leave are servers that are out and a stretch that has begun.
    void live_before() {
        now_ = -stops_before / per_second_;
        meet_crew();
        play_until(0, stop_after(now_));
        stops_ = 0, stops_of_.assign(causes_.size(), 0), server_seconds_ = 0;
        time_ = account(rhythm_, stretch_) * -1;
    }

    void play_until(double end, double next_stop) {
        while (now_ < end) {
            const double next_back = crew_.empty() ? end : crew_.top().at;
            const double to = std::min({next_stop, next_back, end});
            pass(to);
            if (to == next_stop) {
                stop();
                next_stop = stop_after(now_);
            } else if (to == next_back && !crew_.empty()) {
                out_ -= crew_.top().servers;
                crew_.pop();
            }
        }
    }

    // When the machine's age is its time, the failures to come are exponential in the integral of the hazard.
    double stop_after(double now) { return stop_after(now, draws_.exponential()); }
    double stop_after(double now, double exponential) const {
        const double more = exponential / per_second_;
        return life_.on ? life_.age_at(life_.integral(now) + more) : now + more;
    }

    // Servers that are out already: as many of each cause as break within a repair, each met within a long one.
    void meet_crew() {
        for (const Cause& cause : causes_) {
            if (cause.servers == 0) continue;
            for (const RepairWay& way : cause.ways) {
                const double mean = cause.per_second * way.share * way.median * std::exp(way.sigma * way.sigma / 2);
                for (double at = draws_.exponential(); at < mean; at += draws_.exponential()) {
                    const double whole = way.median * std::exp(way.sigma * (way.sigma + draws_.normal()));
                    crew_.push({now_ + whole * draws_.unit(), cause.servers});
                    out_ += cause.servers;
                }
            }
        }
    }

    // Time passes up to `to` and nothing happens: the job waits, or its stretch since the last stop grows.
    void pass(double to) {
        const double passed = to - now_;
        server_seconds_ += passed * out_;
        (out_ > setting_.spares ? time_.waiting : stretch_) += passed;
        now_ = to;
    }

    void stop() {
        // While the job waits it cannot be stopped; what breaks then is one more server to be mended.
        if (out_ <= setting_.spares) {
            time_ += account(rhythm_, stretch_);
            stretch_ = 0;
        }
        double at = draws_.unit() * per_second_;
        size_t c = 0;
        while (c + 1 < causes_.size() && at >= causes_[c].per_second) at -= causes_[c++].per_second;
        ++stops_, ++stops_of_[c];
        const Cause& cause = causes_[c];
        if (cause.servers == 0) return;
        const RepairWay& way = way_of(cause, draws_);
        crew_.push({now_ + way.median * std::exp(way.sigma * draws_.normal()), cause.servers});
        out_ += cause.servers;
    }

    const Setting& setting_;
    const std::vector<Cause>& causes_;
    const double per_second_;
    const Rhythm rhythm_;
    const EarlyLife life_;
    Draws draws_;
    const double first_stop_;
    Crew crew_;
    double now_ = 0, out_ = 0, stretch_ = 0, server_seconds_ = 0;
    uint32_t stops_ = 0;
    std::vector<uint32_t> stops_of_;
    TimeShares time_;
};

Estimate estimate(const std::vector<double>& values) {
    Estimate e;
    const double n = double(values.size());
    for (const double v : values) e.mean += v / n;
    double squares = 0;
    for (const double v : values) squares += (v - e.mean) * (v - e.mean);
    e.error = n > 1 ? std::sqrt(squares / (n - 1) / n) : 0;
    return e;
}

std::vector<double> pair_means(const std::vector<double>& values) {
    std::vector<double> means;
    for (size_t i = 0; i + 1 < values.size(); i += 2) means.push_back((values[i] + values[i + 1]) / 2);
    return means;
}

double median(std::vector<double> values) {
    if (values.empty()) return 0;
    const size_t half = values.size() / 2;
    std::nth_element(values.begin(), values.begin() + ptrdiff_t(half), values.end());
    if (values.size() % 2) return values[half];
    return (values[half] + *std::max_element(values.begin(), values.begin() + ptrdiff_t(half))) / 2;
}

// Share of one part in the time of all runs, with the error of a ratio of two sums over runs.
Estimate share(const std::vector<TimeShares>& times, double TimeShares::*part) {
    double parts = 0, whole = 0;
    for (const TimeShares& t : times) parts += t.*part, whole += t.sum();
    const double n = double(times.size());
    Estimate e{parts / whole, 0};
    double squares = 0;
    for (const TimeShares& t : times) {
        const double off = t.*part - e.mean * t.sum();
        squares += off * off;
    }
    if (n > 1) e.error = std::sqrt(squares / (n - 1) / n) / (whole / n);
    return e;
}

}  // namespace

MonteCarlo play(const Setting& setting, uint32_t runs, uint64_t seed, const Told& told) {
    const std::vector<Cause> causes = causes_of(setting);
    const double per_second = stops_per_second(causes);
    MonteCarlo result;
    result.runs = runs;
    if (per_second <= 0) {
        const TimeShares never = analyse(setting).shares;
        result.shares.compute.mean = never.compute;
        result.shares.checkpoint.mean = never.checkpoint;
        return result;
    }
    std::vector<TimeShares> times;
    std::vector<double> stops, out;
    std::vector<uint64_t> stops_of(causes.size(), 0);
    for (uint32_t number = 0; number < runs; ++number) {
        Run run(setting, causes, per_second, seed, number);
        run.play();
        if (told) told(number + 1);
        times.push_back(run.time());
        result.first_failure_seconds.push_back(run.first_failure());
        result.stops.push_back(run.stops());
        stops.push_back(run.stops() / setting.days);
        out.push_back(run.server_seconds_out() / (setting.days * 86400));
        for (size_t c = 0; c < causes.size(); ++c) stops_of[c] += run.stops_of()[c];
    }
    result.first_failure = estimate(result.first_failure_seconds);
    if (runs > 1) result.first_failure.error = estimate(pair_means(result.first_failure_seconds)).error;
    result.first_failure_median_seconds = median(result.first_failure_seconds);
    result.stops_per_day = estimate(stops);
    result.servers_out = estimate(out);
    result.shares = {share(times, &TimeShares::compute), share(times, &TimeShares::checkpoint),
                     share(times, &TimeShares::lost), share(times, &TimeShares::restart),
                     share(times, &TimeShares::waiting)};
    const EarlyLife life{setting.early_life};
    const double older = life.integral(setting.days * 86400) / (setting.days * 86400);
    for (size_t c = 0; c < causes.size(); ++c) {
        const double expected = causes[c].per_second * older * 86400, seen = double(stops_of[c]) / runs / setting.days;
        const auto same = std::find_if(result.causes.begin(), result.causes.end(),
                                       [&](const CauseCount& known) { return known.name == causes[c].name; });
        if (same != result.causes.end()) {
            same->expected_per_day += expected, same->per_day += seen;
        } else {
            result.causes.push_back({causes[c].name, expected, seen});
        }
    }
    return result;
}

}  // namespace bv::reliability

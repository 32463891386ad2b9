// The closed forms of analytic.h, and their means over the early life of a machine.
#include "feed/reliability/analytic.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace bv::reliability {
namespace {

// Ages at which the early life is sampled: evenly in the expected number of failures.
constexpr int ages = 400;

double poisson_chance(double mean, double n) { return std::exp(n * std::log(mean) - mean - std::lgamma(n + 1)); }

// Chance that a Poisson number is at most `most`.
double poisson_at_most(double mean, double most) {
    if (most < 0) return 0;
    if (mean <= 0) return 1;
    double sum = 0;
    for (double n = 0; n <= most; ++n) {
        const double here = poisson_chance(mean, n);
        sum += here;
        if (n > mean && here < 1e-18) break;
    }
    return std::min(1.0, sum);
}

// Down time at which kept computing falls to the rest, by bisection: compute falls as down grows.
double exceeds_at(Rhythm r, double per_second) {
    double low = 0, high = 100 / per_second;
    const auto too_long = [&](double down) {
        r.down = down;
        const TimeShares t = renewal_shares(r, per_second);
        return t.restart + t.lost >= t.compute;
    };
    if (too_long(0)) return 0;
    for (int i = 0; i < 100; ++i) {
        const double middle = (low + high) / 2;
        (too_long(middle) ? high : low) = middle;
    }
    return high;
}

}  // namespace

TimeShares renewal_shares(const Rhythm& r, double per_second) {
    const double T = r.interval(), up = std::exp(-per_second * r.down);
    // expm1 keeps the digits where stops are rare.
    const double period = -std::expm1(-per_second * (T + r.stall));  // 1 − q
    const double computing = up * -std::expm1(-per_second * T) / period;
    TimeShares t;
    t.restart = -std::expm1(-per_second * r.down);
    t.checkpoint = up - computing;
    if (r.keeps_every_step) {
        t.compute = computing * per_second * r.step / std::expm1(per_second * r.step);
    } else {
        t.compute = up * per_second * T * (1 - period) / period;
    }
    t.lost = computing - t.compute;
    return t;
}

double small_loss_ettr(const Rhythm& r, double per_second) {
    const double rollback = r.keeps_every_step ? r.step / 2 : r.interval() / 2;
    return (1 - per_second * (r.down + rollback)) / (1 + r.stall / r.interval());
}

double EarlyLife::hazard(double age) const { return on && age < seconds ? std::pow(age / seconds, shape - 1) : 1; }
double EarlyLife::integral(double age) const {
    if (!on) return age;
    const double young = std::min(age, seconds);
    return seconds / shape * std::pow(young / seconds, shape) + (age - young);
}
double EarlyLife::age_at(double value) const {
    if (!on) return value;
    const double whole = seconds / shape;
    return value < whole ? seconds * std::pow(value / whole, 1 / shape) : seconds + value - whole;
}

double chance_of_waiting(const std::vector<Cause>& causes, double spares) {
    // Parts that take many servers out go and come together: a Poisson number of parts for each size.
    std::map<uint32_t, double> out;
    for (const Cause& cause : causes)
        if (cause.servers > 0) out[cause.servers] += cause.per_second * cause.repair_seconds();
    double enough = 0;
    const auto count = [&](auto&& self, auto size, double left, double chance) -> void {
        if (size == out.rend()) return;
        if (size->first == 1) {
            enough += chance * poisson_at_most(size->second, left);
            return;
        }
        for (double n = 0; n * size->first <= left; ++n) {
            const double here = chance * poisson_chance(size->second, n);
            if (here < 1e-15 && n > size->second) break;
            self(self, std::next(size), left - n * size->first, here);
        }
    };
    if (out.empty()) return 0;
    out[1] += 1e-300;  // the sizes end with single servers
    count(count, out.rbegin(), std::floor(spares), 1.0);
    return std::clamp(1 - enough, 0.0, 1.0);
}

Analytic analyse(const Setting& s) {
    const std::vector<Cause> causes = causes_of(s);
    const double steady = stops_per_second(causes);
    const Rhythm rhythm = rhythm_of(s);
    const double horizon = s.days * 86400;
    const EarlyLife life{s.early_life};
    Analytic a;
    if (steady <= 0) {
        a.shares.compute = rhythm.interval() / (rhythm.interval() + rhythm.stall);
        a.shares.checkpoint = 1 - a.shares.compute;
        a.small_loss_ettr = a.shares.compute;
        return a;
    }
    const double scale = EarlyLife::seconds, k = EarlyLife::shape;
    // Weibull within the early life: (t/η)^k is the integral of the hazard.
    const double eta = s.early_life ? std::pow(k / (steady * std::pow(scale, 1 - k)), 1 / k) : 1 / steady;
    a.first_failure_seconds = s.early_life ? eta * std::tgamma(1 + 1 / k) : eta;
    a.first_failure_median_seconds = s.early_life ? eta * std::pow(std::log(2.0), 1 / k) : eta * std::log(2.0);
    a.stops_per_second = steady * life.integral(horizon) / horizon;
    // The rate changes slowly against the time between stops: at every age the job does as at that rate for ever.
    const int parts = s.early_life ? ages : 1;
    const double all = life.integral(horizon);
    for (int i = 0; i < parts; ++i) {
        const double from = life.age_at(all * i / parts), to = life.age_at(all * (i + 1) / parts);
        const double rate = steady * (life.integral(to) - life.integral(from)) / (to - from);
        a.shares += renewal_shares(rhythm, rate) * ((to - from) / horizon);
    }
    std::vector<Cause> mean = causes;
    for (Cause& cause : mean) {
        cause.per_second *= a.stops_per_second / steady;
        a.servers_out += cause.per_second * cause.servers * cause.repair_seconds();
    }
    const double waiting = chance_of_waiting(mean, s.spares);
    a.shares = a.shares * (1 - waiting);
    a.shares.waiting = waiting;
    a.small_loss_ettr = small_loss_ettr(rhythm, a.stops_per_second);
    a.optimal_interval_seconds = std::sqrt(2 * rhythm.stall / a.stops_per_second);
    a.restart_exceeds_compute_seconds = exceeds_at(rhythm, a.stops_per_second);
    const double rollback = rhythm.keeps_every_step ? rhythm.step / 2 : rhythm.interval() / 2;
    a.restart_exceeds_compute_small_loss_seconds = std::max(0.0, 0.5 / a.stops_per_second - rollback);
    return a;
}

}  // namespace bv::reliability

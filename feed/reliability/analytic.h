// The closed forms. Stops come as a Poisson process of rate r (a series system of many exponential parts), so that a
// stretch between two stops is exponential and the shares of the time are means over one stretch, times r
// (renewal-reward theorem):
//
//   restart    1 − e^(−rD)
//   compute    r T e^(−rD) q / (1 − q)                      q = e^(−r(T+w)), from checkpoints
//              r s e^(−rD) e^(−rs) (1 − e^(−rT)) / (1 − e^(−rs)) / (1 − q)     where every step is kept
//   checkpoint e^(−rD) (e^(−rT) − q) / (1 − q)
//   lost       what is left
//
// with D the time down, T the time between checkpoints, w the stall, s the step. The second line is Daly's exact form
// (A higher order estimate of the optimum checkpoint interval for restart dumps, 2006), in which parts fail during
// restarts too. The usual approximation for small losses, ETTR ≈ (1 − r (D + T/2)) / (1 + w/T) ([RSC],
// reference-cluster.md 3.2), counts restarts that overlap twice and so is pessimistic beyond losses of 10 %;
// "restarting from 11.5 minutes on takes more time than computing" is its value for video-2024 (2 and 3.7).
//
// Servers that are being mended are the customers of a queue with infinitely many crews (M/G/∞): their number is
// Poisson whatever the repair times are like, and the job waits while it exceeds the spares. Servers break whether or
// not the job runs.
#pragma once

#include <vector>

#include "feed/reliability/accounting.h"
#include "feed/reliability/causes.h"

namespace bv::reliability {

// Of a job that is stopped `per_second` times a second and never waits.
TimeShares renewal_shares(const Rhythm& rhythm, double per_second);
// 1 − r (D + T/2), over 1 + w/T. Negative where restarts take more time than there is.
double small_loss_ettr(const Rhythm& rhythm, double per_second);

// Weibull failures of a new machine: the rate at `seconds` of age over the steady one, and its integral. 1 without
// early life.
struct EarlyLife {
    bool on = false;
    static constexpr double shape = 0.75, seconds = 30 * 86400.0;  // A (reference-cluster.md 3.7)
    [[nodiscard]] double hazard(double age) const;
    [[nodiscard]] double integral(double age) const;     // of the hazard, from 0
    [[nodiscard]] double age_at(double integral) const;  // the inverse
};

struct Analytic {
    double first_failure_seconds = 0;  // mean; median below
    double first_failure_median_seconds = 0;
    double stops_per_second = 0;  // mean over the days
    double servers_out = 0;       // mean number of servers being mended
    TimeShares shares;
    double small_loss_ettr = 0;
    double optimal_interval_seconds = 0;  // sqrt(2 w / r): of checkpoints (Young 1974; [RSC])
    // From this time down on, restarting takes more time than computing that is kept: by the exact form, and by the
    // approximation for small losses, with what is lost counted as restarting in both.
    double restart_exceeds_compute_seconds = 0, restart_exceeds_compute_small_loss_seconds = 0;
};
Analytic analyse(const Setting& setting);

// The chance that more than `spares` servers are out.
double chance_of_waiting(const std::vector<Cause>& causes, double spares);

}  // namespace bv::reliability

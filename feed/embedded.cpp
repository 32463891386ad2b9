// Runs a simulator on its own thread and publishes over inproc://, so that a viewer without a network sees what a
// viewer with one would. Reads the text after "sim:"; writes the ordinary protocol.
//
// Keeping time: simulated time follows the clock times `speed`. Intervals that are due are always simulated, one by
// one, so that events and repairs come out the same at any speed; but when several are due at once, only the last is
// published, with the events and jobs of all of them, and its interval says how far apart published ticks are. If the
// machine cannot even simulate fast enough, simulated time slips behind the clock rather than the feed hanging;
// slipped_seconds() tells.
#include "feed/embedded.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cmath>
#include <exception>
#include <stdexcept>
#include <thread>

#include "net/publisher.h"

namespace bv {
namespace {

using WallClock = std::chrono::steady_clock;

// More often than this nobody looks, and publishing costs more than simulating.
constexpr std::chrono::milliseconds shortest_period{100};
// At most this long is simulated before the feed looks at its sockets and at whether it is to stop.
constexpr std::chrono::milliseconds longest_burst{80};
constexpr std::chrono::milliseconds longest_wait{40};

template <class Number>
bool parse_number(std::string_view text, Number& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size();
}

void parse_option(SimulatedSource& source, const std::string& key, const std::string& value, const std::string& text) {
    if (key == "seed") {
        if (!parse_number(value, source.options.seed)) {
            throw std::runtime_error(
                fmt::format("The seed in '{}' must be a whole number from 0, not '{}'.", text, value));
        }
    } else if (key == "speed") {
        if (!parse_number(value, source.speed) || !(source.speed > 0) || source.speed > 10000) {
            throw std::runtime_error(
                fmt::format("The speed in '{}' must be above 0 and at most 10000, not '{}'.", text, value));
        }
    } else if (key == "scenario") {
        if (const std::string problem = Simulator::problem_of(value); !problem.empty())
            throw std::runtime_error(fmt::format("In '{}': {}", text, problem));
        source.options.scenario = value;
    } else if (key == "preset") {
        const auto known = Simulator::presets();
        if (std::find(known.begin(), known.end(), value) == known.end()) {
            throw std::runtime_error(
                fmt::format("There is no preset '{}' ('{}'); choose one of {}.", value, text, fmt::join(known, ", ")));
        }
        source.options.preset = value;
    } else {
        throw std::runtime_error(
            fmt::format("'{}' in '{}' is not known; write seed, scenario, preset or speed.", key, text));
    }
}

}  // namespace

SimulatedSource parse_simulated_source(const std::string& text) {
    SimulatedSource source;
    if (!text.starts_with("sim:")) {
        throw std::runtime_error(
            fmt::format("'{}' is not a simulated source; write sim:CLUSTER?seed=1&scenario=training.", text));
    }
    const size_t question = text.find('?');
    const std::string cluster = text.substr(4, question == std::string::npos ? std::string::npos : question - 4);
    if (!cluster.empty()) source.cluster = cluster;
    if (question == std::string::npos) return source;
    for (size_t at = question + 1; at <= text.size();) {
        const size_t end = std::min(text.find('&', at), text.size());
        const std::string option = text.substr(at, end - at);
        at = end + 1;
        if (option.empty()) continue;
        const size_t equals = option.find('=');
        if (equals == std::string::npos) {
            throw std::runtime_error(fmt::format("'{}' in '{}' has no value; write {}=VALUE.", option, text, option));
        }
        parse_option(source, option.substr(0, equals), option.substr(equals + 1), text);
    }
    return source;
}

struct EmbeddedFeed::Impl {
    Impl(LoadedCluster cluster, SimulatedSource source)
        : simulator(cluster.topology, source.options),
          publisher(std::move(cluster), publisher_options()),
          interval_ns(source.options.interval_ns),
          speed(source.speed),
          thread([this] { run_guarded(); }) {}
    ~Impl() {
        stopping = true;
        thread.join();
    }

    static PublisherOptions publisher_options() {
        static std::atomic<int> count{0};
        PublisherOptions options;
        options.source = "sim";
        options.bind = fmt::format("inproc://simulator-{}", ++count);
        // Within one process copying is cheaper than packing.
        options.compress = false;
        options.delta = false;
        return options;
    }

    void run_guarded() {
        try {
            run();
        } catch (...) {
            failure = std::current_exception();
            failed.store(true, std::memory_order_release);
        }
    }

    void run() {
        const std::chrono::duration<double> interval_wall(static_cast<double>(interval_ns) * 1e-9 / speed);
        const auto period = std::max<WallClock::duration>(
            shortest_period, std::chrono::duration_cast<WallClock::duration>(interval_wall));
        WallClock::time_point begin = WallClock::now(), next = begin;
        uint64_t steps = 0;
        while (!stopping) {
            // The first interval is due at once, so that there is a picture.
            const double elapsed = std::chrono::duration<double>(WallClock::now() - begin).count();
            const uint64_t due = 1 + static_cast<uint64_t>(elapsed / interval_wall.count());
            if (steps < due) {
                const uint64_t done = burst(due - steps);
                steps += done;
                if (steps < due) {
                    const double behind = static_cast<double>(due - steps) * interval_wall.count();
                    begin += std::chrono::duration_cast<WallClock::duration>(std::chrono::duration<double>(behind));
                    slipped_ns += static_cast<int64_t>(behind * 1e9);
                }
            }
            next = std::max(next + period, WallClock::now());
            while (!stopping && WallClock::now() < next)
                publisher.serve_until(std::min(next, WallClock::now() + longest_wait));
            // Even a feed that is late answers who asks for a snapshot.
            publisher.serve_until(WallClock::now());
        }
    }

    // Simulates up to `due` intervals and publishes the last one. Returns how many.
    uint64_t burst(uint64_t due) {
        const auto deadline = WallClock::now() + longest_burst;
        uint64_t done = 1;
        while (done < due && !stopping && WallClock::now() < deadline) {
            simulator.pass();
            ++done;
        }
        TelemetryBatch joined = simulator.step();
        joined.interval_ns = static_cast<int64_t>(done) * interval_ns;
        publisher.publish(joined);
        return done;
    }

    Simulator simulator;
    Publisher publisher;
    const int64_t interval_ns;
    const double speed;
    std::atomic<bool> stopping{false}, failed{false};
    std::exception_ptr failure;  // written before `failed`, read after it
    std::atomic<int64_t> slipped_ns{0};
    std::thread thread;
};

EmbeddedFeed::EmbeddedFeed(LoadedCluster cluster, SimulatedSource source)
    : impl_(std::make_unique<Impl>(std::move(cluster), std::move(source))) {}
EmbeddedFeed::~EmbeddedFeed() = default;

const std::string& EmbeddedFeed::endpoint() const { return impl_->publisher.endpoint(); }
void EmbeddedFeed::check() const {
    if (impl_->failed.load(std::memory_order_acquire)) std::rethrow_exception(impl_->failure);
}
double EmbeddedFeed::slipped_seconds() const { return static_cast<double>(impl_->slipped_ns.load()) * 1e-9; }

}  // namespace bv

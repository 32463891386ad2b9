// Kills a recorder again and again. A real `belvedere-feed record` writes what a publisher in this process says and is
// killed with SIGKILL at a random time, often while it starts, commits or folds; after every kill the file is opened
// and compared with what was published, and the next recorder goes on with it.
//
// What is lost is counted from when it was published until the kill, less the time in which the system let the
// recorder or this process wait for a processor: a busy machine is no loss, a recorder that holds ticks back is one.
//
// Arguments: the program belvedere-feed. BELVEDERE_CRASHES says how often; 200 by default.
#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <random>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "feed/simulator.h"
#include "net/publisher.h"
#include "net/recording.h"
#include "net/recording_verify.h"

using namespace bv;
using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

namespace {

constexpr int64_t interval_ns = 40'000'000;  // 25 ticks a second
constexpr int kills_between_verify = 25;
constexpr int kills_between_long_lives = 10;
constexpr auto longest_life = std::chrono::seconds(5);
constexpr double most_lost_ms = 1000, usually_lost_ms = 120;  // three ticks

// Values alone: which events a late joiner hears depends on when it joined.
uint64_t hash_of_values(ClusterState state) {
    state.forget_events();
    state.forget_jobs();
    return state.hash();
}

[[noreturn]] void fail(const std::string& sentence) {
    fmt::print(stderr, "FAILED: {}\n", sentence);
    std::exit(1);
}
void check(bool good, const std::string& sentence) {
    if (!good) fail(sentence);
}

// How long the threads of a process have waited for a processor, by the kernel's account; 0 where it keeps none.
double waited_ms(pid_t id) {
    double sum_ns = 0;
    std::error_code error;
    for (fs::directory_iterator thread(fmt::format("/proc/{}/task", id), error), end; !error && thread != end;
         thread.increment(error)) {
        double ran_ns = 0, waited_ns = 0;
        std::ifstream(thread->path() / "schedstat") >> ran_ns >> waited_ns;
        sum_ns += waited_ns;
    }
    return sum_ns * 1e-6;
}

struct Moment {
    Clock::time_point when;
    double waited_ms = 0;  // by both processes until then
};
Moment now(pid_t recorder) { return {Clock::now(), waited_ms(recorder) + waited_ms(::getpid())}; }

struct Published {
    Moment moment;
    uint64_t values = 0;  // their hash
};

class Publishing {
public:
    explicit Publishing(const std::string& endpoint)
        : cluster(load_cluster("array-512")),
          simulator_(cluster.topology, {.seed = 3, .scenario = "storm", .interval_ns = interval_ns}),
          publisher_(cluster, {.source = "sim", .bind = endpoint}),
          state_(cluster.topology) {}

    // Publishes at its pace until then, to this recorder.
    void run_until(Clock::time_point end, pid_t recorder) {
        while (Clock::now() < end) {
            publisher_.serve_until(std::min(next_, end));
            if (Clock::now() < next_) continue;
            next_ = std::max(next_ + std::chrono::nanoseconds(interval_ns), Clock::now());
            const TelemetryBatch& batch = simulator_.step();
            if (!state_.apply(batch, 0)) fail("the simulator does not fit its cluster");
            ticks[batch.time_ns] = {now(recorder), hash_of_values(state_)};
            publisher_.publish(batch);
        }
    }

    LoadedCluster cluster;
    std::map<int64_t, Published> ticks;

private:
    Simulator simulator_;
    Publisher publisher_;
    ClusterState state_;
    Clock::time_point next_ = Clock::now();
};

pid_t start(const char* program, const std::string& endpoint, const std::string& file) {
    const std::string log = file + ".log";
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const std::array words{program, "record", endpoint.c_str(), "-o", file.c_str(), static_cast<const char*>(nullptr)};
    pid_t id = 0;
    check(posix_spawn(&id, program, &actions, nullptr, const_cast<char* const*>(words.data()), environ) == 0,
          "the recorder cannot be started");
    posix_spawn_file_actions_destroy(&actions);
    return id;
}

// Longer by what it waited for a processor: a recorder that did not run cannot have recorded.
void live(Publishing& publishing, pid_t recorder, std::chrono::milliseconds life) {
    const auto begin = Clock::now();
    for (double given_ms = 0;;) {
        publishing.run_until(Clock::now() + life, recorder);
        const double missed_ms = waited_ms(recorder) - given_ms;
        if (missed_ms < 20 || Clock::now() - begin > longest_life) return;
        given_ms += missed_ms;
        life = std::chrono::milliseconds(int64_t(missed_ms));
    }
}

struct Tally {
    int kills = 0, recorded_lives = 0;
    std::vector<double> lost_ms;  // per life that recorded something
    uint64_t ticks_compared = 0;
};

// Of the newest tick; an event may be known a little before the tick that it belongs to is whole. 0: none.
int64_t end_of(Recording& recording) {
    const RecordingInfo info = recording.info();
    return info.end_ns == 0 ? 0 : recording.next_tick(info.end_ns + 1, false).value_or(0);
}

// Every tick of this life is there up to the last that was committed, and each is what was published.
void examine(const fs::path& file, const Publishing& publishing, int64_t known_end_ns, const Moment& killed,
             std::mt19937_64& random, Tally& tally) {
    if (!fs::exists(file) || fs::file_size(file) == 0) return;
    std::optional<Recording> recording;
    try {
        recording.emplace(file);
    } catch (const std::exception& error) {
        // Killed before the tables were committed: there is nothing in it yet, and a recorder can go on with it.
        check(known_end_ns == 0, fmt::format("{} cannot be opened any more: {}", file.string(), error.what()));
        return;
    }
    const RecordingInfo info = recording->info();
    const int64_t end_ns = end_of(*recording);
    check(end_ns >= known_end_ns, "what was recorded before is gone");
    ClusterState state;
    const auto compare = [&](int64_t time_ns) {
        const auto published = publishing.ticks.find(time_ns);
        check(published != publishing.ticks.end(), fmt::format("a tick of {} ns was never published", time_ns));
        recording->seek(time_ns, state);
        check(state.time_ns == time_ns, fmt::format("the tick of {} ns is missing", time_ns));
        check(hash_of_values(state) == published->second.values, fmt::format("the values of {} ns are wrong", time_ns));
        ++tally.ticks_compared;
    };
    if (end_ns == 0) return;
    for (int i = 0; i < 3; ++i) {
        const auto time_ns = info.begin_ns + int64_t(random() % uint64_t(end_ns - info.begin_ns + 1));
        const auto tick = recording->next_tick(time_ns + 1, false);
        if (tick) compare(*tick);
    }
    if (end_ns > known_end_ns) {
        ++tally.recorded_lives;
        const auto first = recording->next_tick(known_end_ns, true);
        check(first.has_value(), "there is no first tick");
        for (auto at = publishing.ticks.find(*first); at != publishing.ticks.end() && at->first <= end_ns; ++at)
            compare(at->first);
        // The newest that was published and is not there.
        const auto lost = publishing.ticks.upper_bound(end_ns);
        double lost_ms = 0;
        if (lost != publishing.ticks.end() && lost->second.moment.when < killed.when) {
            const Moment& said = lost->second.moment;
            lost_ms = std::chrono::duration<double, std::milli>(killed.when - said.when).count();
            lost_ms = std::max(0.0, lost_ms - (killed.waited_ms - said.waited_ms));
        }
        tally.lost_ms.push_back(lost_ms);
    }
    check(recording->damage().rows == 0, recording->damage().sentence);
}

void verify(const fs::path& file) {
    const Verification found = verify_recording(file);
    if (!found.sound()) fail(found.flaws.front().sentence());
}

}  // namespace

int main(int, char** arguments) {
    const char* wanted = std::getenv("BELVEDERE_CRASHES");
    const int crashes = wanted ? std::atoi(wanted) : 200;
    std::string folder = (fs::temp_directory_path() / "belvedere-crash-XXXXXX").string();
    check(::mkdtemp(folder.data()) != nullptr, "no folder can be made");
    const fs::path file = fs::path(folder) / "run.bvr";
    const std::string endpoint = "ipc://" + folder + "/publisher";
    Publishing publishing(endpoint);
    std::mt19937_64 random(1);
    Tally tally;
    int64_t known_end_ns = 0;
    const auto begin = Clock::now();
    while (tally.kills < crashes) {
        const pid_t recorder = start(arguments[1], endpoint, file.string());
        const bool long_life = tally.kills % kills_between_long_lives == kills_between_long_lives - 1;
        live(publishing, recorder, std::chrono::milliseconds(20 + random() % (long_life ? 2500 : 380)));
        const Moment killed = now(recorder);
        check(::kill(recorder, SIGKILL) == 0, "the recorder cannot be killed");
        int status = 0;
        ::waitpid(recorder, &status, 0);
        check(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "the recorder ended by itself");
        ++tally.kills;
        examine(file, publishing, known_end_ns, killed, random, tally);
        if (fs::exists(file) && fs::file_size(file) > 0) try {
                Recording recording(file);
                known_end_ns = end_of(recording);
                if (tally.kills % kills_between_verify == 0) verify(file);
            } catch (const std::runtime_error& error) {
                check(known_end_ns == 0, error.what());
            }
    }
    verify(file);
    Recording recording(file);
    std::sort(tally.lost_ms.begin(), tally.lost_ms.end());
    const double most = tally.lost_ms.empty() ? 0 : tally.lost_ms.back();
    const double usual = tally.lost_ms.empty() ? 0 : tally.lost_ms[tally.lost_ms.size() / 2];
    fmt::print(
        "killed {} times in {:.0f} s: {} lives had recorded something, {} ticks compared with what was published, "
        "0 wrong; at most {:.0f} ms lost, usually {:.0f} ms; {} gaps noted\n",
        tally.kills, std::chrono::duration<double>(Clock::now() - begin).count(), tally.recorded_lives,
        tally.ticks_compared, most, usual, recording.gaps(recording.info().begin_ns, recording.info().end_ns).size());
    check(most <= most_lost_ms, "more than a second was lost");
    check(usual <= usually_lost_ms, "more than three ticks are usually lost: they are not committed one by one");
    check(tally.recorded_lives * 3 > tally.kills, "too few recorders lived long enough to record anything");
    std::error_code ignored;
    fs::remove_all(folder, ignored);
}

// Kills a recorder again and again. A real `belvedere-feed record` writes what a publisher in this process says and is
// killed with SIGKILL at a random time, often while it starts, commits or folds; after every kill the file is opened
// and compared with what was published, and the next recorder goes on with it.
//
// Arguments: the program belvedere-feed. BELVEDERE_CRASHES says how often; 200 by default.
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
#include <random>
#include <thread>

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

struct Published {
    Clock::time_point when;
    uint64_t values = 0;  // their hash
};

class Publishing {
public:
    explicit Publishing(const std::string& endpoint)
        : cluster(load_cluster("array-512")),
          simulator_(cluster.topology, {.seed = 3, .scenario = "storm", .interval_ns = interval_ns}),
          publisher_(cluster, {.source = "sim", .bind = endpoint}),
          state_(cluster.topology) {}

    // Publishes at its pace until then.
    void run_until(Clock::time_point end) {
        while (Clock::now() < end) {
            publisher_.serve_until(std::min(next_, end));
            if (Clock::now() < next_) continue;
            next_ = std::max(next_ + std::chrono::nanoseconds(interval_ns), Clock::now());
            const TelemetryBatch& batch = simulator_.step();
            if (!state_.apply(batch, 0)) fail("the simulator does not fit its cluster");
            ticks[batch.time_ns] = {Clock::now(), hash_of_values(state_)};
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

struct Tally {
    int kills = 0, recorded_lives = 0;
    double most_lost_ms = 0;
    uint64_t ticks_compared = 0;
};

// Of the newest tick; an event may be known a little before the tick that it belongs to is whole. 0: none.
int64_t end_of(Recording& recording) {
    const RecordingInfo info = recording.info();
    return info.end_ns == 0 ? 0 : recording.next_tick(info.end_ns + 1, false).value_or(0);
}

// Every tick of this life is there up to the last that was committed, and each is what was published.
void examine(const fs::path& file, const Publishing& publishing, int64_t known_end_ns, Clock::time_point killed,
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
        if (lost != publishing.ticks.end() && lost->second.when < killed)
            tally.most_lost_ms = std::max(
                tally.most_lost_ms, std::chrono::duration<double, std::milli>(killed - lost->second.when).count());
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
        publishing.run_until(Clock::now() + std::chrono::milliseconds(20 + random() % 380));
        check(::kill(recorder, SIGKILL) == 0, "the recorder cannot be killed");
        int status = 0;
        ::waitpid(recorder, &status, 0);
        const auto killed = Clock::now();
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
    fmt::print(
        "killed {} times in {:.0f} s: {} lives had recorded something, {} ticks compared with what was published, "
        "0 wrong; at most {:.0f} ms lost; {} gaps noted\n",
        tally.kills, std::chrono::duration<double>(Clock::now() - begin).count(), tally.recorded_lives,
        tally.ticks_compared, tally.most_lost_ms,
        recording.gaps(recording.info().begin_ns, recording.info().end_ns).size());
    check(tally.most_lost_ms <= 1000, "more than a second was lost");
    check(tally.recorded_lives * 3 > tally.kills, "too few recorders lived long enough to record anything");
    std::error_code ignored;
    fs::remove_all(folder, ignored);
}

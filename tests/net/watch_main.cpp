// A viewer without a picture, for tests that drive other programs.
// net_watch ENDPOINT: until it is killed, writes a line whenever more or fewer objects are fresh (see follow()).
// net_watch ENDPOINT COMMAND [ARGUMENTS...]:
// Starts the command, waits until values of all GPUs, a change of health and an event arrive from it, kills it, waits
// until its objects are stale, starts it again and waits until they are fresh within two seconds of its first word.
// Exit 0: all came.
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <thread>

#include "net/subscriber.h"

extern char** environ;

namespace {

using namespace bv;
using Clock = std::chrono::steady_clock;

struct Child {
    pid_t pid = 0;
    explicit Child(char** command) {
        pid = fork();
        if (pid == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            execvp(command[0], command);
            _exit(127);
        }
    }
    ~Child() {
        kill(pid, SIGKILL);
        waitpid(pid, nullptr, 0);
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
};

bool wait_for(const char* what, double seconds, const std::function<bool()>& happened) {
    const auto start = Clock::now();
    while (!happened()) {
        if (std::chrono::duration<double>(Clock::now() - start).count() > seconds) {
            fmt::print("NOT SEEN within {} s: {}\n", seconds, what);
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    fmt::print("seen after {:.2f} s: {}\n", std::chrono::duration<double>(Clock::now() - start).count(), what);
    return true;
}

// How many GPUs have a temperature that is not stale.
uint32_t fresh_gpus(const ClusterState& state) {
    if (state.empty()) return 0;
    const MetricIndex temperature = *find_metric(ObjectClass::gpu, "temp_celsius");
    uint32_t count = 0;
    for (uint32_t i = 0; i < state.topology().count(ObjectClass::gpu); ++i)
        count += state.raw({ObjectClass::gpu, i}, temperature) != no_data &&
                 !state.stale({ObjectClass::gpu, i}, state.time_ns);
    return count;
}

uint32_t all_gpus(const ClusterState& state) { return state.empty() ? ~0u : state.topology().count(ObjectClass::gpu); }

struct Heard {
    uint64_t boot = 0;
    uint32_t fresh = 0, all = 0;
    bool operator==(const Heard&) const = default;
};

// Objects of every class whose health was heard and is not stale.
Heard heard(Subscriber& subscriber) {
    const ClusterState& state = subscriber.latest();
    Heard result{subscriber.sources().at(0).boot_id};
    if (state.empty()) return result;
    for (const ObjectClass object_class : all_object_classes) {
        if (object_class == ObjectClass::job) continue;
        const uint32_t count = state.topology().count(object_class);
        result.all += count;
        for (uint32_t i = 0; i < count; ++i) {
            const ObjectId id{object_class, i};
            result.fresh += state.heard_ns(id, health_metric) && !state.stale(id, state.time_ns);
        }
    }
    return result;
}

// One line per change: seconds of the monotonic clock, the publisher's life, how many objects are fresh, of how many,
// and how many messages could not be read.
int follow(const char* endpoint) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    Subscriber subscriber({.endpoints = {endpoint}});
    for (Heard last{1}; true; std::this_thread::sleep_for(std::chrono::milliseconds(10))) {
        const Heard now = heard(subscriber);
        if (now == last) continue;
        fmt::print("{:.3f} {} {} {} {}\n", std::chrono::duration<double>(Clock::now().time_since_epoch()).count(),
                   now.boot, now.fresh, now.all, subscriber.sources().at(0).decode_errors);
        std::fflush(stdout);
        last = now;
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 2) return follow(argv[1]);
    if (argc < 3) return 2;
    Subscriber subscriber({.endpoints = {argv[1]}});
    auto child = std::make_unique<Child>(argv + 2);
    const auto fresh = [&] { return fresh_gpus(subscriber.latest()) == all_gpus(subscriber.latest()); };
    const MetricIndex watts = *find_metric(ObjectClass::gpu, "power_watts");
    uint16_t first = no_data;
    if (!wait_for("values of every GPU", 60, fresh)) return 1;
    first = subscriber.latest().raw({ObjectClass::gpu, 0}, watts);
    if (!wait_for("moving values", 20, [&] { return subscriber.latest().raw({ObjectClass::gpu, 0}, watts) != first; }))
        return 1;
    if (!wait_for("a GPU that is down", 60, [&] {
            return subscriber.latest().health({ObjectClass::gpu, 0}) == Health::down;
        }))
        return 1;
    if (!wait_for("its event", 10, [&] { return !subscriber.latest().events.empty(); })) return 1;
    if (!wait_for("its end", 60, [&] {
            return subscriber.latest().events.front().end_ns > 0 &&
                   subscriber.latest().health({ObjectClass::gpu, 0}) == Health::ok;
        }))
        return 1;
    const SourceStatus status = subscriber.sources().at(0);
    fmt::print("source {}: {} messages, {} decode errors, {} gaps, {} ignored columns\n", status.name, status.messages,
               status.decode_errors, status.gaps, status.ignored_columns);
    if (status.decode_errors || status.gaps || status.ignored_columns) return 1;
    child.reset();
    if (!wait_for("every object stale", 20, [&] { return fresh_gpus(subscriber.latest()) == 0; })) return 1;
    const uint64_t boot = status.boot_id;
    child = std::make_unique<Child>(argv + 2);
    if (!wait_for("a new life", 60, [&] { return subscriber.sources().at(0).boot_id != boot; })) return 1;
    return wait_for("values of every GPU again, soon after", 2, fresh) ? 0 : 1;
}

// The first signal asks for a clean end; a second one ends the program at once, in case the clean end hangs.
#include "feed/commands/stop.h"

#include <csignal>

namespace bv {

namespace {

std::atomic<bool> requested{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may only touch lock-free atomics");

void request(int signal) {
    if (requested.exchange(true)) {
        std::signal(signal, SIG_DFL);
        std::raise(signal);
    }
}

}  // namespace

void stop_on_signals() {
    struct sigaction action {};
    action.sa_handler = request;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

const std::atomic<bool>& stop_requested() { return requested; }

}  // namespace bv

// The first signal asks for a clean end; a second one ends the program at once, in case the clean end hangs.
#include "feed/commands/stop.h"

#include <csignal>

namespace bv {

namespace {

volatile std::sig_atomic_t requested = 0;

void request(int signal) {
    if (requested) {
        std::signal(signal, SIG_DFL);
        std::raise(signal);
    }
    requested = 1;
}

}  // namespace

void stop_on_signals() {
    struct sigaction action {};
    action.sa_handler = request;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

bool stop_requested() { return requested != 0; }

}  // namespace bv

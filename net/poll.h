// Waiting on sockets. A signal that arrives meanwhile means "nothing yet", not an error: whoever waits looks at its
// stop flag and waits again.
#pragma once

#include <cerrno>
#include <chrono>
#include <cstddef>

#include <zmq.hpp>

namespace bv {

// Like zmq::poll; with a signal no item is ready.
inline void poll_sockets(zmq::pollitem_t* items, size_t count, std::chrono::milliseconds longest) {
    try {
        zmq::poll(items, count, longest);
    } catch (const zmq::error_t& error) {
        if (error.num() != EINTR) throw;
        for (size_t i = 0; i < count; ++i) items[i].revents = 0;
    }
}

}  // namespace bv

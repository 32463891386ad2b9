// Endpoints as text: which are allowed, whether they stay on this machine, and how one is derived from another.
#pragma once

#include <cstdint>
#include <string>

namespace bv {

struct Endpoint {
    enum class Transport : uint8_t { tcp, ipc, inproc } transport = Transport::tcp;
    std::string host;  // tcp: name, address, "[v6]", or "*"; otherwise the path or name
    std::string port;  // tcp only; "*" where any free port is meant
    [[nodiscard]] std::string text() const;
    // ipc, inproc, 127.0.0.0/8, ::1 and localhost.
    [[nodiscard]] bool loopback() const;
};

// Throws std::runtime_error with one sentence unless it is tcp://HOST:PORT, ipc://PATH or inproc://NAME.
Endpoint parse_endpoint(const std::string& text);

// Where the ROUTER of a publisher is: the port after (tcp; "*" stays "*"), or the name with ".snapshot" (ipc, inproc).
Endpoint snapshot_endpoint_of(const Endpoint& endpoint);

// Throws one sentence where `endpoint` leaves this machine and there is neither encryption nor leave to go without.
void require_encryption(const Endpoint& endpoint, bool encrypted, bool insecure, const char* doing);

}  // namespace bv

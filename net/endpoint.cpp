// Reads endpoint texts; see endpoint.h.
#include "net/endpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace bv {

namespace {

[[noreturn]] void refuse(const std::string& text, const char* why) {
    throw std::runtime_error(
        fmt::format("The endpoint \"{}\" {}; give tcp://HOST:PORT, ipc://PATH or inproc://NAME.", text, why));
}

int port_number(const std::string& port) {
    int value = -1;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), value);
    return error == std::errc() && end == port.data() + port.size() ? value : -1;
}

}  // namespace

std::string Endpoint::text() const {
    switch (transport) {
        case Transport::tcp:
            return fmt::format("tcp://{}:{}", host, port);
        case Transport::ipc:
            return "ipc://" + host;
        case Transport::inproc:
            return "inproc://" + host;
    }
    return {};
}

bool Endpoint::loopback() const {
    if (transport != Transport::tcp) return true;
    if (host == "localhost" || host == "[::1]") return true;
    const auto numeric = [](char c) { return (c >= '0' && c <= '9') || c == '.'; };
    return host.starts_with("127.") && std::all_of(host.begin(), host.end(), numeric);
}

Endpoint parse_endpoint(const std::string& text) {
    Endpoint endpoint;
    if (text.find_first_of(" ;\t\n") != std::string::npos) refuse(text, "has characters that no endpoint has");
    if (text.starts_with("ipc://"))
        endpoint = {Endpoint::Transport::ipc, text.substr(6), ""};
    else if (text.starts_with("inproc://"))
        endpoint = {Endpoint::Transport::inproc, text.substr(9), ""};
    else if (text.starts_with("tcp://")) {
        const std::string rest = text.substr(6);
        const size_t colon = rest.rfind(':');
        if (colon == std::string::npos) refuse(text, "has no port");
        endpoint = {Endpoint::Transport::tcp, rest.substr(0, colon), rest.substr(colon + 1)};
        const int port = port_number(endpoint.port);
        if (endpoint.port != "*" && (port < 1 || port > 65535)) refuse(text, "has no port between 1 and 65535");
    } else {
        refuse(text, "is of a kind that is not spoken here");
    }
    if (endpoint.host.empty()) refuse(text, "names no place");
    if (endpoint.transport == Endpoint::Transport::ipc && endpoint.host.size() > 90)
        refuse(text, "is longer than a socket path may be");
    return endpoint;
}

Endpoint snapshot_endpoint_of(const Endpoint& endpoint) {
    Endpoint out = endpoint;
    if (endpoint.transport != Endpoint::Transport::tcp)
        out.host += ".snapshot";
    else if (endpoint.port != "*") {
        const int port = port_number(endpoint.port);
        out.port = port < 65535 ? std::to_string(port + 1) : "*";
    }
    return out;
}

void require_encryption(const Endpoint& endpoint, bool encrypted, bool insecure, const char* doing) {
    if (encrypted || insecure || endpoint.loopback()) return;
    throw std::runtime_error(
        fmt::format("Not {} {}: it leaves this machine and there are no keys; make some with `belvedere-feed keygen`, "
                    "or allow it with --insecure.",
                    doing, endpoint.text()));
}

}  // namespace bv

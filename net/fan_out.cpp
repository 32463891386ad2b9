// Sends to all subscribers at once; see fan_out.h.
#include "net/fan_out.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

namespace bv {

namespace {

constexpr std::chrono::microseconds least_patience{2'000}, most_patience{200'000};
constexpr size_t max_subscription_bytes = 1024;

// libzmq takes over the path of a living ipc socket without a word; look first whether somebody answers there.
bool somebody_listens(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return false;
    std::copy(path.begin(), path.end(), address.sun_path);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return false;
    const bool answered = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    return answered;
}

}  // namespace

std::string bind_socket(zmq::socket_t& socket, const std::string& text, bool encrypted, bool insecure) {
    const Endpoint endpoint = parse_endpoint(text);
    require_encryption(endpoint, encrypted, insecure, "binding");
    if (endpoint.host.starts_with('[')) socket.set(zmq::sockopt::ipv6, true);
    if (endpoint.transport == Endpoint::Transport::ipc && somebody_listens(endpoint.host))
        throw std::runtime_error(fmt::format(
            "Cannot bind {}: another program already listens there; stop it or choose another path.", text));
    try {
        socket.bind(text);
    } catch (const zmq::error_t& error) {
        throw std::runtime_error(fmt::format(
            "Cannot bind {}: {}; choose another port or path, or stop the program that uses it.", text, error.what()));
    }
    return endpoint.transport == Endpoint::Transport::inproc ? text : socket.get(zmq::sockopt::last_endpoint);
}

FanOut::FanOut(std::shared_ptr<ZmqContext> context, const std::string& endpoint, const CurveServer& curve,
               const std::string& zap_domain, bool insecure)
    : context_(std::move(context)), socket_(context_->zmq, zmq::socket_type::xpub) {
    set_safe_options(socket_, max_subscription_bytes);
    set_curve_server(socket_, curve, zap_domain);
    socket_.set(zmq::sockopt::xpub_verbose, 1);
    socket_.set(zmq::sockopt::xpub_nodrop, 1);
    endpoint_ = bind_socket(socket_, endpoint, !curve.secret_key.empty(), insecure);
}

void FanOut::begin_burst(std::chrono::microseconds patience) {
    patience_ = std::clamp(cut_ ? patience_ / 2 : patience_ * 2, least_patience, most_patience);
    cut_ = false;
    burst_end_ = std::chrono::steady_clock::now() + std::min(patience_, patience);
}

void FanOut::send(std::string_view topic, Bytes message) {
    send(zmq::message_t(topic.data(), topic.size()), to_message(std::move(message)));
}

void FanOut::send(zmq::message_t topic, zmq::message_t message) {
    bytes_sent_ += topic.size() + message.size();
    bool sent = send_now(socket_, topic, true);
    while (!sent && std::chrono::steady_clock::now() < burst_end_) {
        // An XPUB always claims that it can be written. Its descriptor, though, wakes when a viewer has read, and
        // asking for the events lets libzmq take note of that.
        pollfd command{socket_.get(zmq::sockopt::fd), POLLIN, 0};
        [[maybe_unused]] const int events = socket_.get(zmq::sockopt::events);
        sent = send_now(socket_, topic, true);
        if (!sent) ::poll(&command, 1, 1);
    }
    if (!sent) {  // somebody is stalled: drop it for them only
        if (!cut_) ++bursts_cut_;
        cut_ = true;
        socket_.set(zmq::sockopt::xpub_nodrop, 0);
        send_now(socket_, topic, true);
    }
    send_now(socket_, message);
    if (!sent) socket_.set(zmq::sockopt::xpub_nodrop, 1);
}

bool FanOut::take_subscriptions() {
    bool subscribed = false;
    std::vector<zmq::message_t> frames;
    while (receive(socket_, frames))
        subscribed |= !frames.empty() && frames[0].size() > 0 && *frames[0].data<char>() == 1;
    return subscribed;
}

}  // namespace bv

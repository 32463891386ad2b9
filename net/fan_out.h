// The sending half that publishers and the proxy share: an XPUB socket that gives slow viewers a moment before it
// drops. Reads subscriptions, writes two-frame messages.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "net/context.h"
#include "net/endpoint.h"

namespace bv {

class FanOut {
public:
    // Binds. Throws one sentence.
    FanOut(std::shared_ptr<ZmqContext> context, const std::string& endpoint, const CurveServer& curve,
           const std::string& zap_domain, bool insecure);

    // Until the next call, sends may wait this long in all for viewers whose pipes are full. Halved while one stays
    // stalled.
    void begin_burst(std::chrono::microseconds patience);
    void send(std::string_view topic, Bytes message);
    void send(zmq::message_t topic, zmq::message_t message);
    // Takes what viewers said; true if one of them subscribed anew.
    bool take_subscriptions();

    [[nodiscard]] const std::string& endpoint() const { return endpoint_; }
    [[nodiscard]] uint64_t bytes_sent() const { return bytes_sent_; }
    [[nodiscard]] uint64_t bursts_cut() const { return bursts_cut_; }  // bursts that a stalled viewer made lossy
    zmq::socket_t& socket() { return socket_; }

private:
    std::shared_ptr<ZmqContext> context_;
    zmq::socket_t socket_;
    std::string endpoint_;
    std::chrono::microseconds patience_{100'000};
    std::chrono::steady_clock::time_point burst_end_{};
    bool cut_ = false;
    uint64_t bytes_sent_ = 0, bursts_cut_ = 0;
};

// Binds with clear sentences; returns the real endpoint. Refuses what leaves the machine in clear.
std::string bind_socket(zmq::socket_t& socket, const std::string& endpoint, bool encrypted, bool insecure);

}  // namespace bv

// The one ZeroMQ context of the process (so that inproc:// joins a publisher and a subscriber in it), the socket
// options that libzmq gets wrong by default, and the ZAP handler that keeps clients out. The only header that shows
// <zmq.hpp>.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <zmq.hpp>

#include "net/codec.h"
#include "net/publisher.h"
#include "net/subscriber.h"

namespace bv {

class ZmqContext {
public:
    ZmqContext();
    ~ZmqContext();
    ZmqContext(const ZmqContext&) = delete;
    ZmqContext& operator=(const ZmqContext&) = delete;

    zmq::context_t zmq;

    // A ZAP domain that lets in only clients with these public keys (Z85); an empty list lets in any.
    std::string add_domain(const std::vector<std::string>& allowed_client_keys);
    void remove_domain(const std::string& domain);

private:
    struct Domain {
        bool open = false;
        std::set<std::string> keys;  // 32 bytes each
    };
    void serve();
    std::string judge(const std::vector<zmq::message_t>& request);
    std::mutex mutex_;
    std::map<std::string, Domain> domains_;
    uint64_t next_domain_ = 0;
    zmq::socket_t stop_;
    std::thread thread_;
};

// Shared by all that live at the same time; made anew after the last is gone.
std::shared_ptr<ZmqContext> process_context();

// High-water marks small, messages limited, heartbeats on, no lingering: for sockets that others connect to or that
// connect.
void set_safe_options(zmq::socket_t& socket, size_t max_message);
// Encryption; the server's ZAP domain comes from ZmqContext::add_domain.
void set_curve_server(zmq::socket_t& socket, const CurveServer& keys, const std::string& domain);
void set_curve_client(zmq::socket_t& socket, const CurveClient& keys);

// A message that takes over the bytes.
zmq::message_t to_message(Bytes bytes);
std::span<const std::byte> bytes_of(const zmq::message_t& message);
std::string_view text_of(const zmq::message_t& message);
// One whole multipart message, if one waits. Empty: none. At most `limit` frames are kept.
bool receive(zmq::socket_t& socket, std::vector<zmq::message_t>& frames, size_t limit = 4);

// libzmq's poll and send, where a signal is no error: a poll then ends early, a send goes on.
void poll_sockets(std::span<zmq::pollitem_t> items, std::chrono::milliseconds timeout);
bool send_now(zmq::socket_t& socket, zmq::message_t& message, bool more = false);  // false: it would have to wait

int64_t utc_now_ns();

}  // namespace bv

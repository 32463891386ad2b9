// Holds the process's ZeroMQ context and answers ZAP requests on a thread of its own; see context.h.
#include "net/context.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>

#if defined(__SANITIZE_THREAD__)
extern "C" {
void __tsan_acquire(void* address);
void __tsan_release(void* address);
// Debian's libzmq and libsodium are not instrumented: what its threads do, and the way its lock-free pipes order it,
// cannot be seen.
const char* __tsan_default_suppressions();
const char* __tsan_default_suppressions() {
    return "called_from_lib:libzmq.so\ncalled_from_lib:libsodium.so\nrace:libzmq.so\n";
}
}
#endif

namespace bv {

namespace {

constexpr size_t key_bytes = 32, key_text = 40;

std::string decode_key(const std::string& z85) {
    std::array<uint8_t, key_bytes> raw{};
    if (z85.size() != key_text || !zmq_z85_decode(raw.data(), z85.c_str()))
        throw std::runtime_error("A CURVE key must be 40 characters of Z85, as `belvedere-feed keygen` writes them.");
    return {raw.begin(), raw.end()};
}

}  // namespace

std::shared_ptr<ZmqContext> process_context() {
    static std::mutex mutex;
    static std::weak_ptr<ZmqContext> current;
    const std::lock_guard lock(mutex);
    auto context = current.lock();
    if (!context) current = context = std::make_shared<ZmqContext>();
    return context;
}

ZmqContext::ZmqContext() = default;

ZmqContext::~ZmqContext() {
    if (!thread_.joinable()) return;
    stop_.send(zmq::message_t(), zmq::send_flags::none);
    thread_.join();
}

std::string ZmqContext::add_domain(const std::vector<std::string>& allowed_client_keys) {
    Domain domain;
    domain.open = allowed_client_keys.empty();
    for (const std::string& key : allowed_client_keys) domain.keys.insert(decode_key(key));
    const std::lock_guard lock(mutex_);
    if (!thread_.joinable()) {
        stop_ = zmq::socket_t(zmq, zmq::socket_type::pair);
        stop_.set(zmq::sockopt::linger, 0);
        stop_.bind("inproc://bv-zap-stop");
        thread_ = std::thread([this] { serve(); });
        zmq::message_t ready;
        [[maybe_unused]] const auto size = stop_.recv(ready, zmq::recv_flags::none);
    }
    const std::string name = "bv" + std::to_string(++next_domain_);
    domains_[name] = std::move(domain);
    return name;
}

void ZmqContext::remove_domain(const std::string& domain) {
    const std::lock_guard lock(mutex_);
    domains_.erase(domain);
}

// ZAP 1.0 (RFC 27): version, request id, domain, address, identity, mechanism, credentials…
std::string ZmqContext::judge(const std::vector<zmq::message_t>& request) {
    if (request.size() != 7 || text_of(request[0]) != "1.0" || text_of(request[5]) != "CURVE") return "400";
    const std::lock_guard lock(mutex_);
    const auto domain = domains_.find(std::string(text_of(request[2])));
    if (domain == domains_.end()) return "400";
    return domain->second.open || domain->second.keys.contains(std::string(text_of(request[6]))) ? "200" : "400";
}

void ZmqContext::serve() {
    zmq::socket_t stop(zmq, zmq::socket_type::pair), zap(zmq, zmq::socket_type::rep);
    stop.set(zmq::sockopt::linger, 0);
    zap.set(zmq::sockopt::linger, 0);
    zap.bind("inproc://zeromq.zap.01");
    stop.connect("inproc://bv-zap-stop");
    stop.send(zmq::message_t(), zmq::send_flags::none);
    std::vector<zmq::message_t> request;
    for (;;) {
        std::array<zmq::pollitem_t, 2> items{{{stop.handle(), 0, ZMQ_POLLIN, 0}, {zap.handle(), 0, ZMQ_POLLIN, 0}}};
        poll_sockets(items, std::chrono::milliseconds(-1));
        if (items[0].revents) return;
        if (!receive(zap, request, 8)) continue;
        const std::string code = judge(request), id(request.size() > 1 ? text_of(request[1]) : "");
        const std::array<std::string, 6> reply{
            "1.0", id, code, code == "200" ? "OK" : "Not on the list of allowed clients", "", ""};
        for (size_t i = 0; i < reply.size(); ++i)
            zap.send(zmq::buffer(reply[i]), i + 1 < reply.size() ? zmq::send_flags::sndmore : zmq::send_flags::none);
    }
}

void set_safe_options(zmq::socket_t& socket, size_t max_message) {
    socket.set(zmq::sockopt::sndhwm, 8);
    socket.set(zmq::sockopt::rcvhwm, 8);
    socket.set(zmq::sockopt::maxmsgsize, int64_t(max_message));
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::heartbeat_ivl, 1000);
    socket.set(zmq::sockopt::heartbeat_timeout, 3000);
    socket.set(zmq::sockopt::heartbeat_ttl, 3000);
    socket.set(zmq::sockopt::handshake_ivl, 2000);
    socket.set(zmq::sockopt::connect_timeout, 2000);
    socket.set(zmq::sockopt::reconnect_ivl, 50);
    socket.set(zmq::sockopt::reconnect_ivl_max, 400);
}

void set_curve_server(zmq::socket_t& socket, const CurveServer& keys, const std::string& domain) {
    if (keys.secret_key.empty()) return;
    decode_key(keys.secret_key);
    socket.set(zmq::sockopt::curve_server, true);
    socket.set(zmq::sockopt::curve_secretkey, keys.secret_key);
    socket.set(zmq::sockopt::zap_domain, domain);
}

void set_curve_client(zmq::socket_t& socket, const CurveClient& keys) {
    if (keys.server_key.empty()) return;
    for (const std::string* key : {&keys.server_key, &keys.public_key, &keys.secret_key}) decode_key(*key);
    socket.set(zmq::sockopt::curve_serverkey, keys.server_key);
    socket.set(zmq::sockopt::curve_publickey, keys.public_key);
    socket.set(zmq::sockopt::curve_secretkey, keys.secret_key);
}

zmq::message_t to_message(Bytes bytes) {
    auto* owned = new Bytes(std::move(bytes));
    zmq::message_t message(
        owned->data(), owned->size(), [](void*, void* hint) { delete static_cast<Bytes*>(hint); }, owned);
#if defined(__SANITIZE_THREAD__)
    __tsan_release(message.data());
#endif
    return message;
}

std::span<const std::byte> bytes_of(const zmq::message_t& message) {
    return {static_cast<const std::byte*>(message.data()), message.size()};
}

std::string_view text_of(const zmq::message_t& message) {
    return {static_cast<const char*>(message.data()), message.size()};
}

void poll_sockets(std::span<zmq::pollitem_t> items, std::chrono::milliseconds timeout) {
    try {
        zmq::poll(items.data(), items.size(), timeout);
    } catch (const zmq::error_t& error) {
        if (error.num() != EINTR) throw;
        for (zmq::pollitem_t& item : items) item.revents = 0;
    }
}

bool send_now(zmq::socket_t& socket, zmq::message_t& message, bool more) {
    const auto flags = more ? zmq::send_flags::sndmore | zmq::send_flags::dontwait : zmq::send_flags::dontwait;
    for (;;) {
        try {
            return socket.send(message, flags).has_value();
        } catch (const zmq::error_t& error) {
            if (error.num() != EINTR) throw;
        }
    }
}

namespace {

// Messages are read in place, and the schema wants its 8-byte numbers aligned; libzmq promises nothing.
void align(zmq::message_t& message) {
    if (reinterpret_cast<uintptr_t>(message.data()) % alignof(uint64_t) == 0) return;
    zmq::message_t copy(message.size());
    std::copy_n(message.data<char>(), message.size(), copy.data<char>());
    message = std::move(copy);
}

bool receive_frame(zmq::socket_t& socket, zmq::message_t& frame) {
    for (;;) {
        try {
            return socket.recv(frame, zmq::recv_flags::dontwait).has_value();
        } catch (const zmq::error_t& error) {
            if (error.num() != EINTR) throw;
        }
    }
}

}  // namespace

bool receive(zmq::socket_t& socket, std::vector<zmq::message_t>& frames, size_t limit) {
    frames.clear();
    for (;;) {
        zmq::message_t frame;
        if (!receive_frame(socket, frame)) return false;
#if defined(__SANITIZE_THREAD__)
        __tsan_acquire(frame.data());
#endif
        const bool more = frame.more();
        align(frame);
        if (frames.size() < limit) frames.push_back(std::move(frame));
        if (!more) return true;
    }
}

int64_t utc_now_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

}  // namespace bv

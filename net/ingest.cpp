// Sockets, polling and housekeeping of an ingest; what the messages do is in ingest_dialogue.cpp. See ingest.h.
#include "net/ingest.h"

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <stdexcept>

namespace bv {

namespace {

constexpr size_t messages_per_turn = 64;  // of one socket, before the others have theirs
constexpr auto measure_every = std::chrono::milliseconds(1000);
constexpr auto reopen_every = std::chrono::milliseconds(500);
constexpr auto snapshot_patience = std::chrono::milliseconds(2000);
// At one time: every one is a connection, and a process has only so many file descriptors.
constexpr size_t max_dealers = 16;
constexpr auto dealer_wait = std::chrono::milliseconds(100);

}  // namespace

Ingest::Ingest(IngestOptions options) : options_(std::move(options)), context_(process_context()) {
    if (options_.endpoints.empty())
        throw std::runtime_error("There is no endpoint to subscribe to; give one like tcp://HOST:PORT.");
    const bool encrypted = !options_.curve.server_key.empty();
    for (const std::string& text : options_.endpoints) {
        auto line = std::make_unique<Line>();
        line->endpoint = parse_endpoint(text);
        if (line->endpoint.port == "*" || line->endpoint.host == "*")
            throw std::runtime_error(
                fmt::format("The endpoint \"{}\" does not say where to connect; give a host and a port.", text));
        require_encryption(line->endpoint, encrypted, options_.insecure, "connecting to");
        line->first_status = uint16_t(state.sources.size());
        state.sources.push_back({.name = "", .endpoint = text});
        lines_.push_back(std::move(line));
    }
    wake_fd_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (wake_fd_ < 0) throw std::runtime_error("The system has no file descriptors left; raise the limit (ulimit -n).");
    for (auto& line : lines_) open(*line);
    if (options_.cluster) install(*options_.cluster);
}

Ingest::~Ingest() {
    if (tap_) tap_->flush(state);
    if (loader_.valid()) loader_.wait();  // it wakes through the descriptor
    ::close(wake_fd_);
}

// Where it throws, the line keeps the sockets that it had.
void Ingest::open(Line& line) try {
    zmq::socket_t sub(context_->zmq, zmq::socket_type::sub), monitor;
    set_safe_options(sub, max_message_bytes);
    set_curve_client(sub, options_.curve);
    sub.set(zmq::sockopt::subscribe, topic_prefix);
    const bool inproc = line.endpoint.transport == Endpoint::Transport::inproc;
    if (!inproc) {
        static std::atomic<uint64_t> number{0};
        const std::string name = fmt::format("inproc://bv-monitor-{}", ++number);
        constexpr int events = ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |
                               ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                               ZMQ_EVENT_DISCONNECTED;
        zmq_socket_monitor(sub.handle(), name.c_str(), events);
        monitor = zmq::socket_t(context_->zmq, zmq::socket_type::pair);
        monitor.set(zmq::sockopt::linger, 0);
        monitor.connect(name);
    }
    if (line.endpoint.host.starts_with('[')) sub.set(zmq::sockopt::ipv6, true);
    sub.connect(line.endpoint.text());
    line.monitor = std::move(monitor);
    line.sub = std::move(sub);
    line.connected = inproc;
} catch (const zmq::error_t& error) {
    throw std::runtime_error(
        fmt::format("Cannot connect to {}: {}; check the host and the port.", line.endpoint.text(), error.what()));
}

void Ingest::wake() {
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(wake_fd_, &one, sizeof one);
}

bool Ingest::poll() { return poll(std::chrono::milliseconds(3'600'000), {}); }

bool Ingest::poll(std::chrono::milliseconds longest, std::span<const zmq::pollitem_t> others) {
    items_.assign(1, zmq::pollitem_t{nullptr, wake_fd_, ZMQ_POLLIN, 0});
    for (auto& line : lines_) {
        items_.push_back({line->sub.handle(), 0, ZMQ_POLLIN, 0});
        if (line->monitor) items_.push_back({line->monitor.handle(), 0, ZMQ_POLLIN, 0});
    }
    for (auto& feed : feeds_)
        if (feed->dealer) items_.push_back({feed->dealer.handle(), 0, ZMQ_POLLIN, 0});
    items_.insert(items_.end(), others.begin(), others.end());
    const auto until_due = std::chrono::ceil<std::chrono::milliseconds>(next_due() - Clock::now());
    poll_sockets(items_, std::clamp(until_due, std::chrono::milliseconds(0), longest));
    if (items_[0].revents) {
        uint64_t count = 0;
        [[maybe_unused]] const ssize_t size = ::read(wake_fd_, &count, sizeof count);
    }
    changed_ = false;
    for (auto& line : lines_) {
        drain(*line);
        if (line->monitor) drain_monitor(*line);
    }
    for (size_t i = 0; i < feeds_.size(); ++i)
        if (feeds_[i]->dealer) drain_dealer(*feeds_[i]);
    keep_house();
    return changed_;
}

void Ingest::drain(Line& line) {
    for (size_t i = 0; i < messages_per_turn && receive(line.sub, frames_); ++i) {
        if (frames_.size() == 2)
            hear(line, frames_[0], frames_[1]);
        else
            bad(line.first_status, DecodeError::not_a_message);
    }
}

void Ingest::drain_monitor(Line& line) {
    std::vector<zmq::message_t> frames;
    while (receive(line.monitor, frames)) {
        if (frames.empty() || frames[0].size() < 2) continue;
        uint16_t event = 0;
        std::memcpy(&event, frames[0].data(), sizeof event);
        SourceStatus& first = state.sources[line.first_status];
        changed_ = true;
        line.connected = event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED;
        if (line.feeds > 0) continue;  // the sources speak for themselves
        using State = SourceStatus::Link;
        if (line.connected)
            first.link = State::waiting, first.problem = "Connected, but nothing was said yet.";
        else if (event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)
            first.link = State::refused, first.problem = "The publisher does not let this client's key in.";
        else if (event == ZMQ_EVENT_DISCONNECTED && first.link != State::refused)
            first.link = State::connecting, first.problem = "The connection was lost; trying again.";
        else if (event != ZMQ_EVENT_DISCONNECTED)
            first.link = State::refused,
            first.problem = "The handshake failed; check the publisher's key and whether both sides use encryption.";
    }
}

void Ingest::drain_dealer(SourceFeed& feed) {
    while (feed.dealer && receive(feed.dealer, frames_)) {
        feed.snapshot_deadline = Clock::now() + snapshot_patience;
        if (frames_.size() == 1) take_snapshot_part(feed, frames_[0]);
    }
}

void Ingest::request(SourceFeed& feed, bool topology, bool wanted_state) {
    const Line& line = *lines_[feed.endpoint];
    Endpoint there;
    try {
        there = parse_endpoint(feed.heartbeat->snapshot_endpoint);
    } catch (const std::runtime_error&) {
        return bad(feed.index, DecodeError::text_invalid);
    }
    // A source may say which port, never which machine: a viewer connects only to whom it was told to.
    if (there.transport != line.endpoint.transport) return bad(feed.index, DecodeError::text_invalid);
    if (there.transport == Endpoint::Transport::tcp) there.host = line.endpoint.host;
    const auto now = Clock::now();
    feed.dealer.close();
    if (dealers() >= max_dealers) {
        feed.snapshot_wanted |= wanted_state;
        feed.next_request = now + dealer_wait;
        return;
    }
    feed.next_request = now + feed.request_gap;
    feed.request_gap = std::min(feed.request_gap * 2, std::chrono::milliseconds(5000));
    feed.snapshot_deadline = now + snapshot_patience;
    feed.snapshot_job_slots.clear();
    feed.snapshot_newest_ns = 0;
    try {
        zmq::socket_t dealer(context_->zmq, zmq::socket_type::dealer);
        set_safe_options(dealer, max_message_bytes);
        set_curve_client(dealer, options_.curve);
        if (there.host.starts_with('[')) dealer.set(zmq::sockopt::ipv6, true);
        dealer.connect(there.text());
        zmq::message_t asked =
            to_message(encode_snapshot_request({feed.name, topology, wanted_state}, feed.topology_hash));
        send_now(dealer, asked);
        feed.dealer = std::move(dealer);
    } catch (const std::exception& error) {
        feed.snapshot_wanted |= wanted_state;
        return say_not_asked(feed, error.what());
    }
    if (!wanted_state) return;
    feed.phase = SourceFeed::Phase::snapshot;
    feed.snapshot_wanted = false;
    feed.forget_buffer();  // all of it was sent before the request, so the snapshot holds it
}

size_t Ingest::dealers() const {
    return size_t(std::count_if(feeds_.begin(), feeds_.end(), [](const auto& feed) { return bool(feed->dealer); }));
}

void Ingest::say_not_asked(SourceFeed& feed, std::string_view why) {
    status(feed).problem =
        fmt::format("The snapshot service of \"{}\" cannot be asked: {}; trying again.", feed.name, why);
    feed.problem_until = Clock::now() + std::chrono::seconds(10);
    changed_ = true;
}

void Ingest::keep_house() {
    const auto now = Clock::now();
    install_loaded_cluster();
    if (tap_) tap_->flush_idle(state, now);
    for (auto& feed : feeds_) {
        check_silence(*feed, now);
        if (feed->dealer && now > feed->snapshot_deadline) {
            feed->dealer.close();
            ++feed->failed_requests;
            if (feed->phase == SourceFeed::Phase::snapshot) {
                go_live(*feed);
                feed->snapshot_wanted = true;
            }
        }
        const bool served = feed->heartbeat && !feed->heartbeat->snapshot_endpoint.empty() && !feed->silent;
        if (!served || feed->dealer || now < feed->next_request) continue;
        if (wants_topology() && !loading_.valid() && !unreadable_.contains(feed->topology_hash))
            request(*feed, true, false);
        else if (feed->snapshot_wanted && feed->phase == SourceFeed::Phase::live && !feed->conflict)
            request(*feed, false, true);
    }
    for (auto& line : lines_) {
        // inproc does not reconnect by itself.
        if (line->endpoint.transport != Endpoint::Transport::inproc || line->feeds == 0 || now < line->next_reopen)
            continue;
        const bool all_silent = std::all_of(feeds_.begin(), feeds_.end(), [&](const auto& feed) {
            return lines_[feed->endpoint].get() != line.get() || feed->silent;
        });
        if (!all_silent) continue;
        line->next_reopen = now + reopen_every;
        try {
            open(*line);
        } catch (const std::runtime_error& error) {
            state.sources[line->first_status].problem = error.what();
            changed_ = true;
        }
    }
    if (now >= next_measure_) measure(now);
}

void Ingest::check_silence(SourceFeed& feed, Clock::time_point now) {
    if (feed.silent || now - feed.last_heard <= feed.silence_limit()) return;
    feed.silent = true;
    feed.phase = SourceFeed::Phase::greeting;
    feed.dealer.close();
    feed.forget_buffer();
    if (!state.empty() && !feed.conflict) interrupt(feed, "the source fell silent");
    status(feed).problem =
        fmt::format("Nothing heard for {:.1f} s.", std::chrono::duration<double>(feed.silence_limit()).count());
    refresh(feed);
}

void Ingest::measure(Clock::time_point now) {
    next_measure_ = now + measure_every;
    for (auto& feed : feeds_) {
        SourceStatus& s = status(*feed);
        const double seconds = std::chrono::duration<double>(now - feed->meter.at).count();
        if (feed->meter.at != Clock::time_point{} && seconds > 0) {
            // Half of the new second, half of what was: settles within a few seconds. A silent source's rates are
            // nothing and stay so: whoever looks is not woken for them.
            const auto rate = [&](double& average, uint64_t count, uint64_t before) {
                const double was = average;
                average = feed->silent ? 0 : 0.5 * average + 0.5 * double(count - before) / seconds;
                changed_ |= average != was;
            };
            rate(s.messages_per_second, s.messages, feed->meter.messages);
            rate(s.bytes_per_second, s.bytes, feed->meter.bytes);
            rate(s.values_per_second, s.values, feed->meter.values);
        }
        feed->meter = {now, s.messages, s.bytes, s.values};
        if (feed->problem_until != Clock::time_point{} && now > feed->problem_until) {
            feed->problem_until = {};
            if (!feed->conflict && !feed->silent) s.problem.clear();
        }
        if (feed->phase == SourceFeed::Phase::live && !feed->snapshot_wanted &&
            now > feed->next_request + std::chrono::seconds(10))
            feed->request_gap = std::chrono::milliseconds(100);
    }
}

RecorderStatus Ingest::recorder_status() const {
    if (tap_) return tap_->status();
    RecorderStatus none;
    none.problem = recorder_problem_;
    return none;
}

Ingest::Clock::time_point Ingest::next_due() const {
    auto due = next_measure_;
    if (const auto tap_due = tap_ ? tap_->next_due() : std::nullopt) due = std::min(due, *tap_due);
    for (const auto& feed : feeds_) {
        if (!feed->silent)
            due = std::min(due, feed->last_heard + std::chrono::duration_cast<Clock::duration>(feed->silence_limit()));
        if (feed->dealer)
            due = std::min(due, feed->snapshot_deadline);
        else if (feed->snapshot_wanted && feed->phase == SourceFeed::Phase::live)
            due = std::min(due, std::max(feed->next_request, Clock::time_point{}));
    }
    return due;
}

}  // namespace bv

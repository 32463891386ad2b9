// The ROUTER side of the snapshot dialogue; see snapshot_service.h.
#include "net/snapshot_service.h"

#include <algorithm>

#include "net/fan_out.h"

namespace bv {

namespace {

constexpr size_t max_request_bytes = 1024, max_pending = 64;
constexpr std::chrono::seconds patience_with_asker{10};

}  // namespace

SnapshotService::SnapshotService(std::shared_ptr<ZmqContext> context, const std::string& endpoint,
                                 const CurveServer& curve, const std::string& zap_domain, bool insecure)
    : context_(std::move(context)), socket_(context_->zmq, zmq::socket_type::router) {
    set_safe_options(socket_, max_request_bytes);
    set_curve_server(socket_, curve, zap_domain);
    socket_.set(zmq::sockopt::router_mandatory, true);
    endpoint_ = bind_socket(socket_, endpoint, !curve.secret_key.empty(), insecure);
}

void SnapshotService::take_requests() {
    std::vector<zmq::message_t> frames;
    while (receive(socket_, frames)) {
        SnapshotRequest request;
        if (frames.size() != 2 || decode_snapshot_request(bytes_of(frames[1]), request) != DecodeError::none) continue;
        std::string asker(text_of(frames[0]));
        std::erase_if(pending_, [&](const Pending& p) { return p.asker == asker; });
        if (pending_.size() >= max_pending) pending_.erase(pending_.begin());
        pending_.push_back(
            {std::move(asker), std::move(request), nullptr, 0, std::chrono::steady_clock::now() + patience_with_asker});
    }
}

bool SnapshotService::advance(Pending& pending, const Answer& answer) {
    if (!pending.reply && !(pending.reply = answer(pending.request)))
        return std::chrono::steady_clock::now() > pending.deadline;
    try {
        while (pending.next < pending.reply->size()) {
            zmq::message_t asker(pending.asker.data(), pending.asker.size());
            if (!send_now(socket_, asker, true)) return std::chrono::steady_clock::now() > pending.deadline;
            zmq::message_t part = to_message((*pending.reply)[pending.next]);
            send_now(socket_, part);
            ++pending.next;
        }
    } catch (const zmq::error_t& error) {
        if (error.num() != EHOSTUNREACH) throw;  // the asker went away
    }
    return true;
}

bool SnapshotService::serve(const Answer& answer) {
    take_requests();
    std::erase_if(pending_, [&](Pending& p) { return advance(p, answer); });
    return !pending_.empty();
}

}  // namespace bv

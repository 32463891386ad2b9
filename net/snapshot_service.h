// Answers snapshot and topology requests on a ROUTER, for a publisher (one source) and for the proxy (many). Replies go
// out as fast as each asker takes them, never faster, so that an asker that does not read costs a bounded amount of
// memory.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/context.h"
#include "net/messages.h"

namespace bv {

class SnapshotService {
public:
    using Reply = std::shared_ptr<const std::vector<Bytes>>;
    // What to answer; null where the source is not known or not ready (it is asked again until the request is too old).
    using Answer = std::function<Reply(const SnapshotRequest&)>;

    SnapshotService(std::shared_ptr<ZmqContext> context, const std::string& endpoint, const CurveServer& curve,
                    const std::string& zap_domain, bool insecure);

    // Takes requests and sends what can be sent now. True while replies are under way: call again within milliseconds.
    bool serve(const Answer& answer);

    [[nodiscard]] const std::string& endpoint() const { return endpoint_; }
    zmq::socket_t& socket() { return socket_; }

private:
    struct Pending {
        std::string asker;
        SnapshotRequest request;
        Reply reply;
        size_t next = 0;
        std::chrono::steady_clock::time_point deadline;
    };
    void take_requests();
    // True when done with this asker.
    bool advance(Pending& pending, const Answer& answer);

    std::shared_ptr<ZmqContext> context_;
    zmq::socket_t socket_;
    std::string endpoint_;
    std::vector<Pending> pending_;
};

}  // namespace bv

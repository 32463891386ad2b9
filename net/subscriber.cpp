// Runs an ingest on its own thread and hands its state to one reader through a triple buffer; see subscriber.h.
#include "net/subscriber.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

#include "net/ingest.h"

namespace bv {

namespace {

using Clock = std::chrono::steady_clock;

// Half a frame and a frame: sooner than that nobody looks, and who has not looked yet is in no hurry.
constexpr std::chrono::milliseconds handover_gap{8}, handover_gap_untaken{16};
// And no more than a tenth of the time, as long as what is shown is not two frames old.
constexpr std::chrono::milliseconds handover_gap_most{30};
constexpr int handover_share = 10;

// Three states, of which each side owns one and the third is handed over by exchanging an index.
class TripleBuffer {
public:
    // Writer: copies what changed into its own slot and hands it over.
    void publish(const ClusterState& from) {
        ClusterState& slot = slots_[back_];
        if (slot.shared_topology() != from.shared_topology()) slot = ClusterState();
        slot.copy_changed(from);
        back_ = middle_.exchange(uint8_t(back_ | fresh), std::memory_order_acq_rel) & index_mask;
    }
    // Writer: whether the reader took what was handed over last.
    [[nodiscard]] bool taken() const { return !(middle_.load(std::memory_order_relaxed) & fresh); }
    // Reader: the newest that was handed over.
    const ClusterState& latest() {
        if (middle_.load(std::memory_order_relaxed) & fresh)
            front_ = middle_.exchange(front_, std::memory_order_acq_rel) & index_mask;
        return slots_[front_];
    }

private:
    static constexpr uint8_t fresh = 4, index_mask = 3;
    std::array<ClusterState, 3> slots_;
    uint8_t back_ = 0, front_ = 2;
    std::atomic<uint8_t> middle_{1};
};

// What can be read by any thread, replaced as a whole; the lock is held for the copy of a pointer.
template <typename T>
class Shared {
public:
    void set(T value) {
        auto fresh = std::make_shared<const T>(std::move(value));
        const std::lock_guard lock(mutex_);
        value_.swap(fresh);
    }
    [[nodiscard]] std::shared_ptr<const T> get() const {
        const std::lock_guard lock(mutex_);
        return value_;
    }

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const T> value_ = std::make_shared<const T>();
};

}  // namespace

struct Subscriber::Impl {
    Ingest ingest;
    std::function<void()> on_change;
    TripleBuffer states;
    Shared<std::vector<SourceStatus>> sources;
    Shared<std::string> topology_text;
    Shared<RecorderStatus> recorder;
    std::shared_ptr<const Topology> published_topology;
    std::atomic<bool> stop{false}, failed{false};
    std::exception_ptr failure;  // written before `failed`, read after it
    std::thread thread;

    explicit Impl(SubscriberOptions options)
        : ingest({std::move(options.endpoints), std::move(options.cluster), options.insecure, std::move(options.curve),
                  std::move(options.open_recorder)}),
          on_change(std::move(options.on_change)) {
        publish();
        thread = std::thread([this] { run_guarded(); });
    }
    ~Impl() {
        stop = true;
        ingest.wake();
        thread.join();
    }

    // An exception would end the process without a word; the reader gets it instead, and main says it.
    void run_guarded() {
        try {
            run();
        } catch (...) {
            failure = std::current_exception();
            failed.store(true, std::memory_order_release);
            if (on_change) on_change();
        }
    }

    // A tick comes in many messages, so what changed is handed over at most every few milliseconds.
    void run() {
        auto last = Clock::now() - handover_gap;
        Clock::duration cost{};
        for (bool pending = false; !stop;) {
            const Clock::duration gap = states.taken() ? handover_gap : handover_gap_untaken;
            const auto due = last + std::clamp<Clock::duration>(handover_share * cost, gap, handover_gap_most);
            const auto wait = std::chrono::ceil<std::chrono::milliseconds>(due - Clock::now());
            pending |= pending ? ingest.poll(std::max(wait, std::chrono::milliseconds(0)), {}) : ingest.poll();
            if (!pending || Clock::now() < due) continue;
            const auto start = Clock::now();
            publish();
            pending = false;
            last = Clock::now();
            cost = last - start;
        }
    }

    void publish() {
        sources.set(ingest.state.sources);
        recorder.set(ingest.recorder_status());
        if (ingest.state.shared_topology() != published_topology) {
            published_topology = ingest.state.shared_topology();
            topology_text.set(ingest.cluster_text());
        }
        if (!ingest.state.empty()) states.publish(ingest.state);
        if (on_change) on_change();
    }
};

Subscriber::Subscriber(SubscriberOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Subscriber::~Subscriber() = default;

const ClusterState& Subscriber::latest() {
    if (impl_->failed.load(std::memory_order_acquire)) std::rethrow_exception(impl_->failure);
    return impl_->states.latest();
}
std::vector<SourceStatus> Subscriber::sources() const { return *impl_->sources.get(); }
RecorderStatus Subscriber::recorder_status() const { return *impl_->recorder.get(); }
std::string Subscriber::topology_text() const { return *impl_->topology_text.get(); }

}  // namespace bv

// A candidate's score: the share of the group's episodes that it explains, how much its own events speak for a cause, a
// little for having been first. Parts without an event of their own are named behind, for the eye that doubts.
#include "cluster/incident_rank.h"

#include <algorithm>

#include "cluster/xid_catalogue.h"

namespace bv {
namespace {

using C = ObjectClass;
using S = Signal;

constexpr size_t most_candidates = 5;
constexpr float first_bonus = 0.1f, critical_bonus = 0.05f, breadth_bonus = 0.35f, child_share = 0.7f;

class Ranking {
public:
    Ranking(const Topology& topology, const Placement& placement, const Episodes& episodes,
            const IncidentGroups& groups, std::span<const uint32_t> group, std::span<const uint32_t> subtree)
        : t_(topology), placement_(placement), e_(episodes.list), groups_(groups), group_(group), subtree_(subtree) {}

    std::vector<RootCandidate> run() {
        add_reported();
        add_server();
        add_silent_gpu();
        add_job();
        std::stable_sort(found_.begin(), found_.end(),
                         [](const RootCandidate& a, const RootCandidate& b) { return a.score > b.score; });
        if (found_.size() > most_candidates) found_.resize(most_candidates);
        add_silent();
        return std::move(found_);
    }

private:
    [[nodiscard]] bool root(uint32_t e) const { return groups_.parent[e] == no_index; }
    RootCandidate& candidate(ObjectId object);
    void add_reported();
    void add_server();
    void add_silent_gpu();
    void add_job();
    void add_silent();

    const Topology& t_;
    const Placement& placement_;
    const std::vector<Episode>& e_;
    const IncidentGroups& groups_;
    std::span<const uint32_t> group_, subtree_;
    std::vector<RootCandidate> found_;
};

RootCandidate& Ranking::candidate(ObjectId object) {
    for (RootCandidate& known : found_)
        if (known.object == object) return known;
    found_.push_back({.object = object});
    return found_.back();
}

// Roots of the trees, and their children, which might be the true root where a rule is wrong.
void Ranking::add_reported() {
    std::vector<uint32_t> considered;
    for (const uint32_t e : group_)
        if (root(e)) considered.push_back(e);
    const size_t roots = considered.size();
    for (const uint32_t e : group_) {
        if (considered.size() >= roots + 64) break;
        if (!root(e) && root(groups_.parent[e])) considered.push_back(e);
    }
    const float all = float(group_.size());
    const uint32_t first = group_.front();
    for (const uint32_t e : considered) {
        const Episode& episode = e_[e];
        RootCandidate& c = candidate(episode.object);
        const float share = float(subtree_[e]) / all;
        c.explains += subtree_[e];
        c.reported = c.reported || !episode.concluded;
        const float score = (root(e) ? 1.0f : child_share) * (share + weight_of(episode.signal)) +
                            (e == first || episode.begin_ns == e_[first].begin_ns ? first_bonus : 0.0f) +
                            (episode.severity == Severity::critical ? critical_bonus : 0.0f);
        c.score = std::max(c.score, score);
        if (c.why.empty())
            c.why = episode.concluded ? "silent, but what hangs on it failed together"
                    : root(e)         ? "its own event has no cause among the others"
                                      : "reported, though it follows from another";
    }
}

// Three parts of one server in trouble: it is the server.
void Ranking::add_server() {
    std::vector<ObjectId> parts;
    uint32_t node = no_index;
    for (const uint32_t e : group_) {
        if (!root(e) || e_[e].node == no_index) continue;
        if (node != no_index && e_[e].node != node) return;
        node = e_[e].node;
        parts.push_back(e_[e].object);
    }
    std::sort(parts.begin(), parts.end());
    parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
    if (parts.size() < 2) return;
    RootCandidate& c = candidate({C::node, node});
    // Two troubles in one server may be chance.
    c.score = std::max(c.score, parts.size() >= 3 ? 1.0f + breadth_bonus : 0.5f);
    c.explains = uint32_t(group_.size());
    c.why = std::to_string(parts.size()) + " of its parts are in trouble within minutes";
}

// When a GPU dies the program is cleaned up on all others of its server. If all but one say so, it is the one that does
// not.
void Ranking::add_silent_gpu() {
    std::vector<uint32_t> cleaned;
    uint32_t node = no_index;
    for (const uint32_t e : group_) {
        const Episode& episode = e_[e];
        if (episode.object.object_class == C::job) continue;
        if (episode.object.object_class != C::gpu || !xid_of(episode.code).follows) return;
        if (node != no_index && episode.node != node) return;
        node = episode.node;
        cleaned.push_back(episode.object.index);
    }
    std::sort(cleaned.begin(), cleaned.end());
    cleaned.erase(std::unique(cleaned.begin(), cleaned.end()), cleaned.end());
    if (node == no_index || cleaned.size() < 2 || cleaned.size() + 1 != t_.nodes[node].gpus.count) return;
    uint32_t gpu = t_.nodes[node].gpus.first;
    for (const uint32_t other : cleaned) gpu += other == gpu;
    RootCandidate& c = candidate({C::gpu, gpu});
    c.score = 1.5f;
    c.explains = uint32_t(group_.size());
    c.why = "the program was cleaned up on all other GPUs of its server";
}

// A program that fails on several servers at once: it is the program.
void Ranking::add_job() {
    uint32_t node = no_index, job = no_index;
    bool several = false;
    for (const uint32_t e : group_) {
        if (e_[e].object.object_class == C::job) continue;
        if (e_[e].signal != S::app_error) return;
        several = several || (node != no_index && e_[e].node != node);
        node = e_[e].node;
        job = placement_.job_of_node(node);
    }
    if (!several || job == no_index) return;
    RootCandidate& c = candidate({C::job, job});
    c.score = std::max(c.score, 1.5f);
    c.explains = uint32_t(group_.size());
    c.why = "its program fails on several servers";
}

void Ranking::add_silent() {
    const auto also = [&](ObjectId object, const char* why) {
        if (!object.valid() || found_.size() >= most_candidates) return;
        for (const RootCandidate& known : found_)
            if (known.object == object) return;
        found_.push_back({.object = object, .score = 0, .explains = 0, .reported = false, .why = why});
    };
    const ObjectId root = found_.front().object;
    if (root.object_class == C::link) {
        also(t_.links[root.index].a.object(), "its lower end");
        also(t_.links[root.index].b.object(), "its upper end");
    } else if (root.object_class != C::job) {
        if (const ObjectId parent = t_.parent(root); parent.valid()) also(parent, "holds it");
    }
}

}  // namespace

std::vector<uint32_t> subtree_sizes(const Episodes& episodes, const IncidentGroups& groups) {
    const size_t n = episodes.list.size();
    std::vector<uint32_t> sizes(n, 1), children(n, 0), ready;
    for (size_t e = 0; e < n; ++e)
        if (groups.parent[e] != no_index) ++children[groups.parent[e]];
    for (uint32_t e = 0; e < n; ++e)
        if (children[e] == 0) ready.push_back(e);
    while (!ready.empty()) {
        const uint32_t e = ready.back();
        ready.pop_back();
        const uint32_t parent = groups.parent[e];
        if (parent == no_index) continue;
        sizes[parent] += sizes[e];
        if (--children[parent] == 0) ready.push_back(parent);
    }
    return sizes;
}

std::vector<RootCandidate> rank_roots(const Topology& topology, const Placement& placement, const Episodes& episodes,
                                      const IncidentGroups& groups, std::span<const uint32_t> group,
                                      std::span<const uint32_t> subtree) {
    return Ranking(topology, placement, episodes, groups, group, subtree).run();
}

}  // namespace bv

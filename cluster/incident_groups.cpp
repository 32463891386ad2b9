// Four passes: causes that have an alarm of their own; causes of job stops; causes that are silent; troubles of one
// part or server. Each is linear in the events but for a search of some 40 neighbours.
#include "cluster/incident_groups.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "cluster/causes.h"

namespace bv {
namespace {

using C = ObjectClass;
using S = Signal;
constexpr int64_t second = 1'000'000'000;
// Errors of one program: so near to each other, on at least so many servers.
constexpr int64_t program_gap_ns = 5 * second;
constexpr ptrdiff_t program_nodes = 4;

class Grouping {
public:
    Grouping(const Topology& topology, const Placement& placement, Episodes& episodes)
        : t_(topology), placement_(placement), episodes_(episodes), e_(episodes.list) {}

    IncidentGroups run() {
        out_.parent.assign(e_.size(), no_index);
        const auto reported = uint32_t(e_.size());
        for (uint32_t i = 0; i < reported; ++i)
            if (e_[i].object.object_class != C::job) out_.parent[i] = reported_cause(i);
        cut_circles();
        conclude_silent_causes();
        // What is concluded explains more than what it was concluded from.
        for (uint32_t i = 0; i < reported; ++i)
            if (out_.parent[i] == no_index && e_[i].object.object_class != C::job) out_.parent[i] = reported_cause(i);
        for (uint32_t i = 0; i < reported; ++i)
            if (e_[i].object.object_class == C::job) out_.parent[i] = cause_of_job_trouble(i);
        gather_app_errors();
        cut_circles();
        join();
        return std::move(out_);
    }

private:
    uint32_t reported_cause(uint32_t i) const;
    [[nodiscard]] bool timely(const Episode& cause, const Episode& consequence) const;
    void cut_circles();

    // Silent causes.
    struct Share {
        std::vector<uint32_t> orphans;  // by begin
        uint32_t of = 0;                // parts that could be affected
    };
    void conclude_silent_causes();
    void count_orphan(uint32_t i);
    [[nodiscard]] uint32_t parts_of(ObjectId cause) const;
    [[nodiscard]] uint32_t parts_in(IndexRange racks) const;
    void count_power_parts();
    bool conclude(ObjectId cause, S signal, const std::vector<uint32_t>& orphans);

    uint32_t cause_of_job_trouble(uint32_t i) const;
    [[nodiscard]] bool touches_job(ObjectId object, uint32_t job) const;
    void gather_app_errors();
    void sort_by_begin();

    void join();
    uint32_t set_of(uint32_t i);
    void unite(uint32_t a, uint32_t b);

    const Topology& t_;
    const Placement& placement_;
    Episodes& episodes_;
    std::vector<Episode>& e_;
    IncidentGroups out_;
    std::vector<uint32_t> set_;       // union-find over episodes
    std::vector<uint32_t> by_begin_;  // all episodes, concluded ones among them
    std::unordered_map<uint64_t, Share> shares_;
    std::vector<uint32_t> power_parts_;
};

uint64_t key_of(ObjectId id, S signal = S::other) {
    return uint64_t(id.object_class) << 40 | uint64_t(signal) << 48 | id.index;
}

bool Grouping::timely(const Episode& cause, const Episode& consequence) const {
    const Lag lag = lag_of(cause.signal, consequence.signal);
    if (consequence.begin_ns < cause.begin_ns - lag.early_ns) return false;
    return consequence.begin_ns <= cause.last_ns + lag.late_ns;
}

// The episode nearby that explains this one best: what speaks most for being a cause, then what began nearest.
uint32_t Grouping::reported_cause(uint32_t i) const {
    const Episode& episode = e_[i];
    uint32_t best = no_index;
    float best_score = 0;
    for_each_cause(t_, episode.object, [&](ObjectId cause) {
        for (uint32_t c = episodes_.newest_at(cause); c != no_index; c = episodes_.next_at(c)) {
            const Episode& other = e_[c];
            if (c == i || !explains(cause, other.signal, episode.object, episode.signal) || !timely(other, episode))
                continue;
            const double apart = std::abs(double(other.begin_ns - episode.begin_ns)) / (120.0 * double(second));
            const float score = 1 + weight_of(other.signal) - 0.3f * float(std::min(apart, 1.0));
            if (score > best_score || (score == best_score && c < best)) best = c, best_score = score;
        }
    });
    return best;
}

// Two parts may explain each other (a link that flaps at both ends): the weightier, then the earlier, keeps the lead.
void Grouping::cut_circles() {
    std::vector<uint8_t> done(e_.size(), 0);  // 1: on the way, 2: leads to a root
    std::vector<uint32_t> way;
    for (uint32_t i = 0; i < e_.size(); ++i) {
        way.clear();
        uint32_t at = i;
        while (at != no_index && done[at] == 0) {
            done[at] = 1;
            way.push_back(at);
            at = out_.parent[at];
        }
        if (at != no_index && done[at] == 1) {
            uint32_t lead = at;
            for (uint32_t on = out_.parent[at]; on != at; on = out_.parent[on]) {
                const float gain = weight_of(e_[on].signal) - weight_of(e_[lead].signal);
                if (gain > 0 || (gain == 0 && on < lead)) lead = on;
            }
            out_.parent[lead] = no_index;
        }
        for (const uint32_t w : way) done[w] = 2;
    }
}

uint32_t Grouping::parts_in(IndexRange racks) const {
    uint32_t parts = 0;
    for (uint32_t r = racks.first; r < racks.end(); ++r) parts += t_.racks[r].nodes.count + t_.racks[r].switches.count;
    return parts;
}

// Servers and switches that a feed supplies, directly or through others.
void Grouping::count_power_parts() {
    power_parts_.assign(t_.power.size(), 0);
    for (uint32_t p = 0; p < t_.power.size(); ++p) {
        const uint32_t parts = parts_in(t_.power[p].racks);
        for (uint32_t up = p, steps = 0; parts > 0 && up != no_index && steps < 8; up = t_.power[up].parent, ++steps)
            power_parts_[up] += parts;
    }
}

uint32_t Grouping::parts_of(ObjectId cause) const {
    switch (cause.object_class) {
        case C::switch_:
            return uint32_t(t_.links_of(cause).size());
        case C::node: {
            return std::max(1u, std::max(t_.nodes[cause.index].gpus.count, t_.nodes[cause.index].nics.count));
        }
        case C::rack:
            return t_.racks[cause.index].nodes.count + t_.racks[cause.index].switches.count;
        case C::cdu:
            return parts_in(t_.cdus[cause.index].racks);
        case C::power:
            return power_parts_[cause.index];
        default:
            return 0;
    }
}

// Counts an episode without a cause at everything silent that could be it.
void Grouping::count_orphan(uint32_t i) {
    const Episode& episode = e_[i];
    const bool cut = episode.signal == S::link_down && episode.object.object_class == C::link;
    const bool dead = episode.signal == S::device_down &&
                      (episode.object.object_class == C::node || episode.object.object_class == C::switch_);
    const bool hot = episode.signal == S::hot && episode.object.object_class == C::gpu;
    if (!cut && !dead && !hot) return;
    const auto count = [&](ObjectId cause, S signal) {
        if (!cause.valid()) return;
        Share& share = shares_[key_of(cause, signal)];
        if (share.orphans.empty()) share.of = parts_of(cause);
        share.orphans.push_back(i);
    };
    if (cut) {
        const Link& link = t_.links[episode.object.index];
        for (const PortRef& end : {link.a, link.b})
            if (end.is_switch) count(end.object(), S::link_down);
        if (!link.a.is_switch) count({C::node, t_.nics[link.a.device].node}, S::link_down);
        return;
    }
    const uint32_t rack = hot                                         ? t_.nodes[episode.node].rack
                          : episode.object.object_class == C::switch_ ? t_.switches[episode.object.index].rack
                                                                      : t_.nodes[episode.object.index].rack;
    if (hot) count({C::node, episode.node}, S::hot);
    if (rack == no_index) return;
    if (hot) {
        count({C::cdu, t_.racks[rack].cdu}, S::hot);
    } else {
        count({C::rack, rack}, S::device_down);
        for (uint32_t p = t_.racks[rack].busway, n = 0; p != no_index && n < 8; p = t_.power[p].parent, ++n)
            count({C::power, p}, S::device_down);
    }
}

// Half of what hangs on a part fails within seconds (of what heats up, a quarter within minutes) and the part says
// nothing.
bool Grouping::conclude(ObjectId cause, S signal, const std::vector<uint32_t>& all) {
    const bool hot = signal == S::hot;
    const int64_t window = hot ? 300 * second : 15 * second;
    std::vector<uint32_t> orphans;
    for (const uint32_t i : all)
        if (out_.parent[i] == no_index) orphans.push_back(i);
    // The longest run within the window.
    size_t best_first = 0, best = 0;
    for (size_t first = 0, end = 0; first < orphans.size(); ++first) {
        while (end < orphans.size() && e_[orphans[end]].begin_ns <= e_[orphans[first]].begin_ns + window) ++end;
        if (end - first > best) best = end - first, best_first = first;
    }
    uint32_t parts = parts_of(cause);
    if (hot && cause.object_class == C::cdu) {
        std::vector<uint32_t> nodes;
        for (size_t k = best_first; k < best_first + best; ++k) nodes.push_back(e_[orphans[k]].node);
        std::sort(nodes.begin(), nodes.end());
        if (std::unique(nodes.begin(), nodes.end()) - nodes.begin() < 2) return false;
        parts = t_.gpus_in(cause).count;
    }
    const size_t least = hot ? std::max<size_t>(2, (parts + 3) / 4) : std::max<size_t>(3, (parts + 1) / 2);
    if (best < least) return false;
    if (cause.object_class == C::power) {
        // One dead rack is a rack.
        uint32_t low = no_index, high = 0;
        for (size_t k = best_first; k < best_first + best; ++k) {
            const ObjectId id = e_[orphans[k]].object;
            const uint32_t r = id.object_class == C::switch_ ? t_.switches[id.index].rack : t_.nodes[id.index].rack;
            low = std::min(low, r), high = std::max(high, r);
        }
        if (low == high) return false;
    }
    Episode concluded{.object = cause,
                      .signal = hot ? (cause.object_class == C::cdu ? S::cooling_loss : S::hot)
                                : cause.object_class == C::power ? S::power_loss
                                                                 : S::device_down};
    concluded.severity = Severity::critical;
    concluded.node = cause.object_class == C::node ? cause.index : no_index;
    concluded.concluded = true;
    concluded.count = 0;
    concluded.first_event = e_[orphans[best_first]].first_event;
    concluded.begin_ns = e_[orphans[best_first]].begin_ns;
    concluded.last_ns = e_[orphans[best_first + best - 1]].begin_ns;
    for (size_t k = best_first; k < best_first + best; ++k)
        concluded.end_ns = std::max(concluded.end_ns, e_[orphans[k]].end_ns);
    const uint32_t made = episodes_.add(concluded);
    out_.parent.push_back(no_index);
    for (size_t k = best_first; k < best_first + best; ++k) out_.parent[orphans[k]] = made;
    return true;
}

void Grouping::conclude_silent_causes() {
    count_power_parts();
    for (uint32_t i = 0; i < out_.parent.size(); ++i)
        if (out_.parent[i] == no_index) count_orphan(i);
    struct Suspect {
        uint64_t key;
        size_t orphans;
        double covered;
    };
    std::vector<Suspect> suspects;
    for (const auto& [key, share] : shares_) {
        if (share.orphans.size() < 2) continue;
        suspects.push_back({key, share.orphans.size(), double(share.orphans.size()) / std::max(1u, share.of)});
    }
    // Who explains most first; of equals, who is covered best: a rack before its busway.
    std::sort(suspects.begin(), suspects.end(), [](const Suspect& a, const Suspect& b) {
        if (a.orphans != b.orphans) return a.orphans > b.orphans;
        return a.covered != b.covered ? a.covered > b.covered : a.key < b.key;
    });
    for (const Suspect& suspect : suspects) {
        const ObjectId cause{ObjectClass(suspect.key >> 40 & 0xFF), uint32_t(suspect.key)};
        conclude(cause, S(suspect.key >> 48), shares_[suspect.key].orphans);
    }
    sort_by_begin();
}

void Grouping::sort_by_begin() {
    by_begin_.resize(e_.size());
    std::iota(by_begin_.begin(), by_begin_.end(), 0u);
    std::stable_sort(by_begin_.begin(), by_begin_.end(),
                     [&](uint32_t a, uint32_t b) { return e_[a].begin_ns < e_[b].begin_ns; });
}

// A node that the job lost since then runs in no job now, and may be the one.
bool Grouping::touches_job(ObjectId id, uint32_t job) const {
    const auto node_touches = [&](uint32_t n) {
        if (n == no_index || t_.nodes[n].role != NodeRole::gpu) return false;
        const uint32_t runs = placement_.job_of_node(n);
        return runs == job || runs == no_index;
    };
    if (const uint32_t node = node_of(t_, id); node != no_index) return node_touches(node);
    switch (id.object_class) {
        case C::switch_:
            for (const uint32_t l : t_.links_of(id))
                if (!t_.links[l].a.is_switch && node_touches(t_.nics[t_.links[l].a.device].node)) return true;
            return false;
        case C::rack:
        case C::cdu:
        case C::power: {
            const IndexRange racks = t_.racks_in(id);
            for (uint32_t r = racks.first; r < racks.end(); ++r)
                for (uint32_t n = t_.racks[r].nodes.first; n < t_.racks[r].nodes.end(); ++n)
                    if (node_touches(n)) return true;
            return false;
        }
        default:
            return false;
    }
}

// A job stops or slows for the worst thing that happened to its ranks shortly before.
uint32_t Grouping::cause_of_job_trouble(uint32_t i) const {
    const Episode& trouble = e_[i];
    const bool slow = trouble.signal == S::slow;
    const int64_t before = slow ? 900 * second : 90 * second, after = slow ? 60 * second : 30 * second;
    uint32_t best = no_index;
    float best_score = 0.2f;
    auto at = std::lower_bound(by_begin_.begin(), by_begin_.end(), trouble.begin_ns - chatter_ns,
                               [&](uint32_t a, int64_t ns) { return e_[a].begin_ns < ns; });
    for (; at != by_begin_.end() && e_[*at].begin_ns <= trouble.begin_ns + after; ++at) {
        const Episode& other = e_[*at];
        if (other.object.object_class == C::job || other.last_ns < trouble.begin_ns - before) continue;
        const bool critical = other.severity == Severity::critical;
        float harm = critical ? 1.0f : other.signal == S::app_error ? 0.6f : 0.3f;
        if (slow) harm = other.signal == S::slow || other.signal == S::hot ? 1.0f : 0.3f;
        if (other.object.object_class == C::link && t_.links[other.object.index].a.is_switch) harm *= 0.2f;
        if (out_.parent[*at] == no_index) harm += 0.05f;
        const double apart = std::abs(double(other.begin_ns - trouble.begin_ns)) / double(before);
        const float score = harm - 0.3f * float(std::min(apart, 1.0));
        if (score > best_score && touches_job(other.object, trouble.object.index)) best = *at, best_score = score;
    }
    return best;
}

// A program that fails does so on many servers within seconds: then its first error leads. Single errors stay by
// themselves, or with what else their server says.
void Grouping::gather_app_errors() {
    std::unordered_map<uint32_t, std::vector<uint32_t>> bursts;  // by job: the newest
    const auto close = [&](std::vector<uint32_t>& burst) {
        std::vector<uint32_t> nodes;
        for (const uint32_t i : burst) nodes.push_back(e_[i].node);
        std::sort(nodes.begin(), nodes.end());
        if (std::unique(nodes.begin(), nodes.end()) - nodes.begin() >= program_nodes)
            for (size_t k = 1; k < burst.size(); ++k) out_.parent[burst[k]] = burst[0];
        burst.clear();
    };
    for (const uint32_t i : by_begin_) {
        if (e_[i].signal != S::app_error || out_.parent[i] != no_index) continue;
        const uint32_t job = placement_.job_of_node(e_[i].node);
        if (job == no_index) continue;
        auto& burst = bursts[job];
        if (!burst.empty() && e_[i].begin_ns > e_[burst.back()].begin_ns + program_gap_ns) close(burst);
        burst.push_back(i);
    }
    for (auto& [job, burst] : bursts) close(burst);
}

uint32_t Grouping::set_of(uint32_t i) {
    while (set_[i] != i) i = set_[i] = set_[set_[i]];
    return i;
}

void Grouping::unite(uint32_t a, uint32_t b) {
    a = set_of(a), b = set_of(b);
    set_[std::max(a, b)] = std::min(a, b);
}

// Trees whose roots are one part, or in one server, close in time.
void Grouping::join() {
    set_.resize(e_.size());
    std::iota(set_.begin(), set_.end(), 0u);
    for (uint32_t i = 0; i < e_.size(); ++i)
        if (out_.parent[i] != no_index) unite(i, out_.parent[i]);
    std::unordered_map<uint64_t, uint32_t> newest;  // at a part or server
    for (const uint32_t i : by_begin_) {
        if (out_.parent[i] != no_index) continue;
        const Episode& episode = e_[i];
        const ObjectId place = episode.node != no_index ? ObjectId{C::node, episode.node} : episode.object;
        const auto [known, fresh] = newest.try_emplace(key_of(place), i);
        if (fresh) continue;
        const Episode& earlier = e_[known->second];
        const int64_t until = std::max(earlier.last_ns, earlier.end_ns == still_going_on ? 0 : earlier.end_ns);
        if (episode.begin_ns <= until + chatter_ns) unite(i, known->second);
        if (episode.last_ns >= earlier.last_ns) known->second = i;
    }
    std::unordered_map<uint32_t, uint32_t> place;
    for (const uint32_t i : by_begin_) {
        const auto [at, fresh] = place.try_emplace(set_of(i), uint32_t(out_.groups.size()));
        if (fresh) out_.groups.emplace_back();
        out_.groups[at->second].push_back(i);
    }
}

}  // namespace

IncidentGroups group_episodes(const Topology& topology, const Placement& placement, Episodes& episodes) {
    return Grouping(topology, placement, episodes).run();
}

}  // namespace bv

// Evaluates a filter over all objects of a class at once: each node of the expression is a vector of answers, and what
// is asked of parents (hall = 2) is asked once per parent and handed down. Reads: state, names. Writes: one byte per
// object. An answer is yes, no or nothing: where there is no value, neither a comparison nor its negation is true.
#include "viewer/filter.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "viewer/filter_nodes.h"
#include "viewer/name_index.h"

namespace bv {
namespace {

using Answers = std::vector<uint8_t>;
constexpr uint8_t nothing = 0, yes = 1, no = 2;  // bits: and / or / not work on whole vectors
constexpr uint8_t answer(bool value) { return value ? yes : no; }

struct Scope {
    const ClusterState& state;
    const Topology& topology;
    int64_t now_ns;
};

bool holds(Compare compare, double a, double b) {
    switch (compare) {
        case Compare::equal:
            return a == b;
        case Compare::not_equal:
            return a != b;
        case Compare::less:
            return a < b;
        case Compare::less_equal:
            return a <= b;
        case Compare::greater:
            return a > b;
        case Compare::greater_equal:
            return a >= b;
        case Compare::contains:
            return false;
    }
    return false;
}

Answers on_texts(const NameIndex::Texts& texts, const Pattern& pattern, bool negated) {
    Answers out(texts.size());
    for (size_t i = 0; i < out.size(); ++i) out[i] = answer(pattern.matches(texts[i]) != negated);
    return out;
}

// Hands answers about one class down (or up) to another along containment; empty where nothing leads there.
Answers spread(const Topology& t, const Answers& from, ObjectClass from_class, ObjectClass to_class);

ObjectClass container_of(ObjectClass object_class) {
    switch (object_class) {
        case ObjectClass::hall:
            return ObjectClass::site;
        case ObjectClass::row:
            return ObjectClass::hall;
        case ObjectClass::rack:
            return ObjectClass::row;
        case ObjectClass::node:
            return ObjectClass::rack;
        case ObjectClass::gpu:
        case ObjectClass::nic:
            return ObjectClass::node;
        case ObjectClass::switch_:
        case ObjectClass::cdu:
            return ObjectClass::rack;
        case ObjectClass::power:
        case ObjectClass::plant:
            return ObjectClass::hall;
        case ObjectClass::link:
            return ObjectClass::nic;  // and switches; see spread
        default:
            return object_class;
    }
}

uint8_t at(const Answers& answers, uint32_t index) { return index < answers.size() ? answers[index] : nothing; }

// One step down: from a container class to what it directly holds.
Answers step_down(const Topology& t, const Answers& from, ObjectClass to_class) {
    Answers out(t.count(to_class), nothing);
    switch (to_class) {
        case ObjectClass::hall:
            std::fill(out.begin(), out.end(), at(from, 0));
            break;
        case ObjectClass::row:
            for (size_t i = 0; i < out.size(); ++i) out[i] = at(from, t.rows[i].hall);
            break;
        case ObjectClass::rack:
            for (size_t i = 0; i < out.size(); ++i) out[i] = at(from, t.racks[i].row);
            break;
        case ObjectClass::node:
            for (size_t i = 0; i < out.size(); ++i) out[i] = at(from, t.nodes[i].rack);
            break;
        case ObjectClass::gpu:
            for (size_t i = 0; i < out.size(); ++i) out[i] = at(from, t.gpu_nodes[i]);
            break;
        case ObjectClass::nic:
            for (size_t i = 0; i < out.size(); ++i) out[i] = at(from, t.nics[i].node);
            break;
        case ObjectClass::switch_:
            for (size_t i = 0; i < out.size(); ++i) out[i] = at(from, t.switches[i].rack);
            break;
        case ObjectClass::cdu:
            for (size_t i = 0; i < out.size(); ++i) out[i] = at(from, t.cdus[i].rack);
            break;
        case ObjectClass::power:
            for (size_t i = 0; i < out.size(); ++i) out[i] = at(from, t.power[i].hall);
            break;
        case ObjectClass::plant:
            for (size_t i = 0; i < out.size(); ++i) out[i] = at(from, t.plants[i].hall);
            break;
        default:
            break;
    }
    return out;
}

// Things that stand in a hall but in no row or rack still have their hall.
void fill_hall_gaps(const Topology& t, const Answers& halls, ObjectClass to_class, Answers& out) {
    if (to_class == ObjectClass::rack)
        for (size_t i = 0; i < out.size(); ++i)
            if (t.racks[i].row == no_index) out[i] = at(halls, t.racks[i].hall);
    if (to_class == ObjectClass::cdu)
        for (size_t i = 0; i < out.size(); ++i)
            if (t.cdus[i].rack == no_index) out[i] = at(halls, t.cdus[i].hall);
}

Answers spread_to_links(const Topology& t, const Answers& from, ObjectClass from_class) {
    // A link belongs to where either end stands: "rack = 7" finds what is plugged in there.
    const Answers nics = spread(t, from, from_class, ObjectClass::nic);
    const Answers switches = spread(t, from, from_class, ObjectClass::switch_);
    Answers out(t.links.size(), nothing);
    for (size_t i = 0; i < out.size(); ++i) {
        const Link& link = t.links[i];
        const uint8_t a = at(link.a.is_switch ? switches : nics, link.a.device);
        const uint8_t b = at(link.b.is_switch ? switches : nics, link.b.device);
        out[i] = uint8_t(((a | b) & yes) ? yes : ((a | b) & no));
    }
    return out;
}

Answers spread(const Topology& t, const Answers& from, ObjectClass from_class, ObjectClass to_class) {
    if (from_class == to_class) return from;
    if (to_class == ObjectClass::link) return spread_to_links(t, from, from_class);
    const ObjectClass container = container_of(to_class);
    if (container == to_class) return Answers(t.count(to_class), nothing);
    if (container == ObjectClass::hall && from_class == ObjectClass::site && t.halls.empty())
        return Answers(t.count(to_class), at(from, 0));
    Answers out = step_down(t, spread(t, from, from_class, container), to_class);
    if (from_class == ObjectClass::hall) fill_hall_gaps(t, from, to_class, out);
    return out;
}

Answers on_ancestors(const Scope& scope, const Filter::Node& node, ObjectClass object_class) {
    const NameIndex& index = name_index(scope.topology);
    const ObjectClass c = node.ancestor;
    const bool negated = node.compare == Compare::not_equal;
    const bool in_node = c == ObjectClass::gpu || c == ObjectClass::nic;
    const NameIndex::Texts& names = in_node ? index.tails(c).names : index.names(c);
    Answers own(names.size(), nothing);
    if (node.is_number) {
        for (size_t i = 0; i < own.size(); ++i) {
            const int64_t number = NameIndex::number_in(names[i]);
            own[i] = answer(holds(node.compare, double(number >= 0 ? number : int64_t(i) + 1), node.number));
        }
    } else {
        own = on_texts(names, node.pattern, negated);
        const NameIndex::Texts& paths = index.paths(c);
        if (!in_node && !negated)
            for (size_t i = 0; i < own.size(); ++i)
                if (own[i] == no && node.pattern.matches(paths[i])) own[i] = yes;
        if (!in_node && negated)
            for (size_t i = 0; i < own.size(); ++i)
                if (own[i] == yes && node.pattern.matches(paths[i])) own[i] = no;
    }
    if (in_node) {
        const std::vector<uint32_t>& which = index.tails(c).which;
        Answers each(which.size());
        for (size_t i = 0; i < each.size(); ++i) each[i] = at(own, which[i]);
        own = std::move(each);
    }
    return spread(scope.topology, own, c, object_class);
}

// Paths (or own names) of GPUs and NICs: the node's part is read once, its tails from there on.
Answers on_tails(const Topology& t, const NameIndex& index, ObjectClass object_class, const Pattern& pattern, bool path,
                 bool negated) {
    const NameIndex::Tails& tails = index.tails(object_class);
    Answers out(t.count(object_class), nothing);
    if (!path) {
        const Answers own = on_texts(tails.names, pattern, negated);
        for (size_t i = 0; i < out.size(); ++i) out[i] = at(own, tails.which[i]);
        return out;
    }
    const NameIndex::Texts& node_paths = index.paths(ObjectClass::node);
    for (uint32_t n = 0; n < t.nodes.size(); ++n) {
        Pattern::Progress begun = pattern.begin();
        pattern.read(begun, node_paths[n]);
        const IndexRange range = object_class == ObjectClass::gpu ? t.nodes[n].gpus : t.nodes[n].nics;
        for (uint32_t i = range.first; i < range.end(); ++i) {
            Pattern::Progress progress = begun;
            pattern.read(progress, tails.paths[tails.which[i]]);
            out[i] = answer(pattern.ends(progress) != negated);
        }
    }
    return out;
}

Answers on_names(const Scope& scope, const Filter::Node& node, ObjectClass object_class) {
    const bool negated = node.compare == Compare::not_equal, path = node.field == Field::path;
    const NameIndex& index = name_index(scope.topology);
    switch (object_class) {
        case ObjectClass::gpu:
        case ObjectClass::nic:
            return on_tails(scope.topology, index, object_class, node.pattern, path, negated);
        case ObjectClass::link: {
            // A link is called by its ends.
            Filter::Node of_end = node;
            Answers nics = on_names(scope, of_end, ObjectClass::nic),
                    switches = on_names(scope, of_end, ObjectClass::switch_);
            Answers out(scope.topology.links.size());
            for (size_t i = 0; i < out.size(); ++i) {
                const Link& link = scope.topology.links[i];
                const uint8_t a = at(link.a.is_switch ? switches : nics, link.a.device);
                const uint8_t b = at(link.b.is_switch ? switches : nics, link.b.device);
                out[i] = negated ? answer(a == yes && b == yes) : answer(a == yes || b == yes);
            }
            return out;
        }
        case ObjectClass::job: {
            Answers out(scope.topology.count(ObjectClass::job), nothing);
            for (const Job& job : scope.state.jobs)
                if (!job.id.empty() && job.slot < out.size())
                    out[job.slot] = answer(node.pattern.matches(job.name) != negated);
            return out;
        }
        default:
            return on_texts(path ? index.paths(object_class) : index.names(object_class), node.pattern, negated);
    }
}

// [raw value] compared without turning 100,000 values into floating point: the limit is turned into a raw value
// instead.
Answers on_metric(const Scope& scope, const Filter::Node& node, ObjectClass object_class) {
    const auto index = node.metrics[size_t(object_class)];
    if (!index) return Answers(scope.topology.count(object_class), nothing);
    const Metric& m = metrics_of(object_class)[*index];
    const double limit = (node.number - m.offset) / m.scale;
    constexpr double tolerance = 1e-6;  // of one quantisation step
    double low = 0, high = 65534;
    switch (node.compare) {
        case Compare::less:
            high = std::ceil(limit - tolerance) - 1;
            break;
        case Compare::less_equal:
            high = std::floor(limit + tolerance);
            break;
        case Compare::greater:
            low = std::floor(limit + tolerance) + 1;
            break;
        case Compare::greater_equal:
            low = std::ceil(limit - tolerance);
            break;
        default:
            low = high = std::round(limit);
            break;  // = and !=: the nearest step
    }
    const auto first = int32_t(std::clamp(low, 0.0, 65535.0)), last = int32_t(std::clamp(high, -1.0, 65534.0));
    const bool in_range_matches = node.compare != Compare::not_equal;
    const std::vector<uint16_t>& values = scope.state.classes[size_t(object_class)].columns[*index].values;
    Answers out(values.size());
    for (size_t i = 0; i < out.size(); ++i) {
        const int32_t raw = values[i];
        const uint8_t known = answer((raw >= first && raw <= last) == in_range_matches);
        out[i] = raw == no_data ? nothing : known;
    }
    return out;
}

Answers on_health(const Scope& scope, const Filter::Node& node, ObjectClass object_class) {
    const std::vector<uint16_t>& values = scope.state.classes[size_t(object_class)].columns[health_metric].values;
    const Metric& m = metrics_of(object_class)[health_metric];
    Answers by_health(health_count);
    for (size_t h = 0; h < health_count; ++h)
        by_health[h] = answer(holds(node.compare, badness(Health(h)), node.number));
    const uint8_t unknown = by_health[size_t(Health::unknown)];
    Answers out(values.size());
    for (size_t i = 0; i < out.size(); ++i) {
        const size_t health =
            values[i] == no_data ? size_t(Health::unknown) : size_t(std::lround(m.offset + m.scale * values[i]));
        out[i] = health < health_count ? by_health[health] : unknown;
    }
    // What has gone stale is counted as unknown everywhere, so here too.
    for (const ClusterState::Freshness& run : scope.state.freshness(object_class, scope.now_ns))
        if (!run.heard || run.stale) std::fill_n(out.begin() + run.first, run.count, unknown);
    return out;
}

Answers on_stale(const Scope& scope, const Filter::Node& node, ObjectClass object_class) {
    Answers out(scope.topology.count(object_class), nothing);
    for (const ClusterState::Freshness& run : scope.state.freshness(object_class, scope.now_ns))
        if (run.heard) std::fill_n(out.begin() + run.first, run.count, answer(run.stale == (node.number != 0)));
    return out;
}

Answers on_age(const Scope& scope, const Filter::Node& node, ObjectClass object_class) {
    std::vector<int64_t> heard(scope.topology.count(object_class), 0);
    for (const Column& column : scope.state.classes[size_t(object_class)].columns)
        for (const Coverage& run : column.coverage)
            for (uint32_t i = run.first; i < run.end() && i < heard.size(); ++i)
                heard[i] = std::max(heard[i], run.heard_ns);
    Answers out(heard.size());
    for (size_t i = 0; i < out.size(); ++i)
        out[i] =
            heard[i] == 0 ? nothing : answer(holds(node.compare, double(scope.now_ns - heard[i]) * 1e-9, node.number));
    return out;
}

// Jobs own nodes; GPUs and NICs have their node's job. "job = none" finds what runs nothing.
Answers on_jobs(const Scope& scope, const Filter::Node& node, ObjectClass object_class) {
    const bool negated = node.compare == Compare::not_equal;
    if (object_class == ObjectClass::job) {
        Answers out(scope.topology.count(ObjectClass::job), nothing);
        for (const Job& job : scope.state.jobs)
            if (!job.id.empty() && job.slot < out.size())
                out[job.slot] = answer((node.pattern.matches(job.name) || node.pattern.matches(job.id)) != negated);
        return out;
    }
    const uint8_t idle = answer(node.pattern.matches("none") != negated);
    Answers nodes(scope.topology.nodes.size(), idle);
    for (const Job& job : scope.state.jobs) {
        if (job.id.empty() || (job.state != JobState::running && job.state != JobState::restarting)) continue;
        const uint8_t matched = answer((node.pattern.matches(job.name) || node.pattern.matches(job.id)) != negated);
        for (const IndexRange& range : job.nodes)
            for (uint32_t i = range.first; i < range.end() && i < nodes.size(); ++i) nodes[i] = matched;
    }
    return spread(scope.topology, nodes, ObjectClass::node, object_class);
}

// The number that a rail, pod or array has; -1 where the object has none.
double group_number(const Topology& t, Field field, ObjectClass object_class, uint32_t i) {
    if (field == Field::rail) {
        switch (object_class) {
            case ObjectClass::gpu: {
                const uint32_t local = i - t.nodes[t.gpu_nodes[i]].gpus.first;
                return t.rails ? local % t.rails : -1;
            }
            case ObjectClass::nic:
                return t.nics[i].role == NicRole::compute ? t.nics[i].rail : -1;
            case ObjectClass::switch_:
                return t.switches[i].role == SwitchRole::leaf ? t.switches[i].rail : -1;
            case ObjectClass::link:
                return t.links[i].link_class == LinkClass::host ? t.links[i].rail : -1;
            default:
                return -1;
        }
    }
    if (object_class != ObjectClass::rack) return -1;
    const uint32_t group = field == Field::pod ? t.racks[i].pod : t.racks[i].array;
    return group == no_index ? -1 : double(group);
}

Answers on_groups(const Scope& scope, const Filter::Node& node, ObjectClass object_class) {
    const ObjectClass asked = node.field == Field::rail ? object_class : ObjectClass::rack;
    Answers out(scope.topology.count(asked), nothing);
    for (uint32_t i = 0; i < out.size(); ++i) {
        const double number = group_number(scope.topology, node.field, asked, i);
        if (number >= 0) out[i] = answer(holds(node.compare, number, node.number));
    }
    return spread(scope.topology, out, asked, object_class);
}

std::string_view role_of(const Topology& t, ObjectClass object_class, uint32_t i) {
    switch (object_class) {
        case ObjectClass::rack:
            return name_of(t.racks[i].role);
        case ObjectClass::node:
            return name_of(t.nodes[i].role);
        case ObjectClass::nic:
            return name_of(t.nics[i].role);
        case ObjectClass::switch_:
            return name_of(t.switches[i].role);
        case ObjectClass::link:
            return name_of(t.links[i].link_class);
        case ObjectClass::power:
            return name_of(t.power[i].kind);
        case ObjectClass::plant:
            return name_of(t.plants[i].kind);
        default:
            return {};
    }
}

Answers on_roles(const Scope& scope, const Filter::Node& node, ObjectClass object_class) {
    const bool negated = node.compare == Compare::not_equal;
    Answers out(scope.topology.count(object_class), nothing);
    std::string_view last;
    uint8_t last_answer = nothing;
    for (uint32_t i = 0; i < out.size(); ++i) {
        const std::string_view role = role_of(scope.topology, object_class, i);
        if (role.data() != last.data()) {
            last = role;
            last_answer = role.empty() ? nothing : answer(node.pattern.matches(role) != negated);
        }
        out[i] = last_answer;
    }
    return out;
}

Answers compare_all(const Scope& scope, const Filter::Node& node, ObjectClass object_class) {
    switch (node.field) {
        case Field::metric:
            return on_metric(scope, node, object_class);
        case Field::ancestor:
            return on_ancestors(scope, node, object_class);
        case Field::name:
        case Field::path:
            return on_names(scope, node, object_class);
        case Field::object_class:
            return Answers(scope.topology.count(object_class),
                           answer(node.pattern.matches(name_of(object_class)) != (node.compare == Compare::not_equal)));
        case Field::health:
            return on_health(scope, node, object_class);
        case Field::job:
            return on_jobs(scope, node, object_class);
        case Field::rail:
        case Field::pod:
        case Field::array:
            return on_groups(scope, node, object_class);
        case Field::role:
            return on_roles(scope, node, object_class);
        case Field::age:
            return on_age(scope, node, object_class);
        case Field::stale:
            return on_stale(scope, node, object_class);
    }
    return {};
}

Answers evaluate(const Scope& scope, const Filter::Node& node, ObjectClass object_class) {
    if (node.kind == Filter::Node::Kind::comparison) return compare_all(scope, node, object_class);
    Answers out = evaluate(scope, *node.left, object_class);
    if (node.kind == Filter::Node::Kind::negation) {
        for (uint8_t& a : out) a = uint8_t(((a & yes) << 1) | ((a & no) >> 1));
        return out;
    }
    const Answers right = evaluate(scope, *node.right, object_class);
    const bool all = node.kind == Filter::Node::Kind::all_of;
    for (size_t i = 0; i < out.size(); ++i) {
        const auto both = uint8_t(out[i] & right[i]), either = uint8_t(out[i] | right[i]);
        out[i] = all ? uint8_t((both & yes) | (either & no)) : uint8_t((either & yes) | (both & no));
    }
    return out;
}

}  // namespace

Filter Filter::parse(std::string_view text) {
    Filter filter;
    if (text.find_first_not_of(" \t\n\r") != std::string_view::npos) filter.root_ = parse_filter(text);
    return filter;
}

void Filter::match(const ClusterState& state, ObjectClass object_class, int64_t now_ns,
                   std::vector<uint8_t>& out) const {
    const size_t count = state.empty() ? 0 : state.topology().count(object_class);
    if (!root_ || count == 0) {
        out.assign(count, 1);
        return;
    }
    out = evaluate({state, state.topology(), now_ns}, *root_, object_class);
    out.resize(count, 0);
    for (uint8_t& a : out) a &= yes;
}

}  // namespace bv

// See redaction.h. What an event's text says in words is said again from its fields; nothing of the text is kept.
#include "net/redaction.h"

#include <algorithm>

#include <fmt/format.h>

namespace bv {

std::string Redaction::neutral(const std::string& kind, std::string_view name) {
    if (name.empty()) return {};
    const auto [known, is_new] = numbers_.try_emplace({kind, std::string(name)}, counts_[kind] + 1);
    if (is_new) ++counts_[kind];
    return fmt::format("{}-{}", kind, known->second);
}

Event Redaction::event(const Event& event) {
    Event redacted = event;
    redacted.source = source(event.source);
    std::string what = event.kind.empty() ? "event" : event.kind;
    std::replace(what.begin(), what.end(), '_', ' ');
    if (what[0] >= 'a' && what[0] <= 'z') what[0] = char(what[0] - 'a' + 'A');
    const Topology& topology = *cluster_.topology;
    redacted.text = fmt::format("{}{}{}.", what, event.code ? fmt::format(" {}", event.code) : "",
                                topology.contains(event.object) ? " at " + topology.path_of(event.object) : "");
    return redacted;
}

Job Redaction::job(const Job& job) {
    Job redacted = job;
    redacted.id = neutral("job", job.id);
    redacted.name = neutral("work", job.name);
    redacted.user = neutral("user", job.user);
    redacted.partition = neutral("partition", job.partition);
    return redacted;
}

}  // namespace bv

// Titles and evidence. Numbers first, parts by their path, times of day in UTC.
#include "cluster/incident_words.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "cluster/signals.h"
#include "cluster/xid_catalogue.h"

namespace bv {
namespace {

using C = ObjectClass;
using S = Signal;

std::string noun_of(C object_class, bool many) {
    switch (object_class) {
        case C::gpu:
            return many ? "GPUs" : "GPU";
        case C::nic:
            return many ? "NICs" : "NIC";
        case C::cdu:
            return many ? "CDUs" : "CDU";
        case C::switch_:
            return many ? "switches" : "switch";
        case C::power:
            return many ? "feeds" : "feed";
        case C::node:
            return many ? "servers" : "server";
        default:
            return std::string(name_of(object_class)) + (many ? "s" : "");
    }
}

std::string subject_of(const IncidentInput& in, ObjectId id) {
    std::string noun = noun_of(id.object_class, false);
    // Which switch, feed or plant it is says more than that it is one.
    if (id.object_class == C::switch_ && in.topology.switches[id.index].role != SwitchRole::other) {
        noun = name_of(in.topology.switches[id.index].role);
        std::replace(noun.begin(), noun.end(), '_', ' ');
        noun += " switch";
    } else if (id.object_class == C::power) {
        noun = name_of(in.topology.power[id.index].kind);
    } else if (id.object_class == C::plant) {
        noun = name_of(in.topology.plants[id.index].kind);
    }
    noun[0] = noun[0] >= 'a' ? char(noun[0] - 'a' + 'A') : noun[0];
    if (id.object_class == C::job)
        for (const Job& job : in.jobs)
            if (job.slot == id.index && !job.name.empty()) return noun + " " + job.name;
    return noun + " " + in.topology.path_of(id);
}

std::string clock_of(int64_t ns) {
    const int64_t s = (ns / 1'000'000'000 % 86'400 + 86'400) % 86'400;
    char text[16];
    std::snprintf(text, sizeof text, "%02d:%02d:%02d", int(s / 3600), int(s / 60 % 60), int(s % 60));
    return text;
}

std::string span_of(int64_t ns) {
    char text[32];
    const double s = double(ns) * 1e-9;
    if (s < 10)
        std::snprintf(text, sizeof text, "%.1f s", s);
    else if (s < 120)
        std::snprintf(text, sizeof text, "%.0f s", s);
    else
        std::snprintf(text, sizeof text, "%.0f min", s / 60);
    return text;
}

// What the part does, in the singular and in the plural past.
struct Verb {
    const char *now, *went;
};
Verb verb_of(S signal) {
    switch (signal) {
        case S::power_loss:
            return {"has no power", "lost power"};
        case S::power_degraded:
            return {"lost a power supply", "lost a power supply"};
        case S::cooling_loss:
            return {"has lost its flow", "lost their flow"};
        case S::cooling_degraded:
            return {"cools less than it should", "cooled less than they should"};
        case S::leak:
            return {"leaks coolant", "leaked coolant"};
        case S::hot:
            return {"overheats", "got too hot"};
        case S::device_down:
            return {"does not answer", "went silent"};
        case S::link_down:
            return {"is down", "went down"};
        case S::link_flap:
            return {"flaps", "flapped"};
        case S::link_errors:
            return {"has too many bit errors", "had too many bit errors"};
        case S::gpu_lost:
            return {"has fallen off the bus", "fell off the bus"};
        case S::gpu_error:
            return {"has failed", "failed"};
        case S::gpu_note:
            return {"corrects memory errors", "corrected memory errors"};
        case S::app_error:
            return {"was misused by its program", "reported errors of their program"};
        case S::slow:
            return {"is slow", "were late"};
        case S::job_stop:
            return {"stopped", "stopped"};
        case S::other:
            return {"raised an alarm", "raised alarms"};
    }
    return {"raised an alarm", "raised alarms"};
}

// The event of the root that says most; null where it said nothing.
const Event* word_of(const IncidentInput& in, const Incident& incident) {
    const Event* best = nullptr;
    for (const uint32_t m : incident.members) {
        const Event& event = in.events[m];
        if (event.object != incident.root) continue;
        if (!best || weight_of(signal_of(event)) > weight_of(signal_of(*best))) best = &event;
    }
    return best;
}

// Members by class and signal, without the root's own.
struct Kind {
    C object_class;
    S signal;
    std::vector<uint32_t> objects;
    int64_t first_ns, last_ns;
    const Event* first;
};
std::vector<Kind> kinds_of(const IncidentInput& in, const Incident& incident) {
    std::vector<Kind> kinds;
    for (const uint32_t m : incident.members) {
        const Event& event = in.events[m];
        if (event.object == incident.root) continue;
        const S signal = signal_of(event);
        auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const Kind& k) {
            return k.object_class == event.object.object_class && k.signal == signal;
        });
        if (kind == kinds.end())
            kind = kinds.insert(kinds.end(),
                                {event.object.object_class, signal, {}, event.time_ns, event.time_ns, &event});
        kind->objects.push_back(event.object.index);
        kind->last_ns = std::max(kind->last_ns, event.time_ns);
    }
    for (Kind& kind : kinds) {
        std::sort(kind.objects.begin(), kind.objects.end());
        kind.objects.erase(std::unique(kind.objects.begin(), kind.objects.end()), kind.objects.end());
    }
    return kinds;
}

std::string line_of(const IncidentInput& in, const Kind& kind) {
    const Verb verb = verb_of(kind.signal);
    if (kind.objects.size() == 1)
        return subject_of(in, {kind.object_class, kind.objects[0]}) + " " + verb.went + " at " +
               clock_of(kind.first_ns) +
               (kind.signal == S::gpu_error || kind.signal == S::app_error
                    ? " (XID " + std::to_string(kind.first->code) + ")."
                    : ".");
    return std::to_string(kind.objects.size()) + " " + noun_of(kind.object_class, true) + " " + verb.went + " from " +
           clock_of(kind.first_ns) + " on, within " + span_of(kind.last_ns - kind.first_ns) + ".";
}

}  // namespace

std::string title_of(const IncidentInput& in, const Incident& incident) {
    const std::string subject = subject_of(in, incident.root);
    const Event* const word = word_of(in, incident);
    if (!word) {
        const std::string& why = incident.candidates.front().why;
        return subject + ": " + why;
    }
    const S signal = signal_of(*word);
    if (word->kind == "xid")
        return subject + ": XID " + std::to_string(word->code) + ", " + std::string(xid_of(word->code).meaning);
    std::string title = subject + " " + verb_of(signal).now;
    if (signal == S::link_flap && incident.root_events > 1)
        title += " (" + std::to_string(incident.root_events) + " times)";
    return title;
}

std::vector<std::string> evidence_of(const IncidentInput& in, const Incident& incident) {
    std::vector<std::string> lines;
    const Event* const word = word_of(in, incident);
    const std::string subject = subject_of(in, incident.root);
    if (word) {
        lines.push_back(subject + " " + verb_of(signal_of(*word)).now + " since " + clock_of(word->time_ns) + ".");
        if (incident.root_events > 1) {
            int64_t first = word->time_ns, last = word->time_ns;
            for (const uint32_t m : incident.members)
                if (in.events[m].object == incident.root)
                    first = std::min(first, in.events[m].time_ns), last = std::max(last, in.events[m].time_ns);
            lines.push_back("It said so " + std::to_string(incident.root_events) + " times within " +
                            span_of(last - first) + ".");
        }
    } else {
        lines.push_back(subject + " said nothing itself: " + incident.candidates.front().why + ".");
    }
    for (const Kind& kind : kinds_of(in, incident)) lines.push_back(line_of(in, kind));
    std::vector<int32_t> told;
    for (const uint32_t m : incident.members) {
        const Event& event = in.events[m];
        if (event.kind != "xid" || told.size() >= 3 || std::count(told.begin(), told.end(), event.code)) continue;
        const Xid xid = xid_of(event.code);
        told.push_back(event.code);
        lines.push_back("XID " + std::to_string(event.code) + ": " + std::string(xid.meaning) + ". " +
                        std::string(sentence(xid.action)));
    }
    return lines;
}

}  // namespace bv

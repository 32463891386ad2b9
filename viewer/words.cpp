// Telemetry → state words: for every object of the drawn classes its value on the colour scale, its health, whether it
// is stale and whether the filter leaves it out. Reads the state and the view's colouring, writes SceneCache; done once
// per change.
#include <algorithm>
#include <cmath>

#include "viewer/scene_layout.h"

namespace bv {

float job_scale(uint32_t slot) {
    // The golden ratio puts neighbouring slots far apart and never the same colour twice.
    const float x = 0.12f + float(slot) * 0.618034f;
    return 0.05f + 0.9f * (x - std::floor(x));
}

float rail_scale(const Topology& topology, uint32_t rail) {
    return topology.rails > 1 ? std::clamp(float(rail) / float(topology.rails - 1), 0.0f, 1.0f) : 0.5f;
}

namespace {

using Words = std::vector<uint32_t>;

uint32_t scaled(float share) { return uint32_t(std::clamp(share, 0.0f, 1.0f) * 65534.0f + 0.5f); }

// Raw value → word over the metric's display range.
struct Scale {
    float factor, offset;  // share = raw * factor + offset
    explicit Scale(const Metric& m) {
        const double range = std::max(1e-12, double(m.display_max) - double(m.display_min));
        factor = float(m.scale / range);
        offset = float((m.offset - double(m.display_min)) / range);
    }
    [[nodiscard]] uint32_t word(uint16_t raw) const {
        if (raw == no_data) return gpu::state_no_value;
        const float share = float(raw) * factor + offset;
        const uint32_t value = uint32_t(std::min(std::max(share, 0.0f), 1.0f) * 65534.0f + 0.5f);
        // Values just outside by rounding are inside.
        return value | (share > 1.002f ? gpu::state_above_high : 0u) | (share < -0.002f ? gpu::state_below_high : 0u);
    }
};

const Column& column_of(const ClusterState& state, ObjectClass object_class, MetricIndex index) {
    return state.classes[size_t(object_class)].columns[index];
}

void add_health(const ClusterState& state, ObjectClass object_class, Words& words) {
    const auto& values = column_of(state, object_class, health_metric).values;
    for (size_t i = 0; i < words.size(); ++i)
        words[i] |= uint32_t(values[i] == no_data ? uint16_t(Health::unknown) : values[i]) << 16;
}

void add_staleness(const ClusterState& state, ObjectClass object_class, int64_t now_ns, Words& words) {
    for (const auto& run : state.freshness(object_class, now_ns)) {
        if (run.heard && !run.stale) continue;
        for (uint32_t i = run.first; i < run.first + run.count && i < words.size(); ++i)
            words[i] =
                run.heard ? words[i] | gpu::state_stale : (words[i] & ~(7u << 16)) | health_word(Health::unknown);
    }
}

void add_dimming(const ClusterState& state, const View& view, ObjectClass object_class, int64_t now_ns, Words& words,
                 std::vector<uint8_t>& matches) {
    if (!view.filter.empty()) {
        view.filter.match(state, object_class, now_ns, matches);
        for (size_t i = 0; i < words.size() && i < matches.size(); ++i)
            if (!matches[i]) words[i] |= gpu::state_dimmed;
    }
    if (!view.health_filter) return;
    for (uint32_t& word : words) {
        const Health health = word & gpu::state_stale ? Health::unknown : health_of(word);
        if (health != *view.health_filter) word |= gpu::state_dimmed;
    }
}

// Newest time at which anything was heard of each object, ns UTC; 0 never.
std::vector<int64_t> heard_times(const ClusterState& state, ObjectClass object_class, size_t count) {
    std::vector<int64_t> heard(count, 0);
    for (const Column& column : state.classes[size_t(object_class)].columns)
        for (const Coverage& coverage : column.coverage)
            for (uint32_t i = coverage.first; i < coverage.end() && i < count; ++i)
                heard[i] = std::max(heard[i], coverage.time_ns);
    return heard;
}

void add_age(const ClusterState& state, ObjectClass object_class, int64_t now_ns, Words& words) {
    const std::vector<int64_t> heard = heard_times(state, object_class, words.size());
    for (size_t i = 0; i < words.size(); ++i)
        words[i] =
            heard[i] == 0 ? gpu::state_no_value : scaled(float(double(now_ns - heard[i]) * 1e-9) / age_scale_seconds);
}

std::vector<uint32_t> node_jobs(const ClusterState& state) {
    std::vector<uint32_t> slots(state.topology().nodes.size(), no_index);
    for (const Job& job : state.jobs) {
        if (job.id.empty() || job.state == JobState::completed || job.state == JobState::failed) continue;
        for (const IndexRange& range : job.nodes)
            for (uint32_t i = range.first; i < range.end() && i < slots.size(); ++i) slots[i] = job.slot;
    }
    return slots;
}

uint32_t job_word(uint32_t slot) { return slot == no_index ? word_by_health : scaled(job_scale(slot)); }

void add_jobs(const ClusterState& state, ObjectClass object_class, Words& words) {
    const std::vector<uint32_t> slots = node_jobs(state);
    const Topology& t = state.topology();
    for (uint32_t i = 0; i < words.size(); ++i) {
        if (object_class == ObjectClass::gpu) words[i] = job_word(slots[t.gpu_nodes[i]]);
        if (object_class == ObjectClass::node) words[i] = job_word(slots[i]);
    }
}

void add_rails(const SceneLayout::Impl& layout, ObjectClass object_class, Words& words) {
    const Topology& t = *layout.topology;
    for (uint32_t i = 0; i < words.size(); ++i) {
        if (object_class == ObjectClass::gpu && layout.gpu_nics[i] != no_index)
            words[i] = scaled(rail_scale(t, t.nics[layout.gpu_nics[i]].rail));
        if (object_class == ObjectClass::switch_ && (t.switches[i].role == SwitchRole::leaf))
            words[i] = scaled(rail_scale(t, t.switches[i].rail));
        if (object_class == ObjectClass::link && t.links[i].link_class == LinkClass::host)
            words[i] = scaled(rail_scale(t, t.links[i].rail));
    }
}

// Colouring by a metric of another class: a GPU shows the value of what it stands in or hangs on; so do nodes and
// switches for what contains them.
void add_related_metric(const ClusterState& state, const SceneLayout::Impl& layout, const View& view,
                        ObjectClass object_class, Words& words) {
    const MetricId id = view.color_metric;
    const Topology& t = *layout.topology;
    const Scale scale(metric(id));
    const auto& values = column_of(state, id.object_class, id.index).values;
    const auto word_of = [&](uint32_t index) {
        return index < values.size() ? scale.word(values[index]) : uint32_t(gpu::state_no_value);
    };
    if (object_class == ObjectClass::gpu) {
        std::vector<uint32_t> jobs;
        if (id.object_class == ObjectClass::job) jobs = node_jobs(state);
        for (uint32_t i = 0; i < words.size(); ++i)
            words[i] = word_of(jobs.empty() ? layout.related_to_gpu(i, id.object_class) : jobs[t.gpu_nodes[i]]);
        return;
    }
    const bool contains = id.object_class <= ObjectClass::rack;
    if ((object_class != ObjectClass::node && object_class != ObjectClass::switch_) || !contains) return;
    for (uint32_t i = 0; i < words.size(); ++i) {
        ObjectId up = t.parent({object_class, i});
        while (up.valid() && up.object_class > id.object_class) up = t.parent(up);
        if (up.valid() && up.object_class == id.object_class) words[i] = word_of(up.index);
    }
}

void add_values(const ClusterState& state, const SceneLayout::Impl& layout, const View& view, ObjectClass object_class,
                int64_t now_ns, Words& words) {
    switch (view.color_by) {
        case ColorBy::health:
            return;
        case ColorBy::age:
            return add_age(state, object_class, now_ns, words);
        case ColorBy::job:
            return add_jobs(state, object_class, words);
        case ColorBy::rail:
            return add_rails(layout, object_class, words);
        case ColorBy::metric:
            break;
    }
    if (view.color_metric.object_class != object_class)
        return add_related_metric(state, layout, view, object_class, words);
    const Scale scale(metric(view.color_metric));
    const auto& values = column_of(state, object_class, view.color_metric.index).values;
    for (size_t i = 0; i < words.size(); ++i) words[i] = scale.word(values[i]);
}

bool by_health(uint32_t word) { return (word & gpu::state_by_health) == gpu::state_by_health; }
bool has_value(uint32_t word) { return (word & 0xFFFFu) != gpu::state_no_value && !by_health(word); }

constexpr ObjectClass drawn_classes[] = {ObjectClass::gpu,   ObjectClass::node, ObjectClass::switch_,
                                         ObjectClass::rack,  ObjectClass::cdu,  ObjectClass::power,
                                         ObjectClass::plant, ObjectClass::link, ObjectClass::nic};

// A node and a rack show the mean of their GPUs where the metric is the GPUs'.
void mean_over_gpus(const SceneLayout::Impl& layout, SceneCache& cache) {
    const Topology& t = *layout.topology;
    const Words& gpus = cache.words[size_t(ObjectClass::gpu)];
    const auto mean = [&](IndexRange range) -> uint32_t {
        uint64_t sum = 0;
        uint32_t count = 0;
        for (uint32_t i = range.first; i < range.end(); ++i)
            if (has_value(gpus[i])) sum += gpus[i] & 0xFFFFu, ++count;
        return count ? uint32_t(sum / count) : uint32_t(gpu::state_no_value);
    };
    const auto set = [&](Words& words, uint32_t i, IndexRange range) {
        if (range.count && by_health(words[i])) words[i] = (words[i] & ~(word_by_health)) | mean(range);
    };
    for (uint32_t i = 0; i < t.nodes.size(); ++i) set(cache.words[size_t(ObjectClass::node)], i, t.nodes[i].gpus);
    for (uint32_t i = 0; i < t.racks.size(); ++i) set(cache.words[size_t(ObjectClass::rack)], i, t.racks[i].gpus);
}

void find_trouble(const SceneLayout::Impl& layout, SceneCache& cache) {
    cache.rack_trouble.assign(layout.racks.size(), {});
    cache.trouble.clear();
    for (const ObjectClass object_class : drawn_classes) {
        const Words& words = cache.words[size_t(object_class)];
        for (uint32_t i = 0; i < words.size(); ++i) {
            const Health health = health_of(words[i]);
            if (health == Health::ok || health == Health::maintenance || health == Health::unknown) continue;
            cache.trouble.push_back({object_class, i});
            const uint32_t rack = layout.rack_of({object_class, i});
            if (rack != no_index) cache.rack_trouble[rack].add(health);
        }
    }
}

// The rack's own word with the worst health below, and, where its cells are too small to be seen one by one, their
// mean.
void sum_up_racks(const SceneLayout::Impl& layout, SceneCache& cache) {
    cache.rack_words.resize(layout.racks.size());
    for (uint32_t r = 0; r < layout.racks.size(); ++r) {
        const RackPlan& plan = layout.racks[r];
        uint64_t sum = 0;
        uint32_t valued = 0, all = 0, dimmed = 0, stale = 0, unknown = 0, without = 0;
        for (uint32_t k = plan.first_run; k < plan.first_run + plan.runs; ++k) {
            const CellRun& run = layout.runs[k];
            const uint32_t* words = cache.words[size_t(run.object_class)].data() + run.first_object;
            for (uint32_t i = 0; i < run.count; ++i) {
                const uint32_t value = words[i] & 0xFFFFu;
                const bool valid = has_value(words[i]);
                sum += valid ? value : 0;
                valued += valid;
                dimmed += (words[i] & gpu::state_dimmed) != 0;
                stale += (words[i] & gpu::state_stale) != 0;
                without += by_health(words[i]);
                unknown += health_of(words[i]) == Health::unknown;
            }
            all += run.count;
        }
        const uint32_t own = cache.words[size_t(ObjectClass::rack)][r];
        uint32_t word = valued ? uint32_t(sum / valued) : uint32_t(gpu::state_no_value);
        if (without * 2 > all || all == 0) word = word_by_health;
        if (all == 0 ? (own & gpu::state_dimmed) != 0 : dimmed == all) word |= gpu::state_dimmed;
        if (stale * 2 > all) word |= gpu::state_stale;
        Health health = cache.rack_trouble[r].worst;
        if (all && unknown == all) health = worse(health, Health::unknown);
        cache.rack_words[r] = word | health_word(health);
    }
}

uint64_t versions_of(const ClusterState& state) {
    uint64_t sum = state.jobs_version * 1'000'003;
    for (const ClassState& object_class : state.classes)
        for (const Column& column : object_class.columns) sum += column.version;
    return sum;
}

}  // namespace

void refresh_cache(const ClusterState& state, const SceneLayout::Impl& layout, const View& view, int64_t now_ns) {
    SceneCache& cache = layout.cache;
    SceneCache::Key key{&state,        state.time_ns,     now_ns / 500'000'000, versions_of(state),
                        view.color_by, view.color_metric, view.filter_text,     view.health_filter};
    if (key == cache.key) return;
    cache.key = std::move(key);
    std::vector<uint8_t> matches;
    for (const ObjectClass object_class : drawn_classes) {
        Words& words = cache.words[size_t(object_class)];
        words.assign(layout.topology->count(object_class), word_by_health);
        if (words.empty()) continue;
        add_values(state, layout, view, object_class, now_ns, words);
        add_health(state, object_class, words);
        add_staleness(state, object_class, now_ns, words);
        add_dimming(state, view, object_class, now_ns, words, matches);
    }
    mean_over_gpus(layout, cache);
    find_trouble(layout, cache);
    sum_up_racks(layout, cache);
}

}  // namespace bv

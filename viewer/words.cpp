// Telemetry → state words: for every object of the drawn classes its value on the colour scale, its health, whether it
// is stale and whether the filter or the brush leaves it out. Reads the state and the view's colouring, writes SceneCache; done once
// per change.
#include <algorithm>
#include <cmath>

#include "viewer/compare.h"
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

// A difference → word: no change is the middle of the map, and no data on either side is no data.
uint32_t difference_word(const Comparison& comparison, uint32_t index) {
    if (index >= comparison.difference.size() || std::isnan(comparison.difference[index])) return gpu::state_no_value;
    const float share = comparison.difference[index] / comparison.range;
    const uint32_t value = uint32_t((std::clamp(share, -1.0f, 1.0f) * 0.5f + 0.5f) * 65534.0f);
    return value | (share > 1.002f ? gpu::state_above_high : 0u) | (share < -1.002f ? gpu::state_below_high : 0u);
}

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
    if (view.brush.on())
        for (uint32_t i = 0; i < words.size(); ++i)
            if (!view.brush.lit->contains({object_class, i})) words[i] |= gpu::state_dimmed;
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
                heard[i] = std::max(heard[i], coverage.heard_ns);
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
    }
}

// Colouring by a metric of another class: a GPU shows the value of what it stands in or hangs on; so do nodes and
// switches for what contains them.
void add_related_metric(const ClusterState& state, const SceneLayout::Impl& layout, const View& view,
                        ObjectClass object_class, const Comparison* comparison, Words& words) {
    const MetricId id = view.color_metric;
    const Topology& t = *layout.topology;
    const Scale scale(metric(id));
    const auto& values = column_of(state, id.object_class, id.index).values;
    const auto word_of = [&](uint32_t index) {
        if (comparison) return difference_word(*comparison, index);
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
                int64_t now_ns, const Comparison* comparison, Words& words) {
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
        return add_related_metric(state, layout, view, object_class, comparison, words);
    if (comparison) {
        for (uint32_t i = 0; i < words.size(); ++i) words[i] = difference_word(*comparison, i);
        return;
    }
    const Scale scale(metric(view.color_metric));
    const auto& values = column_of(state, object_class, view.color_metric.index).values;
    for (size_t i = 0; i < words.size(); ++i) words[i] = scale.word(values[i]);
}

constexpr ObjectClass drawn_classes[] = {ObjectClass::gpu, ObjectClass::node,  ObjectClass::switch_, ObjectClass::rack,
                                         ObjectClass::cdu, ObjectClass::power, ObjectClass::plant};

// Calls back with every index whose health is warning, critical or down. Blocks without any are skipped at the speed of
// memory.
template <typename Found>
void for_each_in_trouble(const std::vector<uint16_t>& health, Found found) {
    static_assert(int(Health::warning) == 1 && int(Health::critical) == 2 && int(Health::down) == 3);
    constexpr size_t block = 256;
    for (size_t first = 0; first < health.size(); first += block) {
        const size_t end = std::min(first + block, health.size());
        uint16_t any = 0;
        for (size_t i = first; i < end; ++i) any |= uint16_t(uint16_t(health[i] - 1) < 3);
        for (size_t i = first; any && i < end; ++i)
            if (uint16_t(health[i] - 1) < 3) found(uint32_t(i), Health(health[i]));
    }
}

void find_trouble(const ClusterState& state, const SceneLayout::Impl& layout, SceneCache& cache) {
    cache.rack_trouble.assign(layout.racks.size(), {});
    cache.trouble.clear();
    const auto find_in = [&](ObjectClass object_class) {
        if (layout.topology->count(object_class) == 0) return;
        for_each_in_trouble(column_of(state, object_class, health_metric).values, [&](uint32_t index, Health health) {
            cache.trouble.push_back({object_class, index});
            const uint32_t rack = layout.rack_of({object_class, index});
            if (rack != no_index) cache.rack_trouble[rack].add(health);
        });
    };
    for (const ObjectClass object_class : drawn_classes) find_in(object_class);
    find_in(ObjectClass::link);
    find_in(ObjectClass::nic);
}

// The rack's own word with the worst health below, and, where its cells are too small to be seen one by one, their
// mean.
// Sums over one run of cells, in a form that the compiler turns into wide instructions.
struct CellSums {
    uint32_t value = 0, valued = 0, all_and = ~0u, stale = 0, unknown = 0, without = 0, count = 0;
    void add(const uint32_t* words, uint32_t n) {
        for (uint32_t i = 0; i < n; ++i) {
            const uint32_t word = words[i], raw = word & 0xFFFFu;
            const uint32_t none = uint32_t((word & gpu::state_by_health) == gpu::state_by_health);
            const uint32_t valid = uint32_t(raw != gpu::state_no_value) & (none ^ 1u);
            value += (raw >> 4) * valid;  // 16 bits less 4, times at most 2^20 cells: fits
            valued += valid;
            without += none;
            all_and &= word;
            stale += word >> 19 & 1u;
            unknown += uint32_t((word >> gpu::state_health_shift & 7u) == uint32_t(Health::unknown));
        }
        count += n;
    }
};
static_assert(gpu::state_stale == 1u << 19);

void sum_up_racks(const SceneLayout::Impl& layout, SceneCache& cache) {
    cache.rack_words.resize(layout.racks.size());
    for (uint32_t r = 0; r < layout.racks.size(); ++r) {
        const RackPlan& plan = layout.racks[r];
        CellSums sums;
        for (uint32_t k = plan.first_run; k < plan.first_run + plan.runs; ++k) {
            const CellRun& run = layout.runs[k];
            sums.add(cache.words[size_t(run.object_class)].data() + run.first_object, run.count);
        }
        const uint32_t own = cache.words[size_t(ObjectClass::rack)][r];
        uint32_t word = sums.valued ? (sums.value / sums.valued) << 4 : uint32_t(gpu::state_no_value);
        if (sums.without * 2 > sums.count || sums.count == 0) word = word_by_health;
        word |= (sums.count ? sums.all_and : own) & gpu::state_dimmed;
        if (sums.stale * 2 > sums.count) word |= gpu::state_stale;
        Health health = cache.rack_trouble[r].worst;
        if (sums.count && sums.unknown == sums.count) health = worse(health, Health::unknown);
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

uint32_t word_of(const SceneLayout::Impl& layout, ObjectId id) {
    const SceneCache& cache = layout.cache;
    const Words& words = cache.words[size_t(id.object_class)];
    if (id.index < words.size()) return words[id.index];
    if (!cache.state || !layout.topology->contains(id)) return word_by_health | health_word(Health::unknown);
    uint32_t word = word_by_health;
    if (cache.color_by == ColorBy::metric && cache.metric.object_class == id.object_class)
        word = cache.comparison ? difference_word(*cache.comparison, id.index)
                                : Scale(metric(cache.metric)).word(cache.state->raw(id, cache.metric.index));
    if (cache.color_by == ColorBy::rail && id.object_class == ObjectClass::link &&
        layout.topology->links[id.index].link_class == LinkClass::host)
        word = scaled(rail_scale(*layout.topology, layout.topology->links[id.index].rail));
    word |= health_word(cache.state->health(id));
    return cache.state->stale(id, cache.now_ns) ? word | gpu::state_stale : word;
}

void refresh_cache(const ClusterState& state, const SceneLayout::Impl& layout, const View& view, int64_t now_ns,
                   const Comparison* comparison) {
    SceneCache& cache = layout.cache;
    if (!shows_differences(view, comparison)) comparison = nullptr;
    cache.comparison = comparison;
    SceneCache::Key key{&state,
                        state.time_ns,
                        now_ns / 500'000'000,
                        versions_of(state),
                        view.color_by,
                        view.color_metric,
                        view.filter_text,
                        view.health_filter,
                        view.brush.version,
                        comparison ? comparison->version : 0};
    if (key == cache.key) return;
    cache.key = std::move(key);
    cache.state = &state;
    cache.now_ns = now_ns;
    cache.color_by = view.color_by;
    cache.metric = view.color_metric;
    std::vector<uint8_t> matches;
    for (const ObjectClass object_class : drawn_classes) {
        Words& words = cache.words[size_t(object_class)];
        words.assign(layout.topology->count(object_class), word_by_health);
        if (words.empty()) continue;
        add_values(state, layout, view, object_class, now_ns, comparison, words);
        add_health(state, object_class, words);
        add_staleness(state, object_class, now_ns, words);
        add_dimming(state, view, object_class, now_ns, words, matches);
    }
    find_trouble(state, layout, cache);
    sum_up_racks(layout, cache);
}

}  // namespace bv

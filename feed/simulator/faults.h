// What breaks, how often, what it looks like and how long it takes to mend. Reads the cluster and the clock; writes
// events and World::effects. Rates: fault_specs.cpp, by preset (presets.h); repair classes: repairs.h.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "feed/simulator/presets.h"
#include "feed/simulator/world.h"

namespace bv::sim {

enum class FaultKind : uint8_t {
    gpu_off_bus,
    gpu_memory,
    gpu_row_remap,
    gpu_sram,
    gpu_gsp,
    gpu_nvlink,
    gpu_thermal_interface,
    nic_failure,
    link_down,
    link_flap,
    link_errors,
    fabric_link_down,
    switch_leaf,
    switch_fabric,
    node_crash,
    node_power_supply,
    node_service,
    cdu_pump,
    cdu_failure,
    busway_loss,
    memory_errors,
    // Those below have a course of several steps: fault_course.cpp.
    optic_degrading,
    flapping_link,
    coolant_leak,
    thermal_runaway,
    slow_rank,
    noisy_node,
    application_error
};
inline constexpr size_t fault_kind_count = 28;
std::string_view name_of(FaultKind kind);

// How the fault is mended: reset or reboot; swap of an optic, cable, PSU or NIC; board or RMA.
enum class Repair : uint8_t { self, reset, swap, board };

struct FaultSpec {
    FaultKind kind;
    ObjectClass object_class;
    double per_year;                     // of each object that can have it
    std::array<float, 4> repair_shares;  // self, reset, swap, board; sum 1
    bool stops_job;
    Severity severity;
    int32_t xid;  // 0: not an XID
    const char* event_kind;
    const char* text;  // with {} for the object's path
};
const FaultSpec& spec_of(FaultKind kind);

struct Fault {
    FaultKind kind = FaultKind::gpu_off_bus;
    Repair repair = Repair::reset;
    bool on_bench = false;  // taken out of service: shown as maintenance
    uint32_t index = no_index;
    Seconds begin = 0, bench = 0, end = 0;  // bench: when the repair crew takes the node out
    uint64_t number = 0;                    // among its kind; makes the event key
    uint32_t stage = 0;                     // how far its course has come
    uint32_t truth = no_fault;              // what it is in the reports' record
};

// Which faults a scenario has, and how fast they come and go.
struct FaultPlan {
    Preset preset = Preset::measured;
    double rate = 1;          // times the preset's rates; 0: none
    double repair_speed = 1;  // divides the repair times
    bool population = true;   // start with what is already broken on an ordinary day
    struct Planned {
        FaultKind kind;
        Seconds at;
        Seconds duration;
        bool anywhere = false;  // place, and up to 40 s of delay, by the seed
    };
    std::vector<Planned> planned;
};

class Faults {
public:
    Faults(World& world, FaultPlan plan);
    // Begins and ends what is due in the present interval. stop_job(node, at, text) is called for what kills a job.
    using StopJob = std::function<void(uint32_t node, Seconds at, uint32_t fault)>;
    void advance(const StopJob& stop_job);
    [[nodiscard]] const std::vector<Fault>& active() const { return active_; }

private:
    struct Arrivals {
        std::vector<uint32_t> targets;  // who can have it; empty and all: every object of the class
        uint32_t count = 0;
        double per_second = 0;
        uint64_t number = 0;
        Seconds next = 0;
    };
    void prepare(const FaultSpec& spec);
    void populate(const FaultSpec& spec);
    uint32_t pick_target(const FaultSpec& spec, uint64_t number) const;
    Seconds repair_seconds(const FaultSpec& spec, uint64_t number, Repair& repair) const;
    [[nodiscard]] uint32_t planned_target(FaultKind kind) const;
    [[nodiscard]] uint32_t random_target(FaultKind kind, uint64_t choice) const;
    // Faults with a course: what is said at which age, and when it takes the job.
    void follow(Fault& fault, const StopJob& stop_job);
    // One symptom, `age` after the fault began, for `length` (below 0: until it is over; 0: logged once).
    void tell(const Fault& fault, uint64_t what, ObjectId object, Severity severity, const char* kind, int32_t code,
              const std::string& text, Seconds age, Seconds length);
    void follow_optic(Fault& fault, const StopJob& stop_job);
    void follow_flaps(const Fault& fault);
    void follow_leak(const Fault& fault);
    void follow_heat(const Fault& fault, const StopJob& stop_job);
    void follow_noise(const Fault& fault);
    void say(const Fault& fault, uint64_t what, ObjectId object, Severity severity, const char* kind, int32_t code,
             const std::string& text, Seconds at, Seconds end);
    void begin_planned(const StopJob& stop_job);
    void begin(Fault fault, const StopJob* stop_job);
    // The fault's own event and those of what hangs on it; over once the part is mended or taken out of service.
    void announce(const Fault& fault, bool ended);
    void take_to_bench(size_t index);
    void announce_bench(const Fault& fault, bool ended);
    [[nodiscard]] uint32_t node_of(const Fault& fault) const;
    [[nodiscard]] bool out_of_service(const Fault& fault) const;
    void announce_link_up(const Event& down, uint32_t truth);
    void announce_consequences(const Fault& fault, bool ended, uint64_t cause);
    void stop_jobs(const Fault& fault, Seconds at, const StopJob& stop_job) const;
    [[nodiscard]] bool already_broken(ObjectClass object_class, uint32_t index) const;

    World& world_;
    FaultPlan plan_;
    std::array<Arrivals, fault_kind_count> arrivals_;
    std::vector<Fault> active_;
    bool changed_ = true;
};

// Length of a stage of a course, s.
inline constexpr Seconds stage_seconds = 5;
// When a server without coolant switches itself off.
inline constexpr Seconds thermal_trip_seconds = 150;
// When a failing optic is gone for good.
inline constexpr Seconds optic_dead_seconds = 130;

// Rewrites world.effects from the list of active faults.
void rebuild_effects(World& world, const std::vector<Fault>& active);

}  // namespace bv::sim

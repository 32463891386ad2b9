// The table of XIDs. Origins follow the immediate action that NVIDIA publishes for Ampere and newer: what only needs
// the program restarted is the program's, what needs the GPU reset or the node restarted is the hardware's.
#include "cluster/xid_catalogue.h"

#include <algorithm>
#include <array>

namespace bv {
namespace {

using O = XidOrigin;
using A = XidAction;

constexpr std::array catalogue{
    Xid{8, O::application, A::restart_application, "a channel of the GPU stopped"},
    Xid{11, O::application, A::restart_application, "the program sent a broken command stream"},
    Xid{12, O::application, A::restart_application, "the driver met an unexpected method"},
    Xid{13, O::application, A::restart_application, "exception in the graphics or compute engine"},
    Xid{31, O::application, A::restart_application, "memory page fault of the program"},
    Xid{32, O::application, A::restart_application, "broken command buffer"},
    Xid{38, O::software, A::restart_application, "firmware watchdog"},
    Xid{43, O::application, A::none, "the program's channel stopped; the GPU is well", true},
    Xid{44, O::software, A::none, "engine fault while switching contexts"},
    Xid{45, O::application, A::none, "clean-up of a program after an earlier error", true},
    Xid{46, O::hardware, A::reset_gpu, "the GPU stopped processing"},
    Xid{48, O::hardware, A::reset_gpu, "double-bit ECC error"},
    Xid{61, O::hardware, A::contact_support, "breakpoint in the power management unit"},
    Xid{62, O::hardware, A::reset_gpu, "the internal micro-controller halted"},
    Xid{63, O::note, A::none, "a faulty row of memory was remapped"},
    Xid{64, O::hardware, A::reset_gpu, "a faulty row of memory could not be remapped"},
    Xid{68, O::application, A::restart_application, "exception in the video decoder"},
    Xid{69, O::application, A::restart_application, "graphics engine class error"},
    Xid{74, O::link, A::check_links, "NVLink error"},
    Xid{79, O::hardware, A::restart_node, "the GPU has fallen off the bus"},
    Xid{80, O::hardware, A::reset_gpu, "data arrived damaged over PCIe"},
    Xid{92, O::note, A::none, "single-bit ECC errors are corrected at a high rate"},
    Xid{93, O::note, A::none, "the limit of erasing the GPU's flash is reached"},
    Xid{94, O::hardware, A::restart_application, "memory error, contained in one program"},
    Xid{95, O::hardware, A::reset_gpu, "memory error that could not be contained"},
    Xid{109, O::software, A::reset_gpu, "switching contexts timed out"},
    Xid{110, O::hardware, A::reset_gpu, "fault of the security processor"},
    Xid{119, O::software, A::reset_gpu, "the GPU system processor does not answer"},
    Xid{120, O::software, A::reset_gpu, "error in the GPU system processor"},
    Xid{121, O::link, A::none, "error between the chips of one module (C2C)"},
    Xid{122, O::hardware, A::contact_support, "the power management unit cannot read its flash"},
    Xid{136, O::link, A::reset_gpu, "link training failed"},
    Xid{137, O::link, A::none, "NVLink privilege error"},
    Xid{140, O::hardware, A::reset_gpu, "ECC error that was not recovered"},
    Xid{143, O::hardware, A::reset_gpu, "the GPU could not be initialised"},
    Xid{144, O::link, A::check_links, "NVLink error (SAW)"},
    Xid{145, O::link, A::check_links, "NVLink error (RLW)"},
    Xid{146, O::link, A::check_links, "NVLink error (TLW)"},
    Xid{147, O::link, A::check_links, "NVLink error (TREX)"},
    Xid{148, O::link, A::check_links, "NVLink error (NVLPW)"},
    Xid{149, O::link, A::check_links, "NVLink error (NETIR)"},
    Xid{150, O::link, A::check_links, "NVLink error (MSE)"},
    Xid{154, O::note, A::none, "the driver changed what it recommends to recover the GPU", true},
    Xid{155, O::link, A::reset_gpu, "NVLink error defined by software"},
    Xid{156, O::note, A::reset_gpu, "a faulty part of the GPU is being retired"},
    Xid{157, O::hardware, A::none, "a faulty part of the GPU could not be retired"},
    Xid{158, O::hardware, A::reset_gpu, "the GPU timed out for good"},
    Xid{167, O::link, A::restart_node, "PCIe timed out for good"},
    Xid{171, O::hardware, A::reset_gpu, "uncorrectable error in the GPU's memory", true},
    Xid{172, O::hardware, A::reset_gpu, "uncorrectable error in the GPU's SRAM", true},
};

constexpr bool ascending() {
    for (size_t i = 1; i < catalogue.size(); ++i)
        if (catalogue[i - 1].code >= catalogue[i].code) return false;
    return true;
}
static_assert(ascending());

constexpr std::array<std::string_view, 5> origin_names{"application", "hardware", "link", "software", "note"};
constexpr std::array<std::string_view, 6> action_sentences{
    "Nothing to do.",
    "Restart the program; the GPU can stay in service.",
    "Drain the node and reset the GPU; if it comes back, call support.",
    "Drain the node and restart it; if it comes back, call support.",
    "Look at the NVLink connections of the node; reset the GPU.",
    "Take the GPU out of service and call support."};

}  // namespace

std::string_view name_of(XidOrigin origin) { return origin_names[size_t(origin)]; }
std::string_view sentence(XidAction action) { return action_sentences[size_t(action)]; }
std::span<const Xid> xid_catalogue() { return catalogue; }

Xid xid_of(int32_t code) {
    const auto* found = std::lower_bound(catalogue.begin(), catalogue.end(), code,
                                         [](const Xid& xid, int32_t wanted) { return xid.code < wanted; });
    if (found != catalogue.end() && found->code == code) return *found;
    return {code, XidOrigin::hardware, XidAction::contact_support, "an error that the catalogue does not know"};
}

}  // namespace bv

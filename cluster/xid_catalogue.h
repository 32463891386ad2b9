// What an XID means: the number that NVIDIA's driver logs when something goes wrong with a GPU. Fixed at build time;
// reads nothing. What NVIDIA publishes of each code is in its XID catalogue (docs.nvidia.com/deploy/xid-errors).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace bv {

// Whose error it is, as far as the code alone tells.
enum class XidOrigin : uint8_t {
    application,  // the program did something wrong; the GPU is well
    hardware,     // the GPU or its memory
    link,         // NVLink or PCIe
    software,     // driver or firmware
    note          // says something about the GPU without anything being wrong
};
std::string_view name_of(XidOrigin origin);

// What to do at once, in NVIDIA's terms made plain.
enum class XidAction : uint8_t { none, restart_application, reset_gpu, restart_node, check_links, contact_support };
std::string_view sentence(XidAction action);

struct Xid {
    int32_t code = 0;
    XidOrigin origin = XidOrigin::hardware;
    XidAction action = XidAction::contact_support;
    std::string_view meaning;  // half a sentence, lower case
    bool follows = false;      // comes as the consequence of another error; never a cause by itself
};

// Every code is answered: one that is not in the catalogue is a hardware error to be asked about.
Xid xid_of(int32_t code);
std::span<const Xid> xid_catalogue();  // ascending by code

}  // namespace bv

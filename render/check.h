// What must not happen: CHECK and VK_CHECK end the program with the call, file and line, in every build. A lost device
// is no bug and travels as an exception to Renderer::draw, which makes the device anew.
#pragma once

#include <vulkan/vulkan.h>

namespace bv {

struct DeviceLost {};
struct SurfaceLost {};

[[noreturn]] void fail_check(const char* what, const char* file, int line);
// Throws DeviceLost or SurfaceLost; any other error ends the program. Returns success codes (VK_SUBOPTIMAL_KHR,
// VK_TIMEOUT…).
VkResult check_vulkan(VkResult result, const char* call, const char* file, int line);

#define CHECK(condition) ((condition) ? (void)0 : ::bv::fail_check(#condition, __FILE__, __LINE__))
#define VK_CHECK(call) ::bv::check_vulkan((call), #call, __FILE__, __LINE__)

}  // namespace bv

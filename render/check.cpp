// How a failed CHECK is told: one line on stderr, then abort, so that a debugger or a core file shows where.
#include "render/check.h"

#include <cstdlib>

#include <fmt/core.h>

namespace bv {

void fail_check(const char* what, const char* file, int line) {
    fmt::print(stderr, "belvedere: check failed at {}:{}: {}\n", file, line, what);
    std::abort();
}

VkResult check_vulkan(VkResult result, const char* call, const char* file, int line) {
    if (result >= 0) return result;
    if (result == VK_ERROR_DEVICE_LOST) throw DeviceLost{};
    if (result == VK_ERROR_SURFACE_LOST_KHR) throw SurfaceLost{};
    fmt::print(stderr, "belvedere: Vulkan error {} at {}:{}: {}\n", static_cast<int>(result), file, line, call);
    std::abort();
}

}  // namespace bv

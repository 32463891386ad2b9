// GLFW → key presses, size, density and a Vulkan surface. The only file that includes GLFW; see window.h.
#include "viewer/window.h"

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <utility>

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <backends/imgui_impl_glfw.h>
#include <imgui.h>

#include "viewer/keys.h"

// Declared by GLFW only together with the Vulkan headers, which stay in render/: the same function in terms of plain
// handles.
extern "C" int glfwCreateWindowSurface(void* instance, GLFWwindow* window, const void* allocator, uint64_t* surface);

namespace bv {

namespace {

int key_of(int glfw_key) {
    if (glfw_key >= GLFW_KEY_F1 && glfw_key <= GLFW_KEY_F12) return key_f1 + glfw_key - GLFW_KEY_F1;
    switch (glfw_key) {
        case GLFW_KEY_ESCAPE:
            return key_escape;
        case GLFW_KEY_ENTER:
        case GLFW_KEY_KP_ENTER:
            return key_enter;
        case GLFW_KEY_TAB:
            return key_tab;
        case GLFW_KEY_BACKSPACE:
            return key_backspace;
        case GLFW_KEY_HOME:
            return key_home;
        case GLFW_KEY_UP:
            return key_up;
        case GLFW_KEY_DOWN:
            return key_down;
        case GLFW_KEY_LEFT:
            return key_left;
        case GLFW_KEY_RIGHT:
            return key_right;
        case GLFW_KEY_END:
            return key_end;
        default:
            return glfw_key >= 32 && glfw_key < 128 ? glfw_key : 0;
    }
}

}  // namespace

struct Window::Impl {
    GLFWwindow* handle = nullptr;
    std::vector<KeyPress> keys;
    bool happened = false;
    int windowed[4] = {0, 0, 1280, 720};  // where it was before full screen

    static Impl& of(GLFWwindow* window) { return *static_cast<Impl*>(glfwGetWindowUserPointer(window)); }
    void install_callbacks();
};

void Window::Impl::install_callbacks() {
    glfwSetWindowUserPointer(handle, this);
    glfwSetKeyCallback(handle, [](GLFWwindow* window, int key, int scancode, int action, int mods) {
        Impl& impl = of(window);
        impl.happened = true;
        if (action == GLFW_RELEASE) return;
        int known = key_of(key);
        // On keyboards where / or ? are elsewhere, the character decides.
        if (const char* name = known > 0 && known < 128 ? glfwGetKeyName(key, scancode) : nullptr;
            name && name[0] > 32 && !name[1])
            known = name[0] >= 'a' && name[0] <= 'z' ? name[0] - 32 : name[0];
        if (known) impl.keys.push_back({known, (mods & GLFW_MOD_CONTROL) != 0, (mods & GLFW_MOD_SHIFT) != 0});
    });
    glfwSetCursorPosCallback(handle, [](GLFWwindow* window, double, double) { of(window).happened = true; });
    glfwSetMouseButtonCallback(handle, [](GLFWwindow* window, int, int, int) { of(window).happened = true; });
    glfwSetScrollCallback(handle, [](GLFWwindow* window, double, double) { of(window).happened = true; });
    glfwSetCharCallback(handle, [](GLFWwindow* window, unsigned) { of(window).happened = true; });
    glfwSetWindowFocusCallback(handle, [](GLFWwindow* window, int) { of(window).happened = true; });
    glfwSetCursorEnterCallback(handle, [](GLFWwindow* window, int) { of(window).happened = true; });
    glfwSetFramebufferSizeCallback(handle, [](GLFWwindow* window, int, int) { of(window).happened = true; });
    glfwSetWindowRefreshCallback(handle, [](GLFWwindow* window) { of(window).happened = true; });
    glfwSetWindowContentScaleCallback(handle, [](GLFWwindow* window, float, float) { of(window).happened = true; });
    glfwSetWindowIconifyCallback(handle, [](GLFWwindow* window, int) { of(window).happened = true; });
}

Window::Window(const std::string& title, uint32_t width, uint32_t height) : impl_(std::make_unique<Impl>()) {
    if (!glfwInit())
        throw std::runtime_error(
            "there is no display to open a window on; use --headless --output FILE.png for a picture without one");
    if (!glfwVulkanSupported()) {
        glfwTerminate();
        throw std::runtime_error(
            "no Vulkan driver with window support was found; install mesa-vulkan-drivers or the driver of your GPU");
    }
    glfwWindowHint(GLFW_CLIENT_API, GLFW_NO_API);
    glfwWindowHint(GLFW_SCALE_TO_MONITOR, GLFW_TRUE);
    impl_->handle = glfwCreateWindow(int(width), int(height), title.c_str(), nullptr, nullptr);
    if (!impl_->handle) {
        glfwTerminate();
        throw std::runtime_error(
            "the display refused to open a window; use --headless --output FILE.png for a picture without one");
    }
    impl_->install_callbacks();
    ImGui_ImplGlfw_InitForVulkan(impl_->handle, true);  // calls ours, too
}

Window::~Window() {
    ImGui_ImplGlfw_Shutdown();
    glfwDestroyWindow(impl_->handle);
    glfwTerminate();
}

bool Window::is_open() const { return !glfwWindowShouldClose(impl_->handle); }

bool Window::poll_events(double timeout_s) {
    impl_->happened = false;
    if (timeout_s > 0)
        glfwWaitEventsTimeout(timeout_s);
    else
        glfwPollEvents();
    return impl_->happened;
}

void Window::wake() { glfwPostEmptyEvent(); }

std::vector<KeyPress> Window::take_keys() { return std::exchange(impl_->keys, {}); }

bool Window::held(int key) const {
    const auto down = [&](int glfw_key) { return glfwGetKey(impl_->handle, glfw_key) == GLFW_PRESS; };
    return key == 0 ? down(GLFW_KEY_LEFT_SHIFT) || down(GLFW_KEY_RIGHT_SHIFT) : down(key);
}

uint32_t Window::width() const {
    int width = 0, height = 0;
    glfwGetFramebufferSize(impl_->handle, &width, &height);
    return uint32_t(std::max(0, width));
}

uint32_t Window::height() const {
    int width = 0, height = 0;
    glfwGetFramebufferSize(impl_->handle, &width, &height);
    return uint32_t(std::max(0, height));
}

float Window::content_scale() const {
    float x = 1, y = 1;
    glfwGetWindowContentScale(impl_->handle, &x, &y);
    return std::clamp(std::max(x, y), 0.75f, 4.0f);
}

void Window::hide_pointer() {
    ImGui::GetIO().ConfigFlags |= ImGuiConfigFlags_NoMouseCursorChange;  // else ImGui shows it again
    glfwSetInputMode(impl_->handle, GLFW_CURSOR, GLFW_CURSOR_HIDDEN);
}

void Window::toggle_full_screen() {
    int* at = impl_->windowed;
    if (glfwGetWindowMonitor(impl_->handle)) {
        glfwSetWindowMonitor(impl_->handle, nullptr, at[0], at[1], at[2], at[3], 0);
        return;
    }
    GLFWmonitor* monitor = glfwGetPrimaryMonitor();
    const GLFWvidmode* mode = monitor ? glfwGetVideoMode(monitor) : nullptr;
    if (!mode) return;
    glfwGetWindowPos(impl_->handle, &at[0], &at[1]);
    glfwGetWindowSize(impl_->handle, &at[2], &at[3]);
    glfwSetWindowMonitor(impl_->handle, monitor, 0, 0, mode->width, mode->height, mode->refreshRate);
}

void Window::set_title(const std::string& title) { glfwSetWindowTitle(impl_->handle, title.c_str()); }

void Window::new_ui_frame() { ImGui_ImplGlfw_NewFrame(); }

std::function<uint64_t(void*)> Window::surface_maker() {
    return [handle = impl_->handle](void* instance) {
        uint64_t surface = 0;
        if (glfwCreateWindowSurface(instance, handle, nullptr, &surface) != 0)
            throw std::runtime_error("the window has no surface that Vulkan can draw on");
        return surface;
    };
}

std::vector<std::string> Window::instance_extensions() {
    uint32_t count = 0;
    const char** names = glfwGetRequiredInstanceExtensions(&count);
    return {names, names + count};
}

}  // namespace bv

// The window: GLFW, ImGui's platform side, the surface for the renderer, pixel density and full screen. Sleeps while
// nothing happens; wake() ends the sleep from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace bv {

// A key that went down (or repeats). Numbers as in keys.h.
struct KeyPress {
    int key = 0;
    bool ctrl = false, shift = false;
};

class Window {
public:
    // Throws one sentence where there is no display.
    Window(const std::string& title, uint32_t width, uint32_t height);
    ~Window();
    Window(const Window&) = delete;
    Window& operator=(const Window&) = delete;

    [[nodiscard]] bool is_open() const;
    // Waits at most this long for something to happen. True if a person did something or the window changed.
    bool poll_events(double timeout_s);
    void wake();  // from any thread

    [[nodiscard]] std::vector<KeyPress> take_keys();
    [[nodiscard]] bool held(int key) const;  // ASCII upper case; 0: Shift
    [[nodiscard]] uint32_t width() const;    // of the framebuffer, pixels; 0 while minimised
    [[nodiscard]] uint32_t height() const;
    [[nodiscard]] float content_scale() const;  // the monitor's pixel density, 1 = 96 dpi

    void toggle_full_screen();
    void hide_pointer();  // while it is over the window
    void set_title(const std::string& title);
    void new_ui_frame();  // ImGui's input of this frame

    [[nodiscard]] std::function<uint64_t(void* vk_instance)> surface_maker();
    [[nodiscard]] static std::vector<std::string> instance_extensions();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace bv

// Reads and writes golden/*.png. Tolerances allow for another version of the driver, not for another look.
#include "picture.h"

#include <cmath>
#include <cstdlib>
#include <filesystem>

#include <fmt/core.h>

#include "render/png.h"

namespace bv::test {

Pixels draw(Renderer& renderer, const gpu::FrameConstants& constants, const std::function<void(FrameRows&)>& fill) {
    ViewInput input{constants};
    if (renderer.rich()) input.constants.flags |= gpu::frame_rich;
    do fill(renderer.begin_frame());
    while (!renderer.draw(input));
    return renderer.read_pixels();
}

double difference(const Pixels& a, const Pixels& b) {
    if (a.width != b.width || a.height != b.height || a.rgba.empty()) return 255;
    double sum = 0;
    for (size_t i = 0; i < a.rgba.size(); ++i) sum += std::abs(a.rgba[i] - b.rgba[i]);
    return sum / (0.75 * static_cast<double>(a.rgba.size()));
}

size_t changed_pixels(const Pixels& a, const Pixels& b, int threshold, glm::ivec2 low, glm::ivec2 high) {
    size_t count = 0;
    for (int y = std::max(low.y, 0); y < std::min(high.y, static_cast<int>(a.height)); ++y)
        for (int x = std::max(low.x, 0); x < std::min(high.x, static_cast<int>(a.width)); ++x) {
            const glm::ivec3 d = glm::abs(pixel(a, x, y) - pixel(b, x, y));
            count += std::max({d.r, d.g, d.b}) > threshold;
        }
    return count;
}

double contrast(const Pixels& pixels) {
    double sum = 0, squares = 0;
    const auto count = static_cast<double>(pixels.width) * pixels.height;
    for (size_t i = 0; i < pixels.rgba.size(); i += 4) {
        const double light = 0.3 * pixels.rgba[i] + 0.59 * pixels.rgba[i + 1] + 0.11 * pixels.rgba[i + 2];
        sum += light;
        squares += light * light;
    }
    return std::sqrt(std::max(squares / count - sum / count * sum / count, 0.0));
}

glm::ivec3 pixel(const Pixels& pixels, int x, int y) {
    const uint8_t* p = &pixels.rgba[4 * (static_cast<size_t>(y) * pixels.width + static_cast<size_t>(x))];
    return {p[0], p[1], p[2]};
}

glm::vec3 mean_around(const Pixels& pixels, glm::vec2 point, int radius) {
    glm::vec3 sum(0);
    float count = 0;
    for (int y = static_cast<int>(point.y) - radius; y <= static_cast<int>(point.y) + radius; ++y)
        for (int x = static_cast<int>(point.x) - radius; x <= static_cast<int>(point.x) + radius; ++x)
            if (x >= 0 && y >= 0 && x < static_cast<int>(pixels.width) && y < static_cast<int>(pixels.height)) {
                sum += glm::vec3(pixel(pixels, x, y));
                ++count;
            }
    return sum / std::max(count, 1.0f);
}

glm::vec2 project(const gpu::FrameConstants& c, glm::vec3 world) {
    const glm::vec4 clip = c.clip_from_world * glm::vec4(world, 1);
    return c.viewport_min + (glm::vec2(clip.x, -clip.y) / clip.w * 0.5f + 0.5f) * c.viewport_size;
}

bool matches_golden(const std::string& name, const Pixels& pixels) {
    const std::string golden = std::string(GOLDEN_FOLDER) + "/" + name + ".png";
    const char* update = std::getenv("UPDATE_GOLDEN");
    if (update && *update == '1') {
        std::filesystem::create_directories(GOLDEN_FOLDER);
        write_png(golden, pixels);
        return true;
    }
    const Pixels expected = read_png(golden);
    const double mean = difference(expected, pixels);
    const auto size = glm::ivec2(pixels.width, pixels.height);
    const double changed =
        mean == 255 ? 1 : static_cast<double>(changed_pixels(expected, pixels, 32, {0, 0}, size)) / (size.x * size.y);
    const bool same = mean < 1.0 && changed < 0.01;
    if (!same) {
        const std::string actual = name + ".actual.png";
        write_png(actual, pixels);
        fmt::print("{}: mean difference {:.2f}, {:.2f} % of pixels changed; see {}\n", name, mean, 100 * changed,
                   actual);
    }
    return same;
}

}  // namespace bv::test

// libpng's simplified interface: whole pictures at once. Written without alpha: a picture of the hall is opaque.
#include "render/png.h"

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <fmt/core.h>
#include <png.h>

namespace bv {

void write_png(const std::string& path, const Pixels& pixels) {
    std::vector<uint8_t> rgb(size_t{3} * pixels.width * pixels.height);
    for (size_t i = 0; i < size_t{pixels.width} * pixels.height; ++i) std::memcpy(&rgb[3 * i], &pixels.rgba[4 * i], 3);
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = pixels.width;
    image.height = pixels.height;
    image.format = PNG_FORMAT_RGB;
    image.flags = PNG_IMAGE_FLAG_FAST;  // a fifth of the time for a few per cent more bytes
    if (!png_image_write_to_file(&image, path.c_str(), 0, rgb.data(), 0, nullptr))
        throw std::runtime_error(fmt::format("The picture {} cannot be written: {}.", path, image.message));
}

Pixels read_png(const std::string& path) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    if (!png_image_begin_read_from_file(&image, path.c_str()))
        throw std::runtime_error(fmt::format("The picture {} cannot be read: {}.", path, image.message));
    image.format = PNG_FORMAT_RGBA;
    Pixels pixels;
    pixels.width = image.width;
    pixels.height = image.height;
    pixels.rgba.resize(PNG_IMAGE_SIZE(image));
    if (!png_image_finish_read(&image, nullptr, pixels.rgba.data(), 0, nullptr))
        throw std::runtime_error(fmt::format("The picture {} cannot be read: {}.", path, image.message));
    return pixels;
}

}  // namespace bv

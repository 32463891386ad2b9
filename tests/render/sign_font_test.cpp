// Letters for signs, without a device.
#include <vector>

#include <doctest/doctest.h>

#include "render/sign_font.h"

namespace {

struct Letters {
    std::vector<bv::gpu::GlyphRow> memory;
    bv::Rows<bv::gpu::GlyphRow> rows;
    Letters() {
        rows.reallocate = [this](size_t capacity, bv::gpu::GlyphRow*, size_t) {
            memory.resize(capacity);
            return memory.data();
        };
    }
};

bv::gpu::FrameConstants eye_at(glm::vec3 eye) {
    bv::gpu::FrameConstants c{};
    c.eye = eye;
    c.pixels_per_metre = 1000;
    c.clip_from_world = glm::mat4(0);
    c.clip_from_world[3] = {0, 0, 0.1f, 10};  // everything lands in the middle of the view
    return c;
}

const bv::Sign wall_sign{"ROW 12", {0, 0, 2}, {1, 0, 0}, {0, 0, 1}, 0.5f, 0xFFFFFFFF, 7};

}  // namespace

TEST_CASE("the font has letters with ink and a picture of them") {
    const auto font = bv::SignFont::bake();
    const auto* a = font.find(U'A');
    REQUIRE(a);
    CHECK(a->uv_max.x > a->uv_min.x);
    CHECK(a->high.y == doctest::Approx(1).epsilon(0.25));
    CHECK(font.texels.size() == size_t{font.width} * font.height);
    CHECK(font.texels[size_t{(uint32_t{a->uv_min.y} + a->uv_max.y) / 2} * font.width + a->uv_min.x] <
          128);                 // left of the A is outside
    REQUIRE(font.find(U'字'));  // unknown letters become '?'
    CHECK(font.find(U'字') == font.find(U'?'));
}

TEST_CASE("signs are laid out where they can be read") {
    const auto font = bv::SignFont::bake();
    Letters letters;
    bv::lay_out_signs(font, {&wall_sign, 1}, eye_at({0, -10, 2}), letters.rows);
    CHECK(letters.rows.size() == 5);  // a space has no ink
    bv::lay_out_signs(font, {&wall_sign, 1}, eye_at({0, -400, 2}), letters.rows);
    CHECK(letters.rows.size() == 0);  // too small
    bv::lay_out_signs(font, {&wall_sign, 1}, eye_at({0, 10, 2}), letters.rows);
    CHECK(letters.rows.size() == 0);  // from behind
}

TEST_CASE("broken UTF-8 in a name draws something and reads nothing beyond its end") {
    const auto font = bv::SignFont::bake();
    Letters letters;
    for (const char* text : {"\xC3", "\xE2\x82", "\xFF\xFE", "a\xF0\x9F"}) {
        bv::Sign sign = wall_sign;
        sign.text = text;
        bv::lay_out_signs(font, {&sign, 1}, eye_at({0, -10, 2}), letters.rows);
        CHECK(letters.rows.size() > 0);
    }
}

// See utf8.h.
#include "feed/import/utf8.h"

#include <cstdint>

namespace bv {

size_t utf8_length(std::string_view text, size_t at) {
    const auto byte = [&](size_t i) { return i < text.size() ? uint8_t(text[i]) : uint8_t(0); };
    const auto follows = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
    const uint8_t lead = byte(at), second = byte(at + 1);
    if (lead < 0x80) return lead != 0;
    if (lead >= 0xC2 && lead < 0xE0) return follows(at + 1) ? 2 : 0;
    if (lead >= 0xE0 && lead < 0xF0) {
        const bool overlong = lead == 0xE0 && second < 0xA0, surrogate = lead == 0xED && second >= 0xA0;
        return follows(at + 1) && follows(at + 2) && !overlong && !surrogate ? 3 : 0;
    }
    if (lead >= 0xF0 && lead < 0xF5) {
        const bool overlong = lead == 0xF0 && second < 0x90, beyond = lead == 0xF4 && second >= 0x90;
        return follows(at + 1) && follows(at + 2) && follows(at + 3) && !overlong && !beyond ? 4 : 0;
    }
    return 0;
}

namespace {

// Where the first byte stands that is no text; the end where there is none.
size_t first_wrong(std::string_view text) {
    size_t at = 0;
    while (at < text.size()) {
        const size_t length = utf8_length(text, at);
        if (length == 0) break;
        at += length;
    }
    return at;
}

}  // namespace

bool is_utf8(std::string_view text) { return first_wrong(text) == text.size(); }

std::string cut(std::string_view text, size_t most) {
    if (text.size() <= most) return std::string(text);
    while (most > 0 && (uint8_t(text[most]) & 0xC0) == 0x80) --most;
    return std::string(text.substr(0, most)) + "…";
}

bool make_utf8(std::string& text) {
    size_t at = first_wrong(text);
    if (at == text.size()) return true;
    std::string made = text.substr(0, at);
    while (at < text.size()) {
        const size_t length = utf8_length(text, at);
        made += length ? std::string_view(text).substr(at, length) : std::string_view("\xEF\xBF\xBD");
        at += length ? length : 1;
    }
    text = std::move(made);
    return false;
}

}  // namespace bv

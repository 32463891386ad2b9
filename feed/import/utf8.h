// UTF-8 from outside: everything behind the importers may rely on text being text.
#pragma once

#include <string>
#include <string_view>

namespace bv {

// Bytes of the UTF-8 sequence that begins at text[at]; 0 where there is none (cut off, overlong, a surrogate, NUL).
[[nodiscard]] size_t utf8_length(std::string_view text, size_t at);

[[nodiscard]] bool is_utf8(std::string_view text);

// At most that many bytes, cut between characters, with … where something was cut.
[[nodiscard]] std::string cut(std::string_view text, size_t most);

// Puts U+FFFD in the place of every byte that is no text. True where there was none.
[[nodiscard]] bool make_utf8(std::string& text);

}  // namespace bv

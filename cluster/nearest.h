// The word that was probably meant, for messages about a word that is not known.
#pragma once

#include <span>
#include <string_view>

namespace bv {

// The nearest word by edit distance, empty where none is near.
std::string_view nearest(std::string_view word, std::span<const std::string_view> words);

}  // namespace bv

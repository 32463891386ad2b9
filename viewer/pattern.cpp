// Reads: a pattern, then texts. Writes: yes or no. A non-deterministic automaton in one 64-bit word (Baeza-Yates &
// Gonnet 1992).
#include "viewer/pattern.h"

#include <cctype>
#include <stdexcept>

namespace bv {
namespace {

using Set = std::array<bool, 256>;

void include(Set& set, unsigned char c) {
    set[size_t(std::tolower(c))] = true;
    set[size_t(std::toupper(c))] = true;
}

// Reads "[a-f0-9]" from text[i] == '['; leaves i on the ']'.
Set parse_set(std::string_view text, size_t& i) {
    const size_t close = text.find(']', i + 1);
    if (close == std::string_view::npos) throw std::invalid_argument("the pattern has a '[' without its ']'");
    std::string_view body = text.substr(i + 1, close - i - 1);
    const bool negated = !body.empty() && body.front() == '^';
    if (negated) body.remove_prefix(1);
    Set set{};
    for (size_t k = 0; k < body.size(); ++k) {
        const auto first = static_cast<unsigned char>(body[k]);
        auto last = first;
        if (k + 2 < body.size() && body[k + 1] == '-') {
            last = static_cast<unsigned char>(body[k + 2]);
            k += 2;
        }
        for (int c = first; c <= last; ++c) include(set, static_cast<unsigned char>(c));
    }
    if (negated)
        for (bool& member : set) member = !member;
    i = close;
    return set;
}

}  // namespace

void Pattern::add(const Set& set, bool optional, bool repeated) {
    if (length_ >= 60) throw std::invalid_argument("the pattern is longer than 60 characters");
    const uint64_t bit = uint64_t(1) << length_;
    for (size_t c = 0; c < 256; ++c)
        if (set[c]) may_read_[c] |= bit;
    if (optional) optional_ |= bit;
    if (repeated) repeated_ |= bit;
    accept_ = bit << 1;
    ++length_;
}

Pattern Pattern::parse(std::string_view text) {
    Pattern out;
    for (size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '^' && i == 0) {
            out.anchored_begin_ = true;
            continue;
        }
        if (c == '$' && i + 1 == text.size()) {
            out.anchored_end_ = true;
            continue;
        }
        if (c == '*' || c == '+' || c == '?')
            throw std::invalid_argument("the pattern has nothing to repeat before its repeat sign");
        Set set{};
        if (c == '[') {
            set = parse_set(text, i);
        } else if (c == '.') {
            set.fill(true);
        } else {
            if (c == '\\' && i + 1 < text.size()) c = text[++i];
            include(set, static_cast<unsigned char>(c));
        }
        const char repeat = i + 1 < text.size() ? text[i + 1] : ' ';
        if (repeat == '*' || repeat == '+' || repeat == '?') ++i;
        if (repeat == '+') out.add(set, false, false);
        out.add(set, repeat == '*' || repeat == '+' || repeat == '?', repeat == '*' || repeat == '+');
    }
    return out;
}

Pattern Pattern::literal(std::string_view text) {
    Pattern out;
    out.anchored_begin_ = out.anchored_end_ = true;
    for (const char c : text) {
        Set set{};
        include(set, static_cast<unsigned char>(c));
        out.add(set, false, false);
    }
    return out;
}

uint64_t Pattern::with_skips(uint64_t positions) const {
    for (uint64_t skipped = (positions & optional_) << 1; (skipped & ~positions) != 0;
         skipped = (positions & optional_) << 1)
        positions |= skipped;
    return positions;
}

Pattern::Progress Pattern::begin() const {
    Progress progress{with_skips(1), false};
    progress.found = !anchored_end_ && (progress.positions & accept_) != 0;
    return progress;
}

void Pattern::read(Progress& progress, std::string_view text) const {
    if (progress.found) return;
    const uint64_t restart = anchored_begin_ ? 0 : 1;
    for (const char c : text) {
        const uint64_t taken = progress.positions & may_read_[static_cast<unsigned char>(c)];
        progress.positions = with_skips((taken << 1) | (taken & repeated_) | restart);
        if (!anchored_end_ && (progress.positions & accept_) != 0) {
            progress.found = true;
            return;
        }
    }
}

}  // namespace bv

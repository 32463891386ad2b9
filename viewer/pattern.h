// Case-insensitive patterns over names: what `~` means in a filter. Linear in the text, whatever the pattern: every
// position of the pattern is one bit of a word, so a text is read once, and the reading of a common prefix can be kept
// and gone on from.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace bv {

class Pattern {
public:
    // Plain text matches anywhere. `.` any character, `[a-f0-9]` a set, `*` `+` `?` repeat what stands before, `^` and
    // `$` the ends,
    // `\` takes the next character as it is. Throws std::invalid_argument with a sentence: longer than 60, nothing to
    // repeat, no `]`.
    static Pattern parse(std::string_view text);
    // Matches exactly this text, ignoring case, nothing else.
    static Pattern literal(std::string_view text);

    struct Progress {
        uint64_t positions = 0;
        bool found = false;
    };
    [[nodiscard]] Progress begin() const;
    void read(Progress& progress, std::string_view text) const;
    [[nodiscard]] bool ends(const Progress& progress) const {
        return progress.found || (anchored_end_ && (progress.positions & accept_) != 0);
    }
    [[nodiscard]] bool matches(std::string_view text) const {
        Progress progress = begin();
        read(progress, text);
        return ends(progress);
    }

private:
    void add(const std::array<bool, 256>& set, bool optional, bool repeated);
    [[nodiscard]] uint64_t with_skips(uint64_t positions) const;

    std::array<uint64_t, 256> may_read_{};  // [character] → positions that take it
    uint64_t optional_ = 0, repeated_ = 0, accept_ = 1;
    int length_ = 0;
    bool anchored_begin_ = false, anchored_end_ = false;
};

}  // namespace bv

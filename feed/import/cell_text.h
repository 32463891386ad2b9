// A text that is made of the cells of a row: the name of a column, or words with {COLUMN}s among them. How options say
// which column is what.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bv {

class CellText {
public:
    CellText() = default;
    // "location" is that column; with braces it is words. Throws std::invalid_argument with one sentence.
    static CellText column(std::string_view option, std::string_view spec);
    // Words, as they are, with {COLUMN}s; {{ and }} are braces.
    static CellText words(std::string_view option, std::string_view spec);

    [[nodiscard]] bool given() const { return !parts_.empty(); }
    [[nodiscard]] const std::string& option() const { return option_; }
    [[nodiscard]] std::vector<std::string> column_names() const;
    // Where its columns are; a column that is not there reads as empty.
    void bind(const std::vector<std::string>& columns);
    [[nodiscard]] std::string of(const std::vector<std::string>& cells) const;
    // The same with every cell handed through `said`, as words for people.
    template <typename Said>
    [[nodiscard]] std::string of(const std::vector<std::string>& cells, Said said) const {
        std::string text;
        for (const Part& part : parts_) {
            if (part.is_column && part.at < cells.size())
                text += said(cells[part.at]);
            else if (!part.is_column)
                text += part.text;
        }
        return text;
    }

private:
    struct Part {
        bool is_column = false;
        std::string text;  // words, or the column's name
        size_t at = size_t(-1);
    };
    std::string option_;
    std::vector<Part> parts_;
};

}  // namespace bv

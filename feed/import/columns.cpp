// See columns.h.
#include "feed/import/columns.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "feed/import/fabric.h"
#include "feed/import/utf8.h"

namespace bv {

void check_columns(const std::vector<CellText*>& texts, const std::vector<CsvInput>& inputs) {
    for (const CellText* text : texts)
        for (const std::string& name : text->column_names()) {
            const bool there = std::any_of(inputs.begin(), inputs.end(), [&](const CsvInput& input) {
                return std::find(input.columns.begin(), input.columns.end(), name) != input.columns.end();
            });
            if (there) continue;
            std::vector<std::string> there_are = inputs.front().columns;
            for (std::string& column : there_are) column = cut(column, 40);
            throw ImportError(fmt::format(
                "{} has no column '{}' ({}); its columns are: {}.",
                inputs.size() == 1 ? inputs.front().path : fmt::format("None of the {} files", inputs.size()), name,
                text->option(), cut(fmt::format("{}", fmt::join(there_are, ", ")), 1000)));
        }
}

void bind_columns(const std::vector<CellText*>& texts, const std::vector<std::string>& columns) {
    for (CellText* text : texts) text->bind(columns);
}

}  // namespace bv

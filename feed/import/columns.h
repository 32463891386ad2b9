// Options that name columns against tables that have them: binds them, and refuses what no table has.
#pragma once

#include <string>
#include <vector>

#include "feed/import/cell_text.h"
#include "feed/import/csv.h"

namespace bv {

// Of one input: its columns were read, its rows not yet.
struct CsvInput {
    std::string path;
    std::vector<std::string> columns;
};

// Throws ImportError where an option names a column that none of the inputs has, with what there is.
void check_columns(const std::vector<CellText*>& texts, const std::vector<CsvInput>& inputs);
void bind_columns(const std::vector<CellText*>& texts, const std::vector<std::string>& columns);

}  // namespace bv

// Tables: what RFC 4180 says, and what is found in practice around it.
#include "feed/import/csv.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "feed/import/cell_text.h"
#include "feed/import/columns.h"
#include "feed/import/fabric.h"
#include "feed/import/utf8.h"

using namespace bv;

namespace {

using Rows = std::vector<std::vector<std::string>>;

struct Table {
    Findings findings;
    std::vector<std::string> columns;
    Rows rows;
    std::vector<uint64_t> lines;
};

Table read(const std::string& text, char delimiter = 0) {
    Table table;
    CsvReader reader(text, "x.csv", table.findings, delimiter);
    table.columns = reader.columns();
    for (CsvRow row; reader.next(row);) {
        table.rows.push_back(row.cells);
        table.lines.push_back(row.line);
    }
    return table;
}

std::string complaint(const std::string& text) {
    try {
        (void)read(text);
    } catch (const ImportError& error) {
        return error.what();
    }
    return "";
}

const Finding& only(const Table& table) {
    REQUIRE(table.findings.all().size() == 1);
    return table.findings.all().front();
}

}  // namespace

TEST_CASE("cells, quotes and line ends") {
    const Table table = read("a,b,c\n1,2,3\r\n\"x,\"\"y\"\"\", 4 ,\n\n\"two\nlines\",,5");
    CHECK(table.columns == std::vector<std::string>{"a", "b", "c"});
    CHECK(table.rows == Rows{{"1", "2", "3"}, {"x,\"y\"", "4", ""}, {"two lines", "", "5"}});
    CHECK(table.lines == std::vector<uint64_t>{2, 3, 5});
    CHECK(table.findings.all().empty());
}

TEST_CASE("delimiters are seen in the header or given") {
    CHECK(read("a;b\n1,5;2").rows == Rows{{"1,5", "2"}});
    CHECK(read("a\tb\n1\t2").rows == Rows{{"1", "2"}});
    CHECK(read("a|b|c\n1|2|3").rows == Rows{{"1", "2", "3"}});
    CHECK(read("a;b,c\n1,2;3", ',').rows == Rows{{"1", "2;3"}});
    CHECK(read("alone\n1\n2").rows == Rows{{"1"}, {"2"}});
}

TEST_CASE("a byte order mark is no part of the first name") {
    CHECK(read("\xEF\xBB\xBFhost,b\n1,2").columns.front() == "host");
}

TEST_CASE("a quote that does not close costs no other row") {
    const Table table = read("a,b\n1,2\n3,\"4\n5,6\n7,8\n");
    CHECK(table.rows == Rows{{"1", "2"}, {"3", "\"4"}, {"5", "6"}, {"7", "8"}});
    CHECK(only(table).first == "x.csv:3");
    CHECK(only(table).count == 1);
    // Nor one that meets the next quote, rows later.
    CHECK(read("a,b\n1,\"2\n3,\"4\"\n").rows == Rows{{"1", "\"2"}, {"3", "4"}});
    CHECK(read("a\tb\n\"1\"\t\"2\n3\t\"4\" \n").rows == Rows{{"1", "\"2"}, {"3", "4"}});
    // A quote in the middle of a cell is a quote.
    CHECK(read("a,b\n5\" drive,2\n").rows == Rows{{"5\" drive", "2"}});
}

TEST_CASE("ragged rows") {
    const Table table = read("a,b,c\n1\n1,2,3,\n1,2,3,4\n1,2\n");
    CHECK(table.rows == Rows{{"1", "", ""}, {"1", "2", "3"}, {"1", "2", "3"}, {"1", "2", ""}});
    REQUIRE(table.findings.all().size() == 2);
    CHECK(table.findings.all()[0].count == 2);
    CHECK(table.findings.all()[0].first == "x.csv:2");
    CHECK(table.findings.all()[1].count == 1);
    CHECK(table.findings.all()[1].first == "x.csv:4");
}

TEST_CASE("bytes that are no text are shown as such") {
    const std::string zero("z\0z", 3);
    const Table table = read("a,b\nx\xFFy,\xC3\xA9\n" + zero + ",\xED\xA0\x80\n");
    CHECK(table.rows[0] == std::vector<std::string>{"x\xEF\xBF\xBDy", "\xC3\xA9"});
    CHECK(table.rows[1][0] == "z\xEF\xBF\xBDz");
    CHECK(is_utf8(table.rows[1][1]));
    CHECK(only(table).count == 2);
}

TEST_CASE("a huge row is left out, quoted or not") {
    const std::string huge(CsvReader::max_row_bytes + 10, 'x');
    for (const std::string& row : {huge + ",2", "\"" + huge + "\",2", "\"" + huge}) {
        const Table table = read("a,b\n1,2\n" + row + "\n3,4\n");
        CHECK(table.rows == Rows{{"1", "2"}, {"3", "4"}});
        CHECK(table.findings.count("rows longer than 1 MiB (left out)") == 1);
    }
}

TEST_CASE("what is no table is refused") {
    CHECK(complaint("") == "x.csv is empty; expected a table whose first line names its columns.");
    CHECK(complaint("\n,,\n \n") == "x.csv is empty; expected a table whose first line names its columns.");
    CHECK(complaint("\xFF\xFE"
                    "a") == "x.csv is UTF-16; save it as UTF-8.");
    CHECK(read("\n\na,b\n1,2").rows == Rows{{"1", "2"}});
}

TEST_CASE("a column name that comes twice is told") { CHECK(only(read("a,b,a\n1,2,3")).example == "a"); }

TEST_CASE("every prefix of a table is read or refused") {
    const std::string text =
        "\xEF\xBB\xBF"
        "a;\"b\"\r\n\"1;\"\"\n\";\xC3\xA9\r\nx;\"y\n";
    for (size_t size = 0; size <= text.size(); ++size) {
        const std::string cut = text.substr(0, size);
        if (complaint(cut).empty())
            for (const auto& row : read(cut).rows) CHECK(row.size() == read(cut).columns.size());
    }
}

TEST_CASE("texts made of cells") {
    const std::vector<std::string> columns{"a", "b"}, cells{"1", "2"};
    const auto made = [&](CellText text) {
        text.bind(columns);
        return text.of(cells);
    };
    CHECK(made(CellText::column("--x", "b")) == "2");
    CHECK(made(CellText::column("--x", "{b}-{a}")) == "2-1");
    CHECK(made(CellText::words("--x", "b")) == "b");
    CHECK(made(CellText::words("--x", "{{{a}}} of {missing}.")) == "{1} of .");
    for (const char* wrong : {"{a", "a}", "{}"})
        CHECK_THROWS_AS((void)CellText::words("--x", wrong), std::invalid_argument);
    CellText text = CellText::column("--host-column", "hots");
    try {
        check_columns({&text}, {{"x.csv", {"host", "rack"}}});
        FAIL("a column that is not there");
    } catch (const ImportError& error) {
        CHECK(std::string(error.what()) == "x.csv has no column 'hots' (--host-column); its columns are: host, rack.");
    }
}

// Says on stderr, once each, what is wrong with a source while the program runs: a conflict, a refusal, a broken
// cluster file. Reads the sources' status. The screen says the same (draw_source_trouble).
#pragma once

#include <set>
#include <string>
#include <vector>

#include "cluster/state.h"

namespace bv {

// "Source b (tcp://…) is not shown: This source speaks of another cluster file …"; empty where its telemetry is shown
// or may still come.
std::string complaint(const SourceStatus& source);

class Complaints {
public:
    // New sentences, in the order of the sources.
    [[nodiscard]] std::vector<std::string> collect(const std::vector<SourceStatus>& sources);
    void print(const std::vector<SourceStatus>& sources);
    void print(const std::string& sentence);  // empty: nothing

private:
    std::set<std::string> said_;
};

}  // namespace bv

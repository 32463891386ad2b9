// Finds and prints complaints, see complaints.h.
#include "viewer/complaints.h"

#include <fmt/format.h>

#include <cstdio>

namespace bv {

std::string complaint(const SourceStatus& source) {
    using State = SourceStatus::Link;
    if (source.link != State::conflict && source.link != State::refused) return {};
    const std::string why = source.problem.empty() ? "It is refused." : source.problem;
    return source.name.empty() ? fmt::format("{} is not shown: {}", source.endpoint, why)
                               : fmt::format("Source {} ({}) is not shown: {}", source.name, source.endpoint, why);
}

std::vector<std::string> Complaints::collect(const std::vector<SourceStatus>& sources) {
    std::vector<std::string> fresh;
    for (const SourceStatus& source : sources)
        if (std::string sentence = complaint(source); !sentence.empty() && said_.insert(sentence).second)
            fresh.push_back(std::move(sentence));
    return fresh;
}

void Complaints::print(const std::vector<SourceStatus>& sources) {
    for (const std::string& sentence : collect(sources))
        std::fputs(fmt::format("belvedere: {}\n", sentence).c_str(), stderr);
}

void Complaints::print(const std::string& sentence) {
    if (!sentence.empty() && said_.insert(sentence).second)
        std::fputs(fmt::format("belvedere: {}\n", sentence).c_str(), stderr);
}

}  // namespace bv

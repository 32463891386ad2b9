// Fuzzy search over every name of a topology. Reads: the name index and what was typed. Writes: the best hits.
// A word is found where its letters follow each other in the path: best as one piece, at the beginning of a part
// ("r07"), near the end. Links have no names of their own: they are found through the switch or NIC that they end at.
#include <algorithm>
#include <cctype>
#include <charconv>
#include <queue>

#include "viewer/filter.h"
#include "viewer/name_index.h"

namespace bv {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; }
bool is_boundary(std::string_view text, size_t i) {
    if (i == 0) return true;
    const char before = text[i - 1];
    return before == '/' || before == '-' || before == ' ' || before == '_' || before == '.' || before == ':' ||
           (std::isdigit(static_cast<unsigned char>(text[i])) != 0) !=
               (std::isdigit(static_cast<unsigned char>(before)) != 0);
}

// Which letters and digits occur, one bit each: rejects most texts before they are read.
uint64_t letters_of(std::string_view text) {
    uint64_t bits = 0;
    for (const char c : text) bits |= uint64_t(1) << (static_cast<unsigned char>(lower(c)) & 63u);
    return bits;
}

struct Match {
    int score = -1;  // -1: not found
    size_t end = 0;
};

Match match_piece(std::string_view text, std::string_view word, size_t at) {
    int score = int(word.size()) * 16 + (is_boundary(text, at) ? 24 : 0);
    if (at + word.size() == text.size()) score += 12;
    // A number is found whole: "r1" is better as r1 than as the beginning of r12.
    if (at + word.size() < text.size() && is_boundary(text, at + word.size())) score += 8;
    return {score, at + word.size()};
}

// The shortest stretch that ends where the letters are first complete: forward for the end, back for the beginning.
Match match_letters(std::string_view text, std::string_view word, std::vector<uint16_t>* positions) {
    size_t k = 0, i = 0;
    for (; i < text.size() && k < word.size(); ++i)
        if (lower(text[i]) == word[k]) ++k;
    if (k < word.size()) return {};
    const size_t end = i;
    int score = 0;
    size_t next = end;
    while (k > 0) {
        --i;
        if (lower(text[i]) != word[k - 1]) continue;
        --k;
        score += 4 + (is_boundary(text, i) ? 10 : 0) + (i + 1 == next ? 6 : 0);
        score -= int(std::min<size_t>(next - i - 1, 6));
        next = i;
        if (positions) positions->push_back(uint16_t(i));
    }
    return {std::max(score, 0), end};
}

// The last piece of the text that is the word, preferring one at a boundary.
size_t find_piece(std::string_view text, std::string_view word) {
    size_t best = std::string_view::npos;
    for (size_t i = 0; i + word.size() <= text.size(); ++i) {
        if (lower(text[i]) != word[0]) continue;
        size_t k = 1;
        while (k < word.size() && lower(text[i + k]) == word[k]) ++k;
        if (k < word.size()) continue;
        if (best == std::string_view::npos || is_boundary(text, i) || !is_boundary(text, best)) best = i;
    }
    return best;
}

int score_text(std::string_view text, std::span<const std::string> words, std::vector<uint16_t>* positions) {
    int total = 0;
    for (const std::string& word : words) {
        const size_t piece = find_piece(text, word);
        Match match;
        if (piece != std::string_view::npos) {
            match = match_piece(text, word, piece);
            if (positions)
                for (size_t i = 0; i < word.size(); ++i) positions->push_back(uint16_t(piece + i));
        } else {
            match = match_letters(text, word, positions);
        }
        if (match.score < 0) return -1;
        total += match.score;
    }
    return total * 4 - int(text.size());  // of equals the shorter one: the parent before its children
}

struct Candidate {
    int score;
    ObjectId id;
    // Best first; of equals the lower class and index, so that the same words give the same list.
    bool operator<(const Candidate& other) const { return score != other.score ? score > other.score : id < other.id; }
};

class Best {
public:
    explicit Best(size_t limit) : limit_(limit) {}
    void offer(int score, ObjectId id) {
        if (score < 0 || (heap_.size() == limit_ && !(Candidate{score, id} < heap_.top()))) return;
        heap_.push({score, id});
        if (heap_.size() > limit_) heap_.pop();
    }
    std::vector<Candidate> take() {
        std::vector<Candidate> out;
        for (; !heap_.empty(); heap_.pop()) out.push_back(heap_.top());
        std::reverse(out.begin(), out.end());
        return out;
    }

private:
    size_t limit_;
    std::priority_queue<Candidate> heap_;  // the worst on top
};

struct Query {
    std::vector<std::string> words;
    std::optional<ObjectClass> only;  // "gpu r07": the first word names a class
};

Query parse_query(std::string_view text) {
    Query query;
    std::string word;
    const auto flush = [&] {
        if (!word.empty()) query.words.push_back(std::move(word));
        word.clear();
    };
    for (const char c : text.substr(0, 200)) {
        if (c == ' ' || c == '\t')
            flush();
        else
            word += lower(c);
        if (c == ':' && query.words.empty() && object_class_from(std::string_view(word).substr(0, word.size() - 1))) {
            word.pop_back();
            flush();
        }
    }
    flush();
    if (query.words.size() > 1) {
        query.only = object_class_from(query.words.front());
        if (query.only) query.words.erase(query.words.begin());
    }
    return query;
}

void search_stored(const NameIndex& index, const Query& query, uint64_t letters, Best& best) {
    for (const ObjectClass object_class : all_object_classes) {
        if (query.only && *query.only != object_class) continue;
        const NameIndex::Texts& paths = index.paths(object_class);
        const NameIndex::Texts& names = index.names(object_class);
        for (uint32_t i = 0; i < paths.size(); ++i) {
            int score = (letters & ~letters_of(paths[i])) ? -1 : score_text(paths[i], query.words, nullptr);
            if (names[i] != paths[i] && !(letters & ~letters_of(names[i])))
                score = std::max(score, score_text(names[i], query.words, nullptr) - 4);
            best.offer(score, {object_class, i});
        }
    }
}

void search_in_nodes(const Topology& topology, const NameIndex& index, const Query& query, uint64_t letters,
                     ObjectClass object_class, Best& best) {
    if (query.only && *query.only != object_class) return;
    const NameIndex::Texts& node_paths = index.paths(ObjectClass::node);
    const NameIndex::Tails& tails = index.tails(object_class);
    uint64_t in_tails = 0;
    for (size_t i = 0; i < tails.paths.size(); ++i) in_tails |= letters_of(tails.paths[i]);
    std::string path;
    for (uint32_t n = 0; n < topology.nodes.size(); ++n) {
        if (letters & ~(letters_of(node_paths[n]) | in_tails)) continue;
        const IndexRange range = object_class == ObjectClass::gpu ? topology.nodes[n].gpus : topology.nodes[n].nics;
        path = node_paths[n];
        for (uint32_t i = range.first; i < range.end(); ++i) {
            path.resize(node_paths[n].size());
            path += tails.paths[tails.which[i]];
            best.offer(score_text(path, query.words, nullptr), {object_class, i});
        }
    }
}

// A number after a class name is an index: "gpu 1234".
void offer_index(const Topology& topology, const Query& query, Best& best) {
    if (!query.only || query.words.size() != 1) return;
    uint32_t number = 0;
    const std::string& word = query.words.front();
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc{} || end != word.data() + word.size()) return;
    if (number < topology.count(*query.only)) best.offer(1000, {*query.only, number});
}

void append_links(const Topology& topology, size_t limit, std::vector<SearchHit>& hits) {
    for (size_t h = 0; h < std::min<size_t>(hits.size(), 2); ++h) {
        const SearchHit end = hits[h];
        if (end.id.object_class != ObjectClass::switch_ && end.id.object_class != ObjectClass::nic) continue;
        for (const uint32_t link : topology.links_of(end.id)) {
            if (hits.size() >= limit) return;
            hits.push_back(
                {{ObjectClass::link, link}, end.score - 100, topology.path_of({ObjectClass::link, link}), {}});
        }
    }
}

}  // namespace

std::vector<SearchHit> search(const Topology& topology, std::string_view query_text, size_t limit) {
    const Query query = parse_query(query_text);
    if (query.words.empty() || limit == 0) return {};
    uint64_t letters = 0;
    for (const std::string& word : query.words) letters |= letters_of(word);

    const NameIndex& index = name_index(topology);
    Best best(limit);
    const std::optional<ObjectId> exact = topology.find(query_text);
    offer_index(topology, query, best);
    search_stored(index, query, letters, best);
    search_in_nodes(topology, index, query, letters, ObjectClass::gpu, best);
    search_in_nodes(topology, index, query, letters, ObjectClass::nic, best);

    std::vector<SearchHit> hits;
    if (exact) hits.push_back({*exact, 10'000, topology.path_of(*exact), {}});
    for (const Candidate& candidate : best.take()) {
        const auto same = [&](const SearchHit& hit) { return hit.id == candidate.id; };
        if (std::any_of(hits.begin(), hits.end(), same)) continue;
        SearchHit hit{candidate.id, candidate.score, topology.path_of(candidate.id), {}};
        hits.push_back(std::move(hit));
    }
    if (hits.size() > limit) hits.resize(limit);
    for (SearchHit& hit : hits) {
        if (score_text(hit.path, query.words, &hit.positions) < 0) hit.positions.clear();
        std::sort(hit.positions.begin(), hit.positions.end());
    }
    append_links(topology, limit, hits);
    return hits;
}

}  // namespace bv

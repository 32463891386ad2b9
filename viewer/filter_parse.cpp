// Text → the tree of a filter. Reads: what was typed. Writes: nodes, or one sentence that says where it went wrong.
// Grammar (docs/operating.md):  any = all {"or" all};  all = term {"and" term};  term = "not" term | "(" any ")" |
// comparison.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "viewer/filter_nodes.h"

namespace bv {
namespace {

struct Token {
    enum class Kind : uint8_t { word, text, sign, open, close, end } kind = Kind::end;
    std::string text;
    size_t at = 0;
};

[[noreturn]] void fail(size_t at, const std::string& sentence) {
    throw std::invalid_argument(fmt::format("at {}: {}", at + 1, sentence));
}

std::string lowered(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = char(c + 32);
    return out;
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_sign(char c) { return c == '=' || c == '<' || c == '>' || c == '~' || c == '!'; }

Token read_quoted(std::string_view text, size_t& i) {
    const size_t at = i;
    const size_t close = text.find(text[i], i + 1);
    if (close == std::string_view::npos) fail(at, "the quoted text has no closing quote.");
    i = close + 1;
    return {Token::Kind::text, std::string(text.substr(at + 1, close - at - 1)), at};
}

std::vector<Token> tokens_of(std::string_view text) {
    std::vector<Token> out;
    for (size_t i = 0; i < text.size();) {
        const char c = text[i];
        const size_t at = i;
        if (is_space(c)) {
            ++i;
        } else if (c == '(' || c == ')') {
            out.push_back({c == '(' ? Token::Kind::open : Token::Kind::close, std::string(1, c), at});
            ++i;
        } else if (c == '"' || c == '\'') {
            out.push_back(read_quoted(text, i));
        } else if (is_sign(c)) {
            i += i + 1 < text.size() && text[i + 1] == '=' ? 2 : 1;
            out.push_back({Token::Kind::sign, std::string(text.substr(at, i - at)), at});
        } else {
            while (i < text.size() && !is_space(text[i]) && !is_sign(text[i]) && text[i] != '(' && text[i] != ')' &&
                   text[i] != '"')
                ++i;
            out.push_back({Token::Kind::word, std::string(text.substr(at, i - at)), at});
        }
    }
    out.push_back({Token::Kind::end, "", text.size()});
    return out;
}

// How many letters have to change: for "did you mean".
size_t distance(std::string_view a, std::string_view b) {
    std::vector<size_t> row(b.size() + 1);
    for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (size_t i = 1; i <= a.size(); ++i) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.size(); ++j) {
            const size_t above = row[j];
            row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
            diagonal = above;
        }
    }
    return row[b.size()];
}

struct FieldName {
    std::string_view name;
    Field field;
};
constexpr FieldName field_names[] = {{"name", Field::name},     {"path", Field::path},  {"class", Field::object_class},
                                     {"health", Field::health}, {"job", Field::job},    {"rail", Field::rail},
                                     {"role", Field::role},     {"pod", Field::pod},    {"array", Field::array},
                                     {"age", Field::age},       {"stale", Field::stale}};

[[noreturn]] void fail_unknown_field(const Token& token) {
    std::string nearest;
    size_t best = 4;
    const auto consider = [&](std::string_view name) {
        const size_t d = distance(lowered(token.text), name);
        if (d < best) {
            best = d;
            nearest = name;
        }
    };
    for (const FieldName& known : field_names) consider(known.name);
    for (const ObjectClass object_class : all_object_classes) {
        consider(name_of(object_class));
        for (const Metric& m : metrics_of(object_class)) consider(m.name);
    }
    fail(token.at, fmt::format("there is no field or metric “{}”{}.", token.text,
                               nearest.empty() ? "" : "; did you mean " + nearest));
}

struct Scale {
    double factor = 1;
    std::string base;
};

// "GB/s" → 1e9 and "B/s"; the longest known base unit wins, so that "min" is not a milli-"in".
std::optional<Scale> scale_of(std::string_view unit) {
    struct Base {
        std::string_view spelled, base;
        double factor;
    };
    static constexpr Base bases[] = {{"°C", "°C", 1},       {"C", "°C", 1},         {"K", "K", 1},
                                     {"%", "%", 1},         {"W", "W", 1},          {"Hz", "Hz", 1},
                                     {"B/s", "B/s", 1},     {"bit/s", "B/s", .125}, {"b/s", "B/s", .125},
                                     {"B", "B", 1},         {"s", "s", 1},          {"min", "s", 60},
                                     {"h", "s", 3600},      {"d", "s", 86400},      {"L/s", "L/s", 1},
                                     {"L/min", "L/min", 1}, {"bar", "bar", 1},      {"rpm", "rpm", 1},
                                     {"L/kWh", "L/kWh", 1}, {"1/s", "1/s", 1},      {"", "", 1}};
    struct Prefix {
        std::string_view spelled;
        double factor;
    };
    static constexpr Prefix prefixes[] = {{"", 1},
                                          {"k", 1e3},
                                          {"K", 1e3},
                                          {"M", 1e6},
                                          {"G", 1e9},
                                          {"T", 1e12},
                                          {"P", 1e15},
                                          {"m", 1e-3},
                                          {"u", 1e-6},
                                          {"µ", 1e-6},
                                          {"Ki", 1024.0},
                                          {"Mi", 1048576.0},
                                          {"Gi", 1073741824.0},
                                          {"Ti", 1099511627776.0}};
    for (const Prefix& prefix : prefixes) {
        if (!unit.starts_with(prefix.spelled)) continue;
        const std::string_view rest = unit.substr(prefix.spelled.size());
        for (const Base& base : bases)
            if (rest == base.spelled) return Scale{prefix.factor * base.factor, std::string(base.base)};
    }
    return {};
}

struct Number {
    double value = 0;
    std::string_view unit;
};

std::optional<Number> number_of(std::string_view text) {
    double value = 0;
    const char* begin = text.data() + (text.starts_with('+') ? 1 : 0);
    const auto [end, error] = std::from_chars(begin, text.data() + text.size(), value);
    if (error != std::errc{} || !std::isfinite(value)) return {};
    return Number{value, text.substr(size_t(end - text.data()))};
}

// The number in the unit that the field is kept in.
double in_unit(const Number& number, std::string_view unit, std::string_view field, size_t at) {
    if (number.unit.empty()) return number.value;
    const std::optional<Scale> scale = scale_of(number.unit);
    if (!scale)
        fail(at, fmt::format("“{}” is not a unit that is known here; {} is in {}.", number.unit, field,
                             unit.empty() ? "plain numbers" : unit));
    if (scale->base == unit || scale->base.empty()) return number.value * scale->factor;
    if (scale->base == "%" && (unit.empty() || field.ends_with("_ratio"))) return number.value / 100;
    fail(at, fmt::format("{} is in {}, not in {}.", field, unit.empty() ? "plain numbers" : unit, number.unit));
}

class Parser {
public:
    explicit Parser(std::string_view text) : tokens_(tokens_of(text)) {}

    std::shared_ptr<const Filter::Node> parse() {
        auto root = any();
        if (here().kind == Token::Kind::close) fail(here().at, "this ) closes nothing.");
        if (here().kind != Token::Kind::end)
            fail(here().at, fmt::format("expected “and” or “or” before “{}”.", here().text));
        return root;
    }

private:
    using NodePtr = std::shared_ptr<const Filter::Node>;
    const Token& here() const { return tokens_[next_]; }
    bool accept_word(std::string_view word) {
        if (here().kind != Token::Kind::word || lowered(here().text) != word) return false;
        ++next_;
        return true;
    }
    static NodePtr join(Filter::Node::Kind kind, NodePtr left, NodePtr right) {
        auto node = std::make_shared<Filter::Node>();
        node->kind = kind;
        node->left = std::move(left);
        node->right = std::move(right);
        return node;
    }

    NodePtr any() {
        NodePtr left = all();
        while (accept_word("or")) left = join(Filter::Node::Kind::any_of, left, all());
        return left;
    }
    NodePtr all() {
        NodePtr left = term();
        while (accept_word("and")) left = join(Filter::Node::Kind::all_of, left, term());
        return left;
    }
    NodePtr term() {
        if (++depth_ > 64) fail(here().at, "more than 64 levels of brackets and “not”.");
        NodePtr out;
        if (accept_word("not")) {
            out = join(Filter::Node::Kind::negation, term(), nullptr);
        } else if (here().kind == Token::Kind::open) {
            const size_t opened = here().at;
            ++next_;
            out = any();
            if (here().kind != Token::Kind::close)
                fail(here().at, fmt::format("the ( at {} is not closed.", opened + 1));
            ++next_;
        } else {
            out = comparison();
        }
        --depth_;
        return out;
    }

    NodePtr comparison() {
        auto node = std::make_shared<Filter::Node>();
        const Token field = here();
        if (field.kind != Token::Kind::word)
            fail(field.at, "expected a field or metric here, such as temp_celsius, hall or health.");
        ++next_;
        resolve(field, *node);
        if (here().kind != Token::Kind::sign) {
            if (node->field != Field::stale)
                fail(here().at, fmt::format("expected = != < <= > >= or ~ after {}.", field.text));
            node->number = 1;
            return node;
        }
        const Token sign = here();
        ++next_;
        node->compare = compare_of(sign);
        const Token value = here();
        if (value.kind != Token::Kind::word && value.kind != Token::Kind::text)
            fail(value.at, fmt::format("expected a value after {} {}.", field.text, sign.text));
        ++next_;
        // "2 MW": the unit may stand apart.
        std::string text = value.text;
        if (value.kind == Token::Kind::word && here().kind == Token::Kind::word && number_of(text) &&
            number_of(text)->unit.empty() && here().text != "and" && here().text != "or" && scale_of(here().text)) {
            text += here().text;
            ++next_;
        }
        set_value(*node, field, sign, {value.kind, text, value.at});
        return node;
    }

    static Compare compare_of(const Token& sign) {
        if (sign.text == "=" || sign.text == "==") return Compare::equal;
        if (sign.text == "!=") return Compare::not_equal;
        if (sign.text == "<") return Compare::less;
        if (sign.text == "<=") return Compare::less_equal;
        if (sign.text == ">") return Compare::greater;
        if (sign.text == ">=") return Compare::greater_equal;
        if (sign.text == "~") return Compare::contains;
        fail(sign.at, fmt::format("“{}” is not an operator; use = != < <= > >= or ~.", sign.text));
    }

    static void resolve(const Token& token, Filter::Node& node) {
        const std::string name = lowered(token.text);
        for (const FieldName& known : field_names)
            if (known.name == name) {
                node.field = known.field;
                return;
            }
        if (const auto object_class = object_class_from(name); object_class && *object_class != ObjectClass::link) {
            node.field = Field::ancestor;
            node.ancestor = *object_class;
            return;
        }
        bool found = false;
        for (const ObjectClass object_class : all_object_classes) {
            node.metrics[size_t(object_class)] = find_metric(object_class, name);
            found = found || node.metrics[size_t(object_class)];
        }
        if (!found) fail_unknown_field(token);
        node.field = Field::metric;
    }

    static void need_order_free(const Filter::Node& node, const Token& field, const Token& sign) {
        if (node.compare != Compare::equal && node.compare != Compare::not_equal && node.compare != Compare::contains)
            fail(sign.at, fmt::format("{} is a text: it can be compared with = != and ~ only.", field.text));
    }

    static void set_pattern(Filter::Node& node, const Token& value) {
        try {
            node.pattern =
                node.compare == Compare::contains ? Pattern::parse(value.text) : Pattern::literal(value.text);
        } catch (const std::invalid_argument& error) {
            fail(value.at, fmt::format("{}.", error.what()));
        }
    }

    static void set_value(Filter::Node& node, const Token& field, const Token& sign, const Token& value) {
        const std::optional<Number> number = value.kind == Token::Kind::word ? number_of(value.text) : std::nullopt;
        switch (node.field) {
            case Field::metric:
                return set_metric_value(node, field, sign, value, number);
            case Field::age:
                if (!number)
                    fail(value.at,
                         fmt::format("age is compared with a time such as 5s or 2min, not with “{}”.", value.text));
                node.number = in_unit(*number, "s", "age", value.at);
                if (node.compare == Compare::contains) fail(sign.at, "age is a number: ~ is for texts.");
                return;
            case Field::rail:
            case Field::pod:
            case Field::array:
                if (!number || !number->unit.empty())
                    fail(value.at, fmt::format("{} is compared with a number, not with “{}”.", field.text, value.text));
                if (node.compare == Compare::contains)
                    fail(sign.at, fmt::format("{} is a number: ~ is for texts.", field.text));
                node.number = number->value;
                return;
            case Field::health:
                return set_health_value(node, sign, value);
            case Field::stale: {
                const std::string word = lowered(value.text);
                const bool yes = word == "yes" || word == "true" || word == "1",
                           no = word == "no" || word == "false" || word == "0";
                if ((!yes && !no) || (node.compare != Compare::equal && node.compare != Compare::not_equal))
                    fail(value.at, "stale is “yes” or “no”; it can also stand alone.");
                node.number = yes == (node.compare == Compare::equal) ? 1 : 0;
                return;
            }
            case Field::ancestor:
                if (number && number->unit.empty() && node.compare != Compare::contains) {
                    node.is_number = true;
                    node.number = number->value;
                    return;
                }
                break;
            default:
                break;
        }
        need_order_free(node, field, sign);
        set_pattern(node, value);
    }

    static void set_metric_value(Filter::Node& node, const Token& field, const Token& sign, const Token& value,
                                 const std::optional<Number>& number) {
        if (!number)
            fail(value.at, fmt::format("{} is compared with a number, not with “{}”.", field.text, value.text));
        if (node.compare == Compare::contains)
            fail(sign.at, fmt::format("{} is a number: ~ is for texts.", field.text));
        for (const ObjectClass object_class : all_object_classes) {
            if (const auto index = node.metrics[size_t(object_class)]) {
                const Metric& m = metrics_of(object_class)[*index];
                node.number = in_unit(*number, m.unit, m.name, value.at);
                return;
            }
        }
    }

    static void set_health_value(Filter::Node& node, const Token& sign, const Token& value) {
        const std::optional<Health> health = health_from(lowered(value.text));
        if (!health)
            fail(value.at, fmt::format("“{}” is no health; it is ok, warning, critical, down, maintenance or unknown.",
                                       value.text));
        if (node.compare == Compare::contains) fail(sign.at, "health is compared with = != < <= > >=.");
        node.number = badness(*health);
    }

    std::vector<Token> tokens_;
    size_t next_ = 0;
    int depth_ = 0;
};

}  // namespace

std::shared_ptr<const Filter::Node> parse_filter(std::string_view text) {
    if (text.size() > 4096) fail(4096, "the filter is longer than 4,096 characters.");
    return Parser(text).parse();
}

}  // namespace bv

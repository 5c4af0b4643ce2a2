#include "server/catalogue/argument_tree.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "server/catalogue/keys.h"

namespace server {

namespace {

struct NamedType
{
    std::string_view name;
    Argument::Type type;
};

/// What the words of the syntax lines stand for; any other is a string. A command's own name before
/// the word makes it that command's alone.
constexpr std::array kNamedTypes = {
    NamedType{"ZCOUNT min", Argument::Type::Double},
    NamedType{"ZCOUNT max", Argument::Type::Double},
    NamedType{"ZRANGEBYSCORE min", Argument::Type::Double},
    NamedType{"ZRANGEBYSCORE max", Argument::Type::Double},
    NamedType{"ZREVRANGEBYSCORE min", Argument::Type::Double},
    NamedType{"ZREVRANGEBYSCORE max", Argument::Type::Double},
    NamedType{"ZREMRANGEBYSCORE min", Argument::Type::Double},
    NamedType{"ZREMRANGEBYSCORE max", Argument::Type::Double},
    NamedType{"ZRANGE start", Argument::Type::String},
    NamedType{"ZRANGE stop", Argument::Type::String},
    NamedType{"ZRANGESTORE min", Argument::Type::String},
    NamedType{"ZRANGESTORE max", Argument::Type::String},
    NamedType{"ZINCRBY increment", Argument::Type::Integer},
    NamedType{"INCRBYFLOAT increment", Argument::Type::Double},
    NamedType{"HINCRBYFLOAT increment", Argument::Type::Double},
    NamedType{"client-id", Argument::Type::Integer},
    NamedType{"by-pattern", Argument::Type::Pattern},
    NamedType{"count", Argument::Type::Integer},
    NamedType{"cursor", Argument::Type::Integer},
    NamedType{"db", Argument::Type::Integer},
    NamedType{"decrement", Argument::Type::Integer},
    NamedType{"destination-db", Argument::Type::Integer},
    NamedType{"end", Argument::Type::Integer},
    NamedType{"get-pattern", Argument::Type::Pattern},
    NamedType{"height", Argument::Type::Double},
    NamedType{"increment", Argument::Type::Integer},
    NamedType{"index", Argument::Type::Integer},
    NamedType{"index1", Argument::Type::Integer},
    NamedType{"index2", Argument::Type::Integer},
    NamedType{"latitude", Argument::Type::Double},
    NamedType{"limit", Argument::Type::Integer},
    NamedType{"longitude", Argument::Type::Double},
    NamedType{"milliseconds", Argument::Type::Integer},
    NamedType{"min-match-len", Argument::Type::Integer},
    NamedType{"numkeys", Argument::Type::Integer},
    NamedType{"nummembers", Argument::Type::Integer},
    NamedType{"numreplicas", Argument::Type::Integer},
    NamedType{"numsets", Argument::Type::Integer},
    NamedType{"offset", Argument::Type::Integer},
    NamedType{"pattern", Argument::Type::Pattern},
    NamedType{"protover", Argument::Type::Integer},
    NamedType{"radius", Argument::Type::Double},
    NamedType{"score", Argument::Type::Double},
    NamedType{"seconds", Argument::Type::Integer},
    NamedType{"slot", Argument::Type::Integer},
    NamedType{"start", Argument::Type::Integer},
    NamedType{"stop", Argument::Type::Integer},
    NamedType{"timeout", Argument::Type::Integer},
    NamedType{"token", Argument::Type::Integer},
    NamedType{"unix-time-milliseconds", Argument::Type::UnixTime},
    NamedType{"unix-time-seconds", Argument::Type::UnixTime},
    NamedType{"weight", Argument::Type::Integer},
    NamedType{"width", Argument::Type::Double},
};

/// What Redis calls a choice, by the first word of it.
constexpr std::array kChoiceNames = {
    std::pair{"NX", "condition"},
    std::pair{"XX", "condition"},
    std::pair{"GT", "comparison"},
    std::pair{"ASC", "order"},
    std::pair{"M", "unit"},
    std::pair{"FROMMEMBER", "from"},
    std::pair{"FROMLONLAT", "from"},
    std::pair{"BYRADIUS", "by"},
    std::pair{"EX", "expiration"},
    std::pair{"ASYNC", "flush-type"},
    std::pair{"NOSAVE", "save-selector"},
    std::pair{"SUM", "aggregate"},
    std::pair{"BYSCORE", "sortby"},
    std::pair{"WITHDIST", "with"},
};

bool is_token(std::string_view word)
{
    return std::all_of(word.begin(), word.end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    });
}

std::string lower(std::string_view word)
{
    std::string text{word};
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
}

Argument::Type type_of(std::string_view command, std::string_view word)
{
    for (const NamedType& named : kNamedTypes) {
        const auto space = named.name.find(' ');
        if (space != std::string_view::npos && named.name.substr(0, space) != command) continue;
        if (named.name.substr(space == std::string_view::npos ? 0 : space + 1) == word)
            return named.type;
    }
    return Argument::Type::String;
}

bool is_pure_token(const Argument& argument) { return argument.type == Argument::Type::PureToken; }

/// The word by which a user would know the argument.
std::string_view first_word(const Argument& argument)
{
    if (!argument.token.empty()) return argument.token;
    if (!argument.arguments.empty()) return first_word(argument.arguments.front());
    return argument.name;
}

Argument block(std::string name, std::vector<Argument> arguments)
{
    return {
        .name = std::move(name), .type = Argument::Type::Block, .arguments = std::move(arguments)};
}

/// Reads a syntax line from left to right.
class SyntaxReader
{
public:
    SyntaxReader(std::string_view command, std::string_view syntax)
        : command_(command), rest_(syntax)
    {}

    std::vector<Argument> read_all()
    {
        std::vector<Argument> arguments = read_sequence();
        for (std::size_t i = 0; i + 1 < arguments.size(); ++i) {
            if (is_pure_token(arguments[i]) && !arguments[i].optional &&
                takes_token(arguments[i + 1])) {
                arguments[i + 1].token = std::move(arguments[i].token);
                arguments.erase(arguments.begin() + static_cast<std::ptrdiff_t>(i));
            }
        }
        return arguments;
    }

private:
    static bool takes_token(const Argument& argument)
    {
        return argument.token.empty() && !argument.optional;
    }

    /// The next bracket, bar, "..." or word; empty at the end.
    std::string_view next()
    {
        while (rest_.starts_with(' ')) rest_.remove_prefix(1);
        const bool is_mark = !rest_.empty() && std::string_view{"[]<>|"}.find(rest_.front()) !=
                                                   std::string_view::npos;
        const auto size = is_mark ? 1 : std::min(rest_.find_first_of(" []<>|"), rest_.size());
        const auto word = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return word;
    }

    /// Reads up to a bar, a closing bracket or the end, and says in `end_` which it was.
    std::vector<Argument> read_sequence()
    {
        std::vector<Argument> sequence;
        repeated_ = false;
        while (true) {
            const auto word = next();
            if (word.empty() || word == "|" || word == "]" || word == ">") {
                end_ = word;
                return sequence;
            }
            if (word == "[") {
                add_option(sequence);
            } else if (word == "<") {
                sequence.push_back(read_choice());
                repeated_ = false;
            } else if (word == "...") {
                repeated_ = true;
            } else if (is_token(word)) {
                sequence.push_back({.name = lower(word),
                                    .type = Argument::Type::PureToken,
                                    .token = std::string{word}});
            } else {
                sequence.push_back({.name = std::string{word}, .type = type_of(command_, word)});
            }
        }
    }

    /// The inside of brackets: one argument, or one of several.
    Argument read_choice()
    {
        std::vector<Argument> choices;
        do {
            choices.push_back(join(read_sequence()));
        } while (end_ == "|");
        if (choices.size() == 1) return std::move(choices.front());
        return {.name = choice_name(choices),
                .type = Argument::Type::OneOf,
                .arguments = std::move(choices)};
    }

    /// `[...]`: what is already there, once more and more often, or something that may be absent.
    void add_option(std::vector<Argument>& sequence)
    {
        const auto start = rest_;
        std::vector<Argument> inside = read_sequence();
        const bool repeats = std::exchange(repeated_, false);
        if (repeats && end_ == "]" && ends_with(sequence, inside)) {
            const auto first = sequence.end() - static_cast<std::ptrdiff_t>(inside.size());
            sequence.erase(first, sequence.end());
            const bool with_token = is_pure_token(inside.front());
            Argument argument = join(std::move(inside));
            argument.multiple = true;
            argument.multiple_token = with_token;
            sequence.push_back(std::move(argument));
            return;
        }
        rest_ = start;
        Argument argument = read_choice();
        argument.optional = true;
        argument.multiple |= repeats;
        repeated_ = false;
        sequence.push_back(std::move(argument));
    }

    static bool ends_with(std::span<const Argument> sequence, std::span<const Argument> tail)
    {
        return !tail.empty() && sequence.size() >= tail.size() &&
               std::ranges::equal(sequence.last(tail.size()), tail);
    }

    /// Makes one argument of a bracket's sequence: a token joins the value behind it.
    static Argument join(std::vector<Argument> sequence)
    {
        if (sequence.size() == 1) return std::move(sequence.front());
        if (sequence.empty()) return {};
        if (!is_pure_token(sequence.front())) {
            std::string name{first_word(sequence.front())};
            return block(std::move(name), std::move(sequence));
        }

        const std::string token = sequence.front().token;
        sequence.erase(sequence.begin());
        if (sequence.size() == 1 && takes_token(sequence.front())) {
            sequence.front().token = token;
            return std::move(sequence.front());
        }
        const bool plain = std::ranges::all_of(sequence, [](const Argument& argument) {
            return takes_token(argument) && argument.arguments.empty();
        });
        Argument joined = block(lower(token), std::move(sequence));
        if (plain || !takes_token(joined.arguments.front())) {
            joined.token = token;
        } else {
            joined.arguments.front().token = token;
        }
        return joined;
    }

    static std::string choice_name(const std::vector<Argument>& choices)
    {
        const auto first = first_word(choices.front());
        for (const auto& [word, name] : kChoiceNames) {
            if (word == first) return name;
        }
        return lower(first) + "-or-" + lower(first_word(choices[1]));
    }

    std::string_view command_;
    std::string_view rest_;
    std::string_view end_;
    bool repeated_ = false;
};

/// Says which arguments are keys, by the row's specifications.
class KeyMarker
{
public:
    explicit KeyMarker(std::span<const KeySpec> specs) : specs_(specs) {}

    /// `position`: of the first of them in a request; 0: not always the same. Returns the position
    /// behind them.
    int mark(std::vector<Argument>& arguments, int position)
    {
        for (Argument& argument : arguments) {
            mark_after_keyword(argument);
            if (position != 0 && !argument.token.empty()) ++position;
            if (argument.type == Argument::Type::OneOf || argument.optional) {
                mark(argument.arguments, 0);
                const bool one_word =
                    !argument.optional && std::ranges::all_of(argument.arguments, is_pure_token);
                position = position != 0 && one_word ? position + 1 : 0;
            } else if (argument.type == Argument::Type::Block) {
                position = mark(argument.arguments, position);
            } else if (position != 0 && !is_pure_token(argument)) {
                mark_at(argument, position++);
            }
            if (argument.multiple) position = 0;
        }
        return position;
    }

private:
    static void set_key(Argument& argument, std::size_t spec)
    {
        argument.type = Argument::Type::Key;
        argument.key_spec = static_cast<int>(spec);
    }

    void mark_at(Argument& argument, int position) const
    {
        for (std::size_t i = 0; i < specs_.size(); ++i) {
            const KeySpec& spec = specs_[i];
            if (spec.begin != KeySpec::Begin::Index || spec.flags == "NOT_KEY") continue;
            const bool counted = spec.find == KeySpec::Find::KeyCount;
            const int first = spec.position + (counted ? 1 : 0);
            const int last = counted || spec.last < 0 ? first : first + spec.last;
            if (position >= first && position <= last) set_key(argument, i);
        }
    }

    void mark_after_keyword(Argument& argument) const
    {
        for (std::size_t i = 0; i < specs_.size(); ++i) {
            const KeySpec& spec = specs_[i];
            if (spec.keyword.empty() || argument.token != spec.keyword) continue;
            const std::size_t place = spec.find == KeySpec::Find::KeyCount ? 1 : 0;
            if (argument.type != Argument::Type::Block) {
                set_key(argument, i);
            } else if (place < argument.arguments.size()) {
                set_key(argument.arguments[place], i);
            }
        }
    }

    std::span<const KeySpec> specs_;
};

}  // namespace

std::string_view type_name(Argument::Type type)
{
    switch (type) {
        case Argument::Type::String: return "string";
        case Argument::Type::Integer: return "integer";
        case Argument::Type::Double: return "double";
        case Argument::Type::Key: return "key";
        case Argument::Type::Pattern: return "pattern";
        case Argument::Type::UnixTime: return "unix-time";
        case Argument::Type::PureToken: return "pure-token";
        case Argument::Type::OneOf: return "oneof";
        case Argument::Type::Block: return "block";
    }
    return {};
}

std::vector<Argument> argument_tree(const Command& command)
{
    std::vector<Argument> arguments = SyntaxReader{command.name, command.syntax}.read_all();
    const int words = command.name.find(' ') == std::string_view::npos ? 1 : 2;
    KeyMarker{key_specs(command)}.mark(arguments, words);
    return arguments;
}

}  // namespace server

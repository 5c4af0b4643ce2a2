#include "server/catalogue/argument_tree.h"

#include <algorithm>
#include <array>
#include <span>
#include <stdexcept>
#include <utility>

#include "ascii/case.h"
#include "server/catalogue/keys.h"
#include "server/catalogue/syntax.h"

namespace server {

namespace {

struct NamedType
{
    Argument::Type type;
    std::string_view name;
};

constexpr std::array kTypes = {
    NamedType{Argument::Type::String, "string"},
    NamedType{Argument::Type::Integer, "integer"},
    NamedType{Argument::Type::Double, "double"},
    NamedType{Argument::Type::Key, "key"},
    NamedType{Argument::Type::Pattern, "pattern"},
    NamedType{Argument::Type::UnixTime, "unix-time"},
    NamedType{Argument::Type::PureToken, "pure-token"},
    NamedType{Argument::Type::OneOf, "oneof"},
    NamedType{Argument::Type::Block, "block"},
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

/// The argument of a word such as `increment:double`; without a type it is a string. A name that
/// has a colon itself names its type: `ip:port:string`.
Argument argument_of(std::string_view word)
{
    const auto colon = word.rfind(':');
    if (colon == std::string_view::npos) return {.name = std::string{word}};
    const auto type = std::ranges::find(kTypes, word.substr(colon + 1), &NamedType::name);
    if (type == kTypes.end())
        throw std::logic_error{"no type of an argument: " + std::string{word}};
    return {.name = std::string{word.substr(0, colon)}, .type = type->type};
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
    explicit SyntaxReader(std::string_view syntax) : words_(syntax) {}

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

    /// Reads up to a bar, a closing bracket or the end, and says in `end_` which it was.
    std::vector<Argument> read_sequence()
    {
        std::vector<Argument> sequence;
        repeated_ = false;
        while (true) {
            const auto word = words_.next();
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
                sequence.push_back({.name = ascii::lower(word),
                                    .type = Argument::Type::PureToken,
                                    .token = std::string{word}});
            } else {
                sequence.push_back(argument_of(word));
            }
        }
    }

    /// The inside of brackets: one argument, or one of several.
    Argument read_choice() { return read_choice(read_sequence()); }

    /// The same, its first sequence having been read already.
    Argument read_choice(std::vector<Argument> first)
    {
        std::vector<Argument> choices;
        choices.push_back(join(std::move(first)));
        while (end_ == "|") choices.push_back(join(read_sequence()));
        if (choices.size() == 1) return std::move(choices.front());
        return {.name = choice_name(choices),
                .type = Argument::Type::OneOf,
                .arguments = std::move(choices)};
    }

    /// `[...]`: what is already there, once more and more often, or something that may be absent.
    void add_option(std::vector<Argument>& sequence)
    {
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
        Argument argument = read_choice(std::move(inside));
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
        Argument joined = block(ascii::lower(token), std::move(sequence));
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
        return ascii::lower(first) + "-or-" + ascii::lower(first_word(choices[1]));
    }

    SyntaxWords words_;
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
                if (position != 0 && is_one_word(argument)) mark_at(argument, position);
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
    static bool is_one_word(const Argument& argument)
    {
        return argument.arguments.empty() && argument.token.empty();
    }

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
    return std::ranges::find(kTypes, type, &NamedType::type)->name;
}

std::vector<Argument> argument_tree(const Command& command)
{
    std::vector<Argument> arguments = SyntaxReader{command.syntax}.read_all();
    KeyMarker{key_specs(command)}.mark(arguments, command.words);
    return arguments;
}

}  // namespace server

#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace server {

/// How many arguments a syntax line takes.
struct Arity
{
    int least = 0;
    bool open_ended = false;  ///< more than `least` may follow

    constexpr bool operator==(const Arity&) const = default;
};

/// What ends a word of a syntax line.
inline constexpr std::string_view kSyntaxMarks = " []<>|";

/// Reads a syntax line from left to right. The only reader of the notation: `a [b | c] ...`.
class SyntaxWords
{
public:
    constexpr explicit SyntaxWords(std::string_view line) : rest_(line) {}

    /// The next bracket, bar, "..." or word with its type (`count:integer`); empty at the end.
    constexpr std::string_view next()
    {
        while (rest_.starts_with(' ')) rest_.remove_prefix(1);
        const std::size_t end = rest_.find_first_of(kSyntaxMarks);
        const std::size_t size = end == 0 ? 1 : std::min(end, rest_.size());
        const std::string_view word = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return word;
    }

private:
    std::string_view rest_;
};

namespace detail {

/// Counts the words of one sequence outside of brackets. `[...]` may be absent; of `<a b | c>` the
/// shortest alternative counts.
constexpr Arity count_sequence(SyntaxWords& words)
{
    Arity sequence;
    int shortest = -1;
    bool lengths_differ = false;
    const auto end_alternative = [&] {
        if (shortest >= 0 && shortest != sequence.least) lengths_differ = true;
        if (shortest < 0 || sequence.least < shortest) shortest = sequence.least;
        sequence.least = 0;
    };
    while (true) {
        const std::string_view word = words.next();
        if (word.empty() || word == "]" || word == ">") break;
        if (word == "|") {
            end_alternative();
        } else if (word == "[") {
            count_sequence(words);
            sequence.open_ended = true;
        } else if (word == "<") {
            const Arity choice = count_sequence(words);
            sequence.least += choice.least;
            sequence.open_ended |= choice.open_ended;
        } else {
            ++sequence.least;
        }
    }
    end_alternative();
    return {shortest, sequence.open_ended || lengths_differ};
}

}  // namespace detail

/// Counts the arguments of a syntax line such as `key value [NX | XX] [EX seconds]`, at compile
/// time if wanted: {2, true} here.
constexpr Arity count_arguments(std::string_view syntax)
{
    SyntaxWords words{syntax};
    return detail::count_sequence(words);
}

/// The line as people read it, without the types: `increment`, not `increment:double`.
inline std::string without_types(std::string_view syntax)
{
    std::string text;
    std::size_t colon = std::string::npos;  // the last one of the current word
    for (const char c : syntax) {
        if (kSyntaxMarks.find(c) != std::string_view::npos) {
            text.resize(std::min(colon, text.size()));
            colon = std::string::npos;
        }
        if (c == ':') colon = text.size();
        text += c;
    }
    text.resize(std::min(colon, text.size()));
    return text;
}

}  // namespace server

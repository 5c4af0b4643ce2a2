#pragma once

#include <string_view>

namespace server {

/// How many arguments a syntax line takes.
struct Arity
{
    int least = 0;
    bool open_ended = false;  ///< more than `least` may follow

    constexpr bool operator==(const Arity&) const = default;
};

namespace detail {

/// Reads one sequence of a syntax line up to `closing`, counting words outside of brackets.
/// `[...]` may be absent; of `<a b | c>` the shortest alternative counts.
constexpr Arity count_sequence(std::string_view& rest, char closing)
{
    Arity sequence;
    int shortest = -1;
    bool lengths_differ = false;
    const auto end_alternative = [&] {
        if (shortest >= 0 && shortest != sequence.least) lengths_differ = true;
        if (shortest < 0 || sequence.least < shortest) shortest = sequence.least;
        sequence.least = 0;
    };
    while (!rest.empty()) {
        const char next = rest.front();
        rest.remove_prefix(1);
        if (next == closing) break;
        if (next == ' ') continue;
        if (next == '|') {
            end_alternative();
        } else if (next == '[') {
            count_sequence(rest, ']');
            sequence.open_ended = true;
        } else if (next == '<') {
            const Arity choice = count_sequence(rest, '>');
            sequence.least += choice.least;
            sequence.open_ended |= choice.open_ended;
        } else {
            ++sequence.least;
            while (!rest.empty() && rest.front() != ' ' && rest.front() != closing)
                rest.remove_prefix(1);
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
    return detail::count_sequence(syntax, '\0');
}

}  // namespace server

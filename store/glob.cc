#include "store/glob.h"

#include <cstddef>
#include <utility>

namespace store {
namespace {

char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

struct Matcher
{
    std::string_view pattern;
    bool ignore_case;

    bool same(char a, char b) const
    {
        return a == b || (ignore_case && to_lower(a) == to_lower(b));
    }

    bool in_range(char first, char last, char c) const
    {
        // Redis swaps the ends first and lowers them then, so "[Z-a]" is empty if case is ignored.
        auto low = static_cast<signed char>(first);
        auto high = static_cast<signed char>(last);
        if (low > high) std::swap(low, high);
        if (ignore_case) {
            low = static_cast<signed char>(to_lower(static_cast<char>(low)));
            high = static_cast<signed char>(to_lower(static_cast<char>(high)));
            c = to_lower(c);
        }
        const auto byte = static_cast<signed char>(c);
        return low <= byte && byte <= high;
    }

    // Matches c with the set whose bracket is at `at`, and moves `at` behind it.
    bool match_set(std::size_t& at, char c) const
    {
        ++at;
        const bool negated = at < pattern.size() && pattern[at] == '^';
        if (negated) ++at;
        bool found = false;
        for (; at < pattern.size(); ++at) {
            if (pattern[at] == '\\' && at + 1 < pattern.size()) {
                ++at;
                // Redis does not ignore the case of an escaped byte in a set.
                found |= pattern[at] == c;
            } else if (pattern[at] == ']') {
                ++at;
                break;
            } else if (at + 2 < pattern.size() && pattern[at + 1] == '-') {
                found |= in_range(pattern[at], pattern[at + 2], c);
                at += 2;
            } else {
                found |= same(pattern[at], c);
            }
        }
        return found != negated;
    }

    // Matches c with the one-byte element at `at`, and moves `at` behind it.
    bool match_one(std::size_t& at, char c) const
    {
        switch (pattern[at]) {
            case '?': ++at; return true;
            case '[': return match_set(at, c);
            case '\\':
                if (at + 1 < pattern.size()) ++at;
                [[fallthrough]];
            default: return same(pattern[at++], c);
        }
    }
};

}  // namespace

// Every element but the star takes exactly one byte. So if what follows a star does not match here,
// only that star has to be tried with one byte more, never an earlier one: the earlier stars' bytes
// could only have left less for the rest. This is what bounds the steps.
bool matches(std::string_view pattern, std::string_view text, bool ignore_case)
{
    if (text.empty()) return pattern.empty();
    const Matcher matcher{pattern, ignore_case};
    constexpr std::size_t kNone = std::string_view::npos;
    std::size_t at = 0;
    std::size_t position = 0;
    std::size_t after_star = kNone;  // the element behind the last star
    std::size_t star_position = 0;   // the text that this element is tried at
    while (position < text.size()) {
        if (at < pattern.size() && pattern[at] == '*') {
            after_star = ++at;
            star_position = position;
            if (at == pattern.size()) return true;
        } else if (at < pattern.size() && matcher.match_one(at, text[position])) {
            ++position;
        } else {
            if (after_star == kNone) return false;
            at = after_star;
            position = ++star_position;
        }
    }
    while (at < pattern.size() && pattern[at] == '*') ++at;
    return at == pattern.size();
}

}  // namespace store

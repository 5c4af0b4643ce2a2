#include "store/glob.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ascii/case.h"

namespace store {
namespace {

struct Matcher
{
    std::string_view pattern;
    bool ignore_case;

    bool same(char a, char b) const
    {
        return a == b || (ignore_case && ascii::to_lower(a) == ascii::to_lower(b));
    }

    bool in_range(char first, char last, char c) const
    {
        // Redis swaps the ends first and lowers them then, so "[Z-a]" is empty if case is ignored.
        auto low = static_cast<signed char>(first);
        auto high = static_cast<signed char>(last);
        if (low > high) std::swap(low, high);
        if (ignore_case) {
            low = static_cast<signed char>(ascii::to_lower(static_cast<char>(low)));
            high = static_cast<signed char>(ascii::to_lower(static_cast<char>(high)));
            c = ascii::to_lower(c);
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

constexpr std::size_t kNone = std::string_view::npos;

// A star that has something behind it; Redis matches nothing with more of them (since 7.0.9).
constexpr std::size_t kMaxStars = 1000;

// Every element but the star takes exactly one byte. So if what follows a star does not match here,
// only that star has to be tried with one byte more, never an earlier one: the earlier stars' bytes
// could only have left less for the rest. Almost every pattern needs few tries; nullopt when the
// tries have read the pattern over and over.
std::optional<bool> match_by_trying(const Matcher& matcher, std::string_view text)
{
    const std::string_view pattern = matcher.pattern;
    const std::size_t most_reread = 4096 + 8 * (pattern.size() + text.size());
    std::size_t reread = 0;
    std::size_t at = 0;
    std::size_t position = 0;
    std::size_t after_star = kNone;  // the element behind the last star
    std::size_t star_position = 0;   // the text that this element is tried at
    std::size_t stars = 0;
    while (position < text.size()) {
        if (at < pattern.size() && pattern[at] == '*') {
            while (at < pattern.size() && pattern[at] == '*') ++at;
            if (at == pattern.size()) return true;
            if (++stars > kMaxStars) return false;
            after_star = at;
            star_position = position;
        } else if (at < pattern.size() && matcher.match_one(at, text[position])) {
            ++position;
        } else {
            if (after_star == kNone) return false;
            reread += at - after_star;
            if (reread > most_reread) return std::nullopt;
            at = after_star;
            position = ++star_position;
        }
    }
    while (at < pattern.size() && pattern[at] == '*') ++at;
    return at == pattern.size();
}

// The elements between two stars.
struct Segment
{
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t elements = 0;
    bool plain = true;  // no `?` and no set: the same bytes in the text
};

std::vector<Segment> split_at_stars(const Matcher& matcher)
{
    const std::string_view pattern = matcher.pattern;
    std::vector<Segment> segments(1);
    for (std::size_t at = 0; at < pattern.size();) {
        if (pattern[at] == '*') {
            ++at;
            segments.push_back({.begin = at, .end = at});
            continue;
        }
        Segment& segment = segments.back();
        segment.plain &= pattern[at] != '?' && pattern[at] != '[' && !matcher.ignore_case;
        matcher.match_one(at, '\0');  // only to get behind it
        segment.end = at;
        ++segment.elements;
    }
    return segments;
}

// Whether the segment matches the beginning of the text. REQUIRES a text that is long enough.
bool matches_here(const Matcher& matcher, const Segment& segment, std::string_view text)
{
    std::size_t position = 0;
    for (std::size_t at = segment.begin; at < segment.end;)
        if (!matcher.match_one(at, text[position++])) return false;
    return true;
}

std::size_t find_plain(const Matcher& matcher, const Segment& segment, std::string_view text)
{
    std::string bytes;
    bytes.reserve(segment.elements);
    for (std::size_t at = segment.begin; at < segment.end; ++at) {
        if (matcher.pattern[at] == '\\' && at + 1 < segment.end) ++at;
        bytes += matcher.pattern[at];
    }
    // glibc's and musl's memmem are linear, std::string_view::find is not.
    const void* const found = memmem(text.data(), text.size(), bytes.data(), bytes.size());
    if (found == nullptr) return kNone;
    return static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

// A bit for each element of a segment that a byte fits, in words of 64.
using Fit = std::vector<std::uint64_t>;

Fit fit_of(const Matcher& matcher, const Segment& segment, char byte)
{
    Fit fit((segment.elements + 63) / 64);
    std::size_t element = 0;
    for (std::size_t at = segment.begin; at < segment.end; ++element)
        fit[element / 64] |= std::uint64_t{matcher.match_one(at, byte)} << element % 64;
    return fit;
}

// Reads the text once and keeps a bit for each beginning of the segment that the last bytes match
// ("shift-and"): 64 elements a step.
std::size_t find_by_bits(const Matcher& matcher, const Segment& segment, std::string_view text)
{
    std::array<Fit, 256> fits;  // by byte, once the text has it
    const std::uint64_t whole = std::uint64_t{1} << (segment.elements - 1) % 64;
    Fit matched((segment.elements + 63) / 64);
    for (std::size_t position = 0; position < text.size(); ++position) {
        Fit& fit = fits[static_cast<unsigned char>(text[position])];
        if (fit.empty()) fit = fit_of(matcher, segment, text[position]);
        for (std::size_t word = matched.size(); word-- > 1;)
            matched[word] = (matched[word] << 1 | matched[word - 1] >> 63) & fit[word];
        matched[0] = (matched[0] << 1 | 1) & fit[0];
        if ((matched.back() & whole) != 0) return position + 1 - segment.elements;
    }
    return kNone;
}

// Each segment is searched where it can be first: the others have the more left.
bool match_by_segments(const Matcher& matcher, std::string_view text)
{
    const std::vector<Segment> segments = split_at_stars(matcher);
    const Segment& first = segments.front();
    const Segment& last = segments.back();
    if (segments.size() == 1 && first.elements != text.size()) return false;
    if (text.size() < first.elements || !matches_here(matcher, first, text)) return false;
    if (segments.size() == 1) return true;
    const auto is_behind_star = [&](const Segment& s) { return &s != &first && s.elements != 0; };
    if (std::count_if(segments.begin(), segments.end(), is_behind_star) > std::ptrdiff_t{kMaxStars})
        return false;
    text.remove_prefix(first.elements);
    if (text.size() < last.elements) return false;
    const std::size_t rest = text.size() - last.elements;
    if (!matches_here(matcher, last, text.substr(rest))) return false;
    text = text.substr(0, rest);
    for (std::size_t i = 1; i + 1 < segments.size(); ++i) {
        const Segment& segment = segments[i];
        if (segment.elements == 0) continue;
        if (segment.elements > text.size()) return false;
        const std::size_t found = segment.plain ? find_plain(matcher, segment, text)
                                                : find_by_bits(matcher, segment, text);
        if (found == kNone) return false;
        text.remove_prefix(found + segment.elements);
    }
    return true;
}

}  // namespace

bool matches(std::string_view pattern, std::string_view text, bool ignore_case)
{
    if (text.empty()) return pattern.empty();
    const Matcher matcher{pattern, ignore_case};
    const auto tried = match_by_trying(matcher, text);
    return tried ? *tried : match_by_segments(matcher, text);
}

}  // namespace store

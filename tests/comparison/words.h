#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "store/random.h"

namespace tests {

using Request = std::vector<std::string>;

/// What a key of the small key space usually holds.
enum class KeyKind { String, Set, Hash, SortedSet, Geo, List };

/// Draws the words that requests are made of: mostly sensible ones, now and then broken ones. Few
/// keys and members, so that requests meet.
class Words
{
public:
    /// `now_ms` is the moment that absolute times are near to, in milliseconds since 1970.
    Words(std::uint64_t seed, std::int64_t now_ms) : random_(seed), now_ms_(now_ms) {}

    std::uint64_t below(std::uint64_t bound) { return random_.below(bound); }
    bool one_in(std::uint64_t count) { return below(count) == 0; }
    std::int64_t between(std::int64_t least, std::int64_t most);
    std::string pick(std::initializer_list<std::string_view> choices);

    /// The word, its letters now and then in lower or mixed case.
    std::string any_case(std::string_view word);

    std::string key(KeyKind kind);
    std::string any_key();
    std::string member();
    std::string geo_member();
    std::string field();
    std::string value();

    std::string score();
    std::string longitude();
    std::string latitude();
    std::string length();  ///< a radius, width or height
    std::string unit();
    std::string count();
    std::string rank();
    std::string pattern();
    /// A span that is either over at once or far longer than a run.
    std::string time_to_live(bool in_milliseconds);
    /// The same as a moment.
    std::string moment(bool in_milliseconds);
    /// Anything at all.
    std::string junk();

private:
    store::Random random_;
    std::int64_t now_ms_;
};

}  // namespace tests

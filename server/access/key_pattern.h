#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "server/catalogue/keys.h"

namespace server::access {

/// Keys that a user may touch, and how.
struct KeyPattern
{
    std::string pattern;
    std::uint8_t rights;  ///< bits of KeyRight

    bool allows(const FoundKey& key) const;
    bool allows(const DerivedKey& key) const;

    /// "~pattern", "%R~pattern" or "%W~pattern".
    std::string text() const;
};

/// Whether the pattern matches every text that begins with `before`, ends with `after` and has
/// anything in between. Only a `*` matches anything: what stands for `before`, the `*`, and what
/// stands for `after` must all be there.
bool matches_all_between(std::string_view pattern, std::string_view before, std::string_view after);

}  // namespace server::access

#include "server/access/key_pattern.h"

#include <algorithm>

#include "store/glob.h"

namespace server::access {

namespace {

/// Redis's glob lets an empty text match nothing but the empty pattern; here "*" matches it, too.
bool matches_or_is_empty(std::string_view pattern, std::string_view text)
{
    if (text.empty()) return pattern.find_first_not_of('*') == std::string_view::npos;
    return store::matches(pattern, text);
}

/// Behind a set of bytes: "[abc]" at the pattern's beginning.
std::size_t end_of_set(std::string_view pattern, std::size_t begin)
{
    for (std::size_t i = begin + 1; i < pattern.size(); ++i) {
        if (pattern[i] == '\\') {
            ++i;
        } else if (pattern[i] == ']') {
            return i;
        }
    }
    return pattern.size();
}

}  // namespace

bool matches_all_between(std::string_view pattern, std::string_view before, std::string_view after)
{
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == '\\') {
            ++i;
        } else if (pattern[i] == '[') {
            i = end_of_set(pattern, i);
        } else if (pattern[i] == '*' && matches_or_is_empty(pattern.substr(0, i + 1), before) &&
                   matches_or_is_empty(pattern.substr(i), after)) {
            return true;
        }
    }
    return false;
}

bool KeyPattern::allows(const FoundKey& key) const
{
    return (rights & key.rights) == key.rights && store::matches(pattern, key.key);
}

bool KeyPattern::allows(const DerivedKey& key) const
{
    if ((rights & key.rights) != key.rights) return false;
    return key.after ? matches_all_between(pattern, key.before, *key.after)
                     : store::matches(pattern, key.before);
}

std::string KeyPattern::text() const
{
    if (rights == (kReadKey | kWriteKey)) return "~" + pattern;
    return ((rights & kReadKey) != 0 ? "%R~" : "%W~") + pattern;
}

}  // namespace server::access

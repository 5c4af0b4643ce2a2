#include "server/dispatch/search_keys.h"

#include <string>
#include <string_view>

namespace server {

namespace {

constexpr std::uint8_t kReadAndWrite = kReadKey | kWriteKey;

/// All keys that a pattern means: its first `*` stands for anything.
DerivedKey keys_like(std::string_view pattern, std::uint8_t rights)
{
    const auto star = pattern.find('*');
    if (star == pattern.npos) return {std::string{pattern}, std::nullopt, rights};
    return {std::string{pattern.substr(0, star)}, std::string{pattern.substr(star + 1)}, rights};
}

}  // namespace

void add_search_keys(const store::AssignmentSearch& search, SearchUse use,
                     std::vector<DerivedKey>& keys)
{
    const bool takes = use == SearchUse::Take;
    const std::uint8_t rights = takes ? kReadAndWrite : std::uint8_t{kReadKey};
    const auto add = [&](std::string_view key, std::uint8_t needed) {
        keys.push_back({std::string{key}, std::nullopt, needed});
    };
    add(search.geo, kReadKey);
    add(search.available, rights);
    if (takes) add(store::token_key(search.geo), kReadAndWrite);
    for (const std::string& set : search.require) add(set, kReadKey);
    for (const std::string& set : search.except) add(set, kReadKey);
    keys.push_back(keys_like(search.lock_pattern, rights));
    if (search.strategy == store::Strategy::Rating)
        keys.push_back(keys_like(store::split_value_pattern(search.rating_pattern).key, kReadKey));
}

void add_record_keys(const store::AssignmentRecord& record, std::vector<DerivedKey>& keys)
{
    add_search_keys(record.search, SearchUse::Take, keys);
    if (record.reservation) keys.push_back({record.reservation->lock, std::nullopt, kReadAndWrite});
}

}  // namespace server

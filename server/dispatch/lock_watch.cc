#include "server/dispatch/lock_watch.h"

#include <algorithm>
#include <utility>

#include "store/dispatch/assignment_search.h"

namespace server {

bool LockWatch::add(int database, std::string_view geo, std::string_view pattern)
{
    const auto is_known = [&](const Searched& known) {
        return known.database == database && known.geo == geo && known.pattern == pattern;
    };
    if (std::ranges::any_of(searched_, is_known)) return false;
    Searched added{database, std::string{geo}, std::string{pattern}};
    if (searched_.size() < kMaxSearched) {
        searched_.push_back(std::move(added));
    } else {
        searched_[std::exchange(oldest_, (oldest_ + 1) % kMaxSearched)] = std::move(added);
    }
    return true;
}

bool LockWatch::may_be_lock(int database, std::string_view key) const
{
    return std::ranges::any_of(searched_, [&](const Searched& searched) {
        return searched.database == database && store::lock_stem(searched.pattern, key).has_value();
    });
}

void LockWatch::hide_driver_of(store::Keyspace& keys, std::string_view lock) const
{
    for (const auto& [database, geo, pattern] : searched_) {
        const auto stem = store::lock_stem(pattern, lock);
        if (database != keys.index() || !stem) continue;
        const auto* places = keys.peek<store::SortedSet>(geo);
        if (places == nullptr) continue;
        const std::string_view first = places->begin().member();
        const std::size_t prefix = first.find(':') + 1;  // 0 if there is none
        const std::string member = std::string{first.substr(0, prefix)}.append(*stem);
        if (store::lock_key(pattern, member) == lock) keys.hide(geo, pattern, member, lock);
    }
}

void LockWatch::swap(int first, int second)
{
    for (auto& searched : searched_)
        searched.database = store::exchanged(searched.database, first, second);
}

}  // namespace server

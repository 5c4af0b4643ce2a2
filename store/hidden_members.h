#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "store/entry.h"

namespace store {

/// Which members of which sorted sets are hidden while a key exists: of each such key, its sets and
/// members. The key's entry is marked, so that all others cost nothing.
class HiddenMembers
{
public:
    void add(Entry* while_key, std::string_view set, std::string_view member)
    {
        const auto [begin, end] = hidden_.equal_range(while_key);
        for (auto known = begin; known != end; ++known)
            if (known->second.set == set && known->second.member == member) return;
        hidden_.emplace(while_key, Hidden{std::string{set}, std::string{member}});
        while_key->set_hiding(true);
    }

    /// The key is about to go: visit(set, member) for each member that was hidden by it.
    template <class Visit>
    void take(Entry* key, Visit&& visit)
    {
        const auto [begin, end] = hidden_.equal_range(key);
        for (auto known = begin; known != end; ++known)
            visit(std::string_view{known->second.set}, std::string_view{known->second.member});
        hidden_.erase(begin, end);
        key->set_hiding(false);
    }

    void clear() { hidden_.clear(); }

private:
    struct Hidden
    {
        std::string set;
        std::string member;
    };

    std::unordered_multimap<const Entry*, Hidden> hidden_;
};

}  // namespace store

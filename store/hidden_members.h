#pragma once

#include <memory>
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
    /// `name`: under which SortedSet::hide() hid it.
    void add(Entry* while_key, std::string_view set, std::string_view name, std::string_view member)
    {
        const auto [begin, end] = hidden_.equal_range(while_key);
        for (auto known = begin; known != end; ++known)
            if (known->second.place->is(set, name) && known->second.member == member) return;
        hidden_.emplace(while_key, Hidden{place(set, name), std::string{member}});
        while_key->set_hiding(true);
    }

    /// The key is about to go: visit(set, name, member) for each member that was hidden by it.
    template <class Visit>
    void take(Entry* key, Visit&& visit)
    {
        const auto [begin, end] = hidden_.equal_range(key);
        for (auto known = begin; known != end; ++known) {
            const auto& [place, member] = known->second;
            visit(std::string_view{place->set}, std::string_view{place->name},
                  std::string_view{member});
        }
        hidden_.erase(begin, end);
        key->set_hiding(false);
    }

    void clear() { hidden_.clear(); }

private:
    struct Place
    {
        std::string set;
        std::string name;

        bool is(std::string_view its_set, std::string_view its_name) const
        {
            return set == its_set && name == its_name;
        }
    };

    struct Hidden
    {
        std::shared_ptr<const Place> place;
        std::string member;
    };

    /// Most members are hidden in the same place as the one before.
    std::shared_ptr<const Place> place(std::string_view set, std::string_view name)
    {
        if (last_ == nullptr || !last_->is(set, name))
            last_ = std::make_shared<const Place>(Place{std::string{set}, std::string{name}});
        return last_;
    }

    std::unordered_multimap<const Entry*, Hidden> hidden_;
    std::shared_ptr<const Place> last_;
};

}  // namespace store

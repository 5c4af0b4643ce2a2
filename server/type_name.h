#pragma once

#include <algorithm>
#include <optional>
#include <string_view>

#include "store/entry.h"

namespace server {

/// The name of a type as TYPE and SCAN's TYPE option have it.
constexpr std::string_view type_name(store::Type type)
{
    switch (type) {
        case store::Type::String: return "string";
        case store::Type::Set: return "set";
        case store::Type::SortedSet: return "zset";
        case store::Type::Hash: return "hash";
        case store::Type::List: return "list";
    }
    return "unknown";
}

/// The type of this name, in whatever case; nothing if there is none.
constexpr std::optional<store::Type> type_named(std::string_view name)
{
    constexpr auto is_letter = [](char given, char lower) {
        return given == lower || (given >= 'A' && given <= 'Z' && given - 'A' + 'a' == lower);
    };
    for (const auto type : {store::Type::String, store::Type::Set, store::Type::SortedSet,
                            store::Type::Hash, store::Type::List}) {
        const std::string_view known = type_name(type);
        if (std::equal(name.begin(), name.end(), known.begin(), known.end(), is_letter))
            return type;
    }
    return std::nullopt;
}

}  // namespace server
